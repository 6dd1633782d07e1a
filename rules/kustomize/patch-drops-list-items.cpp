#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;
using yaml::Value;

// The list that is replaced, where it stands in a file.
Value replaced_list(const Model& model, const Fault& fault) {
  const std::vector<Value> path = values_at(model, fault.related);
  const auto found = std::find_if(path.begin(), path.end(), [&](const Value& value) {
    return value.is_sequence() && value.span() == fault.related;
  });
  return found == path.end() ? Value() : *found;
}

std::string shortened(const std::vector<std::string>& names) {
  constexpr std::size_t kMostNamed = 5;
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostNamed));
  const std::string text = join(std::vector<std::string_view>(names.begin(), end), ", ");
  return names.size() > kMostNamed ? fmt::format("{} and {} more", text, names.size() - kMostNamed) : text;
}

std::string message_of(const Fault& fault, Value list) {
  if (!list) return fault.message;
  const Value root(*list.tree(), list.tree()->root_of(list.node_id()));
  return fmt::format(
      "this patch drops {} from {} of {} {}: Kustomize knows no key by which to merge the list, and replaces it",
      shortened(fault.items), yaml::field_path(*list.tree(), list.node_id()), root["kind"].text(),
      root["metadata"]["name"].text());
}

void check(const Model& model, Report& report) {
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::drops_list_items) return;
    const Value list = replaced_list(model, fault);
    Draft draft = report_fault(model, unit, fault, message_of(fault, list), Safety::suggestion, report);
    draft.label("takes the place of the whole list");
    // A patch that repeats an item means to change that one; one that repeats none may mean to replace them all.
    if (list && list.size() > fault.items.size()) {
      draft.help("repeat the other items here, or change the one item by a JSON patch: `op: replace` with its index");
    } else {
      draft.severity(Severity::note)
          .help(
              "to add an item use a JSON patch: `op: add` with the path of the list and `/-`; if the whole list is "
              "meant to go, nothing is wrong");
    }
  });
}

}  // namespace

VLINT_RULE(kustomize_patch_drops_list_items) = checked({
    .summary = "a merge patch replaces a list of a custom resource and drops items of it",
    .explanation = R"md(
## What it finds
A strategic merge patch with a list for a custom resource, where the object has items (known by their `name`) that the
patch does not repeat. It is a warning when the patch repeats one of the items, as one does to change it, and a note when
it repeats none: then all of the list may be meant to go.

## Why it matters
Kustomize merges lists item by item only where Kubernetes' own schema names a key, as for the containers of a Deployment.
For a custom resource it knows no schema: the patch's list takes the place of the whole list, without a word. So a patch
that sets one value of one item of a HelmRelease, a PostgreSQL cluster or a Kyverno policy removes all its neighbours.
Kinds that are newer than Kubernetes 1.21 are treated the same.

## How to fix it
Repeat all items in the patch, or write a JSON patch that touches only what it means:

```yaml
patches:
  - target: {kind: HelmRelease, name: immich}
    patch: |-
      - op: replace
        path: /spec/valuesFrom/1/name
        value: immich-prod
```

A schema with merge keys, given by `openapi: {path: …}`, makes Kustomize merge the list.

## When to ignore it
When the list is meant to be replaced. A JSON patch with `op: replace` for the list says so.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kustomize kyaml/yaml/walk/walk.go, kyaml/openapi; kustomize issues 306, 3387",
    .check = check,
});

}  // namespace vlint::rules
