#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/check.h"
#include "lint/jmespath/function.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;
using kyverno::ExpressionKind;
using kyverno::Section;

// `true` without backticks is a field, too.
bool is_json_word(std::string_view name) { return name == "true" || name == "false" || name == "null"; }

// Whether admission lets the expression pass, so that the fault shows only when the rule runs.
bool passes_admission(const ReadExpression& read) {
  if (read.written.kind != ExpressionKind::variable) return true;
  return kyverno::check_variable(read.written.text, kyverno::admission_scope(read.in.found, read.written.rule))
      .accepted();
}

// An entry of the rule that is defined further down, or in a foreach that the expression does not stand in.
bool is_defined_elsewhere(const ReadExpression& read, std::string_view name) {
  const auto& names = read.in.found.rules[read.written.rule].names;
  return std::any_of(names.begin(), names.end(),
                     [&](std::uint32_t index) { return read.in.found.names[index].name == name; });
}

void offer_name(const ReadExpression& read, const Node& node, Draft& draft) {
  const std::vector<std::string_view> names = defined_names(read.in, read.written);
  const std::optional<std::string_view> near = closest(node.text, names, node.text.size() < 5 ? 1 : 2);
  if (!near) {
    draft.help(fmt::format("here are defined: {}", join(names, ", ")));
    return;
  }
  const bool is_certain = edit_distance(node.text, *near, 1).has_value() && node.text.size() > 4;
  draft.fix(fmt::format("write {}", *near), is_certain ? Safety::safe : Safety::unsafe, read.in.policy,
            read.edits({{node.name, std::string(*near)}}));
}

// What holds for the nodes of an expression, by NodeId.
struct NodeFacts {
  std::vector<bool> at_root;
  std::vector<bool> fails;           // the expression fails when there is nothing
  std::vector<bool> is_called_upon;  // `time` of `time.Now()`: what is called is reported, not this
  std::vector<const Node*> caller;   // the call that gets null for it, of a function that does not take that
  bool passes_admission = true;
};

NodeFacts facts_of(const ReadExpression& read) {
  const jmespath::Expression& expression = read.expression;
  NodeFacts facts{jmespath::nodes_at_root(expression), jmespath::nodes_handing_on_not_found(expression),
                  std::vector<bool>(expression.node_count()), std::vector<const Node*>(expression.node_count()),
                  passes_admission(read)};
  for (NodeId id = 0; id < expression.node_count(); ++id) {
    const Node& node = expression.node(id);
    const auto children = expression.children(node);
    if (node.type == NodeType::subexpression) {
      const Node& right = expression.node(children[1]);
      const bool is_unknown = right.type == NodeType::function && jmespath::find_function(right.text) == nullptr;
      if (is_unknown) facts.is_called_upon[children[0]] = true;
    }
    const jmespath::Function* function =
        node.type == NodeType::function && node.callable ? jmespath::find_function(node.text) : nullptr;
    if (function == nullptr) continue;
    for (std::size_t i = 0; i < children.size() && i < function->parameters.size(); ++i) {
      if ((function->parameters[i] & jmespath::kAny) != 0) continue;
      NodeId at = children[i];
      while (expression.node(at).type == NodeType::subexpression) at = expression.children(expression.node(at))[0];
      facts.caller[at] = &node;
    }
  }
  return facts;
}

// What becomes of it: refused, failed, or null.
std::string consequence(const ReadExpression& read, const NodeFacts& facts, NodeId id) {
  if (!facts.passes_admission) return "Kyverno refuses the policy";
  if (const Node* call = facts.caller[id]) {
    return fmt::format("{} gets null and fails, and {}", call->text, outcome_of_failure(read.in, read.written));
  }
  if (!facts.fails[id]) return "its value is null";
  return fmt::format("the expression fails and {}", outcome_of_failure(read.in, read.written));
}

