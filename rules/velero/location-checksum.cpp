#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/storage_locations.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

// Stores that refuse the checksums which the AWS SDK adds by itself.
struct Store {
  std::string_view domain;
  std::string_view name;
};
constexpr Store kStores[] = {{".backblazeb2.com", "Backblaze B2"},
                             {".oraclecloud.com", "Oracle Cloud"},
                             {"storage.googleapis.com", "Google Cloud Storage"}};

const Store* store_of(std::string_view host) {
  const std::string lower = to_lower_ascii(host);
  const auto* store = std::find_if(std::begin(kStores), std::end(kStores), [&](const Store& candidate) {
    return lower.size() >= candidate.domain.size() &&
           lower.compare(lower.size() - candidate.domain.size(), std::string::npos, candidate.domain) == 0;
  });
  return store == std::end(kStores) ? nullptr : store;
}

// The image of velero-plugin-for-aws, when it is known to be one that adds checksums.
yaml::Value new_plugin(const velero::Install& install) {
  for (const VeleroContainer& server : server_containers(install)) {
    for (const yaml::Value init : server.pod.spec["initContainers"].items()) {
      const yaml::Value image = init["image"];
      const std::string_view path = image_without_tag(image.text());
      if (image.is_templated() || path.substr(path.rfind('/') + 1) != "velero-plugin-for-aws") continue;
      const std::optional<velero::Version> version = velero::parse_version(tag_of(image.text()));
      if (version && velero::at_least(*version, 1, 9)) return image;
    }
  }
  return {};
}

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    const yaml::Value config = (*location.resource)["spec"]["config"];
    const yaml::Value url = setting_of(location, "s3Url");
    if (!is_aws(location) || !url || config["checksumAlgorithm"]) return;
    const Store* store = store_of(endpoint_of(url.text()).host);
    const yaml::Value plugin = new_plugin(member.plan.install);
    if (store == nullptr || !plugin) return;
    report
        .at(url.span(),
            fmt::format("{} is at {}, which does not take the checksums that the AWS plugin adds from 1.9 on: "
                        "uploads are refused, and backups fail",
                        location.resource->title(), store->name))
        .label("no checksumAlgorithm beside it")
        .about(member.cluster, *location.resource, config)
        .related(plugin.span(), "the plugin")
        .fix("add checksumAlgorithm: \"\"", Safety::unsafe, *location.resource,
             yaml::add_entry(config, "checksumAlgorithm", yaml::NewValue::string("")));
  });
}

}  // namespace

VLINT_RULE(velero_location_checksum) = checked({
    .summary = "the AWS plugin sends checksums that this object storage refuses",
    .explanation = R"md(
## What it finds
A BackupStorageLocation of the provider `aws` at Backblaze B2, Oracle Cloud or the S3 interface of Google Cloud Storage
without `checksumAlgorithm` in its `config`, beside velero-plugin-for-aws 1.9 or newer.

## Why it matters
From 1.9 on the plugin is built on a newer AWS SDK and sends a CRC32 checksum with each upload. These stores answer with
an error, so no backup can be written. After an upgrade
of the plugin that is every backup.

## How to fix it
```yaml
config:
  checksumAlgorithm: ""
```

`vlint --fix --unsafe-fixes` writes it. Older MinIO and Ceph need it too; their addresses do not tell.

## When to ignore it
When the store takes the checksums by now: try it, and suppress the finding with a word on it.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero-plugin-for-aws backupstoragelocation.md, velero-plugin-for-aws/object_store.go",
    .check = check,
});

}  // namespace vlint::rules
