#include <fmt/format.h>

#include <string>

#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/check.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;

void check_text(const ReadExpression& read, const Node& parent, const Node& node, Report& report) {
  Draft draft = report.at(read.place(node.name),
                          fmt::format("{} means the text {} but names a variable of that name, since JMESPath's texts "
                                      "stand in single quotes: there is none, and the value is null",
                                      read.title(), quoted(node.text)));
  // As a default null does what an empty text would do, but for functions.
  if (parent.type == NodeType::disjunction) draft.severity(Severity::warning);
  draft.label("a name, not a text").about(read.in.member.cluster, read.in.policy, read.written.scalar);
  if (node.text.find_first_of("'\\\n") == std::string::npos) {
    draft.fix(fmt::format("write '{}'", node.text), Safety::safe, read.in.policy,
              read.edits({{node.name, fmt::format("'{}'", node.text)}}));
  } else {
    draft.help("write it in single quotes");
  }
}

void check_expression(const ReadExpression& read, Report& report) {
  if (!read.is_whole() || !sees_context(read.written, read.in)) return;
  const std::vector<bool> at_root = jmespath::nodes_at_root(read.expression);
  for (NodeId id = 0; id < at_root.size(); ++id) {
    const Node& parent = read.expression.node(id);
    if (!at_root[id] || !holds_values(parent.type)) continue;
    for (const NodeId child : read.expression.children(parent)) {
      const Node& node = read.expression.node(child);
      const bool is_quoted = node.type == NodeType::field && read.expression.slice_text(node.name).starts_with('"');
      if (is_quoted && !is_defined(read.in, read.written, node.text)) check_text(read, parent, node, report);
    }
  }
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) { check_expression(read, report); });
}

}  // namespace

VLINT_RULE(kyverno_double_quoted_text) = checked({
    .summary = "a text in an expression stands in double quotes, which makes it a name",
    .explanation = R"md(
## What it finds
A word in double quotes where an expression of a policy wants a value: `x == "hourly"`, `join("-", [a, b])`, `x || "none"`.

## Why it matters
In JMESPath double quotes make a name of what stands in them: `"hourly"` is a field, as `hourly` is. There is no such
variable, so the value is null: a comparison is never true, and a function fails. Admission says nothing.

## How to fix it
Write texts in single quotes: `x == 'hourly'`. Inside a YAML string in single quotes they are doubled. `vlint --fix` does
that.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "go-jmespath lexer.go and parser.go",
    .check = check,
});

}  // namespace vlint::rules
