// Kyverno's functions on numbers, quantities, durations and versions.
#include "lint/jmespath/arithmetic.h"
#include "lint/jmespath/kyverno_functions.h"
#include "lint/jmespath/semver.h"

namespace vlint::jmespath::functions {

Outcome add(Arguments arguments) { return calculate(Operation::add, arguments[0].value, arguments[1].value, "add"); }

Outcome subtract(Arguments arguments) {
  return calculate(Operation::subtract, arguments[0].value, arguments[1].value, "subtract");
}

Outcome multiply(Arguments arguments) {
  return calculate(Operation::multiply, arguments[0].value, arguments[1].value, "multiply");
}

Outcome divide(Arguments arguments) {
  return calculate(Operation::divide, arguments[0].value, arguments[1].value, "divide");
}

Outcome modulo(Arguments arguments) {
  return calculate(Operation::modulo, arguments[0].value, arguments[1].value, "modulo");
}

// From left to right; one item alone is given back as it is.
Outcome sum(Arguments arguments) {
  const Json& list = arguments[0].value;
  if (list.is_go_list_of_maps()) return function_failure(FailureKind::type, "sum", "Types mismatch");
  if (list.items().empty()) {
    return function_failure(FailureKind::value, "sum", "at least one element in the array is required");
  }
  Outcome total = list.items().front();
  for (const Json& item : std::span(list.items()).subspan(1)) {
    total = calculate(Operation::add, total.value(), item, "sum");
    if (!total.ok()) return total;
  }
  return total;
}

Outcome round(Arguments arguments) {
  return round_number(arguments[0].value.as_number(), arguments[1].value.as_number());
}

// A version that can't be read is 0.0.0; a range that can't is an error.
Outcome semver_compare(Arguments arguments) {
  const auto range = VersionRange::parse(text(arguments, 1));
  if (!range) return value_failure(range.error());
  const auto version = SemanticVersion::parse(text(arguments, 0));
  return Json::boolean(range->contains(version ? *version : SemanticVersion()));
}

}  // namespace vlint::jmespath::functions
