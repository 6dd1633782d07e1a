#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "rules/common/placeholders.h"
#include "rules/common/secret_uses.h"

namespace vlint::rules {
namespace {

struct Credential {
  std::string_view key;
  std::string_view what;
};
constexpr std::string_view kPassword = "the password of its backup repository";
constexpr Credential kCredentials[] = {
    {"RESTIC_PASSWORD", kPassword},
    {"KOPIA_PASSWORD", kPassword},
    {"AWS_SECRET_ACCESS_KEY", "the secret key of its object storage"},
    {"B2_ACCOUNT_KEY", "the key of its B2 account"},
    {"AZURE_ACCOUNT_KEY", "the key of its Azure storage account"},
    {"AZURE_ACCOUNT_SAS", "the signature for its Azure storage account"},
    {"GOOGLE_APPLICATION_CREDENTIALS", "the private key of its Google service account"},
    {"RESTIC_REST_PASSWORD", "the password of its REST server"},
    {"psk.txt", "the key of its connection"},
};

// What is written under a key: decoded, or as it is where it is no base64. Empty where Git doesn't tell.
std::string_view text_of(const model::SecretSupplier& supplier, std::string_view key) {
  const auto entry = supplier.keys->entries.find(key);
  if (entry == supplier.keys->entries.end()) return {};
  if (!entry->second.is_base64) return secret_text_of(supplier, key).value.text();
  return entry->second.value.text().value_or(std::string_view{});
}

// The first credential in it that everybody can read.
const Credential* readable_credential(const model::SecretSupplier& supplier) {
  const auto found = std::find_if(std::begin(kCredentials), std::end(kCredentials),
                                  [&](const Credential& one) { return !is_placeholder(text_of(supplier, one.key)); });
  return found == std::end(kCredentials) ? nullptr : &*found;
}

void check(const Model& model, Report& report) {
  std::set<const kube::Resource*> told;
  for_each_secret(model, [&](const SecretOfReplication& one) {
    for (const model::SecretSupplier& supplier : one.answer.suppliers) {
      const kube::Resource& secret = *supplier.resource;
      const bool is_from_cluster = secret.metadata["uid"] || secret.metadata["resourceVersion"];
      if (!secret.is("", "Secret") || secret.encrypted || is_from_cluster) continue;
      if (secret.generation != kube::kNotGenerated) continue;
      const Credential* credential = readable_credential(supplier);
      if (credential == nullptr || !told.insert(&secret).second) continue;
      const yaml::Value key = secret_key_of(supplier, credential->key);
      const bool is_encoded = secret_text_of(supplier, credential->key).is_base64 &&
                              supplier.keys->entries.find(credential->key)->second.is_base64;
      const bool is_password = credential->what == kPassword;
      report
          .at(key.span().valid() ? key.span() : secret.place(),
              fmt::format("{} holds {} in plain text: everybody who can read this repository can read {}",
                          secret.title(), credential->what,
                          is_password ? "the backups of the volumes" : "the backups, or delete them"))
          .label(is_encoded ? "only base64" : "readable")
          .about(one.member.cluster, secret)
          .related(one.use.name.where(), "reads it")
          .help(is_password
                    ? "commit it as a SealedSecret, encrypted by SOPS, or as an ExternalSecret, and change it with "
                      "`restic key passwd`, since the history of the repository keeps this one"
                    : "replace it by a new one, since the history of the repository keeps this one, and commit "
                      "that as a SealedSecret, encrypted by SOPS, or as an ExternalSecret");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_plaintext_secret) = checked({
    .summary = "VolSync's credentials stand in the repository in plain text",
    .explanation = R"md(
## What it finds
A Secret that a ReplicationSource or ReplicationDestination reads, with the repository's password or a key of its
storage in it, as `stringData` or as base64. Base64 is no encryption. Secrets encrypted by SOPS, SealedSecrets and
ExternalSecrets are right, and so are placeholders and `${VARIABLES}`. The value is never printed.

## Why it matters
The password decrypts the backups of the volume, and the storage's key lets everybody fetch or delete them. Whoever can
read the repository, a fork, a CI log or an old clone has both.

## How to fix it
Make a new key, revoke this one, and commit the new one encrypted: SOPS, SealedSecret, or an ExternalSecret that only
names it. Removing the line is not enough, since the history keeps it. The password of a restic repository that exists
is changed with `restic key passwd`, not by another text in the Secret.

## When to ignore it
In a repository of a throw-away test environment.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go ensureJob",
    .check = check,
});

}  // namespace vlint::rules
