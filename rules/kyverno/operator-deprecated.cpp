#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/condition.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

// What says the same of a list, but for wildcards.
std::string_view replacement(std::string_view op, const kyverno::OperatorFacts& facts) {
  if (op == "In") return "AllIn";
  if (op == "NotIn") return "AnyNotIn";
  return facts.instead.front();
}

std::string_view trait(std::string_view op) {
  if (op == "In") return "which crashes on a list with an item that is no string";
  if (op == "NotIn") return "which already holds when one item of a list is missing from the value";
  return "which reads nothing but durations";
}

void check_condition(const PolicyCondition& condition, Report& report) {
  const yaml::Value op = condition.op();
  const std::string_view text = op.text();
  const kyverno::OperatorFacts facts = kyverno::operator_facts(text);
  const bool is_in_schema = condition.has_old_operators || (text != "In" && text != "NotIn");
  if (!facts.is_operator || !facts.is_deprecated || facts.instead.empty() || !is_in_schema) return;
  const std::string_view instead = replacement(text, facts);
  Draft draft = report.at(op.span(), fmt::format("a condition in {} has the deprecated operator {}, {}",
                                                 condition.title(), text, trait(text)));
  draft.label("deprecated").about(condition.cluster, condition.policy, op);
  draft.fix(fmt::format("write {}", instead), Safety::unsafe, condition.policy, yaml::set_scalar(op, instead));
  if (text == "NotIn") draft.help("write AllNotIn if no item of a list may be in the value");
}

void check(const Model& model, Report& report) {
  for_each_condition(model, [&](const PolicyCondition& condition) { check_condition(condition, report); });
}

}  // namespace

VLINT_RULE(kyverno_operator_deprecated) = checked({
    .summary = "a condition of a policy has a deprecated operator",
    .explanation = R"md(
## What it finds
A condition with `In`, `NotIn`, or one of the `Duration…` comparisons.

## Why it matters
Kyverno warns about them and will drop them. `NotIn` also surprises: of a list it holds as soon as **one** item is not
in the value, where most people mean that none is. `In` and `NotIn` crash on a list with an item that is no string.

## How to fix it
Write `AnyIn` or `AllIn` for `In`, `AnyNotIn` or `AllNotIn` for `NotIn`, and `GreaterThan` and its like for the
comparisons of durations, which compare durations too. `vlint --fix --unsafe-fixes` writes the one that says the same
of a list: `AllIn` and `AnyNotIn`; unlike the old ones they take wildcards there. For a key that is no list both forms
are the same.

## When to ignore it
While the cluster runs a Kyverno that takes them, and the key is never a list.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/validate.go checkForDeprecatedOperators, "
               "pkg/engine/variables/operator/{in,notin}.go",
    .check = check,
});

}  // namespace vlint::rules
