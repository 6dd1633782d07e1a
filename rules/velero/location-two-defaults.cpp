#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"

namespace vlint::rules {
namespace {

void report_second(const ClusterModel& member, const velero::BackupStorageLocation& first,
                   const velero::BackupStorageLocation& second, Report& report) {
  const yaml::Value field = (*second.resource)["spec"]["default"];
  report
      .at(field.span(),
          fmt::format("{} is marked as default and so is {}: Velero writes to {}, the first by name, when a "
                      "backup names no location",
                      second.resource->title(), first.resource->title(), first.name))
      .label("has no effect")
      .about(member.cluster, *second.resource, field)
      .related((*first.resource)["spec"]["default"].span(), "this one is taken")
      .help("leave `default: true` in the location that is meant, and take it out of the others");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::BackupStorageLocation* first = nullptr;
    for (const velero::BackupStorageLocation& location : member.plan.install.backup_storage_locations) {
      if (location.is_default == Known::no) continue;
      // Which is the first by name is not known where names or marks are not; one written twice is the same object.
      const kube::Resource& resource = *location.resource;
      if (location.is_default == Known::unknown || resource.metadata["name"].is_templated()) break;
      const bool is_same = first != nullptr && first->name == location.name;
      const bool is_comparable = first == nullptr || first->resource->name_space == resource.name_space;
      if (is_same || !is_comparable) continue;
      if (first == nullptr) {
        first = &location;
      } else {
        report_second(member, *first, location, report);
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_location_two_defaults) = checked({
    .summary = "two BackupStorageLocations are marked as default, and only the first by name is",
    .explanation = R"md(
## What it finds
More than one BackupStorageLocation of Velero's namespace with `default: true`.

## Why it matters
For a backup without `storageLocation` Velero takes the first one in the order of their names. Which that is changes when
somebody adds `archive` before `default`, and from then on backups go somewhere else: to a bucket with another
retention, or one that the restore of the other cluster doesn't read. The server's
`--default-backup-storage-location` does not decide it while a location is marked.

## How to fix it
Mark one. Schedules that write elsewhere name their `storageLocation`.

## When to ignore it
Never: the second mark has no effect.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/storage/storagelocation.go, pkg/controller/backup_controller.go prepareBackupRequest",
    .check = check,
});

}  // namespace vlint::rules
