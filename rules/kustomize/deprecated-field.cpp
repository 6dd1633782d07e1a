#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "lint/base/text.h"
#include "lint/kustomize/file_access.h"
#include "lint/kustomize/shape.h"
#include "lint/yaml/edit.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;
using yaml::Entry;
using yaml::Tree;
using yaml::Value;

using Edits = std::optional<std::vector<TextEdit>>;

std::uint32_t line_begin(std::string_view text, std::uint32_t at) {
  const std::size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return newline == std::string_view::npos ? 0 : static_cast<std::uint32_t>(newline + 1);
}

std::uint32_t next_line(std::string_view text, std::uint32_t at) {
  const std::size_t newline = text.find('\n', at);
  return static_cast<std::uint32_t>(newline == std::string_view::npos ? text.size() : newline + 1);
}

std::uint32_t column(Value value) {
  const std::uint32_t begin = value.span().begin;
  return begin - line_begin(value.tree()->text, begin);
}

bool has_style(Value value, yaml::Style style) {
  return value && !value.is_alias() && value.tree()->nodes[value.node_id()].style == style &&
         (value.tree()->nodes[value.node_id()].flags & (yaml::kAnchored | yaml::kTagged)) == 0;
}

bool is_block_list(Value value) { return value.is_sequence() && has_style(value, yaml::Style::block); }

// Nothing but the key stands on its line, and perhaps a comment.
bool stands_alone(Value key, bool may_have_comment) {
  const std::string_view text = key.tree()->text;
  const Span at = key.span();
  const std::string_view behind = trim(text.substr(at.end, next_line(text, at.end) - at.end));
  const bool ends_there =
      behind == ":" || (may_have_comment && behind.substr(0, 1) == ":" && trim(behind.substr(1)).substr(0, 1) == "#");
  return ends_there && trim(text.substr(line_begin(text, at.begin), at.begin - line_begin(text, at.begin))).empty();
}

Edits rename(Value key, std::string_view name) {
  Result<std::vector<TextEdit>> edits = yaml::rename_key(key, name);
  if (!edits.ok()) return std::nullopt;
  return std::move(edits).value();
}

// Two lists, one right above the other, become one: the line between them goes.
Edits join_lists(Value root, const Entry& above, const Entry& below) {
  const std::vector<Entry> entries = root.entries();
  const auto first = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == above.key; });
  const bool adjoin = first != entries.end() && first + 1 != entries.end() && (first + 1)->key == below.key;
  if (!adjoin || !is_block_list(above.value) || !is_block_list(below.value)) return std::nullopt;
  if (column(above.value) != column(below.value) || !stands_alone(below.key, false) || !stands_alone(above.key, true)) {
    return std::nullopt;
  }
  const Tree& tree = *root.tree();
  const std::uint32_t at = below.key.span().begin;
  return std::vector<TextEdit>{{tree.span(line_begin(tree.text, at), next_line(tree.text, at)), ""}};
}

// Renames the field, or adds its list to one of that name that stands right above, behind whose items its own come.
Edits move_behind(Value root, const Entry& entry, std::string_view name) {
  const Entry known = kustomize::field_entry(root, name);
  return known ? join_lists(root, known, entry) : rename(entry.key, name);
}

bool is_set(Value root, std::string_view name) { return kustomize::field_entry(root, name).value.is_set(); }

// Every path becomes an entry of `patches` without a target, which is matched as before; the list must stay the first.
Edits merge_patches_to_patches(Value root, const Entry& entry) {
  if (!is_block_list(entry.value)) return std::nullopt;
  Edits edits = rename(entry.key, "patches");
  const Entry known = kustomize::field_entry(root, "patches");
  if (known) {
    edits = join_lists(root, entry, known);
    if (edits) edits->push_back({entry.key.span(), "patches"});
  }
  if (!edits) return std::nullopt;
  for (const Value& item : entry.value.items()) {
    const bool is_path = item.is_scalar() && !item.is_alias() && item.text().find_first_of("\n{") == std::string::npos;
    const std::string_view bytes = item.tree()->slice(item.span().begin, item.span().end);
    if (!is_path || bytes.find('\n') != std::string_view::npos || item.text().empty()) return std::nullopt;
    edits->push_back({{item.span().file, item.span().begin, item.span().begin}, "path: "});
  }
  return edits;
}

// `patches` run before the fields that change names, namespaces and labels, `patchesJson6902` after them; and only
// `patches` take the reference to an object with them when they rename it.
Edits json_patches_to_patches(const Model& model, Value root, const Entry& entry) {
  for (const std::string_view between :
       {"namespace", "namePrefix", "nameSuffix", "labels", "commonLabels", "commonAnnotations"}) {
    if (is_set(root, between)) return std::nullopt;
  }
  const std::string_view folder = kustomize::parent_path(model.sources.files[root.tree()->file].path);
  for (const Value& item : entry.value.items()) {
    std::string_view patch = kustomize::text_field(item, "patch");
    const std::string_view path = kustomize::text_field(item, "path");
    if (!path.empty()) {
      const auto file = model.sources.files.find(kustomize::join_path(folder, path));
      if (!file) return std::nullopt;
      patch = model.sources.files[*file].text;
    }
    for (const std::string_view identity : {"/metadata/name", "/kind", "/apiVersion", "/metadata/annotations"}) {
      if (patch.find(identity) != std::string_view::npos) return std::nullopt;
    }
    // Here the name of a target is a text or a pattern; it must be the same as both.
    const std::string_view name = kustomize::text_field(kustomize::field(item, "target"), "name");
    if (name.find_first_of(".*+?[](){}|^$\\") != std::string_view::npos) return std::nullopt;
  }
  return move_behind(root, entry, "patches");
}

