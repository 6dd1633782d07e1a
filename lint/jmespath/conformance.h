// Checks parser, static check and evaluator against cases whose results were taken from upstream's tests or from runs
// of its code.
//
// Each function takes one case of a suite, a JSON object, and returns what differs: empty when nothing does. A suite
// with the cases' file, and those that need policies, are lint/kyverno/jmespath_conformance.h.
#pragma once

#include <string>

#include "lint/jmespath/json.h"

namespace vlint::jmespath {

// {expression, outcome: valid | syntax-error | unknown-function | arity | type, offset?, unknown?, arity?, functions?}
std::string run_parse_case(const Json& test);

// {expression, outcome: value | not-found | error | panic | unserializable, result?, error?, order?}, applied to
// `input`.
std::string run_eval_case(const Json& test, const Json& input);

}  // namespace vlint::jmespath
