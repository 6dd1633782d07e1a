#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/velero_pods.h"

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

// By which variable the plugin of a provider finds the file with the server's own credentials (velero
// pkg/install/deployment.go).
std::string_view variable_of(std::string_view provider) {
  constexpr std::string_view kPrefix = "velero.io/";
  if (provider.substr(0, kPrefix.size()) == kPrefix) provider.remove_prefix(kPrefix.size());
  if (provider == "aws") return "AWS_SHARED_CREDENTIALS_FILE";
  if (provider == "gcp") return "GOOGLE_APPLICATION_CREDENTIALS";
  if (provider == "azure") return "AZURE_CREDENTIALS_FILE";
  return {};
}

// The first location that has no credentials of its own, so that it takes the server's.
const velero::BackupStorageLocation* location_of(const velero::Install& install, std::string_view variable) {
  for (const velero::BackupStorageLocation& location : install.backup_storage_locations) {
    const yaml::Value spec = (*location.resource)["spec"];
    if (variable_of(location.provider) == variable && !spec["credential"].is_set() &&
        !spec["config"]["credentialsFile"].is_set()) {
      return &location;
    }
  }
  return nullptr;
}

// The Secret whose keys are the files of a folder; null where the folder is something else, or names files itself.
const kube::Resource* secret_at(const model::Cluster& cluster, const VeleroContainer& server, std::string_view file) {
  const yaml::Value mount = mount_of(server.container, file);
  const std::string_view folder = file.substr(0, file.rfind('/'));
  if (!mount || mount["subPath"].is_set() || mount["subPathExpr"].is_set()) return nullptr;
  std::string_view at = mount["mountPath"].text();
  if (!at.empty() && at.back() == '/') at.remove_suffix(1);
  if (at != folder) return nullptr;
  const yaml::Value secret = volume_named(server.pod.spec, mount["name"].text())["secret"];
  const yaml::Value name = secret["secretName"];
  if (!name || !kube::has_known_text(name) || secret["items"].is_set() || secret["optional"].as_bool() == true) {
    return nullptr;
  }
  return cluster.find("", "Secret", server.resource->name_space, name.text());
}

// The server's own credentials: a file that a Secret brings.
void check_server(const ClusterModel& member, const VeleroContainer& server, Report& report) {
  for (const yaml::Value variable : server.container["env"].items()) {
    const yaml::Value path = variable["value"];
    const std::string_view file = path.text();
    const std::size_t slash = file.rfind('/');
    if (slash == std::string_view::npos || path.is_templated()) continue;
    const velero::BackupStorageLocation* location = location_of(member.plan.install, variable["name"].text());
    const kube::Resource* secret = location == nullptr ? nullptr : secret_at(member.cluster, server, file);
    if (secret == nullptr) continue;
    const std::string_view key = file.substr(slash + 1);
    const std::vector<std::string_view> keys = keys_of(*secret);
    const bool has_key = std::find(keys.begin(), keys.end(), key) != keys.end();
    if (keys.empty() || has_key || has_templated_key(keys)) continue;
    Draft draft = report.at(
        path.span(),
        fmt::format("{} takes its credentials from {}, the key {} of {}, which has no such key: {} becomes "
                    "Unavailable",
                    server.resource->title(), file, quoted(key), secret->title(), location->resource->title()));
    draft.label("no such file").about(member.cluster, *server.resource, path).related(secret->place(), "the Secret");
    draft.related(location->resource->place(), "has no credentials of its own");
    if (keys.size() == 1) {
      draft.fix(fmt::format("read the key {}", keys.front()), Safety::safe, *server.resource,
                yaml::set_scalar(path, fmt::format("{}{}", file.substr(0, slash + 1), keys.front())));
    }
    draft.help(keys.size() == 1 ? fmt::format("call the key {}, or read the one that is there", quoted(key))
                                : fmt::format("the Secret has: {}", join(keys, ", ")));
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const auto& [cluster, plan] = member;
    for (const VeleroContainer& server : server_containers(plan.install)) check_server(member, server, report);
    for (const auto& location : plan.install.backup_storage_locations)
      check_location(cluster, *location.resource, report);
    for (const auto& location : plan.install.volume_snapshot_locations)
      check_location(cluster, *location.resource, report);
  }
}

}  // namespace

VLINT_RULE(velero_credentials_key_missing) = checked({
    .summary = "Velero takes the credentials of a storage location from a key that the Secret does not have",
    .explanation = R"md(
## What it finds
A `spec.credential` of a BackupStorageLocation or VolumeSnapshotLocation whose Secret is in the repository and has no key
of that name. And a server whose own credentials are a file of a Secret (`/credentials/cloud` by custom) that has no such
key, while a location has none of its own. Only the names of the keys are looked at, so it works with a Secret encrypted
by SOPS too.

## Why it matters
Velero can't open the object storage: the location becomes Unavailable, and nothing is backed up to it.

## How to fix it
Write the name of the Secret's key. When it has only one, `vlint --fix` does it. The chart mounts the Secret of
`credentials.existingSecret` at `/credentials` and reads `cloud` there: then call the key so.

## When to ignore it
When something adds the key to the Secret in the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/credentials/file_store.go, pkg/util/kube/secrets.go GetSecretKey, "
               "pkg/install/deployment.go",
    .check = check,
});

}  // namespace vlint::rules
