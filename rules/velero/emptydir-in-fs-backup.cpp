#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Method;
using velero::Plan;
using velero::Reason;
using velero::VolumeUse;
using velero::Workload;

// The emptyDirs of one workload that are copied, by which Schedules, and why.
struct Copied {
  std::vector<const VolumeUse*> volumes;
  std::vector<std::uint32_t> schedules;  // sorted
  bool by_default = false;               // copying is the default, and the annotation excludes from it
  bool by_annotation = false;            // opted in by name
  bool by_policy = false;                // a volume policy says so, which no annotation overrules
};

// A volume that a hook fills before the backup is Velero's documented way to back up a dump.
bool is_wanted(const Plan& plan, const VolumeUse& use) {
  return is_filled_by_hook(plan.workloads[use.workload], use.name, plan.schedules);
}

bool is_copied(const velero::Verdict& verdict) {
  return verdict.selected == Known::yes && verdict.method == Method::fs_backup &&
         verdict.outcome == velero::Outcome::is_protected;
}

void add(Copied& copied, const VolumeUse& use) {
  const auto before = copied.schedules.size();
  for (const velero::Verdict& verdict : use.verdicts) {
    if (!is_copied(verdict)) continue;
    copied.schedules.push_back(verdict.schedule);
    copied.by_default |= verdict.reason == Reason::default_is_fs_backup;
    copied.by_annotation |= verdict.reason == Reason::opted_in;
    copied.by_policy |= verdict.reason == Reason::policy_fs_backup;
  }
  if (copied.schedules.size() > before) copied.volumes.push_back(&use);
}

std::string describe(const velero::Schedule& schedule, const velero::Evidence& evidence) {
  const velero::Setting& setting = schedule.default_volumes_to_fs_backup;
  if (evidence.where != setting.where) return evidence.message;
  return setting.from == velero::SettingFrom::server
             ? fmt::format("the server's default, for {} {}", schedule.resource->kind, schedule.name)
             : "this turns file system backup on for every volume";
}

// The other volumes, and what the verdicts rest on: the line that turns copying on, and what is surprising, such as a
// pod that is selected only because it shares a claim.
void relate(const Plan& plan, const Copied& copied, Draft& draft) {
  for (std::size_t i = 1; i < copied.volumes.size(); ++i) {
    draft.related(name_of(*copied.volumes[i]).span(), "this one too");
  }
  std::vector<std::pair<Span, std::string>> seen;
  for (const VolumeUse* use : copied.volumes) {
    for (const velero::Verdict& verdict : use->verdicts) {
      if (!is_copied(verdict)) continue;
      for (const velero::Evidence& evidence : verdict.evidence) {
        std::pair<Span, std::string> fact{evidence.where, describe(plan.schedules[verdict.schedule], evidence)};
        constexpr std::size_t kMost = 8;
        if (seen.size() == kMost || std::find(seen.begin(), seen.end(), fact) != seen.end()) continue;
        draft.related(fact.first, fact.second);
        seen.push_back(std::move(fact));
      }
    }
  }
}

void report_workload(const Model& model, const model::Cluster& cluster, const Plan& plan, const Workload& workload,
                     const Copied& copied, Report& report) {
  std::vector<std::string> names;
  std::vector<std::string_view> views;
  for (const VolumeUse* use : copied.volumes) {
    names.emplace_back(use->name);
    views.push_back(use->name);
  }
  std::vector<const velero::Schedule*> schedules;
  for (const std::uint32_t i : copied.schedules) schedules.push_back(&plan.schedules[i]);
  const bool one = names.size() == 1;
  Draft draft = report.at(
      name_of(*copied.volumes.front()).span(),
      fmt::format("{} {} emptyDir {} {} of {} by file system backup: nothing in {} outlives the pod, and a copy that "
                  "hangs leaves the whole backup PartiallyFailed",
                  enumerate(schedules), schedules.size() == 1 ? "copies" : "copy", one ? "volume" : "volumes",
                  enumerate(names), workload.resource->title(), one ? "it" : "them"));
  draft.label("this emptyDir is copied").about(cluster, *workload.resource, copied.volumes.front()->volume);
  relate(plan, copied, draft);
  if (copied.by_policy) {
    draft.help(
        "let a volume policy with `volumeTypes: [emptyDir]` and the action skip stand before the one that matches");
  }
  if (copied.by_annotation) draft.help(fmt::format("take {} out of {}", enumerate(names), kOptIn));
  if (!copied.by_default) return;
  draft.help(fmt::format("exclude {} in the pod template's annotations: `{}: {}`", one ? "it" : "them", kOptOut,
                         list_with(workload.pod, kOptOut, views)));
  // An exclusion is the whole repair only where nothing but the default asks for the copies.
  if (copied.by_policy || copied.by_annotation) return;
  offer_list(model, *workload.resource, kOptOut, views,
             fmt::format("exclude {} from file system backup", enumerate(names)), draft);
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    std::vector<Copied> by_workload(plan.workloads.size());
    for (const VolumeUse& use : plan.volumes) {
      if (use.source == "emptyDir" && !is_wanted(plan, use)) add(by_workload[use.workload], use);
    }
    for (std::size_t i = 0; i < by_workload.size(); ++i) {
      Copied& copied = by_workload[i];
      if (copied.volumes.empty()) continue;
      std::sort(copied.schedules.begin(), copied.schedules.end());
      copied.schedules.erase(std::unique(copied.schedules.begin(), copied.schedules.end()), copied.schedules.end());
      report_workload(model, cluster, plan, plan.workloads[i], copied, report);
    }
  }
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

`vlint --fix` writes it. The annotation reaches the pods with the rollout that the changed template causes.

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
