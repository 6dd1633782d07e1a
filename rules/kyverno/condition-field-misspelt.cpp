#include <fmt/format.h>

#include <optional>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kFields[] = {"key", "operator", "value"};

bool is_field(std::string_view key) {
  return key == "message" || std::find(std::begin(kFields), std::end(kFields), key) != std::end(kFields);
}

bool means(std::string_view written, std::string_view field) {
  constexpr std::size_t kFarthest = 2;
  const std::string lower = to_lower_ascii(written);
  return (field == "operator" && (lower == "op" || lower == "operation")) ||
         edit_distance(lower, field, field == "key" ? 1 : kFarthest).has_value();
}

std::string_view consequence(const PolicyCondition& condition) {
  if (condition.is_typed)
    return "the API server drops what it does not know, and the condition is not the one that is meant";
  if (condition.site == ConditionSite::target) return "the condition is not the one that is meant";
  return "Kyverno refuses the policy";
}

void check_condition(const PolicyCondition& condition, Report& report) {
  std::vector<std::string_view> missing;
  for (const std::string_view field : kFields) {
    if (!condition.where[field]) missing.push_back(field);
  }
  if (missing.empty()) return;
  std::vector<yaml::Entry> unknown;
  for (const yaml::Entry& entry : condition.where.entries()) {
    if (!is_field(entry.key.text())) unknown.push_back(entry);
    if (entry.key.is_templated()) return;
  }
  for (const std::string_view field : missing) {
    const yaml::Entry* written = nullptr;
    for (const yaml::Entry& entry : unknown) {
      if (means(entry.key.text(), field)) written = &entry;
    }
    const Span where = written != nullptr ? written->key.span() : condition.where.span();
    if (written != nullptr) {
      report
          .at(where, fmt::format("a condition in {} has the field {} in place of {}: {}", condition.title(),
                                 written->key.text(), field, consequence(condition)))
          .label(fmt::format("the field is {}", field))
          .about(condition.cluster, condition.policy, written->value)
          .fix(fmt::format("write {}", field), Safety::safe, condition.policy, yaml::rename_key(written->key, field));
    } else {
      report.at(where, fmt::format("a condition in {} has no {}: {}", condition.title(), field, consequence(condition)))
          .label(fmt::format("no {}", field))
          .about(condition.cluster, condition.policy, condition.where)
          .help("a condition has the fields key, operator and value");
    }
  }
}

void check(const Model& model, Report& report) {
  for_each_condition(model, [&](const PolicyCondition& condition) { check_condition(condition, report); });
}

}  // namespace

VLINT_RULE(kyverno_condition_field_misspelt) = checked({
    .summary = "a condition of a policy has no key, operator or value, or under another name",
    .explanation = R"md(
## What it finds
A condition of a Kyverno policy (preconditions, deny rules, those of `foreach`, of targets and of cleanup policies)
that lacks `key`, `operator` or `value`, most often because the field is misspelt: `values` with the operator `AnyIn`.

## Why it matters
Kyverno's webhook refuses such a policy with "entered value of `key`, `value` or `operator` is missing or misspelled",
and does not say which; a sync that applies it fails, and the policy of before stays. Inside `foreach` of a generate
rule and in a cleanup policy nothing complains: the API server drops the unknown field, and the condition compares
with nothing.

## How to fix it
Write `key`, `operator` and `value`. A list of values stands under `value` too. `vlint --fix` renames a misspelt
field.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/validate.go validateConditions, api/kyverno/v1/common_types.go",
    .check = check,
});

}  // namespace vlint::rules
