#include <fmt/format.h>

#include <optional>
#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/condition.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

struct Foreign {
  std::string_view name;
  std::string_view advice;
};
// Operators of label selectors, of other policy engines and of programming languages.
constexpr Foreign kForeign[] = {
    {"Exists", "compare with an empty default: `key: \"{{ x || '' }}\"`, `operator: NotEquals`, `value: \"\"`"},
    {"DoesNotExist", "compare with an empty default: `key: \"{{ x || '' }}\"`, `operator: Equals`, `value: \"\"`"},
    {"Contains", "write AnyIn with the part in `key` and the list in `value`, or `contains(list, part)` in the key"},
    {"Gt", "write GreaterThan"},
    {"Lt", "write LessThan"},
    {"==", "write Equals"},
    {"!=", "write NotEquals"},
};

// The operator that is the same but for capitals or an `s` at its end.
std::optional<std::string> same_operator(std::string_view text) {
  std::string other(text);
  if (const kyverno::OperatorFacts facts = kyverno::operator_facts(text); !facts.exact.empty()) {
    return std::string(facts.exact);
  }
  if (!other.empty() && other.back() == 's') {
    other.pop_back();
  } else {
    other += 's';
  }
  const kyverno::OperatorFacts facts = kyverno::operator_facts(other);
  if (facts.is_operator) return other;
  return facts.exact.empty() ? std::nullopt : std::optional(std::string(facts.exact));
}

// What In and NotIn may stand for.
std::string_view advice_for_old(std::string_view op) {
  return op == "In" ? "write AnyIn, or AllIn where each item of a list is meant"
                    : "write AllNotIn, or AnyNotIn where one missing item of a list is enough";
}

// Operators of the webhook that the enumeration of the schema lacks, and what stands in it instead.
std::optional<std::string_view> in_schema_instead_of(std::string_view op) {
  if (op == "Equal") return "Equals";
  if (op == "NotEqual") return "NotEquals";
  return std::nullopt;
}

// Nothing: it works all the same.
std::optional<std::string_view> consequence(const PolicyCondition& condition, bool is_same_but_case) {
  if (condition.is_typed) return "the API server refuses the policy";
  if (condition.site != ConditionSite::target) return "Kyverno refuses the policy";
  // Nobody looks at these when the policy is admitted. Capitals matter to comparisons only.
  if (!is_same_but_case) return "the rule fails for each object";
  const std::string lower = to_lower_ascii(condition.op().text());
  const bool compares = lower.find("than") != std::string::npos;
  return compares ? std::optional<std::string_view>("the condition is never true") : std::nullopt;
}

void check_condition(const PolicyCondition& condition, Report& report) {
  const yaml::Value op = condition.op();
  if (!op.is_scalar() || op.is_null() || has_variable(op)) return;
  const std::string_view text = op.text();
  const kyverno::OperatorFacts facts = kyverno::operator_facts(text);
  std::optional<std::string> meant;
  if (facts.is_operator) {
    const bool is_old = (text == "In" || text == "NotIn") && !condition.has_old_operators;
    if (!condition.is_typed) return;
    if (const auto instead = in_schema_instead_of(text)) {
      meant = std::string(*instead);
    } else if (!is_old) {
      return;
    }
  } else {
    meant = same_operator(text);
    if (meant && condition.is_typed) {
      if (const auto instead = in_schema_instead_of(*meant)) meant = std::string(*instead);
    }
  }
  // One deprecated operator for another text is no repair: of comparisons the plain one reads durations too, and of In
  // and NotIn there are two.
  std::string_view advice;
  if (meant) {
    const kyverno::OperatorFacts meant_facts = kyverno::operator_facts(*meant);
    if (meant_facts.instead.size() == 1) meant = std::string(meant_facts.instead.front());
    if (meant_facts.instead.size() > 1) {
      advice = advice_for_old(*meant);
      meant.reset();
    }
  }
  const auto what_happens = consequence(condition, !facts.exact.empty());
  if (!what_happens) return;
  Draft draft = report.at(
      op.span(), fmt::format("a condition in {} has the operator {}, which does not exist{}: {}", condition.title(),
                             quoted(text), facts.is_operator ? " here" : "", *what_happens));
  draft.about(condition.cluster, condition.policy, op);
  if (meant) {
    draft.label(fmt::format("the operator is {}", *meant));
    draft.fix(fmt::format("write {}", *meant), Safety::safe, condition.policy, yaml::set_scalar(op, *meant));
    return;
  }
  if (facts.is_operator || !advice.empty()) {
    draft.label(facts.is_operator ? "left out of this schema" : "no such operator");
    draft.help(std::string(advice.empty() ? advice_for_old(text) : advice));
    return;
  }
  draft.label(facts.nearest.empty() ? "no such operator" : fmt::format("did you mean {}?", facts.nearest));
  for (const Foreign& foreign : kForeign) {
    if (foreign.name == text) {
      draft.help(std::string(foreign.advice));
      return;
    }
  }
  draft.help(
      "operators are Equals, NotEquals, AnyIn, AllIn, AnyNotIn, AllNotIn, GreaterThan, GreaterThanOrEquals, "
      "LessThan and LessThanOrEquals");
}

void check(const Model& model, Report& report) {
  for_each_condition(model, [&](const PolicyCondition& condition) { check_condition(condition, report); });
}

}  // namespace

VLINT_RULE(kyverno_operator_unknown) = checked({
    .summary = "a condition of a policy has an operator that Kyverno does not have",
    .explanation = R"md(
## What it finds
An `operator` of a condition that Kyverno does not take: other capitals (`NotIN`, `anyIn`), a missing or surplus `s`
(`GreaterThanOrEqual`), the operators of label selectors (`Exists`), and inside `foreach`, of attestations and of
cleanup policies `Equal` and `NotEqual`, which only the other conditions have.

## Why it matters
Kyverno's webhook, or the schema of the custom resource, refuses the policy: a sync that applies it fails, and the
policy of before stays. Where nobody looks at admission (targets of mutate rules), the rule fails for each object, or
a comparison is never true.

## How to fix it
Write one of Equals, NotEquals, AnyIn, AllIn, AnyNotIn, AllNotIn, GreaterThan, GreaterThanOrEquals, LessThan and
LessThanOrEquals. `vlint --fix` corrects capitals and the `s`.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/validate.go, api/kyverno/v1/common_types.go ConditionOperator, "
               "pkg/engine/variables/operator/operator.go CreateOperatorHandler",
    .check = check,
});

}  // namespace vlint::rules
