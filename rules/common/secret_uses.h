// The Secrets that sources and destinations of VolSync read, and those that Kyverno's rules read for claims, with who
// supplies them.
//
// Who supplies what is worked out in lint/model/secrets.h; nothing is judged here. Values are never printed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/model/secrets.h"
#include "lint/yaml/edit.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {

// A Secret that a source or destination names.
struct SecretOfReplication {
  const ClusterModel& member;
  const volsync::Replication& replication;
  const volsync::SecretUse& use;
  const model::SecretAnswer answer;

  // The only supplier where it is certain; else null.
  const model::SecretSupplier* supplier() const;
};
using SecretVisitor = std::function<void(const SecretOfReplication&)>;
// Those whose name is known, of replications that are not paused, in the order of the replications.
void for_each_secret(const Model& model, const SecretVisitor& visit);
// The Secrets with the repository of restic alone.
void for_each_restic_secret(const Model& model, const SecretVisitor& visit);

// A Secret that a generate rule reads for a claim it takes: an entry of its `context`.
struct SecretOfRule {
  const ClusterModel& member;
  const ClaimRules& rules;
  kyverno::RuleRef rule;
  const TriggerClaim& claim;
  yaml::Value entry;  // of `context`
  std::string name_space;
  std::string name;
  const model::SecretAnswer answer;
};
using RuleSecretVisitor = std::function<void(const SecretOfRule&)>;
void for_each_secret_of_rules(const Model& model, const RuleSecretVisitor& visit);

// Where a supplier writes the key: the key itself, or the `secretKey` of an ExternalSecret. Missing where a text of
// the repository doesn't say so.
yaml::Value secret_key_of(const model::SecretSupplier& supplier, std::string_view key);
// Its text there, as far as the text of a key is written at all: of an ExternalSecret the template's.
struct SecretText {
  yaml::Value value;
  bool is_base64 = false;
};
SecretText secret_text_of(const model::SecretSupplier& supplier, std::string_view key);
// Lets the supplier write another key there; refuses for objects encrypted by SOPS, whose checksum covers keys too.
yaml::Edits rename_secret_key(const model::SecretSupplier& supplier, std::string_view key, std::string_view renamed);

// Every key that the mover of restic hands on to restic. volsync internal/controller/mover/restic/mover.go: ensureJob.
bool is_restic_key(std::string_view key);
std::vector<std::string_view> restic_keys();

// The key of the Secret that most likely was meant to be `wanted`: one that the mover does not read, a typing error
// away, and that is the only one; empty for none.
std::string_view misspelt_key(const model::SecretAnswer& answer, std::string_view wanted);

}  // namespace vlint::rules
