#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Plan;
using velero::Schedule;
using velero::Workload;

Result<std::vector<TextEdit>> removal(yaml::Value metadata, std::string_view key) {
  Result<RemovedAnnotation> removed = remove_annotation(metadata, key);
  if (!removed.ok()) return Error{removed.error()};
  return std::move(removed).value().edits;
}

void check_annotation(const model::Cluster& cluster, const Plan& plan, std::size_t i, std::string_view key,
                      Report& report) {
  const Workload& workload = plan.workloads[i];
  const yaml::Entry entry = workload.pod.metadata["annotations"].find(key);
  if (!entry || trim(entry.value.text()).empty()) return;
  const bool opts_in = key == kOptIn;
  const std::vector<const Schedule*> schedules = agreeing_schedules(plan, i, known(opts_in));
  if (schedules.empty()) return;
  const kube::Resource& resource = *workload.resource;
  const std::string_view verb = schedules.size() == 1 ? "copies" : "copy";
  const std::string_view auxiliary = schedules.size() == 1 ? "does" : "do";
  Draft draft = report.at(
      entry.key.span(),
      opts_in
          ? fmt::format("{} of {} has no effect: {} {} every volume that is not excluded, and {} not read this list",
                        key, resource.title(), enumerate(schedules), verb, auxiliary)
          : fmt::format("{} of {} has no effect: {} {} only volumes that are opted in, and {} not read this list", key,
                        resource.title(), enumerate(schedules), verb, auxiliary));
  draft.label("not read").about(cluster, resource, entry.value);
  for (const Schedule* schedule : schedules) {
    draft.related(schedule->default_volumes_to_fs_backup.where,
                  opts_in ? "file system backup is the default here" : "file system backup is off by default here");
  }
  draft
      .help(opts_in ? fmt::format("to leave volumes out use {}; to copy only some, set defaultVolumesToFsBackup: false",
                                  kOptOut)
                    : fmt::format("to copy volumes use {}; a volume that is not listed is not copied", kOptIn))
      .fix("remove it", Safety::unsafe, resource, removal(workload.pod.metadata, key));
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (std::size_t i = 0; i < plan.workloads.size(); ++i) {
      for (const std::string_view key : kVolumeAnnotations) check_annotation(cluster, plan, i, key, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_annotation_has_no_effect) = checked({
    .summary = "a volume annotation of Velero is not read in the mode of the Schedules that select the pod",
    .explanation = R"md(
## What it finds
`backup.velero.io/backup-volumes` on a pod that only Schedules with `defaultVolumesToFsBackup: true` select, or
`backup.velero.io/backup-volumes-excludes` on a pod that only Schedules without it select. The default of the server
(`--default-volumes-to-fs-backup`) counts where a Schedule says nothing. It is silent where no Schedule selects the pod,
or where one might.

## Why it matters
In each mode Velero reads only one of the two annotations. Who wrote the other one believes that a volume is saved
selectively, or left out, and that is not so.

## How to fix it
Where file system backup is the default, list what to leave out in `backup-volumes-excludes`. Where it is not, list what
to copy in `backup-volumes`. An annotation that says nothing can go: `vlint --fix --unsafe-fixes` removes it (unsafe,
because it may be kept for a change of mode that is planned).

## When to ignore it
While you change from one mode to the other.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go; velero issue 7550",
    .check = check,
});

}  // namespace vlint::rules
