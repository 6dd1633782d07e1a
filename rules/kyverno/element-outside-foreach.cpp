#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/check.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;
using kyverno::ExpressionKind;
using kyverno::Section;

// pkg/engine/variables/vars.go: ValidateElementInForEach looks at how a variable begins, and at the path.
bool is_refused(const ReadExpression& read) {
  return read.written.kind == ExpressionKind::variable && read.written.text.starts_with("element") &&
         read.written.path.find("/foreach/") == std::string::npos;
}

bool is_entry(const ReadExpression& read, std::string_view name) {
  const auto names = kyverno::names_of(read.in.found, read.written);
  return std::any_of(names.begin(), names.end(),
                     [&](const kyverno::DefinedName* defined) { return defined->name == name; });
}

void check_expression(const ReadExpression& read, Report& report) {
  if (!sees_context(read.written, read.in) || read.written.has_element || !read.is_whole()) return;
  const bool refused = is_refused(read);
  const std::vector<bool> at_root = jmespath::nodes_at_root(read.expression);
  for (NodeId id = 0; id < at_root.size(); ++id) {
    const Node& node = read.expression.node(id);
    if (!at_root[id] || node.type != NodeType::field || !node.text.starts_with("element")) continue;
    const bool is_own = is_entry(read, node.text);
    if (is_own && !(refused && node.span.begin == 0)) continue;
    Draft draft = report.at(
        read.place(node.name),
        is_own ? fmt::format("{} has a variable {} in its context, and Kyverno takes every name that begins with "
                             "element for one of foreach and refuses the policy",
                             read.title(), node.text)
               : fmt::format("{} uses {} outside of a foreach, where there is none, so {}", read.title(), node.text,
                             refused ? "Kyverno refuses the policy" : outcome_of_failure(read.in, read.written)));
    draft.label("not in a foreach").about(read.in.member.cluster, read.in.policy, read.written.scalar);
    draft.help(is_own ? "give the variable another name"
                      : "move it into the entry of foreach, or name the object that is meant: request.object");
  }
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) { check_expression(read, report); });
}

}  // namespace

VLINT_RULE(kyverno_element_outside_foreach) = checked({
    .summary = "element is used outside of a foreach",
    .explanation = R"md(
## What it finds
`element`, `elementIndex`, `element0` and so on in a part of a rule that is not in an entry of `foreach`, its own `list`
included; and a variable of the rule's context whose name begins with `element`.

## Why it matters
Admission refuses the policy when a variable begins with that word ("variable 'element.name' present outside of foreach").
Inside a call it is not seen: the policy is accepted, and the rule fails for every object.

## How to fix it
Move what uses it into the entry of `foreach`. Give a variable of your own another name.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/variables/vars.go ValidateElementInForEach",
    .check = check,
});

}  // namespace vlint::rules
