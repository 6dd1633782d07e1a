#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

// A workload whose pods run and write into the claim.
const velero::Workload* running_writer(const velero::Plan& plan, const velero::Claim& claim) {
  for (const std::uint32_t i : claim.mounted_by) {
    const velero::Workload& workload = plan.workloads[plan.volumes[i].workload];
    const std::string_view kind = workload.resource->kind;
    const bool stays = kind == "Deployment" || kind == "StatefulSet" || kind == "DaemonSet";
    const yaml::Value replicas = (*workload.resource)["spec"]["replicas"];
    const bool is_known = !replicas.is_set() || replicas.as_int().has_value();
    if (stays && is_known && replicas.as_int() != 0) return &workload;
  }
  return nullptr;
}

void check(const Model& model, Report& report) {
  for_each_active_destination(model, [&](const ClusterModel& member, const volsync::Destination& one) {
    const volsync::Replication& destination = one.replication;
    const velero::Claim* claim = copies_volume(destination) ? claim_of(member, destination) : nullptr;
    if (claim == nullptr) return;
    const bool waits = std::any_of(one.consumers.begin(), one.consumers.end(), [](const volsync::Consumer& consumer) {
      return consumer.way == volsync::Consumer::Way::data_source;
    });
    const velero::Workload* writer = running_writer(member.plan, *claim);
    if (writer == nullptr || waits) return;
    const bool repeats = destination.trigger.kind == volsync::TriggerKind::schedule;
    report
        .at(destination.claim.where(),
            fmt::format("{} restores into {}, which {} has mounted: {}the files of the backup are written below the "
                        "running application{}",
                        destination.title(), title_of(*claim), writer->resource->title(),
                        repeats ? "at each time of its schedule " : "",
                        repeats ? "" : ", whenever the object is made anew"))
        .label("in use")
        .about(member.cluster, *destination.resource, destination.claim.field)
        .related(writer->resource->place(), "writes into it")
        .help(
            "restore while the application is scaled to zero and keep the ReplicationDestination out of what is "
            "always applied, or let the claim be filled when it is made: `copyMethod: Snapshot` here, and a "
            "`dataSourceRef` in the claim");
  });
}

}  // namespace

VLINT_RULE(volsync_restore_into_running_app) = checked({
    .summary = "a ReplicationDestination restores into a claim that a running application uses",
    .explanation = R"md(
## What it finds
A ReplicationDestination whose `destinationPVC` is a claim that a Deployment, StatefulSet or DaemonSet with running pods
mounts.

## Why it matters
A `manual` trigger restores once for each value, and once more whenever the object is made anew: after a prune, in a new
cluster, when a policy of Kyverno makes it again. Then the mover writes an old state below the application, which has
its own in memory: databases are corrupted, new files are overwritten. With a ReadWriteOnce volume on another node it
waits for ever instead. In a new cluster the backup starts at the same moment, and stores what is there so far.

## How to fix it
Apply the ReplicationDestination for a restore only, with the application scaled to zero. Or let the claim be filled
when it is made, by a `dataSourceRef`: then the application starts after the restore.

## When to ignore it
When the application is scaled down whenever the object is applied.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/statemachine/machine.go, issue 627",
    .check = check,
});

}  // namespace vlint::rules
