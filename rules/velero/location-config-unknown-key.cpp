#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/storage_locations.h"

namespace vlint::rules {
namespace {

// velero-plugin-for-aws velero-plugin-for-aws/object_store.go: ValidateObjectStoreConfigKeys, and what the server adds.
constexpr std::string_view kKeys[] = {
    "bucket",
    "caCert",
    "checksumAlgorithm",
    "credentialsFile",
    "customerKeyEncryptionFile",
    "customerKeyEncryptionSecret",
    "enableSharedConfig",
    "insecureSkipTLSVerify",
    "kmsKeyId",
    "prefix",
    "profile",
    "publicUrl",
    "region",
    "s3ForcePathStyle",
    "s3Url",
    "serverSideEncryption",
    "signatureVersion",
    "tagging",
};

// Names that other tools and plugins have for the same.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"endpoint", "s3Url"},
    {"endpointurl", "s3Url"},
    {"forcepathstyle", "s3ForcePathStyle"},
    {"insecureskipverify", "insecureSkipTLSVerify"},
    {"pathstyle", "s3ForcePathStyle"},
    {"s3endpoint", "s3Url"},
    {"sse", "serverSideEncryption"},
};

std::optional<std::string_view> meant_by(std::string_view key) {
  const std::string lower = to_lower_ascii(key);
  for (const std::string_view known : kKeys) {
    if (to_lower_ascii(known) == lower) return known;
  }
  for (const auto& [other, known] : kOtherNames) {
    if (other == lower) return known;
  }
  constexpr std::size_t kFarthest = 2;
  return closest(key, kKeys, kFarthest);
}

// The right key would take up what another rule has to say about: then nobody but a person decides.
bool is_harmless(std::string_view key, std::string_view value) {
  if (key == "insecureSkipTLSVerify") return !is_true(value);
  if (key != "s3Url") return true;
  const Endpoint endpoint = endpoint_of(value);
  return endpoint.scheme == "https" && endpoint.path.empty() && !is_in_cluster(endpoint.host);
}

void check_key(const ClusterModel& member, const velero::BackupStorageLocation& location, yaml::Value config,
               const yaml::Entry& entry, Report& report) {
  const std::string_view key = entry.key.text();
  if (std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys) || entry.key.is_templated()) return;
  Draft draft = report.at(entry.key.span(),
                          fmt::format("{} has the setting {}, which the AWS plugin does not know: the location becomes "
                                      "Unavailable, and nothing is backed up to it",
                                      location.resource->title(), quoted(key)));
  const std::optional<std::string_view> meant = meant_by(key);
  draft.label(meant ? fmt::format("did you mean {}?", *meant) : "no such setting")
      .about(member.cluster, *location.resource, config);
  if (meant && !config[*meant] && is_harmless(*meant, entry.value.text())) {
    draft.fix(fmt::format("write {}", *meant), Safety::safe, *location.resource, yaml::rename_key(entry.key, *meant));
  } else if (meant) {
    draft.help(fmt::format("write {}", *meant));
  } else {
    draft.help("take it out");
  }
}

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    if (!is_aws(location)) return;
    const yaml::Value config = (*location.resource)["spec"]["config"];
    for (const yaml::Entry& entry : config.entries()) check_key(member, location, config, entry, report);
  });
}

}  // namespace

VLINT_RULE(velero_location_config_unknown_key) = checked({
    .summary = "a BackupStorageLocation has a setting that the AWS plugin does not know",
    .explanation = R"md(
## What it finds
A key of `spec.config` that velero-plugin-for-aws does not know, in a BackupStorageLocation of the provider `aws`: a
misspelt one (`s3url`), or that of another tool (`forcePathStyle`, `endpoint`, `insecureSkipVerify`). Keys are compared
with their case. Other providers are not looked at.

## Why it matters
The plugin refuses all settings because of one it does not know ("config has invalid keys"). The location becomes
Unavailable: nothing is backed up to it, and nothing can be restored from it.

## How to fix it
Write the plugin's key: `region`, `s3Url`, `s3ForcePathStyle`, `publicUrl`, `insecureSkipTLSVerify`, `kmsKeyId`,
`serverSideEncryption`, `customerKeyEncryptionFile`, `customerKeyEncryptionSecret`, `signatureVersion`, `credentialsFile`,
`profile`, `enableSharedConfig`, `tagging`, `checksumAlgorithm`, `caCert`. `vlint --fix` corrects case and near misses.

## When to ignore it
When the provider `aws` is another plugin of your own.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero-plugin-for-aws velero-plugin-for-aws/object_store.go Init; velero "
               "pkg/plugin/framework/validation.go",
    .check = check,
});

}  // namespace vlint::rules
