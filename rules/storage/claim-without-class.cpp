#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"

namespace vlint::rules {
namespace {

using velero::Reason;

void report_claim(const ClusterModel& member, const JudgedClaim& judged, const velero::ClaimFacts& facts,
                  Report& report) {
  const kube::Resource* owner = owner_of(member.plan, *judged.claim);
  const bool is_empty = facts.class_name.empty();
  Draft draft = report.at(
      facts.class_where,
      fmt::format("{} {}, and Velero takes no CSI snapshot without one: {} ends PartiallyFailed without the claim and "
                  "the pods that mount it",
                  title_of(*judged.claim),
                  is_empty ? std::string("has no StorageClass")
                           : fmt::format("has the StorageClass {}, which does not exist", facts.class_name),
                  backups_of(judged.schedules)));
  draft.label(is_empty ? "no class" : "no such class").about(member.cluster, *owner);
  for (const velero::Schedule* schedule : judged.schedules) {
    draft.related(schedule->resource->place(), "takes snapshots of claims that no pod has copied");
  }
  draft.help(
      "write the same class into the claim and its PersistentVolume, or give the volume to file system backup by "
      "naming "
      "it in `backup.velero.io/backup-volumes` of its pod");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Storage storage(member.cluster, member.plan.install.is_dump);
    const std::vector<JudgedClaim> refused = claims_where(member.plan, [](const velero::Verdict& verdict) {
      const bool is_class =
          verdict.reason == Reason::no_storage_class || verdict.reason == Reason::storage_class_missing;
      return is_class && verdict.outcome == velero::Outcome::fails;
    });
    for (const JudgedClaim& judged : refused) {
      const std::optional<velero::ClaimFacts> facts = facts_of(storage, member.plan, *judged.claim);
      if (facts) report_claim(member, judged, *facts, report);
    }
  }
}

}  // namespace

VLINT_RULE(storage_claim_without_class) = checked({
    .summary = "a Schedule wants a CSI snapshot of a claim without a StorageClass",
    .explanation = R"md(
## What it finds
A claim with `storageClassName: ""` that is bound to a PersistentVolume with a CSI driver, while a Schedule takes its CSI
snapshot. In a dump of a cluster also a claim without a class, and one whose class is not there.

## Why it matters
Claims that are bound by hand work without a class, but Velero finds the VolumeSnapshotClass by way of the StorageClass.
Without it the claim is an error: it is not stored, a pod that mounts it is dropped with everything that file system
backup would have copied of it, and the backup ends PartiallyFailed.

## How to fix it
Write the name of a StorageClass with the volume's driver into both the PersistentVolume and the claim (a claim can't be
changed: it must be made anew). Or let file system backup copy the volume: name it in `backup.velero.io/backup-volumes`
on the pod template.

## When to ignore it
When the driver has no snapshots and another tool saves the share; a volume policy with the action skip says so to
Velero.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/actions/csi/pvc_action.go validatePVCandPV, getVolumeSnapshotClass",
    .check = check,
});

}  // namespace vlint::rules
