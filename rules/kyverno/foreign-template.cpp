#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using kyverno::PolicyExpression;

void check_expression(const PolicyText& in, const PolicyExpression& written, Report& report) {
  if (!is_foreign_template(in, written)) return;
  Draft draft = report.at(
      kyverno::place_of_variable(written),
      fmt::format("{} holds the template {} of another program, which Kyverno takes for a variable of its own and "
                  "refuses the policy for",
                  in.title(written.rule), quoted(fmt::format("{{{{ {} }}}}", written.text))));
  draft.label("Kyverno reads this as JMESPath").about(in.member.cluster, in.policy, written.scalar);
  if (!written.inner.empty()) {
    draft.help("write a backslash before the braces: `\\{{`");
    return;
  }
  draft.fix("write a backslash before the braces", Safety::safe, in.policy,
            yaml::rewrite_part(written.scalar, written.variable.range.begin, 2, "\\{{"));
}

void check(const Model& model, Report& report) {
  for_each_policy(model, [&](const PolicyText& in) {
    for (const PolicyExpression& written : in.found.expressions) {
      // With stray bytes before it the text is no template either, and is reported as that.
      if (written.is_known && written.variable.stray == 0) check_expression(in, written, report);
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_foreign_template) = checked({
    .summary = "a policy holds a template of another program that Kyverno takes for its own variable",
    .explanation = R"md(
## What it finds
`{{ .password }}`, `{{ range .items }}`, `{{ $x }}` and the like in the data that a policy generates, patches or compares:
templates of the External Secrets Operator, Helm, Argo CD or Go, whose braces are those of Kyverno's variables.

## Why it matters
Kyverno replaces every `{{ }}` in a policy. A template is no JMESPath, so admission refuses the policy ("invalid JMESPath
query .password"), and neither the ExternalSecret nor anything else that it makes is there.

## How to fix it
Write a backslash before the opening braces: `\{{ .password }}`. Kyverno drops it and leaves the rest as it is. In a
double-quoted YAML string the backslash is written twice. `vlint --fix` does both.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/variables/vars.go and regex/vars.go, issues 2513 and 11865",
    .check = check,
});

}  // namespace vlint::rules
