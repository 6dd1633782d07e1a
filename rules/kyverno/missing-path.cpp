#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/parser.h"
#include "lint/yaml/edit.h"
#include "rules/common/failed_expressions.h"

namespace vlint::rules {
namespace {

using kyverno::FailedExpression;
using kyverno::Stage;

// Of: Unknown key "backup" in path
std::string missing_key(std::string_view message) {
  const std::size_t begin = message.find("Unknown key \"");
  if (begin == std::string_view::npos) return {};
  const std::size_t from = begin + std::string_view("Unknown key \"").size();
  const std::size_t end = message.find("\" in path", from);
  return end == std::string_view::npos ? std::string() : std::string(message.substr(from, end - from));
}

// A path alone, so that a default can be written behind it.
bool is_plain_path(std::string_view expression) {
  const jmespath::ParseResult parsed = jmespath::parse(expression);
  if (!parsed.ok()) return false;
  const jmespath::NodeType type = parsed.expression().node(parsed.expression().root()).type;
  return type == jmespath::NodeType::subexpression || type == jmespath::NodeType::field;
}

void check_failed(const FailedForObjects& found, Report& report) {
  const FailedExpression& failed = found.failed;
  const std::string key = missing_key(failed.failure.message);
  if (key.empty() || may_be_added_at_admission(found.member.cluster, key)) return;
  Draft draft = report.at(place_of_name(failed, key), fmt::format("{} reads {}, and there is no {}: {}", found.title(),
                                                                  quoted(failed.expression), key, found.outcome));
  draft.label("not there").about(found.member.cluster, found.policy, failed.scalar);
  draft.severity(found.stage == Stage::preconditions ? Severity::warning : Severity::error);
  constexpr std::size_t kMostListed = 3;
  for (std::size_t i = 0; i < std::min(found.objects.size(), kMostListed); ++i) {
    draft.related(found.objects[i]->place(), "the rule takes this object");
  }
  const std::string_view text = failed.scalar.text().substr(failed.variable.begin, failed.variable.size());
  const std::size_t at = text.find(failed.expression);
  if (found.stage == Stage::preconditions && !failed.entry && at != std::string_view::npos &&
      is_plain_path(failed.expression)) {
    draft.fix("take an empty text where it is missing", Safety::unsafe, found.policy,
              yaml::rewrite_part(failed.scalar, failed.variable.begin + at + failed.expression.size(), 0, " || ''"));
  } else {
    draft.help(
        "give a default with `|| 'default'`, or let a precondition or the rule's match take only objects that have "
        "it");
  }
}

void check(const Model& model, Report& report) {
  for_each_failed_expression(model, jmespath::FailureKind::not_found,
                             [&](const FailedForObjects& found) { check_failed(found, report); });
}

}  // namespace

VLINT_RULE(kyverno_missing_path) = checked({
    .summary = "a generate rule reads a field that an object it takes does not have",
    .explanation = R"md(
## What it finds
A path in a generate rule, as `request.object.metadata.labels.backup`, that an object of the repository which the rule takes
does not have, and that has no default. The rule is run for each object, with its match, context and preconditions. It is
silent when a rule that changes objects at admission speaks of the key.

## Why it matters
Unlike in JMESPath elsewhere, a missing key is an error in Kyverno, not null. In what the rule generates it means that the
object gets none of it: no ReplicationSource, no Secret. In preconditions the rule is skipped without a word, even where
the condition would let it run without the value (`NotEquals`).

## How to fix it
Give a default: `{{ request.object.metadata.labels.backup || '' }}`. Or let the rule take only objects that have the field,
by a selector or a precondition before. `vlint --fix --unsafe-fixes` writes an empty default into preconditions.

## When to ignore it
When objects without the field are meant to get nothing. A precondition says that better.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "go-jmespath interpreter.go NotFoundError; kyverno pkg/engine/variables/vars.go, issues 3617, 10798 and "
               "16259",
    .check = check,
});

}  // namespace vlint::rules
