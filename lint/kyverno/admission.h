// What Kyverno's admission webhook refuses in a policy, as far as the policy's structure shows it. Expressions are not
// looked at here, nor are permissions.
//
// Only what matters to rules that generate is looked for; of rules that validate or mutate, match and exclude.
// Source: kyverno v1.19 pkg/validation/policy/validate.go, api/kyverno/v1 (Validate of each type), in its order.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "lint/kyverno/policy.h"

namespace vlint::kyverno {

// Which kinds the API server knows, and which are cluster-wide: the built-in ones, and those of the
// CustomResourceDefinitions of a cluster.
class Scopes {
 public:
  explicit Scopes(const model::Cluster& cluster);

  // Nothing: the kind is not known here (its definition may be installed by a chart).
  std::optional<kube::Scope> find(std::string_view api_version, std::string_view kind) const;
  // Whether discovery finds a kind that a rule matches; unknown for kinds that a chart may define.
  Known exists(const KindSelector& selector) const;

 private:
  std::map<std::pair<std::string_view, std::string_view>, kube::Scope> custom_;  // by group and kind
};

// Fills `faults` and `refused`.
void judge_admission(const Scopes& scopes, Policy& policy);

}  // namespace vlint::kyverno
