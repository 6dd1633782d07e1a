#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/yaml/edit.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;
using yaml::Value;

struct ListItem {
  Value list;
  std::size_t index = 0;
  std::string_view text;
};

// The entry of `resources` at a place.
std::optional<ListItem> entry_at(const Model& model, Span place) {
  const std::vector<Value> path = values_at(model, place);
  if (path.size() != 3 || !path[1].is_sequence() || !path[2].is_scalar()) return std::nullopt;
  if (!(path[0]["resources"] == path[1])) return std::nullopt;
  const std::vector<Value> items = path[1].items();
  const auto found = std::find(items.begin(), items.end(), path[2]);
  if (found == items.end()) return std::nullopt;
  return ListItem{path[1], static_cast<std::size_t>(found - items.begin()), path[2].text()};
}

std::string_view without_slash(std::string_view path) {
  if (path.substr(0, 2) == "./") path.remove_prefix(2);
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

// One path that stands in one list twice needs to stand there once.
bool offer_removal(const Model& model, const Fault& fault, Draft& draft) {
  const std::optional<ListItem> second = entry_at(model, fault.where);
  const std::optional<ListItem> first = entry_at(model, fault.related);
  if (!second || !first || !(second->list == first->list) || second->index == first->index) return false;
  if (without_slash(second->text) != without_slash(first->text)) return false;
  Result<yaml::Removal> removal =
      yaml::remove_item(*second->list.tree(), second->list.node_id(), second->index, yaml::OnlyChild::leave_empty);
  if (!removal.ok()) return false;
  const Safety safety = removal->removes_comments ? Safety::unsafe : Safety::safe;
  draft.fix("remove the second entry", safety, std::move(removal).value().edits);
  return true;
}

// Nothing where the place is not that of an object of its own document.
std::optional<std::string_view> written_namespace(const Model& model, Span place) {
  const std::vector<Value> path = values_at(model, place);
  if (path.empty() || !path.front()["metadata"].is_mapping()) return std::nullopt;
  return path.front()["metadata"]["namespace"].text();
}

bool is_default_twice(const Model& model, const Fault& fault) {
  const auto one = written_namespace(model, fault.where);
  const auto other = written_namespace(model, fault.related);
  return one && other && ((one->empty() && *other == "default") || (*one == "default" && other->empty()));
}

// What was missing before may have renamed one of the two. Entries that only add objects have not.
bool may_follow_from_another(const Model& model, const kustomize::Build& build, const Fault& fault) {
  constexpr std::string_view kAdding[] = {"resources", "bases", "helmcharts", "configmapgenerator", "secretgenerator"};
  for (const Fault& earlier : build.faults) {
    if (&earlier == &fault) return false;
    const std::string field = to_lower_ascii(field_with(model, earlier.where));
    const bool only_adds = std::find(std::begin(kAdding), std::end(kAdding), field) != std::end(kAdding);
    if (!only_adds && earlier.kind != FaultKind::duplicate_id) return true;
  }
  return false;
}

void check(const Model& model, Report& report) {
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::duplicate_id || is_template_text(model, fault.where)) return;
    if (may_follow_from_another(model, *unit.build, fault)) return;
    // What the fault advises is help here: "there is ... already; set `behavior: merge`".
    const std::string_view text = fault.message;
    const std::size_t advice = text.find("; ");
    Fault shown_fault = fault;
    const bool are_objects = fault.related_message == "the other one" && advice == std::string_view::npos;
    if (fault.related_message == "the other one") shown_fault.related_message = "the first one";
    Draft draft =
        report_fault(model, unit, shown_fault, fmt::format("{} fails: {}", build_command(unit), text.substr(0, advice)),
                     Safety::unsafe, report);
    if (advice != std::string_view::npos) draft.help(std::string(text.substr(advice + 2)));
    if (are_objects) draft.label("the second one");
    if (is_default_twice(model, fault)) {
      draft.help("to Kustomize an object without a namespace is in the namespace default");
    } else if (are_objects) {
      draft.help("keep one of them; what several need belongs into the kustomization that includes them");
    }
    if (offer_removal(model, fault, draft)) return;
    if (fault.related_message == "it comes from here already") {
      draft.help("what both entries bring belongs into a third one beside them, once");
    }
  });
}

}  // namespace

VLINT_RULE(kustomize_duplicate_id) = checked({
    .summary = "a kustomization brings one object twice",
    .explanation = R"md(
## What it finds
Two objects with the same apiVersion, kind, namespace and name in one build: a file or a base that is listed twice, two
bases that both include a third, a Namespace that each app brings along, a generated ConfigMap of the name of one that is
there, or a `namespace:` that moves two objects of one name together. An object without a namespace is in `default`.

## Why it matters
`kustomize build` stops with "may not add resource with an already registered id". Argo CD and Flux then deploy nothing
of the whole kustomization, and what was deployed before stays as it was.

## How to fix it
Remove one of the two; the finding shows both places. What several bases share belongs into the kustomization that
includes them all, once. A generator that is meant to add to a ConfigMap needs `behavior: merge`, one that is meant to
take its place `behavior: replace`. Where one path stands twice in `resources`, `vlint --fix` removes the second.

## When to ignore it
Never: it does not build.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kustomize api/resmap/reswrangler.go Append, AbsorbAll; kustomize issues 4104, 4832",
    .check = check,
});

}  // namespace vlint::rules
