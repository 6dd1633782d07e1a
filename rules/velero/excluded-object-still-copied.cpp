#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/velero/names.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Plan;
using velero::VolumeUse;

yaml::Entry exclude_label(yaml::Value metadata) {
  const yaml::Entry label = metadata["labels"].find(velero::kExcludeLabel);
  return label && label.value.as_string() == "true" ? label : yaml::Entry{};
}

// The Schedules whose backups have a copy of the volume.
std::vector<const velero::Schedule*> copiers(const Plan& plan, const VolumeUse& use) {
  std::vector<const velero::Schedule*> found;
  for (const velero::Verdict& verdict : use.verdicts) {
    const bool is_copied = verdict.selected == Known::yes && verdict.method == velero::Method::fs_backup &&
                           verdict.outcome == velero::Outcome::is_protected;
    if (is_copied) found.push_back(&plan.schedules[verdict.schedule]);
  }
  return found;
}

std::string help_for(const std::vector<std::string>& volumes, const kube::Resource& workload) {
  return fmt::format("name {} in {} on the pod template of {}, or label the pod template", join(volumes, ","), kOptOut,
                     workload.title());
}

void check_claim(const ClusterModel& member, const velero::Claim& claim, Report& report) {
  if (claim.resource == nullptr) return;
  const yaml::Entry label = exclude_label(claim.resource->metadata);
  if (!label) return;
  for (const std::uint32_t index : claim.mounted_by) {
    const VolumeUse& use = member.plan.volumes[index];
    const std::vector<const velero::Schedule*> schedules = copiers(member.plan, use);
    if (schedules.empty()) continue;
    const kube::Resource& workload = *member.plan.workloads[use.workload].resource;
    report
        .at(label.key.span(),
            fmt::format("{} is left out of backups by its label, and its data is still copied, as the "
                        "volume {} of {}, by {}",
                        claim.resource->title(), use.name, workload.title(), enumerate(schedules)))
        .label("leaves out the object alone")
        .about(member.cluster, *claim.resource, label.value)
        .related(name_of(use).span(), "copied with its pod")
        .help(help_for({std::string(use.name)}, workload));
    return;
  }
}

void check_workload(const ClusterModel& member, std::size_t index, Report& report) {
  const velero::Workload& workload = member.plan.workloads[index];
  const kube::Resource& resource = *workload.resource;
  const yaml::Entry label = exclude_label(resource.metadata);
  if (!label || resource.kind == "Pod" || exclude_label(workload.pod.metadata)) return;
  std::vector<std::string> volumes;
  std::vector<const velero::Schedule*> schedules;
  for (const VolumeUse& use : volumes_of(member.plan, index)) {
    const std::vector<const velero::Schedule*> found = copiers(member.plan, use);
    if (found.empty()) continue;
    if (schedules.empty()) schedules = found;
    volumes.emplace_back(use.name);
  }
  if (volumes.empty()) return;
  report
      .at(label.key.span(),
          fmt::format("{} is left out of backups by its label, but its pods are not: {} {} still "
                      "copied by {}",
                      resource.title(), enumerate(volumes), volumes.size() == 1 ? "is" : "are", enumerate(schedules)))
      .label("leaves out the object alone")
      .about(member.cluster, resource, label.value)
      .help(help_for(volumes, resource));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const velero::Claim& claim : member.plan.claims) check_claim(member, claim, report);
    for (std::size_t i = 0; i < member.plan.workloads.size(); ++i) check_workload(member, i, report);
  }
}

}  // namespace

VLINT_RULE(velero_excluded_object_still_copied) = checked({
    .summary = "a label leaves a claim or workload out of backups, and its data is copied all the same",
    .explanation = R"md(
## What it finds
`velero.io/exclude-from-backup: "true"` on a claim, or on a Deployment, StatefulSet and the like, where file system backup
still copies the volume, because the pod is not labelled.

## Why it matters
The label leaves out the object that has it. File system backup goes by pods: the pod is in the backup, and so is the data
of its volumes. The data that was to stay out is in the bucket, and a restore brings it without its claim.

## How to fix it
Put the label on the pod template to leave out the pod with all its volumes, or name the volume in
`backup.velero.io/backup-volumes-excludes` there (`backup-volumes` where file system backup is not the default).

## When to ignore it
When only the object is to be left out, and its data is wanted.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_backupper.go, pkg/podvolume/backupper.go; velero issues 2015, 5349, 5507, 5597",
    .check = check,
});

}  // namespace vlint::rules
