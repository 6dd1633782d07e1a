#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"
#include "rules/common/storage_locations.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kConsequence = "it becomes Unavailable, and nothing is backed up to it";

void report_empty(const ClusterModel& member, const kube::Resource& location, yaml::Value bucket, Report& report) {
  report.at(bucket.span(), fmt::format("{} has an empty bucket: {}", location.title(), kConsequence))
      .label("no bucket")
      .about(member.cluster, location, bucket)
      .help("write the name of the bucket");
}

void report_slash(const ClusterModel& member, const kube::Resource& location, yaml::Value bucket, Report& report) {
  Draft draft = report.at(bucket.span(), fmt::format("{} has a slash in its bucket {}: {}", location.title(),
                                                     quoted(bucket.text()), kConsequence));
  draft.label("a bucket's name has no slash").about(member.cluster, location, bucket);
  const std::string_view text = bucket.text();
  const std::size_t slash = text.find('/');
  const std::string_view name = text.substr(0, slash);
  std::string_view prefix = text.substr(slash + 1);
  while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  const yaml::Value storage = location["spec"]["objectStorage"];
  const bool is_url = text.find("://") != std::string_view::npos;
  if (name.empty() || is_url || prefix.find("//") != std::string_view::npos || (storage["prefix"] && !prefix.empty())) {
    draft.help("write the bucket's name alone; folders in it are the `prefix` beside it");
    return;
  }
  std::vector<yaml::Edits> parts{yaml::set_scalar(bucket, name)};
  if (!prefix.empty()) {
    parts.push_back(yaml::add_entry(storage, "prefix", yaml::NewValue::string(prefix)));
  }
  draft.fix(prefix.empty() ? fmt::format("write {}", name) : fmt::format("split it into bucket and prefix"),
            Safety::safe, location, together(parts));
}

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    const yaml::Value bucket = (*location.resource)["spec"]["objectStorage"]["bucket"];
    if (!bucket.is_scalar() || !kube::has_known_text(bucket)) return;
    if (bucket.text().empty()) {
      report_empty(member, *location.resource, bucket, report);
    } else if (bucket.text().find('/') != std::string_view::npos) {
      report_slash(member, *location.resource, bucket, report);
    }
  });
}

}  // namespace

VLINT_RULE(velero_location_bucket_invalid) = checked({
    .summary = "the bucket of a BackupStorageLocation is empty or has a slash",
    .explanation = R"md(
## What it finds
An `objectStorage.bucket` that is empty, or that has a slash: `backups/cluster-1`, `s3://backups`.

## Why it matters
Velero refuses it (a bucket's name "must not contain a '/'"): the location becomes Unavailable, and no backup can be
written to it or restored from it.

## How to fix it
Write the bucket's name, and folders as `prefix`:

```yaml
objectStorage:
  bucket: backups
  prefix: cluster-1
```

`vlint --fix` splits the two.

## When to ignore it
When the bucket is filled in before it reaches the cluster by something that vlint does not know.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/persistence/object_store.go NewObjectBackupStoreGetter Get",
    .check = check,
});

}  // namespace vlint::rules
