#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Plan;
using velero::VolumeUse;

// The pod volumes of a claim.
std::vector<const VolumeUse*> uses_of(const Plan& plan, const kube::Resource& resource) {
  std::vector<const VolumeUse*> uses;
  if (!resource.is("", "PersistentVolumeClaim")) return uses;
  for (const VolumeUse& use : plan.volumes) {
    const kube::Resource& workload = *plan.workloads[use.workload].resource;
    const bool mounts = !use.claim.empty() && use.claim == resource.name && workload.name_space == resource.name_space;
    if (mounts) uses.push_back(&use);
  }
  return uses;
}

void check_annotation(const model::Cluster& cluster, const Plan& plan, const kube::Resource& resource,
                      std::string_view key, Report& report) {
  const yaml::Entry entry = resource.metadata["annotations"].find(key);
  if (!entry) return;
  Draft draft = report.at(entry.key.span(),
                          fmt::format("{} on {} has no effect: Velero reads it from pods only", key, resource.title()));
  draft.label("Velero never looks here").about(cluster, resource, entry.value);
  std::vector<std::string> volumes;
  for (const VolumeUse* use : uses_of(plan, resource)) {
    const std::string workload = plan.workloads[use->workload].resource->title();
    volumes.push_back(fmt::format("volume {} of {}", use->name, workload));
    constexpr std::size_t kShown = 3;
    if (volumes.size() <= kShown) draft.related(name_of(*use).span(), fmt::format("{} mounts the claim", workload));
  }
  draft.help(
      volumes.empty()
          ? "write it in the pod template of the workload that mounts the volume, with the name of the pod's volume"
          : fmt::format("write it in the pod template, by the name that the volume has there: {}", enumerate(volumes)));
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const kube::Resource& resource : cluster.resources()) {
      // Operators copy annotations of their custom resources to pods, so only kinds are judged that are known not to.
      // What has an owner got its annotations from there. On a Backup the annotation is read by KOTS.
      const bool is_judged = resource.info != nullptr && !resource.info->makes_pods() &&
                             resource.kind != "PodTemplate" && resource.metadata["ownerReferences"].size() == 0 &&
                             !resource.is("velero.io", "Backup");
      if (!is_judged || !resource.metadata["annotations"]) continue;
      for (const std::string_view key : kVolumeAnnotations) check_annotation(cluster, plan, resource, key, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_annotation_on_wrong_kind) = checked({
    .summary = "a volume annotation of Velero stands on an object that is no pod",
    .explanation = R"md(
## What it finds
`backup.velero.io/backup-volumes` or `backup.velero.io/backup-volumes-excludes` in the metadata of a
PersistentVolumeClaim, a Namespace, a Service, a Secret or another kind that makes no pods. Custom resources are not
judged, since their operators may copy annotations to pods.

## Why it matters
Velero reads both annotations from pods only. Here they do nothing, and the volume is treated as if nobody had said
anything about it.

## How to fix it
Write the annotation in the pod template of the workload that mounts the volume. Its value lists the names under
`spec.volumes`, not the names of claims. The help of the finding names the workloads that mount the claim.

## When to ignore it
When another tool reads the annotation from there.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/util/podvolume/pod_volume.go; velero issue 2538",
    .check = check,
});

}  // namespace vlint::rules
