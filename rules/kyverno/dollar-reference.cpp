#include <fmt/format.h>

#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/scalar_part.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

// A name has no way through the rule in it, so nothing can stand there.
bool is_path(std::string_view reference) {
  const std::size_t begin = reference.find_first_not_of("$()");
  return begin != std::string_view::npos && reference.find('/', begin) != std::string_view::npos;
}

// Each `$(` of the text with a backslash before it.
std::string escaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = text.substr(i, 2) == "$(" && (i == 0 || text[i - 1] != '\\');
    if (begins) result += '\\';
    result += text[i];
  }
  return result;
}

void check(const Model& model, Report& report) {
  for_each_policy(model, [&](const PolicyText& in) {
    for (const kyverno::PolicyReference& found : in.found.references) {
      const kyverno::TextRange& range = found.reference.range;
      const std::string_view text = found.scalar.text().substr(range.begin, range.size());
      if (is_path(text) || text.find("${") != std::string_view::npos) continue;
      Draft draft = report.at(
          yaml::part_span(found.scalar, range.begin, range.size()),
          fmt::format("{} holds {}, which Kyverno takes for a path inside the rule: there is nothing at that path, and "
                      "Kyverno refuses the policy",
                      in.title(found.rule), quoted(text)));
      draft.label("Kyverno reads this as a path").about(in.member.cluster, in.policy, found.scalar);
      draft.fix("write a backslash before the dollar sign", Safety::safe, in.policy,
                yaml::rewrite_part(found.scalar, range.begin, range.size(), escaped(text)));
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_dollar_reference) = checked({
    .summary = "a policy holds $(NAME), which Kyverno takes for a path of its own",
    .explanation = R"md(
## What it finds
`$(POD_NAME)` and the like in a policy: what Kubernetes replaces in a container's command, arguments and environment. Kyverno
reads `$( )` as the value at another path of the same rule. `${NAME}` is left alone.

## Why it matters
There is nothing at that path, so admission refuses the policy ("got nil resolved variable $(POD_NAME)") with all that it
generates or changes.

## How to fix it
Write a backslash before it: `\$(POD_NAME)`. Kyverno drops the backslash. In a double-quoted YAML string it is written
twice. `vlint --fix` does both.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/variables/vars.go substituteReferences",
    .check = check,
});

}  // namespace vlint::rules
