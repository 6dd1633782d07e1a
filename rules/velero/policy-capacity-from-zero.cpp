#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

using velero::PolicyAction;

bool has_only_capacity(const velero::PolicyConditions& conditions) {
  return conditions.storage_classes.empty() && !conditions.nfs && !conditions.csi && conditions.volume_types.empty() &&
         conditions.claim_labels.empty() && conditions.claim_phases.empty();
}

// velero internal/resourcepolicies/volume_resources.go: a pod's volume has the capacity 0.
velero::VolumeAttributes empty_dir() {
  velero::VolumeAttributes attributes;
  attributes.type = "emptyDir";
  return attributes;
}

std::string_view consequence(PolicyAction action) {
  return action == PolicyAction::fs_backup
             ? "they are copied too"
             : "no snapshot can be made of a pod's own volumes, and they are not copied either";
}

void check_map(const ClusterModel& member, const PolicyMap& map, Report& report) {
  if (!map.text) return;
  const velero::VolumePolicies read = velero::read_volume_policies(map.text, velero::kNewestVersion);
  const velero::PolicyMatch match = read.match(empty_dir());
  if (!read.faults.empty() || match.policy >= read.policies.size() || !match.action) return;
  const velero::VolumePolicy& policy = read.policies[match.policy];
  const bool is_for_small = policy.conditions.capacity.lower.is_zero() && !policy.conditions.capacity.upper.is_zero();
  const bool takes_data = policy.action == PolicyAction::fs_backup || policy.action == PolicyAction::snapshot;
  if (!is_for_small || !takes_data || !has_only_capacity(policy.conditions)) return;
  report
      .at(map.at(policy.where),
          fmt::format(
              "volume policy {} in {} has a capacity from 0 on, so it also matches every volume without a size, as "
              "emptyDirs and NFS mounts of pods are: {}",
              match.policy + 1, map.config_map->title(), consequence(policy.action)))
      .label("0 is the size of a volume that has none")
      .about(member.cluster, *map.config_map, map.text)
      .help("begin at 1 (\"1,10Gi\"), or put a policy for these volumeTypes in front");
}

void check(const Model& model, Report& report) {
  for_each_policy_map(model, [&](const ClusterModel& member, const PolicyMap& map) { check_map(member, map, report); });
}

}  // namespace

VLINT_RULE(velero_policy_capacity_from_zero) = checked({
    .summary = "a volume policy for small volumes also takes every volume without a size",
    .explanation = R"md(
## What it finds
A policy with the action `fs-backup` or `snapshot` and no condition but a `capacity` that begins at 0 (`"0,10Gi"`,
`",10Gi"`), where no earlier policy takes emptyDirs.

## Why it matters
To Velero the capacity of a pod's own volume is 0, and so is that of a claim without a PersistentVolume. "Small volumes"
are therefore also all emptyDirs and NFS mounts: with `fs-backup` caches and whole shares are copied, once a pod; with
`snapshot` they are neither copied nor snapshotted, whatever the Schedule's default and the pod's annotations say.

## How to fix it
Let the range begin at 1 byte: `"1,10Gi"`. Or put a policy in front that says what happens to `volumeTypes: [emptyDir]`.

## When to ignore it
When volumes of pods are meant too.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero internal/resourcepolicies/volume_resources.go parsePodVolume, capacityCondition.match",
    .check = check,
});

}  // namespace vlint::rules
