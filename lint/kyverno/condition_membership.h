// The operators AnyIn, AllIn, AnyNotIn, AllNotIn, and the deprecated In and NotIn. Internal to the conditions.
#pragma once

#include <cstdint>

#include "lint/base/known.h"
#include "lint/jmespath/json.h"

namespace vlint::kyverno {

enum class Membership : std::uint8_t { any_in, all_in, any_not_in, all_not_in, in, not_in };

// Whether Kyverno crashes: In and NotIn on a list with an item that is no string. An unknown item doesn't count.
bool panics(Membership membership, const jmespath::Json& key);

// A key that is a list is a set of texts, everything else is one text. Wildcards count on both sides. Sources:
// pkg/engine/variables/operator/anyin.go, allin.go, in.go.
Known is_member(Membership membership, const jmespath::Json& key, const jmespath::Json& value);

}  // namespace vlint::kyverno
