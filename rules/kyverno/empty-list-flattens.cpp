#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::NodeId;

void check_expression(const ReadExpression& read, Report& report) {
  if (!sees_context(read.written, read.in)) return;
  for (const NodeId id : empty_brackets(read.expression)) {
    const jmespath::ByteRange range = read.expression.node(id).span;
    report
        .at(read.place(range), fmt::format("{} writes [] for an empty list, and it flattens the whole context instead, "
                                           "which gives null",
                                           read.title()))
        .label("null")
        .about(read.in.member.cluster, read.in.policy, read.written.scalar)
        .fix("write `[]`", Safety::safe, read.in.policy, read.edits({{range, "`[]`"}}));
  }
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) { check_expression(read, report); });
}

}  // namespace

VLINT_RULE(kyverno_empty_list_flattens) = checked({
    .summary = "[] in an expression is no empty list",
    .explanation = R"md(
## What it finds
`[]` where an expression of a policy wants a value: `x || []`, `x == []`, `join(',', [])`.

## Why it matters
In JMESPath `[]` flattens the current value. That is the whole context here, which is no list, so the result is null:
`x || []` gives null where `x` is missing, a comparison with it is never true, and `length` and `join` fail on it. Admission
says nothing.

## How to fix it
Write an empty list as a literal, in backticks: `` x || `[]` ``. `vlint --fix` does that.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "go-jmespath parser.go and interpreter.go",
    .check = check,
});

}  // namespace vlint::rules
