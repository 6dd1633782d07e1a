#include <fmt/format.h>

#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_policy(model, [&](const PolicyText& in) {
    for (const kyverno::PolicyExpression& written : in.found.expressions) {
      if (written.kind != kyverno::ExpressionKind::foreach_list || !written.text.starts_with("{{")) continue;
      Draft draft =
          report.at(kyverno::place_of(written),
                    fmt::format("the list of a foreach in {} stands in braces, but it is an expression itself "
                                "and does not compile with them, so {}",
                                in.title(written.rule), outcome_of_failure(in, written)));
      draft.label("no braces here").about(in.member.cluster, in.policy, written.scalar);
      const std::vector<kyverno::Variable> variables = kyverno::find_variables(written.text);
      const bool is_one = variables.size() == 1 && variables.front().range.size() == written.text.size();
      if (is_one && written.is_known) {
        draft.fix("drop the braces", Safety::safe, in.policy,
                  yaml::set_scalar(written.scalar, kyverno::expression_of(written.text, variables.front())));
      } else {
        draft.help("write the expression without braces: `list: request.object.spec.containers`");
      }
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_foreach_list_in_braces) = checked({
    .summary = "the list of a foreach stands in braces",
    .explanation = R"md(
## What it finds
`list: "{{ request.object.spec.volumes }}"` in a foreach of a policy.

## Why it matters
The list is a bare JMESPath that Kyverno evaluates as it is written; variables in it are not replaced. With braces it is no
JMESPath. Admission does not compile it, so the policy is accepted, and the rule fails for every object: nothing is
generated or changed.

## How to fix it
Write it without braces: `list: request.object.spec.volumes`. `vlint --fix` does that.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/utils/foreach.go EvaluateList, pkg/validation/policy/validate.go",
    .check = check,
});

}  // namespace vlint::rules
