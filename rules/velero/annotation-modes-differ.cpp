#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Schedule;

void check_workload(const ClusterModel& model, std::size_t i, Report& report) {
  const auto& [cluster, plan] = model;
  const velero::Workload& workload = plan.workloads[i];
  const yaml::Value annotations = workload.pod.metadata["annotations"];
  const auto volumes = volumes_of(plan, i);
  // Who writes both lists has thought of both modes.
  if (volumes.empty() || (annotations[kOptIn] && annotations[kOptOut])) return;
  const bool opts_in = static_cast<bool>(annotations[kOptIn]);
  const yaml::Entry entry = annotations.find(opts_in ? kOptIn : kOptOut);
  if (!entry || trim(entry.value.text()).empty()) return;
  std::vector<const Schedule*> readers;
  std::vector<const Schedule*> others;
  for (const velero::Verdict& verdict : volumes.front().verdicts) {
    const Schedule& schedule = plan.schedules[verdict.schedule];
    const Known is_default = schedule.default_volumes_to_fs_backup.value;
    if (verdict.selected != Known::yes || is_default == Known::unknown) continue;
    (is_default == known(!opts_in) ? readers : others).push_back(&schedule);
  }
  if (readers.empty() || others.empty()) return;
  const kube::Resource& resource = *workload.resource;
  const bool one = others.size() == 1;
  Draft draft =
      report.at(entry.key.span(),
                fmt::format("{} of {} counts for {} only: {} {} {}, and {} not read this list", entry.key.text(),
                            resource.title(), enumerate(readers), enumerate(others), one ? "copies" : "copy",
                            opts_in ? "every volume that is not excluded" : "only volumes that are opted in",
                            one ? "does" : "do"));
  draft.label("not read by all Schedules").about(cluster, resource, entry.value);
  for (const Schedule* schedule : others) {
    draft.related(schedule->default_volumes_to_fs_backup.where,
                  opts_in ? "file system backup is the default here" : "file system backup is off by default here");
  }
  draft.help(fmt::format("say by {} what the others shall do, if that is another thing than they do",
                         opts_in ? kOptOut : kOptIn));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& cluster : model.clusters) {
    for (std::size_t i = 0; i < cluster.plan.workloads.size(); ++i) check_workload(cluster, i, report);
  }
}

}  // namespace

VLINT_RULE(velero_annotation_modes_differ) = checked({
    .summary = "Schedules of different modes select a pod that has the list for one of them only",
    .explanation = R"md(
## What it finds
A pod with one of the annotations `backup.velero.io/backup-volumes` and `backup.velero.io/backup-volumes-excludes`, which
is selected by Schedules with `defaultVolumesToFsBackup: true` and by others without it.

## Why it matters
With the default on, Velero reads only the list of what to leave out; with the default off, only the list of what to copy.
So the same volume is treated in one way by one Schedule and in another way by the next, and which backup has its files
depends on which one you restore.

## How to fix it
Nothing is broken. Where all Schedules should do the same, give them the same default, or write both lists.

## When to ignore it
When the Schedules are meant to differ: a nightly backup by snapshots, a weekly one that copies files.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go (shouldPerformFSBackupLegacy)",
    .check = check,
});

}  // namespace vlint::rules
