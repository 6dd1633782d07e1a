#include <fmt/format.h>

#include <optional>

#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Comparison;
using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;

bool is_compare(const Node& node) {
  return node.type == NodeType::function && node.callable && node.text == "compare" && node.child_count == 2;
}

// What binds tighter than a comparison, so that it needs no parentheses.
bool is_tight(const Node& node) {
  return node.type == NodeType::field || node.type == NodeType::subexpression || node.type == NodeType::literal ||
         node.type == NodeType::function || node.type == NodeType::index_expression;
}

// compare(a, b) == `0` is a == b.
std::optional<std::string> equality(const jmespath::Expression& expression, const Node& comparison, const Node& call,
                                    const Node& other) {
  const bool is_equality = comparison.comparison == Comparison::equal || comparison.comparison == Comparison::not_equal;
  const jmespath::Json& number = expression.literal(other);
  if (!is_equality || !number.is_number() || number.as_number() != 0) return std::nullopt;
  const Node& left = expression.node(expression.children(call)[0]);
  const Node& right = expression.node(expression.children(call)[1]);
  if (!is_tight(left) || !is_tight(right)) return std::nullopt;
  return fmt::format("{} {} {}", expression.slice_text(left.span),
                     comparison.comparison == Comparison::equal ? "==" : "!=", expression.slice_text(right.span));
}

void check_comparison(const ReadExpression& read, const Node& node, Report& report) {
  const auto sides = read.expression.children(node);
  const Node& left = read.expression.node(sides[0]);
  const Node& right = read.expression.node(sides[1]);
  const Node* call = is_compare(left) ? &left : is_compare(right) ? &right : nullptr;
  const Node* other = call == &left ? &right : &left;
  if (call == nullptr || other->type != NodeType::literal) return;
  const bool is_true = node.comparison == Comparison::not_equal;
  Draft draft = report.at(
      read.place(node.span),
      fmt::format(
          "{} compares the result of compare with {}, which is always {}: that result is a number of another type",
          read.title(), read.expression.slice_text(other->span), is_true ? "true" : "false"));
  draft.label(is_true ? "always true" : "never true")
      .about(read.in.member.cluster, read.in.policy, read.written.scalar);
  const std::optional<std::string> equal =
      read.is_whole() ? equality(read.expression, node, *call, *other) : std::nullopt;
  if (equal) {
    // Parentheses around it may be needed.
    const bool is_enclosed = read.expression.slice_text(node.span).starts_with("(");
    draft.fix(fmt::format("write {}", *equal), Safety::safe, read.in.policy,
              read.edits({{node.span, is_enclosed ? fmt::format("({})", *equal) : *equal}}));
  } else {
    draft.help("compare texts with `==`; numbers of them with to_number(a) < to_number(b)");
  }
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) {
    for (NodeId id = 0; id < read.expression.node_count(); ++id) {
      const Node& node = read.expression.node(id);
      if (node.type == NodeType::comparator) check_comparison(read, node, report);
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_compare_is_no_number) = checked({
    .summary = "the result of compare() is compared with a number, which is never equal",
    .explanation = R"md(
## What it finds
`` compare(a, b) == `0` `` and other comparisons of what `compare` gives with a literal.

## Why it matters
`compare` gives an integer of Go, and numbers of JMESPath are floats. Two values of different types are never equal and
neither is smaller, so `==` and `<` are always false and `!=` is always true. There is no error: a precondition is simply
never met, and nothing is generated.

## How to fix it
Write `a == b` or `a != b`. `vlint --fix` does that where the number is 0.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/jmespath/functions.go jpfCompare; go-jmespath interpreter.go",
    .check = check,
});

}  // namespace vlint::rules
