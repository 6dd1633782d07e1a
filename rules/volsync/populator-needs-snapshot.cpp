#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

using volsync::Consumer;

bool is_populated(const Consumer& consumer) {
  return consumer.way == Consumer::Way::data_source || consumer.way == Consumer::Way::claim_template;
}

void check(const Model& model, Report& report) {
  for_each_active_destination(model, [&](const ClusterModel& member, const volsync::Destination& one) {
    const volsync::Replication& destination = one.replication;
    if (destination.copy_method != volsync::CopyMethod::direct) return;
    const auto consumer = std::find_if(one.consumers.begin(), one.consumers.end(), is_populated);
    if (consumer == one.consumers.end()) return;
    report
        .at(destination.copy_method_text.where(),
            fmt::format("{} has copyMethod Direct, but {} is to be filled from it, which takes a snapshot: the claim "
                        "stays Pending, and so do its pods",
                        destination.title(), title_of(*consumer)))
        .label("makes no snapshot")
        .about(member.cluster, *destination.resource, destination.copy_method_text.field)
        .related(consumer->where, "waits for a snapshot")
        .fix("write copyMethod: Snapshot", Safety::unsafe, *destination.resource,
             yaml::set_scalar(destination.copy_method_text.field, "Snapshot"));
  });
}

}  // namespace

VLINT_RULE(volsync_populator_needs_snapshot) = checked({
    .summary = "a claim is to be filled from a ReplicationDestination that makes no snapshot",
    .explanation = R"md(
## What it finds
A claim with a `dataSourceRef` to a ReplicationDestination with `copyMethod: Direct`.

## Why it matters
VolSync fills claims from snapshots only: "ReplicationDestination latestImage is not a volumesnapshot", and it does not
try again. The claim stays Pending, and the application doesn't start.

## How to fix it
Write `copyMethod: Snapshot`, which `vlint --fix --unsafe-fixes` does. The volume's CSI driver has to take snapshots.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumepopulator_controller.go",
    .check = check,
});

}  // namespace vlint::rules
