#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/storage_locations.h"

namespace vlint::rules {
namespace {

// The provider, where it is an empty text.
yaml::Value empty_provider(const kube::Resource& location) {
  const yaml::Value provider = location["spec"]["provider"];
  const bool is_empty = provider.is_scalar() && provider.type() == yaml::ScalarType::string && provider.text().empty();
  return is_empty && !location.encrypted ? provider : yaml::Value{};
}

void check_snapshot_locations(const ClusterModel& member, Report& report) {
  for (const velero::VolumeSnapshotLocation& location : member.plan.install.volume_snapshot_locations) {
    const yaml::Value provider = empty_provider(*location.resource);
    if (!provider) continue;
    report
        .at(provider.span(),
            fmt::format("{} has an empty provider: no plugin serves it, and each volume that is to be snapshotted "
                        "there is an error of the backup",
                        location.resource->title()))
        .severity(Severity::warning)
        .label("no provider")
        .about(member.cluster, *location.resource, provider)
        .help(
            "write aws, gcp, azure, or the name of another plugin's provider; remove the location where no native "
            "snapshots are taken (`snapshotsEnabled: false` in the chart's values)");
  }
}

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    const yaml::Value provider = empty_provider(*location.resource);
    if (!provider) return;
    report
        .at(provider.span(),
            fmt::format("{} has an empty provider: no plugin serves it, it becomes Unavailable, and nothing "
                        "is backed up to it",
                        location.resource->title()))
        .label("no provider")
        .about(member.cluster, *location.resource, provider)
        .help("write aws (for every S3-compatible store), gcp, azure, or the name of another plugin's provider");
  });
  for (const ClusterModel& member : model.clusters) check_snapshot_locations(member, report);
}

}  // namespace

VLINT_RULE(velero_location_provider_empty) = checked({
    .summary = "a location of backups or snapshots has an empty provider",
    .explanation = R"md(
## What it finds
A BackupStorageLocation or VolumeSnapshotLocation with `provider: ""`, as values of a chart leave it that nobody filled
in.

## Why it matters
The API server takes the empty text, and Velero then looks for a plugin of that name. A BackupStorageLocation becomes
Unavailable and nothing is backed up to it. With a VolumeSnapshotLocation every volume that reaches the native snapshots,
whatever it is, is the error that no plugin was found, and the backup ends PartiallyFailed.

## How to fix it
Write the provider: `aws` for Amazon S3 and everything that speaks like it (MinIO, Ceph, Backblaze), `gcp`, `azure`. A
VolumeSnapshotLocation that nobody needs can go: CSI snapshots and file system backup use none.

## When to ignore it
When the provider is filled in before it reaches the cluster by something that vlint does not know.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/persistence/object_store.go Get, pkg/backup/item_backupper.go volumeSnapshotter",
    .check = check,
});

}  // namespace vlint::rules
