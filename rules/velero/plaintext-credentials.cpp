#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/kustomize/go_scalar.h"
#include "rules/common/placeholders.h"

namespace vlint::rules {
namespace {

// What a credential begins with in the files that Velero's plugins read, and the key of its own password.
struct Mark {
  std::string_view text;
  std::string_view what;
};
constexpr Mark kMarks[] = {
    {"aws_secret_access_key", "the secret key of its object storage"},
    {"AZURE_CLIENT_SECRET", "the client secret of its Azure identity"},
    {"AZURE_STORAGE_ACCOUNT_ACCESS_KEY", "the access key of its Azure storage account"},
    {"\"private_key\"", "the private key of its Google service account"},
};
constexpr std::string_view kRepositorySecret = "velero-repo-credentials";
constexpr std::string_view kRepositoryKey = "repository-password";
constexpr std::string_view kPassword = "the password of its backup repositories";

// What stands behind the mark on its line: " = abc", ": \"-----BEGIN\"".
std::string_view value_behind(std::string_view text, std::size_t at) {
  std::string_view rest = text.substr(at);
  rest = rest.substr(0, rest.find_first_of("\r\n"));
  const std::size_t begin = rest.find_first_not_of(" \t=:\"'");
  return begin == std::string_view::npos ? std::string_view{} : rest.substr(begin);
}

// Which credential a text of the Secret is; nothing when it is none, or a placeholder.
std::optional<std::string_view> credential_in(std::string_view text) {
  for (const Mark& mark : kMarks) {
    const std::size_t at = text.find(mark.text);
    if (at != std::string_view::npos && !is_placeholder(value_behind(text, at + mark.text.size()))) return mark.what;
  }
  return std::nullopt;
}

std::optional<std::string_view> credential_in(const kube::Resource& secret, const yaml::Entry& entry, bool encoded) {
  if (!entry.value.is_scalar() || !kube::has_known_text(entry.value)) return std::nullopt;
  std::string text(trim(entry.value.text()));
  if (encoded) {
    bool ok = false;
    text = kustomize::from_base64(text, ok);
    if (!ok) return std::nullopt;
  }
  if (secret.name == kRepositorySecret && entry.key.text() == kRepositoryKey) {
    if (is_placeholder(text)) return std::nullopt;
    return kPassword;
  }
  return credential_in(text);
}

void collect_names(yaml::Value from, std::set<std::string_view>& names) {
  if (from.is_scalar() && !from.text().empty() && !from.is_templated()) names.insert(from.text());
}

// The Secrets that Velero reads: those of its locations, and those that its own pods mount or take variables from.
std::set<std::string_view> secrets_of(const velero::Install& install) {
  std::set<std::string_view> names{kRepositorySecret, "cloud-credentials"};
  for (const auto& location : install.backup_storage_locations) {
    collect_names((*location.resource)["spec"]["credential"]["name"], names);
  }
  for (const auto& location : install.volume_snapshot_locations) {
    collect_names((*location.resource)["spec"]["credential"]["name"], names);
  }
  for (const auto* owners : {&install.servers, &install.node_agents}) {
    for (const kube::Resource* owner : *owners) {
      const yaml::Value spec = (*owner)["spec"]["template"]["spec"];
      for (const yaml::Value volume : spec["volumes"].items()) collect_names(volume["secret"]["secretName"], names);
      for (const yaml::Value container : spec["containers"].items()) {
        for (const yaml::Value from : container["envFrom"].items()) collect_names(from["secretRef"]["name"], names);
      }
    }
  }
  return names;
}

void check_secret(const model::Cluster& cluster, const kube::Resource& secret, Report& report) {
  // Taken out of a cluster, not kept in Git.
  if (secret.encrypted || secret.metadata["uid"] || secret.metadata["resourceVersion"]) return;
  for (const bool encoded : {false, true}) {
    for (const yaml::Entry& entry : secret[encoded ? "data" : "stringData"].entries()) {
      const std::optional<std::string_view> what = credential_in(secret, entry, encoded);
      if (!what) continue;
      report
          .at(entry.key.span().valid() ? entry.key.span() : secret.place(),
              fmt::format(
                  "{} holds {} in plain text: everybody who can read this repository can read {}", secret.title(),
                  *what,
                  *what == kPassword ? "the copied volumes that are in the bucket" : "the backups, and delete them"))
          .label(encoded ? "only base64" : "readable")
          .about(cluster, secret, entry.key)
          .help(*what == kPassword ? "commit it as a SealedSecret, encrypted by SOPS, or as an ExternalSecret; "
                                     "repositories that exist can "
                                     "be read with this password only, so a new one means new repositories"
                                   : "replace the key by a new one, since the history of the repository keeps this "
                                     "one, and commit it as "
                                     "a SealedSecret, encrypted by SOPS, or as an ExternalSecret");
      return;
    }
  }
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    const velero::Install& install = plan.install;
    if (install.servers.empty() && install.backup_storage_locations.empty()) continue;
    const std::set<std::string_view> names = secrets_of(install);
    for (const kube::Resource* secret : cluster.of_kind("", "Secret")) {
      const bool is_elsewhere =
          install.name_space && !secret->name_space.empty() && secret->name_space != *install.name_space;
      if (names.count(secret->name) != 0 && !is_elsewhere) check_secret(cluster, *secret, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_plaintext_credentials) = checked({
    .summary = "Velero's credentials stand in the repository in plain text",
    .explanation = R"md(
## What it finds
A Secret that Velero reads (`cloud-credentials`, that of a storage location, one that the server mounts,
`velero-repo-credentials`) with a cloud key, a private key or the repository password in it, as `stringData` or as
base64. Base64 is no encryption. Secrets encrypted by SOPS, SealedSecrets and ExternalSecrets are right, and so are
placeholders and `${VARIABLES}`. The value is never printed.

## Why it matters
The key opens the bucket with all backups, which hold every Secret of the cluster, and it may delete them. Whoever can
read the repository, a fork, a CI log or an old clone has it. The repository password decrypts the copied volumes.

## How to fix it
Make a new key, revoke this one, and commit the new one encrypted: SOPS, SealedSecret, or an ExternalSecret that only
names it. Removing the line is not enough, since the history keeps it. Don't change the password of repositories that
exist: they can't be read with another one; copy them anew or keep the password and move it.

## When to ignore it
In a repository of a throw-away test environment.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero internal/credentials, pkg/repository/keys/keys.go; velero-plugin-for-aws README.md",
    .check = check,
});

}  // namespace vlint::rules
