#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

using velero::PolicyConditions;

bool lacks(const std::vector<std::string>& types, std::string_view type) {
  return !types.empty() && std::find(types.begin(), types.end(), type) == types.end();
}

bool is_only(const std::vector<std::string>& list, std::string_view item) {
  return !list.empty() && std::all_of(list.begin(), list.end(), [&](const std::string& one) { return one == item; });
}

// Which two conditions exclude each other; empty when they don't.
std::string contradiction(const PolicyConditions& conditions) {
  const std::vector<std::string>& types = conditions.volume_types;
  const bool pods_only = !types.empty() && std::all_of(types.begin(), types.end(),
                                                       [](const std::string& type) { return is_pod_only_type(type); });
  const bool sized = !conditions.capacity.lower.is_zero();
  if (conditions.nfs && conditions.csi) return "no volume is both an NFS and a CSI volume";
  if (conditions.nfs && lacks(types, "nfs"))
    return "an NFS volume has the type nfs, which is not among the volumeTypes";
  if (conditions.csi && lacks(types, "csi")) return "a CSI volume has the type csi, which is not among the volumeTypes";
  if (pods_only && !conditions.storage_classes.empty()) {
    return "only a PersistentVolume has a storage class, and none has one of these volumeTypes";
  }
  if (pods_only && sized) return "only a PersistentVolume has a capacity, and none has one of these volumeTypes";
  if (pods_only && !conditions.claim_labels.empty()) {
    return "only a claim has labels, and none has one of these volumeTypes";
  }
  if (pods_only && !conditions.claim_phases.empty()) {
    return "only a claim has a phase, and none has one of these volumeTypes";
  }
  if (!is_only(conditions.claim_phases, "Pending")) return {};
  const bool of_volume =
      !conditions.storage_classes.empty() || conditions.nfs || conditions.csi || !types.empty() || sized;
  return of_volume ? "a Pending claim has no PersistentVolume yet, and so no storage class, type or capacity" : "";
}

void check_map(const ClusterModel& member, const PolicyMap& map, Report& report) {
  if (!map.text) return;
  const velero::VolumePolicies read = velero::read_volume_policies(map.text, velero::kNewestVersion);
  if (!read.faults.empty()) return;
  for (std::size_t i = 0; i < read.policies.size(); ++i) {
    const std::string why = contradiction(read.policies[i].conditions);
    if (why.empty()) continue;
    report
        .at(map.at(read.policies[i].where),
            fmt::format("volume policy {} in {} can never match, because its conditions exclude each other: {}", i + 1,
                        map.config_map->title(), why))
        .label("all conditions of a policy must hold")
        .about(member.cluster, *map.config_map, map.text)
        .help("drop one of the conditions, or make two policies of it");
  }
}

void check(const Model& model, Report& report) {
  for_each_policy_map(model, [&](const ClusterModel& member, const PolicyMap& map) { check_map(member, map, report); });
}

}  // namespace

VLINT_RULE(velero_policy_can_never_match) = checked({
    .summary = "the conditions of a volume policy exclude each other",
    .explanation = R"md(
## What it finds
A policy that no volume can meet: `storageClass`, `pvcLabels`, `pvcPhase` or a smallest `capacity` together with
`volumeTypes` that only pods have (`emptyDir`, `configMap`, ...), `nfs` together with `csi`, `nfs` or `csi` with
`volumeTypes` that leave that type out, and the phase `Pending` with what only a PersistentVolume has.

## Why it matters
All conditions of one policy must hold. Such a policy is accepted and never applies, so its volumes get the action of
another policy or of the Schedule's defaults.

## How to fix it
Conditions of one policy are joined by "and". For "or", write two policies with the same action. Note that
`storageClass` is that of the PersistentVolume, not of the claim.

## When to ignore it
Never: no volume of any cluster meets it.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/resourcepolicies/volume_resources.go, volume_types_conditions.go",
    .check = check,
});

}  // namespace vlint::rules
