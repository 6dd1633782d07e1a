#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

using volsync::Consumer;

// The claim that the destination restores into and that is to be filled from it.
const Consumer* waiting_target(const volsync::Destination& one) {
  for (const Consumer& consumer : one.consumers) {
    const bool is_target = consumer.way == Consumer::Way::data_source && consumer.resource != nullptr &&
                           consumer.resource->name == one.replication.claim.text() &&
                           consumer.resource->name_space == one.replication.resource->name_space;
    if (is_target) return &consumer;
  }
  return nullptr;
}

// With a snapshot in place of destinationPVC, and with what VolSync then has to know of the volume.
yaml::Edits repair(const volsync::Replication& destination, yaml::Value claim_spec) {
  const yaml::Value spec = mover_spec(destination);
  const yaml::Entry target = spec.find("destinationPVC");
  const yaml::Value method = spec["copyMethod"];
  const yaml::Value size = claim_spec["resources"]["requests"]["storage"];
  if (!method.is_set()) return Error{"it has no copyMethod"};
  yaml::Edits edits = yaml::set_scalar(method, "Snapshot");
  if (!edits.ok()) return edits;
  std::vector<TextEdit> all = *edits;
  if (destination.capacity.given() != Known::no) {
    Result<yaml::Removal> removal = yaml::remove_entry(target.key, yaml::OnlyChild::leave_empty);
    if (!removal.ok() || destination.access_modes.size() == 0) return Error{"its volume is not known"};
    add_edits(all, removal->edits);
    return all;
  }
  if (!size.is_set() || !kube::has_known_text(size)) return Error{"the size of the claim is not known"};
  const yaml::Edits renamed = yaml::rename_key(target.key, "capacity");
  const yaml::Edits written = yaml::set_scalar(target.value, size.text());
  if (!renamed.ok() || !written.ok()) return renamed.ok() ? written : renamed;
  add_edits(all, *renamed);
  add_edits(all, *written);
  if (destination.access_modes.size() > 0) return all;
  std::vector<yaml::NewValue> modes;
  for (const yaml::Value mode : claim_spec["accessModes"].items()) modes.push_back(yaml::NewValue::string(mode.text()));
  if (modes.empty()) return Error{"the access modes of the claim are not known"};
  const yaml::Edits added = yaml::add_entry(spec, "accessModes", yaml::NewValue::sequence(std::move(modes)));
  if (!added.ok()) return added;
  add_edits(all, *added);
  return all;
}

void check(const Model& model, Report& report) {
  for_each_active_destination(model, [&](const ClusterModel& member, const volsync::Destination& one) {
    const volsync::Replication& destination = one.replication;
    const Consumer* target = destination.claim.given() == Known::yes ? waiting_target(one) : nullptr;
    if (target == nullptr || !copies_volume(destination)) return;
    Draft draft = report.at(destination.claim.where(),
                            fmt::format("{} restores into the claim {}, which waits to be filled from it: neither ever "
                                        "begins, and the application doesn't start",
                                        destination.title(), destination.claim.text()));
    draft.label("waits for this restore").about(member.cluster, *destination.resource, destination.claim.field);
    draft.related(target->where, "to be filled from the ReplicationDestination");
    yaml::Edits edits = repair(destination, (*target->resource)["spec"]);
    if (edits.ok()) {
      draft.fix("restore into a snapshot, without destinationPVC", Safety::unsafe, *destination.resource,
                std::move(edits));
    } else {
      draft.help(
          "remove `destinationPVC`, and write `copyMethod: Snapshot` with the capacity and accessModes of the claim");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_restore_cycle) = checked({
    .summary = "a ReplicationDestination and its claim wait for each other",
    .explanation = R"md(
## What it finds
A ReplicationDestination whose `destinationPVC` is a claim that has that ReplicationDestination as its `dataSourceRef`.

## Why it matters
The mover waits until it can mount the claim. The claim is made when the restore has left a snapshot. Both wait for
ever, and the application with them. On a cluster where the claim is there already nobody notices; the day on which the
cluster is built anew is the first one.

## How to fix it
One way only. `copyMethod: Snapshot`, `capacity` and `accessModes` and no `destinationPVC` let the claim be filled when
it is made; `vlint --fix --unsafe-fixes` writes that. Or remove the `dataSourceRef`.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumepopulator_controller.go, issue 1129",
    .check = check,
});

}  // namespace vlint::rules
