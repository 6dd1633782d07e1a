#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "lint/engine/report.h"
#include "rules/common/mentions.h"
#include "rules/common/unseen.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kSecret = "velero-repo-credentials";

bool copies_files(const velero::Verdict& verdict) {
  return verdict.outcome == velero::Outcome::is_protected &&
         (verdict.method == velero::Method::fs_backup || verdict.method == velero::Method::csi_data_movement);
}

// The volume that a Schedule copies into a backup repository: the first one of the plan.
const velero::VolumeUse* copied_volume(const velero::Plan& plan) {
  const auto is_copied = [](const velero::VolumeUse& use) {
    return std::any_of(use.verdicts.begin(), use.verdicts.end(), copies_files);
  };
  const auto found = std::find_if(plan.volumes.begin(), plan.volumes.end(), is_copied);
  return found == plan.volumes.end() ? nullptr : &*found;
}

std::vector<std::string_view> secrets_of(const VeleroContainer& server) {
  std::vector<std::string_view> names;
  const auto add = [&](yaml::Value name) {
    if (!name.text().empty()) names.push_back(name.text());
  };
  for (const yaml::Value volume : server.pod.spec["volumes"].items()) add(volume["secret"]["secretName"]);
  for (const yaml::Value variable : server.container["env"].items()) {
    add(variable["valueFrom"]["secretKeyRef"]["name"]);
  }
  for (const yaml::Value source : server.container["envFrom"].items()) add(source["secretRef"]["name"]);
  return names;
}

// The repository makes a Secret of the name: as it is, sealed, or fetched from elsewhere.
bool is_managed(const model::Cluster& cluster, std::string_view secret, std::string_view name_space) {
  const auto makes_it = [&](const kube::Resource& resource) {
    return resource.name == secret && resource.name_space == name_space &&
           resource.kind.find("Secret") != std::string_view::npos;
  };
  return std::any_of(cluster.resources().begin(), cluster.resources().end(), makes_it);
}

// Whoever keeps the server's Secrets in this repository would keep the password there, too.
bool manages_secrets(const model::Cluster& cluster, const VeleroContainer& server) {
  const std::vector<std::string_view> names = secrets_of(server);
  const auto managed = [&](std::string_view name) { return is_managed(cluster, name, server.resource->name_space); };
  return !names.empty() && std::all_of(names.begin(), names.end(), managed);
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    const std::vector<VeleroContainer> servers = server_containers(plan.install);
    const velero::VolumeUse* copied = copied_volume(plan);
    if (servers.size() != 1 || copied == nullptr || may_hold_unseen_objects(model, cluster)) continue;
    const VeleroContainer& server = servers.front();
    const auto has_name = [](const kube::Resource& resource) { return resource.name == kSecret; };
    if (!manages_secrets(cluster, server) || is_mentioned(model, kSecret) ||
        std::any_of(cluster.resources().begin(), cluster.resources().end(), has_name)) {
      continue;
    }
    report
        .at(server.resource->place(),
            fmt::format("{} encrypts its backup repositories with a password that everybody knows, since no Secret "
                        "velero-repo-credentials is managed: who can read the bucket can read the data",
                        server.resource->title()))
        .label("makes the Secret with Velero's built-in password")
        .about(cluster, *server.resource)
        .related(copied->volume.span(), "this volume is copied into such a repository")
        .help(
            "before the first backup add a sealed or external Secret velero-repo-credentials with the key "
            "repository-password; repositories that exist can't be opened with another password");
  }
}

}  // namespace

VLINT_RULE(velero_repository_password_default) = checked({
    .summary = "backup repositories are encrypted with Velero's built-in password",
    .explanation = R"md(
## What it finds
A Velero that copies volumes by file system backup or data movement, in a repository that holds all Secrets which the
server uses, but nowhere mentions `velero-repo-credentials`. It is silent when charts, templates or Applications deploy
more than is seen.

## Why it matters
The copies lie encrypted in the bucket. Where the Secret `velero-repo-credentials` is missing, Velero makes it, with a
password that stands in its source code. Then the encryption protects nothing: whoever can read the bucket reads the
data.

## How to fix it
Before the first backup, add the Secret (sealed, encrypted, or fetched from a vault) in Velero's namespace, with a long
random text under the key `repository-password`, and keep a copy of it away from the cluster. **Repositories that exist
already can't be opened with another password**: change it only together with a new bucket or prefix, and keep the old
one for as long as its backups count.

## When to ignore it
When the bucket is as safe as the cluster, or the Secret was made by hand.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/repository/keys/keys.go EnsureCommonRepositoryKey",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
