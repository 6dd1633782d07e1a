#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/string_maps.h"

namespace vlint::rules {
namespace {

template <typename Location>
void check_location(const ClusterModel& member, const Location& location, Report& report) {
  for (const yaml::Entry& entry : (*location.resource)["spec"]["config"].entries()) {
    report_not_string(member.cluster, *location.resource, entry, "its setting", "the object", report);
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    for (const auto& location : install.backup_storage_locations) check_location(member, location, report);
    for (const auto& location : install.volume_snapshot_locations) check_location(member, location, report);
  }
}

}  // namespace

VLINT_RULE(velero_location_config_not_string) = checked({
    .summary = "a setting of a storage location is a boolean or a number, where only strings are taken",
    .explanation = R"md(
## What it finds
A value in `spec.config` of a BackupStorageLocation or VolumeSnapshotLocation that is no string to YAML:
`s3ForcePathStyle: true`, `apiTimeout: 10`.

## Why it matters
The settings are a map of strings, and the API server refuses everything else ("Invalid value: boolean: must be of type
string"). The location isn't created, or keeps its former settings, and the sync of the whole Application or
Kustomization fails with it. Helm's chart quotes the values by itself, which is why it works there without.

## How to fix it
Put the value in quotes: `s3ForcePathStyle: "true"`. `vlint --fix` does it.

## When to ignore it
When the manifest is input of a tool that quotes the values.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources =
        "velero config/crd/v1/bases/velero.io_backupstoragelocations.yaml, velero.io_volumesnapshotlocations.yaml",
    .check = check,
});

}  // namespace vlint::rules
