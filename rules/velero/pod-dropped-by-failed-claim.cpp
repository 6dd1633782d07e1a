#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Outcome;
using velero::Plan;
using velero::Reason;
using velero::VolumeUse;

// The volumes of a workload that would have been copied, and the Schedules that drop the pod.
struct Dropped {
  std::vector<const VolumeUse*> volumes;
  Schedules schedules;
};

Dropped find_dropped(const Plan& plan, std::size_t workload) {
  Dropped dropped;
  for (const VolumeUse& use : volumes_of(plan, workload)) {
    bool is_dropped = false;
    for (const velero::Verdict& verdict : use.verdicts) {
      const bool here = verdict.selected == Known::yes && verdict.reason == Reason::claim_failed &&
                        verdict.outcome == Outcome::fails && verdict.method == velero::Method::fs_backup;
      if (here) add_all(dropped.schedules, {&plan.schedules[verdict.schedule]});
      is_dropped |= here;
    }
    if (is_dropped) dropped.volumes.push_back(&use);
  }
  return dropped;
}

// The claims of the workload whose own error it is.
Claims failed_claims(const Plan& plan, std::size_t workload) {
  Claims claims;
  for (const velero::Claim& claim : plan.claims) {
    const bool is_here = std::any_of(claim.mounted_by.begin(), claim.mounted_by.end(),
                                     [&](std::uint32_t use) { return plan.volumes[use].workload == workload; });
    const bool fails = std::any_of(claim.verdicts.begin(), claim.verdicts.end(), [](const velero::Verdict& verdict) {
      return verdict.selected == Known::yes && verdict.outcome == Outcome::fails &&
             verdict.reason != Reason::claim_failed && verdict.method != velero::Method::fs_backup;
    });
    if (is_here && fails) claims.push_back(&claim);
  }
  return claims;
}

void report_workload(const ClusterModel& member, std::size_t workload, const Dropped& dropped, Report& report) {
  const auto& [cluster, plan] = member;
  const kube::Resource& resource = *plan.workloads[workload].resource;
  const Claims failed = failed_claims(plan, workload);
  if (failed.empty()) return;
  std::vector<std::string> names;
  for (const VolumeUse* use : dropped.volumes) names.emplace_back(use->name);
  Draft draft = report.at(
      name_of(*dropped.volumes.front()).span(),
      fmt::format(
          "the snapshot of {} fails and takes the pods of {} with it: {} has no copy of {} {}, which file system "
          "backup would have made",
          enumerate(failed), resource.title(), backups_of(dropped.schedules), names.size() == 1 ? "volume" : "volumes",
          enumerate(names)));
  draft.label("would have been copied").about(cluster, resource, dropped.volumes.front()->volume);
  for (const velero::Claim* claim : failed) draft.related(place_of(plan, *claim), "the claim whose snapshot fails");
  for (const velero::Schedule* schedule : dropped.schedules) {
    draft.related(schedule->resource->place(), "drops the pods");
  }
  draft.help(
      fmt::format("mend the snapshot, or give that claim to file system backup too: name its volume in `{}` of the "
                  "pod template",
                  kOptIn));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (std::size_t i = 0; i < member.plan.workloads.size(); ++i) {
      const Dropped dropped = find_dropped(member.plan, i);
      if (!dropped.volumes.empty()) report_workload(member, i, dropped, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_pod_dropped_by_failed_claim) = checked({
    .summary = "a claim whose snapshot fails drops its pod, with the volumes that would have been copied",
    .explanation = R"md(
## What it finds
A workload with a volume that file system backup would copy, and another whose claim Velero wants to snapshot and can't:
there is no VolumeSnapshotClass for it, it has no StorageClass, it is not bound.

## Why it matters
Velero handles a pod's claims before it copies the pod's volumes. An error of one claim ends the pod: it is not stored, and
none of its volumes is copied, also those that have nothing to do with the claim. The backup ends PartiallyFailed, and the
log speaks of the claim alone. The database that was carefully opted in is missing because of the cache beside it.

## How to fix it
Mend what makes the snapshot fail (it has a finding of its own), or give that claim to file system backup as well: name
its volume in `backup.velero.io/backup-volumes` on the pod template.

## When to ignore it
Never: the volumes are in no backup of this Schedule.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_backupper.go backupItemInternal, executeActions",
    .check = check,
});

}  // namespace vlint::rules
