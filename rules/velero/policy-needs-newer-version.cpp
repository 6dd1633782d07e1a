#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/volume_policy.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

void check_map(const ClusterModel& member, const PolicyMap& map, Report& report) {
  const velero::Install& install = member.plan.install;
  if (!map.text || !knows_version(install)) return;
  const std::vector<velero::Evidence> always = velero::read_volume_policies(map.text, velero::kNewestVersion).faults;
  for (const velero::Evidence& fault : velero::read_volume_policies(map.text, install.version).faults) {
    if (std::find(always.begin(), always.end(), fault) != always.end()) continue;
    report
        .at(map.at(fault.where),
            fmt::format("the volume policies in {} need a newer Velero than {}, so {}: {}", map.config_map->title(),
                        velero::to_string(install.version), map.fails_validation(), fault.message))
        .label("too new for this Velero")
        .about(member.cluster, *map.config_map, map.text)
        .related(install.version_where, "the version of Velero")
        .help("upgrade Velero, or write the policy without it");
  }
}

void check(const Model& model, Report& report) {
  for_each_policy_map(model, [&](const ClusterModel& member, const PolicyMap& map) { check_map(member, map, report); });
}

}  // namespace

VLINT_RULE(velero_policy_needs_newer_version) = checked({
    .summary = "a volume policy uses what the installed Velero does not know yet",
    .explanation = R"md(
## What it finds
Conditions and actions of volume policies that are newer than the Velero of the cluster: `volumeTypes` (1.13), the
actions `fs-backup` and `snapshot` (1.14), `pvcLabels` and `csi.volumeAttributes` (1.16), `includeExcludePolicy` (1.17),
`pvcPhase` (1.18) and the action `custom` (1.18.1). It is silent when the version is not known.

## Why it matters
An older Velero doesn't leave out what it does not know: it refuses the whole text, and each backup that uses it ends in
FailedValidation.

## How to fix it
Upgrade Velero first, or write the policy with what this version has.

## When to ignore it
When the image is replaced by a newer one before it reaches the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/resourcepolicies/volume_resources.go and resource_policies.go of 1.11 to 1.18",
    .check = check,
});

}  // namespace vlint::rules
