#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/check.h"
#include "lint/jmespath/parser.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/scalar_part.h"
#include "rules/common/failed_expressions.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::NodeId;
using jmespath::NodeType;
using kyverno::FailedExpression;

// The value, or a value in the list, that the function does not take: "Invalid type for: [data <nil>], expected: ...".
bool is_about_null(std::string_view message) {
  const std::size_t begin = message.find("Invalid type for: ");
  const std::size_t null = begin == std::string_view::npos ? begin : message.find("<nil>", begin);
  return null != std::string_view::npos && null < message.find(", expected: ");
}

// Expressions whose calls are wrong for every object are reported as that.
bool is_wrong_as_written(const jmespath::Expression& expression) { return !jmespath::check(expression).faults.empty(); }

// The only argument of the only call that is a path of its own: what can be null.
struct Argument {
  jmespath::ByteRange path;
  std::string function;
};
std::optional<Argument> only_path_argument(const jmespath::Expression& expression) {
  std::optional<Argument> only;
  for (const jmespath::Call& call : jmespath::check(expression).calls) {
    std::vector<NodeId> given;
    for (const NodeId id : expression.children(expression.node(call.call))) {
      const auto items = expression.children(expression.node(id));
      if (expression.node(id).type != NodeType::multiselect_list) {
        given.push_back(id);
      } else {
        given.insert(given.end(), items.begin(), items.end());
      }
    }
    for (const NodeId id : given) {
      const jmespath::Node& node = expression.node(id);
      const bool is_path = node.type == NodeType::subexpression || node.type == NodeType::field;
      if (!is_path || jmespath::is_certainly_string(expression, id, string_paths())) continue;
      if (only) return std::nullopt;
      only = Argument{node.span, call.name};
    }
  }
  return only;
}

bool takes_text(std::string_view name) {
  if (name == "join") return true;
  const jmespath::Function* function = jmespath::find_function(name);
  return function != nullptr && !function->parameters.empty() &&
         (function->parameters.front() & jmespath::kString) != 0;
}

void check_failed(const FailedForObjects& found, Report& report) {
  const FailedExpression& failed = found.failed;
  const jmespath::ParseResult parsed = jmespath::parse(failed.expression);
  if (!is_about_null(failed.failure.message) || !parsed.ok()) return;
  if (is_wrong_as_written(parsed.expression())) return;
  const std::optional<Argument> argument = only_path_argument(parsed.expression());
  const std::string_view path = argument ? parsed.expression().slice_text(argument->path) : std::string_view{};
  const std::string message = argument ? fmt::format("{} gives null to {}, since there is no {}: {}", found.title(),
                                                     argument->function, path, found.outcome)
                                       : fmt::format("{} gives null to a function in {}: {}", found.title(),
                                                     quoted(failed.expression), found.outcome);
  const std::size_t at = failed.scalar.text().find(failed.expression, failed.variable.begin);
  const bool is_verbatim = argument.has_value() && at != std::string_view::npos;
  Draft draft = report.at(
      is_verbatim ? yaml::part_span(failed.scalar, at + argument->path.begin, path.size()) : place_of_name(failed, {}),
      message);
  draft.label("null for an object that the rule takes").about(found.member.cluster, found.policy, failed.scalar);
  constexpr std::size_t kMostListed = 3;
  for (std::size_t i = 0; i < std::min(found.objects.size(), kMostListed); ++i) {
    draft.related(found.objects[i]->place(), "the rule takes this object");
  }
  if (is_verbatim && takes_text(argument->function)) {
    draft.fix("take an empty text where it is null", Safety::unsafe, found.policy,
              yaml::rewrite_part(failed.scalar, at + argument->path.end, 0, " || ''"));
  } else {
    draft.help("give a default with `|| ''`, or let the rule take only objects that have the value");
  }
}

void check(const Model& model, Report& report) {
  for_each_failed_expression(model, jmespath::FailureKind::type,
                             [&](const FailedForObjects& found) { check_failed(found, report); });
}

}  // namespace

VLINT_RULE(kyverno_null_argument) = checked({
    .summary = "a generate rule gives null to a function, for an object that it takes",
    .explanation = R"md(
## What it finds
A call in a generate rule whose argument is null for an object of the repository that the rule takes, as
`to_upper(request.object.metadata.labels.tier)` for one without that label. The rule is run for each object, with its match,
context and preconditions.

## Why it matters
Inside a call a missing key becomes null, and almost no function takes null ("Invalid type for: <nil>"). The rule makes
nothing for that object, and only a failed UpdateRequest tells.

## How to fix it
Give a default inside the call: `to_upper(request.object.metadata.labels.tier || '')`, or let the rule take only objects
that have the value. `vlint --fix --unsafe-fixes` writes an empty default.

## When to ignore it
When objects without the value are meant to get nothing. A precondition says that better.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "go-jmespath functions.go typeCheck; kyverno issue 16766",
    .check = check,
});

}  // namespace vlint::rules
