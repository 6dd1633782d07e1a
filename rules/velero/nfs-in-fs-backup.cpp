#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/judged_volumes.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

bool is_copied(const velero::Plan&, const velero::VolumeUse& use, const velero::Verdict& verdict) {
  return use.source == "nfs" && verdict.reason == velero::Reason::default_is_fs_backup &&
         verdict.outcome == velero::Outcome::is_protected;
}

void check(const Model& model, Report& report) {
  for_each_judged(model, is_copied, [&](const JudgedWorkload& judged) {
    Draft draft = report_judged(
        judged,
        fmt::format("{} {} the whole NFS share behind {} by file system backup, once for each pod that mounts it",
                    enumerate(judged.schedules), judged.schedules.size() == 1 ? "copies" : "copy", judged.title()),
        "the share is copied", report);
    const std::vector<std::string_view> names = judged.views();
    draft.help(
        fmt::format("to leave it out for this workload write `{}: {}` in the pod template's annotations; for all "
                    "of them, a volume policy with the condition `nfs: {{}}` and the action skip",
                    kOptOut, list_with(judged.workload.pod, kOptOut, names)));
    offer_list(model, *judged.workload.resource, kOptOut, names,
               fmt::format("exclude {} from file system backup", enumerate(judged.names())), draft, Safety::unsafe);
  });
}

}  // namespace

VLINT_RULE(velero_nfs_in_fs_backup) = checked({
    .summary = "a Schedule copies an NFS share by file system backup because that is its default",
    .explanation = R"md(
## What it finds
Pod volumes of the type `nfs` that a Schedule copies by file system backup because `defaultVolumesToFsBackup` is true.
Shares that the pod opts in, and shares behind a claim, are not meant.

## Why it matters
The share lives on a server outside of the cluster, and usually is backed up there. Velero reads all of it through the
network, and again for every pod that mounts it, since there is no claim by which it could know that it is the same. A
media library keeps the node's data path slot busy for hours, and everything behind it waits until the timeout.

## How to fix it
Exclude the volume in the pod template's annotation `backup.velero.io/backup-volumes-excludes` (`vlint --fix
--unsafe-fixes` writes it: unsafe, since the share may have no other backup), or skip all shares by a volume policy:

```yaml
volumePolicies:
  - conditions:
      nfs: {}
    action:
      type: skip
```

## When to ignore it
When this copy is the backup of the share. Then opt the volume in by name, in one pod.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go, pkg/podvolume/backupper.go",
    .check = check,
});

}  // namespace vlint::rules
