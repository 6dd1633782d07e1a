#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Method;
using velero::VolumeUse;

std::string_view words_for(Method snapshot) {
  switch (snapshot) {
    case Method::csi_data_movement:
      return "a CSI snapshot that is moved";
    case Method::native_snapshot:
      return "a native snapshot";
    default:
      return "a CSI snapshot";
  }
}

void check_volume(const ClusterModel& member, const VolumeUse& use, Report& report) {
  const auto& [cluster, plan] = member;
  Schedules schedules;
  Method snapshot = Method::none;
  for (const velero::Verdict& verdict : use.verdicts) {
    const bool is_twice = verdict.selected == Known::yes && verdict.outcome == velero::Outcome::is_protected &&
                          verdict.method == Method::fs_backup && verdict.also != Method::none;
    if (!is_twice) continue;
    if (snapshot == Method::none) snapshot = verdict.also;
    schedules.push_back(&plan.schedules[verdict.schedule]);
  }
  if (schedules.empty()) return;
  const kube::Resource& workload = *plan.workloads[use.workload].resource;
  const bool is_ephemeral = use.source == "ephemeral";
  Draft draft = report.at(name_of(use).span(),
                          fmt::format("{} saves volume {} of {} twice: by file system backup and by {}",
                                      backups_of(schedules), use.name, workload.title(), words_for(snapshot)));
  draft.label("copied and snapshotted").about(cluster, workload, use.volume);
  for (const velero::Schedule* schedule : schedules) {
    draft.related(schedule->default_volumes_to_fs_backup.where, "file system backup is the default here");
  }
  draft.help(is_ephemeral
                 ? fmt::format("name it in `{}` of the pod template; its claim is snapshotted all the same", kOptOut)
                 : "let volume policies decide by something that the PersistentVolume has, such as `storageClass` or "
                   "`csi`: labels and phase of a claim are not seen when native snapshots are decided");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const VolumeUse& use : member.plan.volumes) check_volume(member, use, report);
  }
}

}  // namespace

VLINT_RULE(velero_backed_up_twice) = checked({
    .summary = "a volume is saved by file system backup and by a snapshot in the same backup",
    .explanation = R"md(
## What it finds
A volume that one Schedule copies by file system backup and snapshots as well: a generic ephemeral volume, whose claim
Velero doesn't take for the pod's, or a claim that a volume policy gives to fs-backup by `pvcLabels` or `pvcPhase` while
a native plugin knows its PersistentVolume.

## Why it matters
It costs time and space twice, on each run, and on a restore the two are in each other's way: the volume is made from the
snapshot and then the files are written over it. For an ephemeral volume both are mostly for nothing.

## How to fix it
Name an ephemeral volume in `backup.velero.io/backup-volumes-excludes` on the pod template. Let a volume policy match by
`storageClass`, `csi` or `volumeTypes`.

## When to ignore it
When both are meant.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go ShouldPerformSnapshot, pkg/util/podvolume",
    .check = check,
});

}  // namespace vlint::rules
