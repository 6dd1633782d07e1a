#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

using velero::PolicyConditions;

bool covers(const velero::CapacityRange& wide, const velero::CapacityRange& narrow) {
  const bool from_below = wide.lower <= narrow.lower;
  return from_below && (wide.upper.is_zero() || (!narrow.upper.is_zero() && narrow.upper <= wide.upper));
}

// Alternatives: an empty list holds for every volume.
bool covers(const std::vector<std::string>& wide, const std::vector<std::string>& narrow) {
  if (wide.empty()) return true;
  return !narrow.empty() && std::all_of(narrow.begin(), narrow.end(), [&](const std::string& item) {
    return std::find(wide.begin(), wide.end(), item) != wide.end();
  });
}

// Requirements: the fewer the wider.
bool covers(const kube::StringMap& wide, const kube::StringMap& narrow) {
  return std::all_of(wide.begin(), wide.end(),
                     [&](const auto& entry) { return std::find(narrow.begin(), narrow.end(), entry) != narrow.end(); });
}

bool covers_text(const std::string& wide, const std::string& narrow) { return wide.empty() || wide == narrow; }

// Whether every volume that meets `narrow` meets `wide`.
bool covers(const PolicyConditions& wide, const PolicyConditions& narrow) {
  const bool nfs = !wide.nfs || (narrow.nfs && covers_text(wide.nfs->first, narrow.nfs->first) &&
                                 covers_text(wide.nfs->second, narrow.nfs->second));
  const bool csi = !wide.csi || (narrow.csi && covers_text(wide.csi->driver, narrow.csi->driver) &&
                                 covers(wide.csi->attributes, narrow.csi->attributes));
  return nfs && csi && covers(wide.capacity, narrow.capacity) && covers(wide.storage_classes, narrow.storage_classes) &&
         covers(wide.volume_types, narrow.volume_types) && covers(wide.claim_labels, narrow.claim_labels) &&
         covers(wide.claim_phases, narrow.claim_phases);
}

void check_map(const ClusterModel& member, const PolicyMap& map, Report& report) {
  if (!map.text) return;
  const velero::VolumePolicies read = velero::read_volume_policies(map.text, velero::kNewestVersion);
  if (!read.faults.empty()) return;
  const std::vector<velero::VolumePolicy>& policies = read.policies;
  for (std::size_t i = 1; i < policies.size(); ++i) {
    const auto end = policies.begin() + static_cast<std::ptrdiff_t>(i);
    const auto earlier = std::find_if(policies.begin(), end, [&](const velero::VolumePolicy& policy) {
      return covers(policy.conditions, policies[i].conditions);
    });
    // What an earlier policy does in the same way is superfluous, not wrong.
    if (earlier == end || earlier->action == policies[i].action) continue;
    const auto number = earlier - policies.begin() + 1;
    report
        .at(map.at(policies[i].where),
            fmt::format(
                "volume policy {} in {} never applies, because policy {} matches all of its volumes first: they "
                "get {} instead of {}",
                i + 1, map.config_map->title(), number, velero::to_string(earlier->action),
                velero::to_string(policies[i].action)))
        .label(fmt::format("never reached ({})", velero::to_string(policies[i].action)))
        .about(member.cluster, *map.config_map, map.text)
        .related(map.at(earlier->where), fmt::format("matches first ({})", velero::to_string(earlier->action)))
        .help("put the narrower policy before the wider one");
  }
}

void check(const Model& model, Report& report) {
  for_each_policy_map(model, [&](const ClusterModel& member, const PolicyMap& map) { check_map(member, map, report); });
}

}  // namespace

VLINT_RULE(velero_policy_shadowed) = checked({
    .summary = "a volume policy never applies, because an earlier one takes all of its volumes",
    .explanation = R"md(
## What it finds
A policy behind another one that matches every volume it could match, and that does something else with them. The usual
case is `conditions: {}`, which matches everything, in front of more exact policies.

## Why it matters
Velero tries the policies in their order and takes the first that matches. The later one has no effect: a volume that was
to be copied is skipped, or the other way round.

## How to fix it
Put exact policies first and the widest one last.

## When to ignore it
When the earlier policy is there for a while, to switch the later ones off.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/resourcepolicies/resource_policies.go Policies.match",
    .check = check,
});

}  // namespace vlint::rules
