#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "rules/common/judged_volumes.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

bool is_without_snapshot(velero::Reason reason) {
  using velero::Reason;
  return reason == Reason::no_pods || reason == Reason::csi_disabled || reason == Reason::no_csi_plugin ||
         reason == Reason::not_csi_volume || reason == Reason::snapshot_volumes_false;
}

// The pod says that it is not to be copied: by its label, or by the list of volumes to leave out.
bool is_left_out(const velero::Workload& workload, std::string_view volume) {
  const yaml::Value metadata = workload.pod.metadata;
  if (metadata["labels"]["velero.io/exclude-from-backup"].is_set()) return true;
  const std::vector<ListedName> names = listed_names(metadata["annotations"][kOptOut]);
  return std::any_of(names.begin(), names.end(), [&](const ListedName& name) { return name.text == volume; });
}

// A claim that file system backup would copy if its workload had a pod, and that nothing else protects.
bool lacks_only_pods(const velero::Plan& plan, const velero::VolumeUse& use, const velero::Verdict& verdict) {
  const velero::Workload& workload = plan.workloads[use.workload];
  const velero::Schedule& schedule = plan.schedules[verdict.schedule];
  return use.source == "persistentVolumeClaim" && use.is_protected == Known::no &&
         (*workload.resource)["spec"]["replicas"].as_int() == 0 && workload.pods == velero::Certainty::proven &&
         schedule.default_volumes_to_fs_backup.value == Known::yes && schedule.runs == Known::yes &&
         schedule.has_volume_policies == Known::no && !is_left_out(workload, use.name) &&
         verdict.outcome == velero::Outcome::not_protected && is_without_snapshot(verdict.reason) && !verdict.assumed;
}

void check(const Model& model, Report& report) {
  for_each_judged(model, lacks_only_pods, [&](const JudgedWorkload& judged) {
    report_judged(judged,
                  fmt::format("{} is in no backup: the workload is scaled to 0, file system backup copies only from "
                              "running pods, and no snapshot is taken",
                              judged.title()),
                  "nothing copies it", report)
        .help("take snapshots of its claim, or delete the claim if its data is no longer needed");
  });
}

}  // namespace

VLINT_RULE(velero_scaled_to_zero) = checked({
    .summary = "a workload without pods has claims that only a pod's backup could save",
    .explanation = R"md(
## What it finds
Claims of a workload with `replicas: 0` in a Schedule with file system backup as its default, of which no snapshot is
taken either. Workloads that a scaler scales are left out, and so are claims that another pod mounts, volumes that the
pod excludes, and Schedules with volume policies.

## Why it matters
File system backup copies a volume through a running pod. Without one Velero stores the claim without its data, says
nothing, and the backup is Completed. After the last older backup has expired there is no copy left.

## How to fix it
Let Velero take snapshots of the claim (CSI with `--features=EnableCSI` and a VolumeSnapshotClass), which need no pod. Or
delete the claim, if the workload is gone for good.

## When to ignore it
When the workload rests for a short time and a backup from before is kept, or the data can be made again.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/podvolume/backupper.go, pkg/backup/item_backupper.go",
    .check = check,
});

}  // namespace vlint::rules
