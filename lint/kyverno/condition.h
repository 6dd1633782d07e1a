// Conditions of Kyverno: whether key, operator and value agree, for preconditions and deny rules, after substitution.
//
// What variables stand for is decided before (the functions here take values), and whether admission takes a policy at
// all elsewhere; here is only what it says about operators. Source: kyverno v1.19 pkg/engine/variables/evaluate.go,
// pkg/engine/variables/operator/*.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "lint/base/known.h"
#include "lint/jmespath/function.h"
#include "lint/jmespath/json.h"

namespace vlint::kyverno {

// What admission says of an operator. It takes the exact spelling only; when a policy is evaluated, capitals don't
// matter to Equals, In and relatives, but comparisons (GreaterThan, DurationLessThan …) in another case are never true.
struct OperatorFacts {
  bool is_operator = false;
  bool is_deprecated = false;                 // In, NotIn, and those with Duration
  std::string_view exact;                     // its right spelling if only capitals are wrong; else empty
  std::string_view nearest;                   // the operator that is most likely meant; empty if none or more than one
  std::span<const std::string_view> instead;  // of a deprecated one: what to write now
};
OperatorFacts operator_facts(std::string_view text);

// All operators as admission lists them, the deprecated ones last.
std::span<const std::string_view> condition_operators();

// The answer, or why evaluating fails: `value` for a text that is no operator, `panic` where Kyverno crashes (In and
// NotIn on a list with an item that is no string). A failure fails the whole rule.
struct ConditionOutcome {
  Known holds = Known::no;
  std::optional<jmespath::Failure> failure;
};

// A null key makes every operator false. Unknown values give unknown where the answer depends on them.
ConditionOutcome judge_condition(const jmespath::Json& key, std::string_view op, const jmespath::Json& value);

// The same for those who need no reason: a failure is `no`, since then the rule does nothing.
Known evaluate_condition(const jmespath::Json& key, std::string_view op, const jmespath::Json& value);

// What a key or a value is after substitution, or why that fails.
using Substitute = std::function<jmespath::Outcome(const jmespath::Json&)>;

// A block {any, all}, the legacy list of conditions (all must hold), or a list of blocks (likewise). Keys and values
// are substituted when their turn comes: a condition behind the one that decides is never looked at, so it can't fail.
// Null, an empty list and an empty block hold; `any` with an empty list doesn't.
ConditionOutcome judge_conditions(const jmespath::Json& conditions, const Substitute& substitute);

// Of values that are substituted already.
Known evaluate_conditions(const jmespath::Json& conditions);

}  // namespace vlint::kyverno
