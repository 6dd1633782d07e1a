#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/check.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::CheckFault;
using jmespath::Expression;
using jmespath::ExpressionEdit;
using jmespath::FailureKind;
using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;
using Edits = std::vector<ExpressionEdit>;

bool is_integer(std::string_view text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct Repair {
  std::string title;
  Edits edits;
};

// join(s, a, b) is meant as join(s, [a, b]).
std::optional<Repair> repaired_count(const Expression& expression, const CheckFault& fault) {
  const auto arguments = expression.children(expression.node(fault.call));
  if (fault.function == "replace" && arguments.size() == 3) {
    return Repair{"write replace_all, which replaces all occurrences", {{fault.where, "replace_all"}}};
  }
  if (fault.function != "join" || arguments.size() < 3) return std::nullopt;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const NodeType type = expression.node(arguments[i]).type;
    const bool is_list = type == NodeType::multiselect_list || type == NodeType::projection ||
                         type == NodeType::filter_projection || type == NodeType::flatten ||
                         type == NodeType::value_projection;
    if (is_list || type == NodeType::expression) return std::nullopt;
    // In a list commas are no option.
    const std::uint32_t before = expression.node(arguments[i - 1]).span.end;
    const std::uint32_t begin = expression.node(arguments[i]).span.begin;
    if (expression.slice_text({before, begin}).find(',') == std::string_view::npos) return std::nullopt;
  }
  const std::uint32_t first = expression.node(arguments[1]).span.begin;
  const std::uint32_t last = expression.node(arguments.back()).span.end;
  return Repair{"put the parts into a list", {{{first, first}, "["}, {{last, last}, "]"}}};
}

// '5' where only a number fits.
std::optional<Repair> repaired_type(const Expression& expression, const CheckFault& fault) {
  const Node& written = expression.node(expression.children(expression.node(fault.call))[fault.argument]);
  if (written.type != NodeType::literal) return std::nullopt;
  const jmespath::Json& value = expression.literal(written);
  const jmespath::Function* function = jmespath::find_function(fault.function);
  const bool takes_numbers_only = function != nullptr && !function->variadic &&
                                  fault.argument < function->parameters.size() &&
                                  function->parameters[fault.argument] == jmespath::kNumber;
  if (!takes_numbers_only || !value.is_string() || !is_integer(value.as_string())) return std::nullopt;
  const std::string number = fmt::format("`{}`", value.as_string());
  return Repair{fmt::format("write the number {}", number), {{written.span, number}}};
}

void check_fault(const ReadExpression& read, const CheckFault& fault, Report& report) {
  Draft draft =
      report.at(read.place(fault.where), fmt::format("{} calls {} wrongly: {}, so {}", read.title(), fault.function,
                                                     fault.message, outcome_of_failure(read.in, read.written)));
  draft.label(fault.kind == FailureKind::arity ? "wrong number of arguments" : "wrong type")
      .about(read.in.member.cluster, read.in.policy, read.written.scalar);
  const std::optional<Repair> repair =
      fault.kind == FailureKind::arity ? repaired_count(read.expression, fault) : repaired_type(read.expression, fault);
  if (repair) {
    draft.fix(repair->title, Safety::safe, read.in.policy, read.edits(repair->edits));
  } else if (fault.kind == FailureKind::type) {
    draft.help(
        "texts stand in single quotes, numbers and other JSON in backticks; to_string(value) makes a text of "
        "anything");
  } else {
    draft.help(
        fmt::format("{} takes {}", fault.function, jmespath::describe_arity(*jmespath::find_function(fault.function))));
  }
}

// Items of the list of join that are no strings: it checks the whole list, and all of it at once.
void check_joined(const ReadExpression& read, const Node& call, Report& report) {
  const auto arguments = read.expression.children(call);
  if (arguments.size() != 2 || read.expression.node(arguments[1]).type != NodeType::multiselect_list) return;
  for (const NodeId id : read.expression.children(read.expression.node(arguments[1]))) {
    const Node& item = read.expression.node(id);
    if (item.type != NodeType::literal || read.expression.literal(item).is_string()) continue;
    const jmespath::Json& value = read.expression.literal(item);
    Draft draft =
        report.at(read.place(item.span),
                  fmt::format("{} calls join with {} in its list, which must hold strings only, so {}", read.title(),
                              read.expression.slice_text(item.span), outcome_of_failure(read.in, read.written)));
    draft.label("no string").about(read.in.member.cluster, read.in.policy, read.written.scalar);
    const std::string text = jmespath::to_json(value).ok() ? jmespath::to_json(value).value() : std::string();
    if (value.is_number() && is_integer(text)) {
      draft.fix(fmt::format("write the string '{}'", text), Safety::safe, read.in.policy,
                read.edits({{item.span, fmt::format("'{}'", text)}}));
    } else {
      draft.help("write a string in single quotes");
    }
  }
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) {
    if (!read.is_whole()) return;
    for (const CheckFault& fault : jmespath::check(read.expression).faults) {
      // It looks at no types, and panics: that is told elsewhere.
      if (fault.function == "merge" && fault.kind == FailureKind::type) continue;
      if (fault.kind == FailureKind::arity || fault.kind == FailureKind::type) check_fault(read, fault, report);
    }
    for (const jmespath::Call& call : jmespath::check(read.expression).calls) {
      if (call.name == "join") check_joined(read, read.expression.node(call.call), report);
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_wrong_argument) = checked({
    .summary = "a policy calls a JMESPath function with arguments that it does not take",
    .explanation = R"md(
## What it finds
A call in a policy's expression with too many or too few arguments, as `join('', a, b)` and `replace(a, b, c)`, or with a
literal of the wrong type: `truncate(a, '5')`, ``split(a, `1`)``, a number in the list of `join`.

## Why it matters
Admission does not look at arguments. The call fails whenever the rule runs ("incorrect number of args", "Invalid type
for"), and a rule whose expression fails does nothing: a generate rule makes no object, and only an UpdateRequest in
Kyverno's own namespace tells.

## How to fix it
- `join` takes a separator and one list of strings: `join('', [a, b])`;
- `replace` takes a count as its fourth argument (`` `-1` `` for all); `replace_all` takes three;
- strings stand in single quotes, numbers in backticks: `` truncate(a, `5`) ``.

`vlint --fix` mends these.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "go-jmespath functions.go resolveArgs, typeCheck; kyverno pkg/engine/jmespath/functions.go, issue 16766",
    .check = check,
});

}  // namespace vlint::rules
