#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Reason;

// Why file system backup makes no copy of the claim.
std::string cause_of(const velero::Verdict& verdict) {
  switch (verdict.cause) {
    case Reason::host_path_volume:
      return "its PersistentVolume is a hostPath";
    case Reason::block_volume:
      return "it is a block device";
    case Reason::init_only_mount:
      return "only init containers mount it";
    case Reason::not_mounted:
      return "no regular container mounts it";
    case Reason::default_token_name:
      return "the volume's name begins with default-token";
    case Reason::pod_not_running:
      return verdict.assumed ? "its pod has finished by then, as far as manifests tell" : "its pod is not running";
    case Reason::resource_not_selected:
      return "the Schedule's resource filters leave out pods";
    case Reason::policy_other_action:
      return "a volume policy gives the claim to snapshots, which is not seen when those are decided";
    case Reason::selector_misses:
      return "the Schedule's label selector does not take its pod";
    default:
      return velero::explain(verdict.cause);
  }
}

std::string help_for(Reason cause) {
  switch (cause) {
    case Reason::host_path_volume:
      return "neither file system backup nor snapshots save a hostPath: use a provisioner of `local` or CSI volumes, "
             "or "
             "another tool for this claim";
    case Reason::block_volume:
    case Reason::pod_not_running:
      return fmt::format("name the volume in `{}` of the pod template: then its snapshot is taken", kOptOut);
    case Reason::init_only_mount:
    case Reason::not_mounted:
      return fmt::format(
          "mount the volume in a regular container, or name it in `{}` of the pod template: then its "
          "snapshot is taken",
          kOptOut);
    case Reason::default_token_name:
      return "give the volume another name";
    case Reason::resource_not_selected:
      return "add pods to the Schedule's included resources, or set `defaultVolumesToFsBackup: false` so that "
             "snapshots "
             "are taken";
    case Reason::policy_other_action:
      return "let the volume policy decide by something that the PersistentVolume has, such as `storageClass` or `csi`";
    default:
      return fmt::format(
          "let the Schedule take the pod, or name the volume in `{}` of the pod template: then its "
          "snapshot is taken",
          kOptOut);
  }
}

void report_claim(const ClusterModel& member, const JudgedClaim& judged, Report& report) {
  const auto& [cluster, plan] = member;
  const velero::Verdict& verdict = *judged.verdict;
  const kube::Resource* owner = owner_of(plan, *judged.claim);
  if (owner == nullptr) return;
  const bool is_mounted = !judged.claim->mounted_by.empty();
  const velero::VolumeUse* use = is_mounted ? &plan.volumes[judged.claim->mounted_by.front()] : nullptr;
  const kube::Resource& subject = use != nullptr ? *plan.workloads[use->workload].resource : *owner;
  Draft draft = report.at(
      use != nullptr ? name_of(*use).span() : owner->place(),
      fmt::format(
          "{} stores {} without its data: file system backup is asked for and makes no copy, since {}, and that "
          "keeps its snapshot away",
          backups_of(judged.schedules), title_of(*judged.claim), cause_of(verdict)));
  if (verdict.assumed) draft.severity(Severity::warning);
  draft.label("neither copied nor snapshotted").about(cluster, subject, use != nullptr ? use->volume : yaml::Value{});
  for (const velero::Evidence& evidence : verdict.evidence) {
    if (use == nullptr || evidence.where != use->volume.span()) draft.related(evidence.where, evidence.message);
  }
  if (use == nullptr) {
    draft.help(
        "no pod mounts it: let the volume policy give it to snapshots, by an item with the action `snapshot` first");
    return;
  }
  draft.help(help_for(verdict.cause));
  const bool has_policies =
      std::any_of(judged.schedules.begin(), judged.schedules.end(),
                  [](const velero::Schedule* schedule) { return schedule->has_volume_policies != Known::no; });
  if (has_policies && verdict.cause != Reason::policy_other_action) {
    draft.help("a volume policy that asks for the copy has to leave the claim out, too");
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    // Whoever labels a pod to be left out may mean its data.
    const std::vector<JudgedClaim> suppressed = claims_where(member.plan, [](const velero::Verdict& verdict) {
      return verdict.reason == Reason::suppressed_by_fs_backup && verdict.outcome == velero::Outcome::not_protected &&
             verdict.cause != Reason::excluded_by_label;
    });
    for (const JudgedClaim& judged : suppressed) {
      if (judged.claim->is_protected != Known::yes) report_claim(member, judged, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_suppressed_without_copy) = checked({
    .summary = "file system backup makes no copy of a claim and keeps its snapshot away, so its data is in no backup",
    .explanation = R"md(
## What it finds
A claim that a Schedule stores without its data, because file system backup is asked for it (by
`defaultVolumesToFsBackup`, the annotation `backup.velero.io/backup-volumes` or a volume policy) and can't make a copy:
the volume is a hostPath or a block device, no regular container mounts it, its pod has finished (a Job), or the Schedule
does not take the pod. Claims that another Schedule protects are left out, and those of pods with the label
`velero.io/exclude-from-backup`. Where that rests on an assumption about the cluster, the finding is a warning.

## Why it matters
Velero decides on the snapshot by what the pod asks for, not by what was copied. So the claim gets neither. There is a
warning in the log at most, and the backup is Completed: the loss shows when somebody restores.

## How to fix it
Where the volume is on a CSI driver, take it out of file system backup: name it in `backup.velero.io/backup-volumes-excludes`
on the pod template, and the snapshot is taken. A volume that only init containers mount can also be mounted, read-only,
in a regular one. A hostPath can't be saved by Velero at all.

## When to ignore it
When the data can be made again. Then exclude the volume all the same, so that everybody sees it is meant.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources =
        "velero internal/volumehelper/volume_policy_helper.go ShouldPerformSnapshot, pkg/podvolume/backupper.go, "
        "issues 5705, 8251 and 9035",
    .check = check,
});

}  // namespace vlint::rules
