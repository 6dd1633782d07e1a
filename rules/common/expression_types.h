// Which types the result of an expression can have, whatever the object is, as far as the expression itself, the
// functions and the fields of every Kubernetes object tell.
#pragma once

#include <cstdint>

#include "lint/jmespath/ast.h"

namespace vlint::rules {

// A set of these. A failure (a missing key that nothing makes good) is no result and does not count.
using ResultTypes = std::uint8_t;
inline constexpr ResultTypes kIsNull = 1;
inline constexpr ResultTypes kIsBoolean = 2;
inline constexpr ResultTypes kIsNumber = 4;
inline constexpr ResultTypes kIsString = 8;
inline constexpr ResultTypes kIsObject = 16;
inline constexpr ResultTypes kIsArray = 32;
inline constexpr ResultTypes kIsAnything = 63;

// Of an expression that is worked out of the whole context of a policy.
ResultTypes result_types(const jmespath::Expression& expression, jmespath::NodeId node);

}  // namespace vlint::rules
