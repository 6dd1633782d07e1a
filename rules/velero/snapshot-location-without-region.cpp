#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"

namespace vlint::rules {
namespace {

bool is_aws(std::string_view provider) { return provider == "aws" || provider == "velero.io/aws"; }

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const velero::VolumeSnapshotLocation& location : plan.install.volume_snapshot_locations) {
      const kube::Resource& resource = *location.resource;
      const yaml::Value config = resource["spec"]["config"];
      const yaml::Value region = config["region"];
      const bool is_unknown = resource.encrypted || config.is_templated() || !kube::has_known_text(region);
      const bool has_region = region.is_set() && !region.text().empty();
      if (!is_aws(location.provider) || is_unknown || has_region) continue;
      report
          .at(region ? region.span() : resource.place(),
              fmt::format("{} has no region: the AWS plugin does not start for it, each native snapshot is an error, "
                          "and the backup ends PartiallyFailed without it",
                          resource.title()))
          .label("no region")
          .about(cluster, resource, region)
          .help(
              "write the region of the volumes into `spec.config.region`, or remove the location where no native "
              "snapshots are taken");
    }
  }
}

}  // namespace

VLINT_RULE(velero_snapshot_location_without_region) = checked({
    .summary = "a VolumeSnapshotLocation of AWS has no region",
    .explanation = R"md(
## What it finds
A VolumeSnapshotLocation with the provider `aws` and no `region` in its `config`, or an empty one.

## Why it matters
For a BackupStorageLocation the plugin can ask the bucket for its region; there is nothing to ask for snapshots. The plugin
refuses to start, and every volume that Velero wants to give to it is an error: the backup ends PartiallyFailed, and the
volume is in no snapshot.

## How to fix it
```yaml
spec:
  provider: aws
  config:
    region: eu-central-1
```

The region is that of the volumes, not of the bucket. Where only CSI snapshots or file system backup are used, the
location can go (`snapshotsEnabled: false` in the chart's values).

## When to ignore it
When the region is filled in by something that vlint doesn't know.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero-plugin-for-aws volume_snapshotter.go Init; velero pkg/backup/item_backupper.go takePVSnapshot",
    .check = check,
});

}  // namespace vlint::rules
