// The claims that StatefulSets make of their templates, as objects that rules can take.
#pragma once

#include <memory>
#include <vector>

#include "lint/kyverno/simulation.h"

namespace vlint::kyverno {

struct SetClaims {
  std::vector<ClaimOfSet> claims;  // of each set in the order of its templates, then of ordinals; at most 32 ordinals
  std::shared_ptr<const yaml::Tree> tree;
};
SetClaims find_set_claims(const model::Cluster& cluster);

}  // namespace vlint::kyverno
