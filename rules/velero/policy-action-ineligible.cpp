#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

using velero::PolicyAction;

// velero pkg/util/podvolume: left out of file system backup before policies are asked; hostPath also as a
// PersistentVolume (pkg/podvolume/backupper.go).
bool is_never_copied(const std::string& type) {
  constexpr std::string_view kTypes[] = {"configMap", "downwardAPI", "hostPath", "projected", "secret"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

// Such a volume has no claim that a snapshot could be made of; that of an ephemeral volume is an object of its own.
bool is_never_snapshotted(const std::string& type) { return is_pod_only_type(type); }

std::string_view consequence(PolicyAction action, const std::vector<std::string>& types) {
  const auto all = [&](bool (*predicate)(const std::string&)) {
    return !types.empty() && std::all_of(types.begin(), types.end(), predicate);
  };
  if (action == PolicyAction::fs_backup && all(is_never_copied)) {
    return "Velero never copies such volumes by file system backup";
  }
  if (action == PolicyAction::snapshot && all(is_never_snapshotted)) {
    return "such volumes belong to a pod and have nothing to take a snapshot of, and the policy keeps file system "
           "backup away from them too";
  }
  return {};
}

void check_map(const ClusterModel& member, const PolicyMap& map, Report& report) {
  if (!map.text) return;
  const velero::VolumePolicies read = velero::read_volume_policies(map.text, velero::kNewestVersion);
  if (!read.faults.empty()) return;
  for (std::size_t i = 0; i < read.policies.size(); ++i) {
    const velero::VolumePolicy& policy = read.policies[i];
    const std::string_view why = consequence(policy.action, policy.conditions.volume_types);
    if (why.empty()) continue;
    report
        .at(map.at(policy.where), fmt::format("volume policy {} in {} has the action {}, which backs up nothing: {}",
                                              i + 1, map.config_map->title(), velero::to_string(policy.action), why))
        .label(fmt::format("{} does nothing here", velero::to_string(policy.action)))
        .about(member.cluster, *map.config_map, map.text)
        .help(policy.action == PolicyAction::snapshot ? "write fs-backup to copy them, or skip to say that they are not"
                                                      : "write skip, or drop the policy");
  }
}

void check(const Model& model, Report& report) {
  for_each_policy_map(model, [&](const ClusterModel& member, const PolicyMap& map) { check_map(member, map, report); });
}

}  // namespace

VLINT_RULE(velero_policy_action_ineligible) = checked({
    .summary = "a volume policy asks for a backup that its volume types can't have",
    .explanation = R"md(
## What it finds
A policy with the action `fs-backup` whose `volumeTypes` are all among hostPath, configMap, secret, projected and
downwardAPI, and one with the action `snapshot` whose `volumeTypes` only pods have (emptyDir, configMap, ...).

## Why it matters
Velero leaves those volumes out before it asks the policies, or has nothing to take a snapshot of. The backup ends
Completed and the data is not in it, although the policy reads as if it were. A `snapshot` policy also keeps the volume
from the file system backup that it would have by default.

## How to fix it
Write `fs-backup` for emptyDir and `skip` for what is not to be backed up. Data in a hostPath needs another tool, or a
`local` PersistentVolume.

## When to ignore it
When the policy only documents that nothing happens to these volumes.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go, pkg/util/podvolume/pod_volume.go, "
               "pkg/podvolume/backupper.go isHostPathVolume",
    .check = check,
});

}  // namespace vlint::rules
