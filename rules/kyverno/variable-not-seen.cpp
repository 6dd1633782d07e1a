#include <fmt/format.h>

#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/parser.h"
#include "lint/yaml/scalar_part.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using kyverno::Unseen;

// A text that is an expression between its braces, and no JSON or template that only looks like one.
bool is_expression(std::string_view text) {
  if (text.size() < 4) return false;
  const std::string_view inside = trim(text.substr(2, text.size() - 4));
  return !inside.empty() && jmespath::parse(inside).ok();
}

void check(const Model& model, Report& report) {
  for_each_policy(model, [&](const PolicyText& in) {
    for (const kyverno::UnseenVariable& found : in.found.unseen) {
      if (found.unseen.kind != Unseen::Kind::deep_braces) continue;
      const kyverno::TextRange& range = found.unseen.range;
      const std::string_view text = found.scalar.text().substr(range.begin, range.size());
      if (!is_expression(text)) continue;
      report
          .at(yaml::part_span(found.scalar, range.begin, range.size()),
              fmt::format("{} holds the variable {} with braces inside braces, which Kyverno does not take for a "
                          "variable: the text stays as it is written",
                          in.title(found.rule), quoted(text)))
          .label("stays as it is written")
          .about(in.member.cluster, in.policy, found.scalar)
          .help(
              "put the expression into the jmesPath of a variable in the rule's context, where braces may nest, and "
              "write the name of that variable here");
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_variable_not_seen) = checked({
    .summary = "a variable of a policy has nested braces, so that Kyverno does not see it",
    .explanation = R"md(
## What it finds
A `{{ }}` whose expression has braces inside braces, as `{{ {a: {b: request.name}} }}` or a JSON literal with an object in
an object.

## Why it matters
Kyverno finds variables with a pattern that knows one level of braces inside. What nests deeper is no variable to it: there
is no error, and the text goes into the generated or changed object as it is written.

## How to fix it
Put the expression into the rule's context, as the `jmesPath` of a variable. A bare expression has no limit:

```yaml
context:
  - name: settings
    variable:
      jmesPath: "{a: {b: request.name}}"
```

Then write `{{ settings }}`.

## When to ignore it
When the text is meant for another program and happens to be JMESPath.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/variables/regex/vars.go, issue 3412",
    .check = check,
});

}  // namespace vlint::rules
