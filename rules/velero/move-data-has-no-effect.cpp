#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

using velero::Method;
using velero::Plan;

// What becomes of the claims of one Schedule.
struct Shares {
  Claims copied;  // by file system backup, since that is the default
  Claims moved;
};

Shares share(const Plan& plan, std::size_t schedule) {
  Shares shares;
  for (const velero::Claim& claim : plan.claims) {
    const velero::Verdict& verdict = claim.verdicts[schedule];
    if (verdict.selected != Known::yes || verdict.outcome != velero::Outcome::is_protected) continue;
    const bool is_copied = verdict.method == Method::fs_backup && verdict.also == Method::none &&
                           verdict.reason == velero::Reason::default_is_fs_backup;
    if (is_copied) shares.copied.push_back(&claim);
    if (verdict.method == Method::csi_data_movement) shares.moved.push_back(&claim);
  }
  return shares;
}

std::string sentence(const velero::Schedule& schedule, const Shares& shares) {
  const std::size_t copied = shares.copied.size();
  const std::string first = fmt::format(
      "snapshotMoveData of {} has no effect on {} {} that a pod mounts: defaultVolumesToFsBackup copies {} by "
      "file system backup, which comes first",
      title_of(schedule), copied, copied == 1 ? "claim" : "claims", copied == 1 ? "it" : "them");
  if (shares.moved.empty()) return first;
  return fmt::format("{}, and only the {} that no pod mounts {} moved", first, shares.moved.size(),
                     shares.moved.size() == 1 ? "is" : "are");
}

void check_schedule(const ClusterModel& member, std::size_t index, Report& report) {
  const auto& [cluster, plan] = member;
  const velero::Schedule& schedule = plan.schedules[index];
  const velero::Setting& moves = schedule.snapshot_move_data;
  const velero::Setting& copies = schedule.default_volumes_to_fs_backup;
  if (moves.value != Known::yes || copies.value != Known::yes) return;
  const Shares shares = share(plan, index);
  if (shares.copied.empty()) return;
  const bool is_here = moves.from == velero::SettingFrom::schedule;
  Draft draft = report.at(is_here ? moves.where : schedule.resource->place(), sentence(schedule, shares));
  draft.label("no effect on mounted claims").about(cluster, *schedule.resource);
  draft.related(copies.where, "file system backup is the default here");
  if (!is_here) draft.related(moves.where, "data movement is the default here");
  draft.related(place_of(plan, *shares.copied.front()), "copied by file system backup");
  if (!shares.moved.empty()) draft.related(place_of(plan, *shares.moved.front()), "moved, since no pod mounts it");
  draft.help(
      "to move the data of every claim on a CSI driver set `defaultVolumesToFsBackup: false`; to keep file system "
      "backup "
      "take `snapshotMoveData` out. Naming volumes in `backup.velero.io/backup-volumes` changes nothing");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (std::size_t i = 0; i < member.plan.schedules.size(); ++i) check_schedule(member, i, report);
  }
}

}  // namespace

VLINT_RULE(velero_move_data_has_no_effect) = checked({
    .summary = "snapshotMoveData is on, and file system backup takes the claims first",
    .explanation = R"md(
## What it finds
A Schedule with `snapshotMoveData` and `defaultVolumesToFsBackup` both true (by itself or by the server's flags) that
copies at least one claim by file system backup.

## Why it matters
File system backup is decided first, and a claim that it copies gets no snapshot, so there is nothing to move. Only claims
that no pod mounts are moved. Nothing is lost, but it looks so: whoever counts DataUploads finds a few of many claims and
takes the others for unprotected, while their data is in PodVolumeBackups. And what was wanted, a consistent snapshot,
is not what was made: files are copied while the application writes them.

## How to fix it
Choose one. For data movement of everything on CSI drivers set `defaultVolumesToFsBackup: false`; volumes without
snapshots (NFS, EFS) are then named in `backup.velero.io/backup-volumes`, or given to fs-backup by a volume policy. For
file system backup of everything take `snapshotMoveData` out.

## When to ignore it
When the claims that nobody mounts are meant to be moved, and all others copied.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go ShouldPerformSnapshot, issue 5533",
    .check = check,
});

}  // namespace vlint::rules
