#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/arguments.h"
#include "lint/jmespath/check.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::CheckFault;
using jmespath::ExpressionEdit;
using Edits = std::vector<ExpressionEdit>;

std::string title_of(const CheckFault& fault, const Edits& edits) {
  const std::string& text = edits.front().text;
  return edits.size() > 1 ? "write join('', [...])" : fmt::format("write {} instead of {}", text, fault.function);
}

// What a person has to look at: arguments that may be no strings, names that are only near.
std::optional<Edits> likely_rewrite(const jmespath::Expression& expression, const CheckFault& fault) {
  if (std::optional<Edits> joined = jmespath::rewrite_as_join(expression, fault.call)) return joined;
  if (jmespath::find_suggestion(fault.function) != nullptr) return std::nullopt;
  const std::string_view nearest = jmespath::nearest_function(fault.function);
  const jmespath::Function* function = nearest.empty() ? nullptr : jmespath::find_function(nearest);
  if (function == nullptr || !jmespath::arity_fits(*function, fault.count)) return std::nullopt;
  return Edits{{fault.where, std::string(nearest)}};
}

void check_fault(const ReadExpression& read, const CheckFault& fault, Report& report) {
  const std::string advice = jmespath::advice_for(fault.function);
  Draft draft = report.at(read.place(fault.where),
                          fmt::format("{} calls {}, a function that Kyverno's JMESPath does not have, so {}",
                                      read.title(), fault.function, outcome_of_failure(read.in, read.written)));
  draft.label("no such function").about(read.in.member.cluster, read.in.policy, read.written.scalar);
  if (!advice.empty()) draft.help(advice);
  if (!read.is_whole()) return;
  if (const std::optional<Edits> safe = jmespath::rewrite_call(read.expression, fault.call, string_paths())) {
    draft.fix(title_of(fault, *safe), Safety::safe, read.in.policy, read.edits(*safe));
  } else if (const std::optional<Edits> likely = likely_rewrite(read.expression, fault)) {
    draft.fix(title_of(fault, *likely), Safety::unsafe, read.in.policy, read.edits(*likely));
  }
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) {
    for (const CheckFault& fault : jmespath::check(read.expression).faults) {
      // `{{ {{ name }}(x) }}`: what is called is known only when the rule runs.
      const bool is_inner = !read.is_whole() && fault.function == "null";
      if (fault.kind == jmespath::FailureKind::unknown_function && !is_inner) check_fault(read, fault, report);
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_unknown_jmespath_function) = checked({
    .summary = "a policy calls a JMESPath function that does not exist",
    .explanation = R"md(
## What it finds
A call of a function that neither JMESPath nor Kyverno has, in a `{{ }}` or a bare `jmesPath` of a policy: `concat`, `upper`,
`len`, `default`, `from_json`, `now`, or a name misspelt. Names are case-sensitive.

## Why it matters
Admission only compiles an expression and takes every name followed by a parenthesis for a function, so the policy is
accepted and Ready. The call fails when the rule runs. Of a generate rule the UpdateRequest fails, is tried three times and
given up: the claim is there, its ReplicationSource and Secret never are, and nothing tells.

## How to fix it
Write the function that Kyverno has:

| written | write |
| --- | --- |
| `concat(a, b)` | `join('', [a, b])`, or two variables side by side: `{{ a }}{{ b }}` |
| `upper(a)`, `lower(a)` | `to_upper(a)`, `to_lower(a)` |
| `len(a)`, `count(a)`, `size(a)` | `length(a)` |
| `default(a, b)`, `coalesce(a, b)` | `a \|\| b` |
| `from_json(a)` | `parse_json(a)` |
| `now()` | `time_now_utc()` |

`vlint --fix` writes it where the meaning can't change: `join` only when all arguments are certain to be strings, since it
takes nothing else.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/jmespath/functions.go, pkg/validation/policy/validate.go; go-jmespath functions.go",
    .check = check,
});

}  // namespace vlint::rules
