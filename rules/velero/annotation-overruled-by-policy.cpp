#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Reason;
using velero::Schedule;
using velero::VolumeUse;

// A policy does the contrary of what the list asks for.
bool is_overruled(const velero::Verdict& verdict, bool opts_in) {
  if (verdict.selected != Known::yes) return false;
  return opts_in ? verdict.reason == Reason::policy_skip : verdict.reason == Reason::policy_fs_backup;
}

// The list is the one that Velero reads in the mode of that Schedule.
bool is_read(const Schedule& schedule, bool opts_in) {
  return schedule.default_volumes_to_fs_backup.value == known(!opts_in);
}

void check_name(const ClusterModel& model, const velero::Workload& workload, const VolumeUse& use,
                yaml::Value annotation, const ListedName& listed, bool opts_in, Report& report) {
  const auto& [cluster, plan] = model;
  std::vector<const Schedule*> schedules;
  const velero::Verdict* first = nullptr;
  for (const velero::Verdict& verdict : use.verdicts) {
    if (!is_overruled(verdict, opts_in) || !is_read(plan.schedules[verdict.schedule], opts_in)) continue;
    if (first == nullptr) first = &verdict;
    schedules.push_back(&plan.schedules[verdict.schedule]);
  }
  if (first == nullptr) return;
  const kube::Resource& resource = *workload.resource;
  Draft draft = report.at(place_of(annotation, listed),
                          fmt::format("{} of {} names {}, but a volume policy of {} {} it, and policies come before "
                                      "annotations",
                                      opts_in ? kOptIn : kOptOut, resource.title(), use.name, enumerate(schedules),
                                      opts_in ? "skips" : "copies"));
  draft.label("overruled").about(cluster, resource, annotation);
  for (const velero::Evidence& evidence : first->evidence) draft.related(evidence.where, evidence.message);
  draft.help(opts_in ? "narrow the policy so that it does not match the volume, or take the name out of the list"
                     : "let a policy with the action skip that matches the volume stand before this one, or take the "
                       "name out of the list");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& cluster : model.clusters) {
    for (std::size_t i = 0; i < cluster.plan.workloads.size(); ++i) {
      const velero::Workload& workload = cluster.plan.workloads[i];
      for (const std::string_view key : kVolumeAnnotations) {
        const yaml::Value annotation = workload.pod.metadata["annotations"][key];
        if (!annotation.is_scalar() || annotation.is_templated()) continue;
        for (const ListedName& listed : listed_names(annotation)) {
          for (const VolumeUse& use : volumes_of(cluster.plan, i)) {
            if (use.name != listed.text) continue;
            check_name(cluster, workload, use, annotation, listed, key == kOptIn, report);
          }
        }
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_annotation_overruled_by_policy) = checked({
    .summary = "a volume policy does the contrary of what the pod's annotation asks for",
    .explanation = R"md(
## What it finds
A volume that the pod names in `backup.velero.io/backup-volumes` and that a volume policy skips, or that the pod names in
`backup.velero.io/backup-volumes-excludes` and that a policy copies (from Velero 1.14 on), for a Schedule that would read
the list.

## Why it matters
A volume policy that matches comes before annotations and defaults. Who wrote the annotation sees no sign that it does
nothing.

## How to fix it
Decide in one place. Narrow the policy, or put one before it that matches this volume; otherwise take the name out of the
list.

## When to ignore it
When the annotation is there for other Schedules, which the repository does not show.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go (ShouldPerformFSBackup)",
    .check = check,
});

}  // namespace vlint::rules