// How far lists are indented in this file.
std::uint32_t list_indentation(Value root) {
  for (const Entry& entry : root.entries()) {
    if (is_block_list(entry.value) && column(entry.value) >= column(entry.key)) {
      return column(entry.value) - column(entry.key);
    }
  }
  return 2;
}

Edits common_labels_to_labels(Value root, const Entry& entry) {
  if (kustomize::field_entry(root, "labels") || is_set(root, "buildMetadata")) return std::nullopt;
  const Tree& tree = *root.tree();
  const Span body = entry.value.span();
  Edits edits = rename(entry.key, "labels");
  if (!edits || !entry.value.is_mapping() || tree.text.find('\r') != std::string_view::npos) return std::nullopt;
  if (has_style(entry.value, yaml::Style::flow)) {
    if (tree.slice(body.begin, body.end).find('\n') != std::string_view::npos) return std::nullopt;
    edits->push_back({{body.file, body.begin, body.begin}, "[{includeSelectors: true, pairs: "});
    edits->push_back({{body.file, body.end, body.end}, "}]"});
    return edits;
  }
  if (!has_style(entry.value, yaml::Style::block) || !stands_alone(entry.key, true)) return std::nullopt;
  for (const Entry& label : entry.value.entries()) {
    const Span at = label.value.span();
    if (tree.slice(at.begin, at.end).find('\n') != std::string_view::npos) return std::nullopt;
  }
  const std::string outer(column(entry.key) + list_indentation(root), ' ');
  const std::string inner(list_indentation(root) + 2, ' ');
  std::string head = fmt::format("{}- includeSelectors: true\n{}  pairs:\n", outer, outer);
  for (std::uint32_t at = next_line(tree.text, entry.key.span().end); at < body.end; at = next_line(tree.text, at)) {
    const bool is_blank = trim(tree.slice(at, next_line(tree.text, at))).empty();
    const std::string added = head + (is_blank ? "" : inner);
    if (!added.empty()) edits->push_back({{body.file, at, at}, added});
    head.clear();
  }
  return edits;
}

// What writes the same in the field that took its place, where that cannot change what is built.
Edits modern_form(const Model& model, const gitops::Unit& unit, const Fault& fault) {
  const std::vector<Value> path = values_at(model, fault.where);
  if (unit.build->partial || path.empty()) return std::nullopt;
  const Value root = path.front();
  const Entry entry = kustomize::field_entry(root, fault.subject);
  if (!entry || entry.key.span() != fault.where) return std::nullopt;
  if (fault.subject == "bases") return move_behind(root, entry, "resources");
  if (fault.subject == "imageTags") return move_behind(root, entry, "images");
  if (fault.subject == "patchesStrategicMerge") return merge_patches_to_patches(root, entry);
  if (fault.subject == "patchesJson6902") return json_patches_to_patches(model, root, entry);
  if (fault.subject == "commonLabels") return common_labels_to_labels(root, entry);
  return std::nullopt;
}

std::string_view advice(std::string_view field) {
  if (field == "bases") return "list them at the end of `resources`";
  if (field == "imageTags") return "list them in `images`";
  if (field == "commonLabels") return "write an entry of `labels` with `includeSelectors: true`, which does the same";
  if (field == "patchesStrategicMerge") return "list each file as `path:` in `patches`, before the entries that it has";
  if (field == "patchesJson6902") {
    return "move them to `patches`, which run before `namespace`, `namePrefix` and the labels: compare what is built";
  }
  return "write `replacements`, which take a value from one field to others";
}

void check(const Model& model, Report& report) {
  std::set<Span> told;  // a base is in many builds
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::deprecated_field || !told.insert(fault.where).second) return;
    const Span place = shown(model, fault.where);
    if (!place.valid()) return;
    Draft draft = report.at(place, fmt::format("`{}` is deprecated, and Kustomize warns of it at every build: `{}` "
                                               "takes its place",
                                               fault.subject, fault.suggestion));
    draft.help(std::string(advice(fault.subject)));
    Edits edits = modern_form(model, unit, fault);
    if (edits) draft.fix(fmt::format("write it as `{}`", fault.suggestion), Safety::safe, *std::move(edits));
  });
}

}  // namespace

VLINT_RULE(kustomize_deprecated_field) = checked({
    .summary = "a kustomization uses a field that has been replaced",
    .explanation = R"md(
## What it finds
`bases`, `imageTags`, `commonLabels`, `patchesStrategicMerge`, `patchesJson6902` and `vars` in a `kustomization.yaml`.

## Why it matters
They still work, and Kustomize warns of each at every build; the next version of its API will not have them. The
warnings hide others in the log of a pipeline.

## How to fix it
`vlint --fix` rewrites a field where what is built stays the same to the last field, and proves that by building it
again: `bases` become the last `resources`, `imageTags` become `images`, `commonLabels` an entry of `labels` with
`includeSelectors: true`, the files of `patchesStrategicMerge` the first `patches`. `patchesJson6902` run after
`namespace`, `namePrefix`, `nameSuffix` and the labels of the same file, and `patches` before them, so they are moved
only where a file has none of these. Beware of `kustomize edit fix`, which moves them always.

`vars` have no equal: write `replacements`, and compare what `vlint render` prints before and after.

## When to ignore it
While a kubectl before 1.22 has to build it: its Kustomize does not know `labels` with `includeSelectors`.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources =
        "kustomize api/types/kustomization.go CheckDeprecatedFields, api/internal/target/kusttarget_configplugin.go; "
        "kustomize issue 5875",
    .check = check,
});

}  // namespace vlint::rules
