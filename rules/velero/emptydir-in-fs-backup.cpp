#include <fmt/format.h>

#include <map>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/judged_volumes.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Reason;
using velero::VolumeUse;

// A volume that a hook fills before the backup is Velero's documented way to back up a dump.
bool is_copied(const velero::Plan& plan, const VolumeUse& use, const velero::Verdict& verdict) {
  return use.source == "emptyDir" && verdict.method == velero::Method::fs_backup &&
         verdict.outcome == velero::Outcome::is_protected &&
         !is_filled_by_hook(plan.workloads[use.workload], use.name, plan.schedules);
}

// How many workloads each Schedule copies emptyDirs of because that is its default.
using WorkloadCounts = std::map<const velero::Schedule*, std::size_t>;

// One volume policy instead of an annotation on each workload, where many are affected (velero
// internal/resourcepolicies/volume_types_conditions.go: volumeTypes, from 1.13 on).
void suggest_policy(const JudgedWorkload& copied, const WorkloadCounts& counts, Draft& draft) {
  constexpr std::size_t kMany = 3;
  if (!copied.model.plan.install.is_at_least(1, 13)) return;
  for (const velero::Schedule* schedule : copied.schedules) {
    const auto affected = counts.find(schedule);
    if (affected == counts.end() || affected->second < kMany) continue;
    const std::string_view policy = schedule->backup.resource_policy["name"].text();
    const std::string where = policy.empty() ? "in a ConfigMap that its `resourcePolicy` names"
                                             : fmt::format("first in its volume policy {}", policy);
    draft.help(
        fmt::format("or, for all {} workloads that {} copies emptyDirs of, write `{{conditions: {{volumeTypes: "
                    "[emptyDir]}}, action: {{type: skip}}}}` {}",
                    affected->second, schedule->name, where));
  }
}

void report_workload(const Model& model, const JudgedWorkload& copied, const WorkloadCounts& counts, Report& report) {
  const std::vector<std::string> names = copied.names();
  const bool one = names.size() == 1;
  Draft draft = report_judged(
      copied,
      fmt::format("{} {} emptyDir {} by file system backup: nothing in {} outlives the pod, and a copy that "
                  "hangs leaves the whole backup PartiallyFailed",
                  enumerate(copied.schedules), copied.schedules.size() == 1 ? "copies" : "copy", copied.title(),
                  one ? "it" : "them"),
      "this emptyDir is copied", report);
  const bool by_policy = copied.has_reason(Reason::policy_fs_backup);  // which no annotation overrules
  const bool by_annotation = copied.has_reason(Reason::opted_in);
  if (by_policy) {
    draft.help(
        "let a volume policy with `volumeTypes: [emptyDir]` and the action skip stand before the one that matches");
  }
  if (by_annotation) draft.help(fmt::format("take {} out of {}", enumerate(names), kOptIn));
  if (!copied.has_reason(Reason::default_is_fs_backup)) return;
  const std::vector<std::string_view> views = copied.views();
  draft.help(fmt::format("exclude {} in the pod template's annotations: `{}: {}`", one ? "it" : "them", kOptOut,
                         list_with(copied.workload.pod, kOptOut, views)));
  suggest_policy(copied, counts, draft);
  // An exclusion is the whole repair only where nothing but the default asks for the copies.
  if (by_policy || by_annotation) return;
  offer_list(model, *copied.workload.resource, kOptOut, views,
             fmt::format("exclude {} from file system backup", enumerate(names)), draft);
}

void check(const Model& model, Report& report) {
  WorkloadCounts counts;
  for_each_judged(model, is_copied, [&](const JudgedWorkload& copied) {
    if (!copied.has_reason(Reason::default_is_fs_backup)) return;
    for (const velero::Schedule* schedule : copied.schedules) ++counts[schedule];
  });
  for_each_judged(model, is_copied,
                  [&](const JudgedWorkload& copied) { report_workload(model, copied, counts, report); });
}

}  // namespace

VLINT_RULE(velero_emptydir_in_fs_backup) = checked({
    .summary = "a Schedule copies an emptyDir by file system backup",
    .explanation = R"md(
## What it finds
Workloads in a namespace that a Schedule selects, with an emptyDir (on disk or in memory) that Velero copies by file
system backup: because `defaultVolumesToFsBackup` is true and nothing excludes the volume, or because the pod opts it in.
It is silent when a volume policy skips the volume, when the pod is not selected, and when a pre-backup hook writes into
the volume's mount path (the documented way to back up a database dump).

## Why it matters
An emptyDir is scratch space: it begins empty with every pod and is gone with it, so its backup restores nothing of use.
It costs more than that: it holds sockets, lock files and caches that change while they are read, and every copy waits
for one of the node's few data path slots (one by default). One copy that never ends holds up all behind it until
`--fs-backup-timeout`, four hours by default, and the backup ends PartiallyFailed, night after night, although all data
that matters was saved.

## How to fix it
Name the volumes in the annotation of the pod template, not of the Deployment. There is no blank after the comma, since
Velero does not trim the names:

```yaml
spec:
  template:
    metadata:
      annotations:
        backup.velero.io/backup-volumes-excludes: homepage-config,logs
```

`vlint --fix` writes it. The annotation reaches the pods with the rollout that the changed template causes. Where a
Schedule copies emptyDirs of three workloads or more, the help names the other way: one volume policy that skips them
all.

## When to ignore it
When the content really is wanted and short-lived data is what you back up. Put
`# vlint: ignore[velero/emptydir-in-fs-backup] why` above `volumes:`.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go, pkg/podvolume/backupper.go; velero "
               "issues 2967, 3812, 5113, 5364",
    .check = check,
});

}  // namespace vlint::rules
