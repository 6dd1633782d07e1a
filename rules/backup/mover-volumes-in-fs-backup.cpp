#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/namespace_filter.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"
#include "rules/common/resource_lists.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kExclude = "velero.io/exclude-from-backup";

// A backup takes every volume of every pod that it finds in the namespaces it selects.
bool copies_all_volumes(const velero::Schedule& schedule, const velero::Install& install) {
  return !schedule.one_off && schedule.runs == Known::yes && schedule.is_valid == Known::yes &&
         schedule.default_volumes_to_fs_backup.value == Known::yes && schedule.has_volume_policies == Known::no &&
         !schedule.backup.label_selector.is_set() && !schedule.backup.or_label_selectors.is_set() &&
         takes(schedule, install, "pods") == Known::yes;
}

// A run of the source begins within ten minutes of a backup: then the mover's pod is there. Over a week; not known
// where one has a time zone.
bool do_meet(const kube::Cron& backups, const kube::Cron& runs) {
  using std::chrono::minutes;
  if (backups.time_zone() || runs.time_zone()) return false;
  const kube::UnixSeconds begin = std::chrono::sys_days{std::chrono::year{2024} / 1 / 1};
  const kube::UnixSeconds end = begin + std::chrono::days(7);
  constexpr int kMost = 400;
  kube::UnixSeconds at = begin;
  for (int i = 0; i < kMost; ++i) {
    const std::optional<kube::UnixSeconds> backup = backups.next(at);
    if (!backup || *backup >= end) return false;
    const std::optional<kube::UnixSeconds> run = runs.next(*backup - minutes(10));
    if (run && *run <= *backup + minutes(10)) return true;
    at = *backup;
  }
  return false;
}

bool has_volumes_to_copy(const volsync::Replication& source) {
  if (!copies_volume(source) || source.is(volsync::Mover::rsync) || source.is_paused != Known::no) return false;
  const yaml::Value label = source.pod_labels[kExclude];
  return !label && (!source.pod_labels.is_set() || source.pod_labels.is_mapping()) && source.trigger.cron &&
         source.trigger.kind == volsync::TriggerKind::schedule;
}

void report_one(const ClusterModel& member, const velero::Schedule& schedule, const volsync::Replication& source,
                Report& report) {
  const volsync::MoverUse& use = *source.mover();
  Draft draft = report.at(
      key_of(source, use).span(),
      fmt::format(
          "{} runs at the time of {}, which copies every volume of every pod: those of the mover too, its cache and "
          "its temporary copy of the claim",
          source.title(), title_of(schedule)));
  draft.label("its pods are backed up").about(member.cluster, *source.resource, use.spec);
  draft.related(source.trigger.schedule.where(), "when it runs").related(schedule.cron_field.span(), "when that runs");
  draft.related(schedule.default_volumes_to_fs_backup.where, "file system backup is the default here");
  const bool is_generated = source.resource->generation != kube::kNotGenerated;
  if (is_generated || !use.spec.is_mapping()) {
    draft.help(fmt::format("add `moverPodLabels: {{{}: \"true\"}}`", kExclude));
    return;
  }
  const std::string_view path[] = {"moverPodLabels"};
  draft.fix("keep the mover's pods out of Velero's backups", Safety::unsafe, *source.resource,
            yaml::ensure_path(use.spec, path, kExclude, yaml::NewValue::string("true")));
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    const std::vector<velero::LabelledNamespace> labelled = velero::labelled_namespaces(member.cluster);
    const velero::Install& install = member.plan.install;
    std::vector<const volsync::Replication*> told;
    for (const velero::Schedule& schedule : member.plan.schedules) {
      const bool is_read = copies_all_volumes(schedule, install) && schedule.cron && schedule.cron->ok();
      if (!is_read) continue;
      const velero::NamespaceFilter filter(schedule.backup, labelled, install.version);
      for (const volsync::Source& one : plan.sources) {
        const volsync::Replication& source = one.replication;
        const std::string_view name_space = source.resource->name_space;
        if (name_space.empty() || !has_volumes_to_copy(source) || filter.includes(name_space) != Known::yes) continue;
        const bool is_told = std::find(told.begin(), told.end(), &source) != told.end();
        if (is_told || !do_meet(**schedule.cron, *source.trigger.cron)) continue;
        told.push_back(&source);
        report_one(member, schedule, source, report);
      }
    }
  });
}

}  // namespace

VLINT_RULE(backup_mover_volumes_in_fs_backup) = checked({
    .summary = "Velero's file system backup copies the volumes of VolSync's movers",
    .explanation = R"md(
## What it finds
A ReplicationSource whose runs and those of a Schedule fall together, where file system backup is the default of the
Schedule, which takes the namespace without selecting by labels or volume policies, and nothing keeps the mover's pods
out.

## Why it matters
Velero takes every pod that runs in the moment, the mover's as well: its temporary copy of the claim, restic's cache and
an emptyDir in memory are copied, for nothing. The mover ends in the middle of it, and then the copy fails: the backup
is PartiallyFailed although nothing that counts is missing.

## How to fix it
Label the mover's pods, which `vlint --fix --unsafe-fixes` does (VolSync 0.9 and later):

```yaml
restic:
  moverPodLabels:
    velero.io/exclude-from-backup: "true"
```

Or let the two run at different times.

## When to ignore it
When the movers are done long before.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/util/podvolume/pod_volume.go, issues 3697, 3812, 3838, 6250; volsync MoverConfig",
    .check = check,
});

}  // namespace vlint::rules
