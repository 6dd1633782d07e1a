#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/storage_locations.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    const yaml::Value spec = (*location.resource)["spec"];
    const yaml::Value provider = spec["provider"];
    const bool is_empty =
        provider.is_scalar() && provider.type() == yaml::ScalarType::string && provider.text().empty();
    if (!is_empty) return;
    report
        .at(provider.span(),
            fmt::format("{} has an empty provider: no plugin serves it, it becomes Unavailable, and nothing "
                        "is backed up to it",
                        location.resource->title()))
        .label("no provider")
        .about(member.cluster, *location.resource, provider)
        .help("write aws (for every S3-compatible store), gcp, azure, or the name of another plugin's provider");
  });
}

}  // namespace

VLINT_RULE(velero_location_provider_empty) = checked({
    .summary = "a BackupStorageLocation has an empty provider",
    .explanation = R"md(
## What it finds
A BackupStorageLocation with `provider: ""`, as values of a chart leave it that nobody filled in.

## Why it matters
The API server takes the empty text, and Velero then looks for a plugin of that name. The location becomes Unavailable and
nothing is backed up to it.

## How to fix it
Write the provider: `aws` for Amazon S3 and everything that speaks like it (MinIO, Ceph, Backblaze), `gcp`, `azure`.

## When to ignore it
When the provider is filled in before it reaches the cluster by something that vlint does not know.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/persistence/object_store.go Get",
    .check = check,
});

}  // namespace vlint::rules
