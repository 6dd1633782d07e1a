#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/restore_helper_config.h"
#include "rules/common/string_maps.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_restore_helper_config(model, [&](const ClusterModel& member, const kube::Resource& config) {
    for (const yaml::Entry& entry : config["data"].entries()) {
      report_not_string(member.cluster, config, entry, "its", "the ConfigMap", report);
    }
  });
}

}  // namespace

VLINT_RULE(velero_restore_helper_config_not_string) = checked({
    .summary = "a ConfigMap for Velero's restore helper has a number or a boolean in its data",
    .explanation = R"md(
## What it finds
A value without quotes in a ConfigMap for the restore helper (`fs-restore-action-config`) that YAML takes for a number or
a boolean: `secCtxRunAsUser: 1001`, `secCtxAllowPrivilegeEscalation: false`. Velero's own documentation shows it so.

## Why it matters
The data of a ConfigMap are strings, and the API server refuses everything else ("cannot unmarshal number into Go struct
field ConfigMap.data of type string"). The ConfigMap isn't created, and the sync of everything beside it fails.

## How to fix it
Put the value in quotes. `vlint --fix` does it.

## When to ignore it
Never: no cluster takes it.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "Kubernetes core/v1 ConfigMap; velero site/content/docs file-system-backup.md",
    .check = check,
});

}  // namespace vlint::rules
