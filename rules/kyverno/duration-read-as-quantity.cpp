#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/evaluate.h"
#include "lint/jmespath/parser.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;

bool is_arithmetic(std::string_view name) {
  constexpr std::array<std::string_view, 5> kFunctions = {"add", "divide", "modulo", "multiply", "subtract"};
  return std::find(kFunctions.begin(), kFunctions.end(), name) != kFunctions.end();
}

// Why a call of literals fails; empty when it doesn't, or has other arguments.
std::string failure_of(const jmespath::Expression& expression, const Node& call) {
  const auto arguments = expression.children(call);
  const auto is_literal = [&](NodeId id) { return expression.node(id).type == NodeType::literal; };
  if (arguments.size() != 2 || !std::all_of(arguments.begin(), arguments.end(), is_literal)) return {};
  const jmespath::ParseResult parsed = jmespath::parse(expression.slice_text(call.span));
  if (!parsed.ok()) return {};
  const jmespath::Outcome outcome = jmespath::evaluate(parsed.expression(), jmespath::Json()).outcome;
  return outcome.ok() ? std::string() : outcome.failure().message;
}

void check_call(const ReadExpression& read, const Node& call, Report& report) {
  const std::string failure = failure_of(read.expression, call);
  if (failure.empty()) return;
  report
      .at(read.place(call.span),
          fmt::format("{} calculates {}, which fails ({}), so {}", read.title(), read.expression.slice_text(call.span),
                      failure, outcome_of_failure(read.in, read.written)))
      .label("fails")
      .about(read.in.member.cluster, read.in.policy, read.written.scalar)
      .help(
          "a text is a quantity where it can be one: '30m' is 0.03 and '1h' an hour; write durations in seconds or "
          "hours: '1800s'");
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) {
    if (!read.is_whole()) return;
    for (NodeId id = 0; id < read.expression.node_count(); ++id) {
      const Node& node = read.expression.node(id);
      if (node.type == NodeType::function && is_arithmetic(node.text)) check_call(read, node, report);
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_duration_read_as_quantity) = checked({
    .summary = "an expression calculates with two literals that do not go together",
    .explanation = R"md(
## What it finds
A call of `add`, `subtract`, `multiply`, `divide` or `modulo` with two literals that always fails, as `add('1h', '30m')`. A text
is read as a Kubernetes quantity if it can be one, and as a duration only otherwise: `30m` is thirty thousandths.

## Why it matters
The call fails when the rule runs ("types mismatch"), and a rule whose expression fails does nothing. Admission says
nothing.

## How to fix it
Write minutes as seconds: `add('1h', '1800s')`.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/jmespath/arithmetic.go",
    .check = check,
});

}  // namespace vlint::rules
