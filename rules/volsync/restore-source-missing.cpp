#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

bool is_missing(const FillReference& one, std::vector<std::string_view>& names) {
  const yaml::Value name = one.reference["name"];
  if (one.reference["kind"].text() != "ReplicationDestination" ||
      one.reference["apiGroup"].text() != "volsync.backube") {
    return false;
  }
  if (!name.is_set() || !kube::has_known_text(name) || one.reference["namespace"].is_set()) return false;
  for (const volsync::Destination& destination : one.member.volsync.destinations) {
    const kube::Resource& resource = *destination.replication.resource;
    const bool may_be_here = resource.name_space == one.owner.name_space || resource.name_space.empty() ||
                             one.owner.name_space.empty() || !kube::has_known_text(resource.metadata["name"]);
    if (!may_be_here) continue;
    if (resource.name == name.text() || !kube::has_known_text(resource.metadata["name"])) return false;
    names.push_back(resource.name);
  }
  return true;
}

void check(const Model& model, Report& report) {
  for_each_fill_reference(model, [&](const FillReference& one) {
    std::vector<std::string_view> names;
    if (!is_missing(one, names) || may_hold_more(model, one.member)) return;
    const yaml::Value name = one.reference["name"];
    Draft draft = report.at(
        name.span(),
        fmt::format("{} is to be filled from the ReplicationDestination {}, which is not in its namespace: the claim "
                    "stays Pending, and so do its pods",
                    one.claim, name.text()));
    draft.label("no such ReplicationDestination").about(one.member.cluster, one.owner, name);
    if (const std::optional<std::string_view> near = closest(name.text(), names, 1)) {
      draft.fix(fmt::format("write {}", *near), Safety::safe, one.owner, yaml::set_scalar(name, *near));
    } else {
      draft.help("name a ReplicationDestination of the claim's namespace, or remove the dataSourceRef");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_restore_source_missing) = checked({
    .summary = "a claim is to be filled from a ReplicationDestination that does not exist",
    .explanation = R"md(
## What it finds
A PersistentVolumeClaim, or a claim template of a StatefulSet, with a `dataSourceRef` to a ReplicationDestination that
its namespace doesn't have.

## Why it matters
The claim waits for it for ever: it stays Pending, and the application doesn't start, without an error in any log of
its own.

## How to fix it
Correct the name, which `vlint --fix` does where it is one typing error away, or add the ReplicationDestination.

## When to ignore it
When somebody applies the ReplicationDestination by hand before a restore.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumepopulator_controller.go",
    .check = check,
});

}  // namespace vlint::rules
