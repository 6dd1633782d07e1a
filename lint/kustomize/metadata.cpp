// The end of a build: origin annotations, sorting, the managed-by label.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lint/base/text.h"
#include "lint/kustomize/engine.h"
#include "lint/kustomize/shape.h"
#include "lint/yaml/scalar.h"

namespace vlint::kustomize {
namespace {

constexpr std::string_view kOrigin = "config.kubernetes.io/origin";
constexpr std::string_view kTransformations = "alpha.config.kubernetes.io/transformations";

std::string or_mark(std::string_view text, std::string_view mark) { return std::string(text.empty() ? mark : text); }

// builtins/SortOrderTransformer: legacyGVKSortString, legacyResIDSortString.
struct SortKey {
  int rank = 0;
  bool core_namespace = false;
  std::string gvk;
  std::string id;
  std::size_t index = 0;
};

Provenance from_metadata() {
  Provenance provenance;
  provenance.step = StepKind::metadata;
  return provenance;
}

// A text as go-yaml v3 prints it in a mapping.
std::string yaml_text(std::string_view text) {
  return resolve_v3(text) == Tag::string && yaml::is_safe_plain(text) ? std::string(text) : yaml::double_quoted(text);
}

std::string annotation(const Resource& resource, std::string_view key) {
  const Node* value = find(find_path(resource.root, {"metadata", "annotations"}), key);
  return value == nullptr ? std::string() : std::string(value->text());
}

// The `configuredIn` and `configuredBy` of a plugin that stands in a file or a kustomization.
std::string plugin_origin(const Resource& plugin) {
  const std::string origin = annotation(plugin, kOrigin);
  constexpr std::string_view kPath = "path: ";
  std::string text;
  if (origin.compare(0, kPath.size(), kPath) == 0) {
    text = fmt::format("configuredIn: {}", origin.substr(kPath.size()));
  }
  text += fmt::format("configuredBy:\n  apiVersion: {}\n  kind: {}\n", plugin.api_version(), plugin.kind());
  if (!plugin.name().empty()) text += fmt::format("  name: {}\n", yaml_text(plugin.name()));
  if (!plugin.name_space().empty()) text += fmt::format("  namespace: {}\n", yaml_text(plugin.name_space()));
  return text;
}

std::string builtin_origin(const std::string& file, std::string_view kind) {
  return fmt::format("configuredIn: {}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {}\n", yaml_text(file), kind);
}

std::string as_list_item(std::string_view text) {
  std::string result;
  bool first = true;
  std::string_view rest = text;
  if (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
  for (const std::string_view line : split(rest, '\n')) {
    result += first ? "- " : "  ";
    result += line;
    result += '\n';
    first = false;
  }
  return result;
}

void remove_annotation(Editor& editor, Resource& resource, std::string_view key) {
  Node* metadata = find(resource.root, "metadata");
  Node* annotations = find(metadata, "annotations");
  if (find(annotations, key) == nullptr) return;
  resource.root = editor.own(resource.root);
  metadata = editor.own(metadata);
  editor.set(resource.root, "metadata", metadata);
  annotations = editor.own(annotations);
  editor.set(metadata, "annotations", annotations);
  const std::size_t at = find_index(annotations, key);
  std::copy(annotations->kids + 2 * at + 2, annotations->kids + annotations->count, annotations->kids + 2 * at);
  annotations->count -= 2;
}

}  // namespace

void Target::enable_origin() { origin_.enabled = field(root_, "buildMetadata").size() > 0; }

void Target::set_origin(Resources& resources, std::size_t from, std::string_view path) {
  for (std::size_t i = from; i < resources.size(); ++i) {
    resources[i].root = set_annotation(editor_, resources[i].root, kOrigin, fmt::format("path: {}\n", yaml_text(path)),
                                       from_metadata());
  }
}

void Target::set_generator_origin(Resource& resource, const Resource* plugin) {
  const std::string file = join_path(origin_.path, file_path_.substr(file_path_.rfind('/') + 1));
  const std::string text =
      plugin != nullptr ? plugin_origin(*plugin)
                        : builtin_origin(file, resource.kind() == "Secret" ? "SecretGenerator" : "ConfigMapGenerator");
  resource.root = set_annotation(editor_, resource.root, kOrigin, text, from_metadata());
}

void Target::add_transformer_origin(Resources& resources, std::string_view kind, const Resource* plugin) {
  const std::string file = join_path(origin_.path, file_path_.substr(file_path_.rfind('/') + 1));
  const std::string text = plugin != nullptr ? plugin_origin(*plugin) : builtin_origin(file, kind);
  for (Resource& resource : resources) {
    if (resource.root == nullptr) continue;
    const bool has_origin = !annotation(resource, kOrigin).empty();
    const std::string_view key = has_origin ? kTransformations : kOrigin;
    const std::string value = has_origin ? annotation(resource, kTransformations) + as_list_item(text) : text;
    resource.root = set_annotation(editor_, resource.root, key, value, from_metadata());
  }
}

void Target::sort(Resources& resources) {
  const yaml::Value options = field(root_, "sortOptions");
  bool legacy = shared_.options.reorder != Reorder::none;
  std::map<std::string, int, std::less<>> ranks;
  bool own_ranks = false;
  if (options) {
    const std::string_view order = text_field(options, "order");
    const yaml::Value given = field(options, "legacySortOptions");
    if (order != "legacy" && order != "fifo") {
      fail(options.span(), fmt::format("sortOptions.order is `legacy` or `fifo`, not {}", quoted(order)));
    }
    legacy = order == "legacy";
    if (!legacy && given) fail(given.span(), "legacySortOptions are for the order `legacy` only");
    if (given) {
      own_ranks = true;
      const std::vector<yaml::Value> first = field(given, "orderFirst").items();
      for (std::size_t i = 0; i < first.size(); ++i) {
        ranks[std::string(first[i].text())] = static_cast<int>(i) - static_cast<int>(first.size());
      }
      const std::vector<yaml::Value> last = field(given, "orderLast").items();
      for (std::size_t i = 0; i < last.size(); ++i) ranks[std::string(last[i].text())] = static_cast<int>(i) + 1;
    }
  }
  if (!legacy) return;
  std::vector<SortKey> keys;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const ObjectId id = resources[i].id();
    const auto rank = ranks.find(id.gvk.kind);
    SortKey key;
    key.rank = own_ranks ? (rank == ranks.end() ? 0 : rank->second) : kind_rank(id.gvk.kind);
    key.core_namespace = id.gvk.kind == "Namespace";
    key.gvk = sort_text(id.gvk);
    key.id = fmt::format("{}.{}.{}|{}|{}", or_mark(id.gvk.kind, "[noKind]"), or_mark(id.gvk.version, "[noVer]"),
                         or_mark(id.gvk.group, "[noGrp]"), or_mark(id.name_space, "~X"), or_mark(id.name, "~N"));
    key.index = i;
    keys.push_back(std::move(key));
  }
  std::stable_sort(keys.begin(), keys.end(), [](const SortKey& a, const SortKey& b) {
    if (a.gvk == b.gvk) return a.id < b.id;
    if (a.rank != b.rank) return a.rank < b.rank;
    return a.core_namespace && b.core_namespace ? a.gvk > b.gvk : a.gvk < b.gvk;
  });
  Resources sorted;
  for (const SortKey& key : keys) sorted.push_back(std::move(resources[key.index]));
  resources = std::move(sorted);
}

// What Kustomize does to annotations at the end, its own ones aside: values become texts, an empty map goes away.
void Target::tidy(Resources& resources) {
  bool keep_origin = false;
  bool keep_transformations = false;
  bool managed_by = shared_.options.managed_by_label;
  for (const yaml::Value& word : entries("buildMetadata")) {
    keep_origin = keep_origin || word.text() == "originAnnotations";
    keep_transformations = keep_transformations || word.text() == "transformerAnnotations";
    managed_by = managed_by || word.text() == "managedByLabel";
  }
  if (managed_by) {
    const TextMap label = {{"app.kubernetes.io/managed-by", {"kustomize-(devel)", {}, nullptr}}};
    transform_map(editor_, resources, label, {{"", "", "", "metadata/labels", true, {}}}, StepKind::metadata);
  }
  for (Resource& resource : resources) {
    if (!keep_origin) remove_annotation(editor_, resource, kOrigin);
    if (!keep_transformations) remove_annotation(editor_, resource, kTransformations);
    const Node* annotations = find_path(resource.root, {"metadata", "annotations"});
    const bool is_empty = annotations != nullptr && annotations->size() == 0;
    if (is_empty && keep_origin && keep_transformations && !resource.has_hidden_annotations()) continue;
    resource.root = tidy_string_map(editor_, resource.root, "annotations");
  }
}

}  // namespace vlint::kustomize
