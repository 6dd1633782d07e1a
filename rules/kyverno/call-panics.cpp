#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/check.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Expression;
using jmespath::ExpressionEdit;
using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;

std::string_view consequence(const ReadExpression& read) {
  return read.in.rule(read.written.rule)["generate"].is_set()
             ? "Kyverno does not catch that, and its background controller crashes at each request in its queue"
             : "Kyverno does not catch that, and the request fails";
}

// pkg/engine/jmespath/functions.go: items gives a list of a type that these can't read.
bool cannot_read_items(std::string_view name) {
  constexpr std::array<std::string_view, 6> kFunctions = {"contains", "map", "max_by", "min_by", "reverse", "sort_by"};
  return std::find(kFunctions.begin(), kFunctions.end(), name) != kFunctions.end();
}

bool is_call_of(const Node& node, std::string_view name) {
  return node.type == NodeType::function && node.callable && node.text == name;
}

// map(&value, items(...)) is items(...)[].value.
std::optional<ExpressionEdit> as_projection(const Expression& expression, const Node& call) {
  const auto arguments = expression.children(call);
  if (call.text != "map" || arguments.size() != 2) return std::nullopt;
  const Node& mapped = expression.node(arguments[0]);
  if (mapped.type != NodeType::expression) return std::nullopt;
  const Node& each = expression.node(expression.children(mapped)[0]);
  if (each.type != NodeType::field && each.type != NodeType::subexpression) return std::nullopt;
  return ExpressionEdit{call.span, fmt::format("{}[].{}", expression.slice_text(expression.node(arguments[1]).span),
                                               expression.slice_text(each.span))};
}

void check_items(const ReadExpression& read, const Node& call, Report& report) {
  const Expression& expression = read.expression;
  for (const NodeId id : expression.children(call)) {
    if (!is_call_of(expression.node(id), "items")) continue;
    Draft draft =
        report.at(read.place(call.name), fmt::format("{} gives the list of items to {}, which panics on it; {}",
                                                     read.title(), call.text, consequence(read)));
    draft.label("panics").about(read.in.member.cluster, read.in.policy, read.written.scalar);
    const std::optional<ExpressionEdit> edit = read.is_whole() ? as_projection(expression, call) : std::nullopt;
    if (edit) {
      draft.fix(fmt::format("write {}", edit->text), Safety::unsafe, read.in.policy, read.edits({*edit}));
    } else {
      draft.help("a projection gives a plain list: items(...)[], items(...)[].name, items(...)[?name == 'a']");
    }
  }
}

// Annotations that most objects do without, and literals that are no object.
bool may_be_no_object(const Expression& expression, const Node& argument) {
  if (argument.type == NodeType::literal) return !expression.literal(argument).is_object();
  const std::string_view text = expression.slice_text(argument.span);
  return argument.type == NodeType::subexpression && text.starts_with("request.") &&
         (text.ends_with(".metadata.annotations") || text.ends_with(".metadata.labels"));
}

void check_merge(const ReadExpression& read, const Node& call, Report& report) {
  for (const NodeId id : read.expression.children(call)) {
    const Node& argument = read.expression.node(id);
    if (!may_be_no_object(read.expression, argument)) continue;
    const std::string_view text = read.expression.slice_text(argument.span);
    const bool is_literal = argument.type == NodeType::literal;
    Draft draft =
        report.at(read.place(argument.span),
                  fmt::format("{} gives {} to merge, which panics {}; {}", read.title(), text,
                              is_literal ? "on what is no object" : "for an object without it", consequence(read)));
    draft.label(is_literal ? "no object" : "may be missing")
        .about(read.in.member.cluster, read.in.policy, read.written.scalar);
    if (is_literal) {
      draft.help("merge takes objects only");
    } else {
      draft.fix("take an empty object where it is missing", Safety::unsafe, read.in.policy,
                read.edits({{{argument.span.end, argument.span.end}, " || `{}`"}}));
    }
  }
}

// `[0](x)` compiles.
void check_called(const ReadExpression& read, const Node& call, Report& report) {
  report
      .at(read.place(call.name), fmt::format("{} calls {}, which is no name of a function and panics; {}", read.title(),
                                             read.expression.slice_text(call.name), consequence(read)))
      .label("no function")
      .about(read.in.member.cluster, read.in.policy, read.written.scalar)
      .help("only names can be called; a pipe hands a value on: `a | length(@)`");
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) {
    for (NodeId id = 0; id < read.expression.node_count(); ++id) {
      const Node& node = read.expression.node(id);
      if (node.type != NodeType::function) continue;
      if (!node.callable) {
        check_called(read, node, report);
      } else if (node.text == "merge") {
        if (read.is_whole()) check_merge(read, node, report);
      } else if (cannot_read_items(node.text)) {
        check_items(read, node, report);
      }
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_call_panics) = checked({
    .summary = "a policy calls a function in a way that crashes Kyverno",
    .explanation = R"md(
## What it finds
Calls that are well-formed and that the implementation does not survive: the list of `items(...)` given to `map`, `sort_by`,
`contains`, `reverse`, `max_by` or `min_by`; a literal that is no object, or labels or annotations that an object may not
have, given to `merge`; and a call of something that is no name.

## Why it matters
Kyverno does not recover from a panic in an expression. The admission request fails, and with the webhook's failure policy
Fail the object is refused. In the background controller, which generates, the process ends; it starts again, takes the same
request from its queue and ends again.

## How to fix it
Turn the list into a plain one by a projection: `items(labels, 'k', 'v')[].k` instead of `map(&k, items(labels, 'k', 'v'))`.
Give `merge` an empty object where one may be missing: `` merge(a, request.object.metadata.labels || `{}`) ``.
`vlint --fix --unsafe-fixes` writes both.

## When to ignore it
When every object that the rule takes has the labels or annotations that go into `merge`.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources =
        "kyverno pkg/engine/jmespath/functions.go jpfItems; go-jmespath functions.go jpfMerge, jpfMap, issue 3412",
    .check = check,
});

}  // namespace vlint::rules
