// add, subtract, multiply, divide, modulo, sum and round of Kyverno: over numbers, Kubernetes quantities, and
// durations.
//
// A string is a quantity if it can be ('30m' is 30 milli), else a duration, else refused. Quantities are exact; numbers
// are doubles; durations are nanoseconds in 64 bits that wrap around as Go's do.
// Source: kyverno pkg/engine/jmespath/arithmetic.go.
#pragma once

#include <cstdint>
#include <string_view>

#include "lint/jmespath/function.h"
#include "lint/jmespath/json.h"

namespace vlint::jmespath {

enum class Operation : std::uint8_t { add, subtract, multiply, divide, modulo };

// `function` is the name for messages. Errors: type (kinds that don't go together, or an operand that is none of the
// three), value (a zero divisor, a modulo of fractions), limit (a quantity with an exponent of thousands).
Outcome calculate(Operation operation, const Json& left, const Json& right, std::string_view function);

// Half away from zero to so many decimals.
Outcome round_number(double number, double decimals);

}  // namespace vlint::jmespath
