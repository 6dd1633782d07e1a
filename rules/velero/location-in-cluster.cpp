#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/storage_locations.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

// The s3Url when it leads to a service of the cluster, or to LocalStack.
yaml::Value inside_url(const velero::BackupStorageLocation& location) {
  const yaml::Value url = setting_of(location, "s3Url");
  return is_aws(location) && url && is_in_cluster(endpoint_of(url.text()).host) ? url : yaml::Value{};
}

bool is_localstack(yaml::Value url) { return to_lower_ascii(url.text()).find("localstack") != std::string::npos; }

// A copy elsewhere is what makes the one in the cluster right, so all locations must be seen and all be inside.
void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const auto& locations = member.plan.install.backup_storage_locations;
    const bool all_inside = std::all_of(locations.begin(), locations.end(), [](const auto& location) {
      return !location.resource->encrypted && inside_url(location);
    });
    if (locations.empty() || !all_inside || may_hold_unseen_objects(model, member.cluster)) continue;
    for (const velero::BackupStorageLocation& location : locations) {
      const yaml::Value url = inside_url(location);
      const bool volatile_store = is_localstack(url);
      report
          .at(url.span(),
              fmt::format("{} keeps backups in the cluster that they are of{}: when the cluster is lost, so are "
                          "they",
                          location.resource->title(),
                          volatile_store ? ", in LocalStack, which forgets its data with a restart" : ""))
          .label("inside the cluster")
          .about(member.cluster, *location.resource, url)
          .help(
              "add a location outside of the cluster and let at least one Schedule write there, or replicate the "
              "bucket");
    }
  }
}

}  // namespace

VLINT_RULE(velero_location_in_cluster) = checked({
    .summary = "all backups are kept inside the cluster that they are of",
    .explanation = R"md(
## What it finds
BackupStorageLocations that all lead to a service of the cluster itself (`http://minio.storage.svc:9000`) or to
LocalStack. One location outside is enough to silence it; so are charts and Applications that may bring one.

## Why it matters
Such a backup helps against a deleted namespace, not against what backups are kept for: a lost cluster, broken disks,
ransomware. To restore one, the object storage must be there, and it went with the cluster. LocalStack, a test double of
AWS, keeps its data in memory by default.

## How to fix it
Add a location at another place and a Schedule that writes there, or let the object storage replicate its bucket.

## When to ignore it
When the bucket is replicated elsewhere, or the service only leads out of the cluster (an ExternalName).
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero site/content/docs contributions/minio.md, locations.md",
    .check = check,
});

}  // namespace vlint::rules
