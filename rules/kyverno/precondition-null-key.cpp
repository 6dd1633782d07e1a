#include <fmt/format.h>

#include <map>
#include <utility>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_conditions.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;

// Operators that most people expect to hold for what isn't there.
bool is_negative(std::string_view op) {
  return op == "NotEquals" || op == "NotEqual" || op == "AnyNotIn" || op == "AllNotIn" || op == "NotIn";
}

// The null that the whole expression comes to when everything before it is missing.
const Node* null_at_end(const jmespath::Expression& expression) {
  const Node* node = &expression.node(expression.root());
  if (node->type != NodeType::disjunction) return nullptr;
  while (node->type == NodeType::disjunction) node = &expression.node(expression.children(*node)[1]);
  const bool is_null = node->type == NodeType::literal && expression.literal(*node).is_null();
  return is_null ? node : nullptr;
}

// By the scalar of their keys.
using Conditions = std::map<std::pair<const yaml::Tree*, yaml::NodeId>, PolicyCondition>;

void check_expression(const ReadExpression& read, const Conditions& conditions, Report& report) {
  const yaml::Value scalar = read.written.scalar;
  if (read.written.kind != kyverno::ExpressionKind::variable || !read.is_whole()) return;
  if (read.written.variable.range != kyverno::TextRange{0, scalar.text().size()}) return;
  const auto found = conditions.find({scalar.tree(), scalar.place()});
  const Node* const null = null_at_end(read.expression);
  if (null == nullptr || found == conditions.end()) return;
  const PolicyCondition& condition = found->second;
  report
      .at(read.place(null->span), fmt::format("a condition in {} has a key that may be null, for which {} never holds",
                                              condition.title(), condition.op().text()))
      .label("makes the condition false")
      .about(condition.cluster, condition.policy, condition.where)
      .related(condition.op().span(), "false for null, as every operator is")
      .fix("make it an empty text", Safety::unsafe, condition.policy, read.edits({{null->span, "''"}}));
}

void check(const Model& model, Report& report) {
  Conditions conditions;
  for_each_condition(model, [&](const PolicyCondition& condition) {
    if (!is_negative(condition.op().text()) || !condition.key()) return;
    conditions.emplace(std::pair(condition.key().tree(), condition.key().place()), condition);
  });
  for_each_expression(model, [&](const ReadExpression& read) { check_expression(read, conditions, report); });
}

}  // namespace

VLINT_RULE(kyverno_precondition_null_key) = checked({
    .summary = "a condition with NotEquals or NotIn has a key that is null where the field is missing",
    .explanation = R"md(
## What it finds
A key that ends in ``|| `null` `` beside NotEquals, AnyNotIn, AllNotIn or NotIn.

## Why it matters
For a null key **every** operator of Kyverno is false, also the negative ones. "The label is not `none`" is then false
for an object without the label, and the rule never runs for it: no backup is generated, and no event tells.

## How to fix it
Give a default of the value's type: `{{ request.object.metadata.labels.backup || '' }}`. `vlint --fix --unsafe-fixes`
does: the condition then holds for objects without the field.

## When to ignore it
When objects without the field are to be left out.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/variables/operator/{notequal,anynotin,allnotin}.go",
    .check = check,
});

}  // namespace vlint::rules
