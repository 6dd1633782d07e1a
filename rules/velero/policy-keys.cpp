#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_policy_map(model, [&](const ClusterModel& member, const PolicyMap& map) {
    const yaml::Value data = (*map.config_map)["data"];
    const std::vector<yaml::Entry> entries = data.entries();
    if (entries.size() == 1 || (data.is_set() && !data.is_mapping())) return;
    const std::string what =
        entries.empty() ? "has no key in its data" : fmt::format("has {} keys in its data", entries.size());
    Draft draft = report.at(
        map.at(entries.empty() ? map.config_map->place() : entries[1].key.span()),
        fmt::format("{} holds volume policies and {}, so {}", map.config_map->title(), what, map.fails_validation()));
    draft.label(entries.empty() ? "no policies in it" : "one key too many")
        .about(member.cluster, *map.config_map, data);
    for (const velero::Schedule* schedule : map.schedules) {
      draft.related(schedule->backup.resource_policy["name"].span(), "used here");
    }
    draft.help(entries.empty() ? "write the policies under `data`, in one key of any name"
                               : "keep one key, and put other policies into a ConfigMap of their own");
  });
}

}  // namespace

VLINT_RULE(velero_policy_keys) = checked({
    .summary = "a ConfigMap of volume policies has not exactly one key",
    .explanation = R"md(
## What it finds
A ConfigMap that a Schedule names in `resourcePolicy` and whose `data` is empty or has more than one key. Text under
`binaryData` does not count.

## Why it matters
Velero takes the one key of the ConfigMap, whatever its name. With none or several it refuses, and each
backup ends in FailedValidation: nothing is backed up.

## How to fix it
Keep all policies in one key, as one YAML document. Policies for another Schedule go into another ConfigMap.

## When to ignore it
When something adds or removes keys before the ConfigMap reaches the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/resourcepolicies/resource_policies.go getResourcePoliciesFromConfig",
    .check = check,
});

}  // namespace vlint::rules
