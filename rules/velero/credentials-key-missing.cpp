#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {
namespace {

// Keys only: the values are nobody's business.
std::vector<std::string_view> keys_of(const kube::Resource& secret) {
  std::vector<std::string_view> keys;
  for (const std::string_view field : {"data", "stringData"}) {
    for (const yaml::Entry& entry : secret[field].entries()) {
      if (std::find(keys.begin(), keys.end(), entry.key.text()) == keys.end()) keys.push_back(entry.key.text());
    }
  }
  return keys;
}

bool has_templated_key(const std::vector<std::string_view>& keys) {
  return std::any_of(keys.begin(), keys.end(), [](std::string_view key) {
    return key.find("${") != std::string_view::npos || key.find("{{") != std::string_view::npos;
  });
}

void check_location(const model::Cluster& cluster, const kube::Resource& location, Report& report) {
  const yaml::Value credential = location["spec"]["credential"];
  const yaml::Value name = credential["name"];
  const yaml::Value key = credential["key"];
  if (!name.is_scalar() || !key.is_scalar() || !kube::has_known_text(name) || !kube::has_known_text(key)) return;
  const kube::Resource* secret = cluster.find("", "Secret", location.name_space, name.text());
  if (secret == nullptr) return;
  const std::vector<std::string_view> keys = keys_of(*secret);
  const bool has_key = std::find(keys.begin(), keys.end(), key.text()) != keys.end();
  // One without any is filled in by somebody else.
  if (keys.empty() || has_key || has_templated_key(keys)) return;
  Draft draft = report.at(
      key.span(), fmt::format("{} takes its credentials from the key {} of {}, which has no such key: the location "
                              "becomes Unavailable",
                              location.title(), quoted(key.text()), secret->title()));
  draft.label("no such key").about(cluster, location, key).related(secret->place(), "the Secret");
  if (keys.size() == 1) {
    draft.fix(fmt::format("write {}", keys.front()), Safety::safe, location, yaml::set_scalar(key, keys.front()));
  } else {
    draft.help(fmt::format("the Secret has: {}", join(keys, ", ")));
  }
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const auto& location : plan.install.backup_storage_locations)
      check_location(cluster, *location.resource, report);
    for (const auto& location : plan.install.volume_snapshot_locations)
      check_location(cluster, *location.resource, report);
  }
}

}  // namespace

VLINT_RULE(velero_credentials_key_missing) = checked({
    .summary = "a storage location takes its credentials from a key that its Secret does not have",
    .explanation = R"md(
## What it finds
A `spec.credential` of a BackupStorageLocation or VolumeSnapshotLocation whose Secret is in the repository and has no key
of that name. Only the names of the keys are looked at, so it works with a Secret encrypted by SOPS too.

## Why it matters
Velero can't open the object storage: the location becomes Unavailable, and nothing is backed up to it.

## How to fix it
Write the name of the Secret's key. When it has only one, `vlint --fix` does it.

## When to ignore it
When something adds the key to the Secret in the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/credentials/file_store.go, pkg/util/kube/secrets.go GetSecretKey",
    .check = check,
});

}  // namespace vlint::rules
