// The conditions of Kyverno's policies as they are written: preconditions, deny rules, those of lists, of targets, of
// attestations and of cleanup policies.
//
// What they come to for an object is lint/kyverno/condition.h's business; nothing is judged here.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lint/engine/model.h"

namespace vlint::rules {

enum class ConditionSite : std::uint8_t {
  preconditions,
  deny,      // also of a foreach
  for_each,  // preconditions of an entry of a foreach
  target,    // preconditions of an object that is mutated
  attestation,
  cleanup,
};

struct PolicyCondition {
  const model::Cluster& cluster;
  const kube::Resource& policy;
  yaml::Value rule;  // missing in a cleanup policy
  ConditionSite site = ConditionSite::preconditions;
  // The schema of the custom resource knows the fields here: others are dropped, and operators are an enumeration.
  bool is_typed = false;
  bool has_old_operators = true;  // that enumeration has In and NotIn
  bool is_negated = false;        // a deny rule, or a cleanup policy: what holds refuses or deletes
  yaml::Value where;

  yaml::Value key() const { return where["key"]; }
  yaml::Value op() const { return where["operator"]; }
  yaml::Value value() const { return where["value"]; }

  // "rule nightly of ClusterPolicy volsync", "ClusterCleanupPolicy orphans".
  std::string title() const;
};

using ConditionVisitor = std::function<void(const PolicyCondition&)>;
// Those of ClusterPolicies, Policies and cleanup policies that are not encrypted, in their order.
void for_each_condition(const Model& model, const ConditionVisitor& visit);

// "rule nightly of ClusterPolicy volsync"; without a name the policy alone.
std::string title_of_rule(const kube::Resource& policy, yaml::Value rule);

// Whether a text holds something that is put in later: a variable of Kyverno or of Flux, or a reference.
bool has_variable(yaml::Value scalar);

}  // namespace vlint::rules
