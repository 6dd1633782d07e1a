#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/json.h"
#include "lint/jmespath/parser.h"
#include "lint/kube/quantity.h"
#include "lint/kyverno/condition.h"
#include "lint/kyverno/condition_values.h"
#include "lint/kyverno/variables.h"
#include "rules/common/expression_types.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

using jmespath::Json;

// What the types alone say of one comparison.
enum class Verdict : std::uint8_t { depends, never, always };

bool holds_variable(yaml::Value value) {
  if (value.is_scalar()) return has_variable(value);
  for (const yaml::Entry& entry : value.entries()) {
    if (has_variable(entry.key) || holds_variable(entry.value)) return true;
  }
  for (const yaml::Value item : value.items()) {
    if (holds_variable(item)) return true;
  }
  return false;
}

// The types of a key: of one variable what its expression can be, of a text with more in it a text.
ResultTypes types_of_key(yaml::Value key) {
  const std::string_view text = key.text();
  const std::vector<kyverno::NestedVariable> variables = kyverno::find_all_variables(text);
  if (variables.size() != 1 || text.find("${") != std::string_view::npos) {
    return kIsAnything;
  }
  const kyverno::NestedVariable& only = variables.front();
  if (!only.inner.empty()) return kIsAnything;
  if (only.variable.range.begin != 0 || only.variable.range.end != text.size()) return kIsString;
  const std::string expression = kyverno::expression_of(text, only.variable);
  const jmespath::ParseResult parsed = jmespath::parse(expression);
  return parsed ? result_types(parsed.expression(), parsed.expression().root()) : kIsAnything;
}

ResultTypes type_of(const Json& value) {
  if (value.is_null()) return kIsNull;
  if (value.is_boolean()) return kIsBoolean;
  if (value.is_number()) return kIsNumber;
  if (value.is_string()) return kIsString;
  return value.is_array() ? kIsArray : kIsObject;
}

// Whether a key of one type can be equal to the value (pkg/engine/variables/operator/equal.go).
bool can_equal(ResultTypes key, const Json& value) {
  const ResultTypes type = type_of(value);
  if (key == kIsNull) return false;
  if (key == kIsNumber) return type == kIsNumber || (type == kIsString && kyverno::read_float(value.as_string()));
  // "3600s" equals 3600.
  if (key == kIsString) return type == kIsString || type == kIsNumber;
  return key == type;
}

Verdict judge_type(ResultTypes key, std::string_view op, const Json& value) {
  const ResultTypes type = type_of(value);
  if (op == "Equals" || op == "Equal") return can_equal(key, value) ? Verdict::depends : Verdict::never;
  if (op == "NotEquals" || op == "NotEqual") {
    if (key == kIsNull) return Verdict::never;
    return can_equal(key, value) ? Verdict::depends : Verdict::always;
  }
  const bool is_order = op.find("Than") != std::string_view::npos;
  const bool takes_key = is_order ? key == kIsNumber || key == kIsString : key != kIsNull && key != kIsObject;
  const bool takes_value = is_order ? type == kIsNumber || type == kIsString : type != kIsNull && type != kIsObject;
  return takes_key && takes_value ? Verdict::depends : Verdict::never;
}

Verdict judge_types(ResultTypes types, std::string_view op, const Json& value) {
  if (types == kIsAnything || types == 0) return Verdict::depends;
  std::optional<Verdict> all;
  for (ResultTypes one = 1; one < kIsAnything; one = static_cast<ResultTypes>(one * 2)) {
    if ((types & one) == 0) continue;
    const Verdict verdict = judge_type(one, op, value);
    if (verdict == Verdict::depends || (all && *all != verdict)) return Verdict::depends;
    all = verdict;
  }
  return all.value_or(Verdict::depends);
}

std::string name_of(ResultTypes types) {
  if (types == kIsString) return "a text";
  if (types == kIsBoolean || types == (kIsBoolean | kIsNull)) return "true or false";
  if (types == kIsNumber) return "a number";
  if (types == kIsObject) return "a mapping";
  if (types == kIsArray) return "a list";
  if (types == kIsNull) return "null";
  return "of another type";
}

void report_constant(const PolicyCondition& condition, bool holds, const std::string& why, const std::string& help,
                     Report& report) {
  const std::string_view answer = holds ? "always holds" : "never holds";
  report.at(condition.key().span(), fmt::format("a condition in {} {}: {}", condition.title(), answer, why))
      .label(std::string(answer))
      .about(condition.cluster, condition.policy, condition.where)
      .related(condition.value().span(), "the value")
      .help(help);
}

void check_types(const PolicyCondition& condition, std::string_view op, Report& report) {
  const ResultTypes types = types_of_key(condition.key());
  const Json value = jmespath::from_yaml(condition.value());
  const Verdict verdict = judge_types(types, op, value);
  if (verdict == Verdict::depends) return;
  const ResultTypes type = type_of(value);
  const std::string key_type = name_of(types);
  std::string help = "compare with a value of the key's type";
  if (type == kIsBoolean && types == kIsString) help = "put the value into quotes: labels and annotations are texts";
  if (type == kIsString && (types & kIsBoolean) != 0) help = "write true or false without quotes";
  if (types == kIsObject) help = "name a field of the mapping, or compare `length(keys(...))` with 0";
  report_constant(condition, verdict == Verdict::always,
                  fmt::format("the key is {} and the value {}, which {} does not compare", key_type, name_of(type), op),
                  help, report);
}

void check_condition(const PolicyCondition& condition, Report& report) {
  const yaml::Value key = condition.key();
  const yaml::Value value = condition.value();
  const yaml::Value op = condition.op();
  const kyverno::OperatorFacts facts = kyverno::operator_facts(op.text());
  if (!key || !value || !facts.is_operator || holds_variable(value)) return;
  if (key.is_scalar() && has_variable(key)) return check_types(condition, op.text(), report);
  if (holds_variable(key)) return;
  const Known holds = kyverno::evaluate_condition(jmespath::from_yaml(key), op.text(), jmespath::from_yaml(value));
  if (holds == Known::unknown) return;
  report_constant(condition, holds == Known::yes, "neither the key nor the value has a variable",
                  "write the key as a variable, `{{ ... }}`, or remove the condition", report);
}

void check(const Model& model, Report& report) {
  for_each_condition(model, [&](const PolicyCondition& condition) { check_condition(condition, report); });
}

}  // namespace

VLINT_RULE(kyverno_precondition_constant) = checked({
    .summary = "a condition of a policy has the same answer for every object",
    .explanation = R"md(
## What it finds
A condition whose key and value are of types that its operator does not compare: a label or annotation, which is a
text, with `true`; the result of `contains()` or `==`, which is true or false, with `"true"`; a whole mapping such as
`metadata.labels` with `""`. Also one without any variable in its key and its value.

## Why it matters
Kyverno does not convert: `Equals` of different types is false and `NotEquals` true, whatever the object says. A
precondition that never holds makes a rule that never runs, so nothing is generated, without an event or an error; one
that always holds lets through what it was to keep out.

## How to fix it
Write the value in the type of the key: `"true"` in quotes beside a label, `true` without quotes beside a comparison.
For a mapping name the field that is meant, with a default: `{{ request.object.metadata.labels.backup || '' }}`.

## When to ignore it
When a condition is switched off on purpose.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/variables/operator/{equal,notequal,numeric}.go",
    .check = check,
});

}  // namespace vlint::rules
