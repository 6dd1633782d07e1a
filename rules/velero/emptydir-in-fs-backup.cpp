#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/judged_volumes.h"
#include "rules/common/skip_policy.h"
#include "rules/common/volume_annotations.h"
#include "rules/common/what_if.h"

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
// internal/resourcepolicies/volume_types_conditions.go: volumeTypes, from 1.13 on). It is offered with the first
// workload of the same Schedules, and described with the others.
class Policies {
 public:
  Policies(const Model& model, const WorkloadCounts& counts) : model_(model), counts_(counts) {}

  void suggest(const JudgedWorkload& copied, Draft& draft) {
    if (!copied.model.plan.install.is_at_least(1, 13) || !are_many(copied)) return;
    if (offers_.insert(copied.schedules).second && offer(copied, draft)) return;
    for (const velero::Schedule* schedule : copied.schedules) describe(copied.model.plan, *schedule, draft);
  }

 private:
  bool is_many(const velero::Schedule* schedule) const {
    constexpr std::size_t kMany = 3;
    const auto affected = counts_.find(schedule);
    return affected != counts_.end() && affected->second >= kMany;
  }
  bool are_many(const JudgedWorkload& copied) const {
    return std::any_of(copied.schedules.begin(), copied.schedules.end(),
                       [&](const velero::Schedule* schedule) { return is_many(schedule); });
  }

  bool offer(const JudgedWorkload& copied, Draft& draft) {
    if (copied.has_reason(Reason::policy_fs_backup) || copied.has_reason(Reason::opted_in)) return false;
    const velero::Plan& plan = copied.model.plan;
    if (simulated_ != &plan) {
      simulation_.emplace(copied.model);
      simulated_ = &plan;
    }
    const auto may_skip = [&](const VolumeUse& use, const velero::Verdict& verdict) {
      return is_copied(plan, use, verdict) && verdict.reason == Reason::default_is_fs_backup;
    };
    std::optional<SkipPolicy> policy =
        skip_by_policy(model_, copied.model, *simulation_, copied.schedules, "emptyDir", may_skip);
    if (!policy) return false;
    draft.fix_elsewhere(policy->title, Safety::suggestion, policy->changed, policy->added, policy->edits);
    return true;
  }

  // A policy would leave out what a hook writes into an emptyDir, too.
  static bool saves_dumps(const velero::Plan& plan, const velero::Schedule& schedule) {
    const auto index = static_cast<std::size_t>(&schedule - plan.schedules.data());
    return std::any_of(plan.volumes.begin(), plan.volumes.end(), [&](const VolumeUse& use) {
      const velero::Verdict& verdict = use.verdicts[index];
      return use.source == "emptyDir" && verdict.selected == Known::yes &&
             verdict.outcome == velero::Outcome::is_protected && !is_copied(plan, use, verdict);
    });
  }

  void describe(const velero::Plan& plan, const velero::Schedule& schedule, Draft& draft) const {
    if (!is_many(&schedule) || saves_dumps(plan, schedule)) return;
    const std::string_view policy = schedule.backup.resource_policy["name"].text();
    const std::string where = policy.empty() ? "in a ConfigMap that its `resourcePolicy` names"
                                             : fmt::format("first in its volume policy {}", policy);
    draft.help(
        fmt::format("or, for all {} workloads that {} copies emptyDirs of, write `{{conditions: {{volumeTypes: "
                    "[emptyDir]}}, action: {{type: skip}}}}` {}",
                    counts_.at(&schedule), schedule.name, where));
  }

  const Model& model_;
  const WorkloadCounts& counts_;
  std::set<std::vector<const velero::Schedule*>> offers_;  // looked up only
  const velero::Plan* simulated_ = nullptr;
  std::optional<WhatIf> simulation_;
};

void report_workload(const Model& model, const JudgedWorkload& copied, Policies& policies, Report& report) {
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
  // An exclusion is the whole repair only where nothing but the default asks for the copies.
  if (!by_policy && !by_annotation) {
    offer_list(model, *copied.workload.resource, kOptOut, views,
               fmt::format("exclude {} from file system backup", enumerate(names)), draft);
  }
  policies.suggest(copied, draft);
}

void check(const Model& model, Report& report) {
  WorkloadCounts counts;
  for_each_judged(model, is_copied, [&](const JudgedWorkload& copied) {
    if (!copied.has_reason(Reason::default_is_fs_backup)) return;
    for (const velero::Schedule* schedule : copied.schedules) ++counts[schedule];
  });
  Policies policies(model, counts);
  for_each_judged(model, is_copied,
                  [&](const JudgedWorkload& copied) { report_workload(model, copied, policies, report); });
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
Schedule copies emptyDirs of three workloads or more, there is another way: one volume policy that skips them all. vlint
suggests it with the first of these workloads, where the simulation shows that the policy changes nothing else.

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
