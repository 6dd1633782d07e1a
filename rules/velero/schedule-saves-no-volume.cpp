#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/native_snapshots.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using velero::Outcome;
using velero::Plan;
using velero::Reason;

// Each of these has a rule of its own that speaks where it is the reason.
bool is_reported_elsewhere(Reason reason, bool wants_csi) {
  return reason == Reason::suppressed_by_fs_backup || reason == Reason::no_csi_plugin ||
         (reason == Reason::csi_disabled && wants_csi);
}

// The repository shows that CSI snapshots are meant to be taken.
bool wants_csi_snapshots(const ClusterModel& member, const velero::Schedule& schedule) {
  return schedule.snapshot_move_data.value != Known::no ||
         !member.cluster.of_kind("snapshot.storage.k8s.io", "VolumeSnapshotClass").empty();
}

// The claims that the Schedule takes, all of them described by manifests, when it saves the data of none of them and of
// no volume. Claims that another tool saves don't count.
Claims unsaved(const ClusterModel& member, std::size_t schedule) {
  const Plan& plan = member.plan;
  const bool wants_csi = wants_csi_snapshots(member, plan.schedules[schedule]);
  Claims claims;
  for (const velero::Claim& claim : plan.claims) {
    const velero::Verdict& verdict = claim.verdicts[schedule];
    if (verdict.selected == Known::no) continue;
    const bool is_unsaved = verdict.selected == Known::yes && verdict.outcome == Outcome::not_protected;
    if (is_unsaved && saved_by_others(member, claim) != Known::no) continue;
    const bool is_lost = is_unsaved && claim.is_protected == Known::no &&
                         claim.existence != velero::Certainty::unknown &&
                         !is_reported_elsewhere(verdict.reason, wants_csi);
    if (!is_lost) return {};
    claims.push_back(&claim);
  }
  const bool saves_some = std::any_of(plan.volumes.begin(), plan.volumes.end(), [&](const velero::VolumeUse& use) {
    const velero::Verdict& verdict = use.verdicts[schedule];
    return verdict.selected != Known::no && (verdict.outcome == Outcome::is_protected ||
                                             verdict.outcome == Outcome::unknown || verdict.outcome == Outcome::fails);
  });
  return saves_some ? Claims{} : claims;
}

std::string help_for(Reason reason, bool is_host_path) {
  switch (reason) {
    case Reason::snapshot_volumes_false:
      return "take `snapshotVolumes: false` out, or set `defaultVolumesToFsBackup: true`";
    case Reason::csi_disabled:
      return "run the server with `--features=EnableCSI` and add a VolumeSnapshotClass, or set "
             "`defaultVolumesToFsBackup: true`";
    case Reason::not_csi_volume:
      if (is_host_path) {
        return "Velero can't save hostPath volumes in any way: use a provisioner of `local` or CSI volumes, or another "
               "tool";
      }
      return "set `defaultVolumesToFsBackup: true`, or name the volumes in `backup.velero.io/backup-volumes` of their "
             "pods: only CSI volumes are snapshotted without a plugin";
    default:
      return "set `defaultVolumesToFsBackup: true`, or name the volumes in `backup.velero.io/backup-volumes` of their "
             "pods";
  }
}

void check_schedule(const ClusterModel& member, std::size_t index, Report& report) {
  const auto& [cluster, plan] = member;
  const velero::Schedule& schedule = plan.schedules[index];
  if (schedule.runs != Known::yes || schedule.is_valid != Known::yes) return;
  const Claims claims = unsaved(member, index);
  // A filter that keeps native snapshots away has a rule of its own.
  if (claims.empty() || !lost_without_volumes(member, schedule).empty()) return;
  const velero::Verdict& verdict = claims.front()->verdicts[index];
  const bool is_off = verdict.reason == Reason::snapshot_volumes_false;
  const velero::Setting& snapshots = schedule.snapshot_volumes;
  Draft draft =
      report.at(is_off && snapshots.where.valid() ? snapshots.where : schedule.resource->place(),
                fmt::format("{} stores {} without {}: {}, and {} Completed all the same", title_of(schedule),
                            enumerate(claims), claims.size() == 1 ? "its data" : "the data of any",
                            velero::explain(verdict.reason), schedule.one_off ? "it is" : "each of its backups is"));
  draft.label("saves no volume").about(cluster, *schedule.resource);
  draft.related(place_of(plan, *claims.front()), "in no backup");
  const velero::Storage storage(cluster, plan.install.is_dump);
  const std::optional<velero::ClaimFacts> facts = facts_of(storage, plan, *claims.front());
  draft.help(help_for(verdict.reason, facts && facts->host_path == Known::yes));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const bool sees_all = !may_hold_unseen_objects(model, member.cluster) && !member.plan.install.servers.empty();
    if (!sees_all || has_unjudged_backup_tool(member)) continue;
    for (std::size_t i = 0; i < member.plan.schedules.size(); ++i) check_schedule(member, i, report);
  }
}

}  // namespace

VLINT_RULE(velero_schedule_saves_no_volume) = checked({
    .summary = "a Schedule takes claims and saves the data of none of them",
    .explanation = R"md(
## What it finds
A Schedule that runs and selects claims, while nothing saves the data of any: snapshots are off and file system backup is
neither the default nor asked for, or the volumes are of a kind that nobody can snapshot. It is silent about
claims that another Schedule, VolSync, K8up, CloudNativePG or Longhorn's recurring jobs save or may save, where the
cluster has Kasten, Stash or policies of Kyverno that change objects, and where charts, templates or Applications deploy
more than is seen.

## Why it matters
The backups are Completed and hold PersistentVolumeClaims without what was in them. A restore makes empty volumes.

## How to fix it
Set `defaultVolumesToFsBackup: true` in the Schedule's template, name the volumes in `backup.velero.io/backup-volumes` on
the pod templates, or make CSI snapshots possible (the feature EnableCSI, a VolumeSnapshotClass).

## When to ignore it
When a Schedule is for manifests alone, and volumes are saved by something outside of the cluster.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_backupper.go, internal/volumehelper/volume_policy_helper.go",
    .check = check,
});

}  // namespace vlint::rules
