#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/storage_locations.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    const yaml::Value url = setting_of(location, "s3Url");
    if (!is_aws(location) || !url) return;
    const Endpoint endpoint = endpoint_of(url.text());
    if (endpoint.path.empty() || endpoint.host.empty()) return;
    report
        .at(url.span(),
            fmt::format("{} has the path {} in its s3Url: backup repositories can't be opened there, so neither "
                        "file system backup nor data movement works",
                        location.resource->title(), endpoint.path))
        .label("host and port only")
        .about(member.cluster, *location.resource, url)
        .help(
            "write bucket and folder into `objectStorage.bucket` and `objectStorage.prefix`, and only the server here");
  });
}

}  // namespace

VLINT_RULE(velero_location_url_with_path) = checked({
    .summary = "the s3Url of a BackupStorageLocation has a path, with which no backup repository can be opened",
    .explanation = R"md(
## What it finds
An `s3Url` with a path behind the host (`https://s3.example.org/backups`), in a BackupStorageLocation of the provider
`aws`. A single slash at the end is no path.

## Why it matters
The plugin that writes manifests may cope with it, and the location is Available. The backup repository that Kopia opens
for volumes takes host and port only: it can't be made, and every file system backup and data movement of the location
fails.

## How to fix it
Write the server alone, the bucket into `objectStorage.bucket` and a folder into `objectStorage.prefix`. Backups that
are there keep their place in the bucket: see where they are before you change it.

## When to ignore it
When only manifests and snapshots are kept in this location.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/repository/config/aws.go, pkg/repository/provider/unified_repo.go getStorageVariables",
    .check = check,
});

}  // namespace vlint::rules
