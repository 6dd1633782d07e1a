#include <fmt/format.h>

#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/scalar_part.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_policy(model, [&](const PolicyText& in) {
    for (const kyverno::PolicyExpression& written : in.found.expressions) {
      const std::size_t stray = written.variable.stray;
      if (stray == 0) continue;
      const std::size_t size = stray + 1;
      const std::size_t begin = written.variable.range.begin - size;
      const std::string_view character = written.scalar.text().substr(begin, size);
      report
          .at(yaml::part_span(written.scalar, begin, size),
              fmt::format("{} has the character {} right before a variable, and Kyverno takes a part of it for the "
                          "expression, which then is no JMESPath: it refuses the policy",
                          in.title(written.rule), character))
          .label("not ASCII")
          .about(in.member.cluster, in.policy, written.scalar)
          .help(fmt::format("put a blank or another ASCII character between, or write it inside the variable: "
                            "{{{{ join('', ['{}', ...]) }}}}",
                            character));
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_variable_after_non_ascii) = checked({
    .summary = "a character that is not ASCII stands right before a variable",
    .explanation = R"md(
## What it finds
A letter with an accent, a dash, an arrow, an emoji or any other character beyond ASCII right before the `{{` of a variable in
a policy.

## Why it matters
Kyverno's pattern takes one character before the braces along and cuts off one byte for it. Such a character has more than
one, and the rest of it ends up at the beginning of the expression, which no longer compiles. Admission refuses the policy.

## How to fix it
Put a blank or another ASCII character between it and the braces, or write it inside: `{{ join('', ['→', request.name]) }}`.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/variables/vars.go ReplaceAllVars and substituteVariablesIfAny, regex/vars.go",
    .check = check,
});

}  // namespace vlint::rules