// Milder where it is null and nothing fails.
Severity severity_of(const NodeFacts& facts, NodeId id) {
  const bool is_null = facts.passes_admission && facts.caller[id] == nullptr && !facts.fails[id];
  return is_null ? Severity::warning : Severity::error;
}

void check_word(const ReadExpression& read, const NodeFacts& facts, NodeId id, Report& report) {
  const Node& node = read.expression.node(id);
  // What it comes to is what is meant.
  if (node.text == "null" && !facts.fails[id]) return;
  report
      .at(read.place(node.name), fmt::format("{} means {} without backticks, which names a variable that nothing "
                                             "defines: {}",
                                             read.title(), node.text, consequence(read, facts, id)))
      .severity(severity_of(facts, id))
      .label("a name")
      .about(read.in.member.cluster, read.in.policy, read.written.scalar)
      .fix(fmt::format("write `{}`", node.text), Safety::unsafe, read.in.policy,
           read.edits({{node.name, fmt::format("`{}`", node.text)}}));
}

void check_name(const ReadExpression& read, const NodeFacts& facts, NodeId id, Report& report) {
  const Node& node = read.expression.node(id);
  if (is_json_word(node.text)) return check_word(read, facts, id, report);
  const bool is_elsewhere = is_defined_elsewhere(read, node.text);
  Draft draft = report.at(
      read.place(node.name),
      fmt::format("{} uses the variable {}{}: {}", read.title(), node.text,
                  is_elsewhere ? " where it is not defined" : ", which nothing defines", consequence(read, facts, id)));
  draft.severity(severity_of(facts, id));
  draft.label(is_elsewhere ? "defined elsewhere in the rule" : "not defined")
      .about(read.in.member.cluster, read.in.policy, read.written.scalar);
  if (is_elsewhere) {
    draft.help("an entry of context can be used by those after it and by the rest of the rule; move it up");
  } else {
    offer_name(read, node, draft);
  }
}

// A text in double quotes, which stands for itself nowhere: that is told by another rule.
bool is_quoted_text(const ReadExpression& read, const Node& node) {
  return read.expression.slice_text(node.name).starts_with('"');
}

void check_expression(const ReadExpression& read, Report& report) {
  const Section section = read.written.section;
  if (!sees_context(read.written, read.in) || section == Section::match || section == Section::exclude) return;
  if (!read.is_whole() || is_foreign_template(read.in, read.written)) return;
  // Of more in one expression a person has seen enough.
  constexpr std::size_t kMostNames = 50;
  const NodeFacts facts = facts_of(read);
  std::size_t reported = 0;
  for (NodeId id = 0; id < read.expression.node_count() && reported < kMostNames; ++id) {
    const Node& node = read.expression.node(id);
    if (!facts.at_root[id] || node.type != NodeType::field || facts.is_called_upon[id]) continue;
    if (is_quoted_text(read, node) || is_defined(read.in, read.written, node.text)) continue;
    check_name(read, facts, id, report);
    ++reported;
  }
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) { check_expression(read, report); });
}

}  // namespace

VLINT_RULE(kyverno_undefined_variable) = checked({
    .summary = "a policy uses a variable that nothing defines",
    .explanation = R"md(
## What it finds
A name at the beginning of a path that is neither an entry of the rule's `context` nor one that Kyverno gives (`request`,
`images`, `element` in a foreach, `target` where existing objects are changed, and so on); an entry that is defined only
further down; and `true`, `false` or `null` without backticks, which are names too.

## Why it matters
Admission searches each expression for a known word and refuses the policy when there is none. A call of any function is
such a word, so a misspelt name inside a call passes: `to_upper(basSecret.data.x)` is accepted, and the rule fails for every
object.

## How to fix it
Write the name of the entry. Where one name is a letter away, `vlint --fix` writes it.

## When to ignore it
When the policy is only run by Kyverno's command line, with variables from a values file.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/validate.go, pkg/engine/context/mock_context.go",
    .check = check,
});

}  // namespace vlint::rules
