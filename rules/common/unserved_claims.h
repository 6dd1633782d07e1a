// Claims with a label that a rule of Kyverno takes, of which the rule still makes nothing.
#pragma once

#include <functional>

#include "lint/engine/model.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {

struct UnservedClaim {
  const TriggerClaim& claim;
  const WantedLabel& label;     // that it has
  yaml::Value written;          // its value in the claim's manifest
  kyverno::MatchReason reason;  // why the rule leaves it all the same
};
using UnservedVisitor = std::function<void(const ClusterModel&, const ClaimRules&, const UnservedClaim&)>;

// Each claim at most once: with the first rule that makes backups, else with the first one. No rule that makes the same
// kind may take it. Labels that come from a text which other claims share, of which rules do make something, are left
// out: a base is labelled for some of its builds.
void for_each_unserved_claim(const Model& model, const UnservedVisitor& visit);

}  // namespace vlint::rules
