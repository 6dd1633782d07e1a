// Class and volume of a claim of the plan.
#pragma once

#include <optional>

#include "lint/velero/plan.h"
#include "lint/velero/storage.h"

namespace vlint::velero {

// Of a claim that a manifest or a StatefulSet's template describes; nothing for one that is only named.
std::optional<ClaimFacts> describe_claim(const Storage& storage, const Plan& plan, const Claim& claim);

// The `spec` of the claim, of its manifest or of the StatefulSet's template; missing for one that is only named.
yaml::Value spec_of(const Plan& plan, const Claim& claim);

}  // namespace vlint::velero
