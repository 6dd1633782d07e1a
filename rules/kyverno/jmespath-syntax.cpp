#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/parser.h"
#include "rules/common/expression_repair.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using kyverno::ExpressionKind;
using kyverno::PolicyExpression;

// Whether an object of the cluster has the label or annotation.
bool has_key(const model::Cluster& cluster, std::string_view key) {
  const auto& resources = cluster.resources();
  return std::any_of(resources.begin(), resources.end(), [&](const kube::Resource& resource) {
    return static_cast<bool>(resource.metadata["annotations"].find(key)) ||
           static_cast<bool>(resource.metadata["labels"].find(key));
  });
}

std::string_view help_for(std::string_view text) {
  if (text.empty()) return "write an expression between the braces, or `\\{{` for braces that Kyverno leaves alone";
  if (text.find('?') != std::string_view::npos && text.find(':') != std::string_view::npos &&
      text.find("[?") == std::string_view::npos) {
    return "JMESPath has no `a ? b : c`; write `a && b || c`";
  }
  if (text.front() == '.') return "a path begins with a name, without a dot before it: `request.object.metadata.name`";
  if (text.find('+') != std::string_view::npos) return "JMESPath has no signs to calculate with; write `add(a, b)`";
  return "strings stand in single quotes, numbers in backticks, and keys with other characters than letters, digits "
         "and "
         "`_` in double quotes: labels.\"a-b\"";
}

Span place_of_fault(const PolicyExpression& written, const jmespath::SyntaxFault& fault) {
  const std::size_t size = written.variable.expression.size();
  if (fault.offset >= size) return kyverno::place_of(written);
  return kyverno::place_of(written, fault.offset, code_point_at(written.text, fault.offset).size);
}

void check_expression(const PolicyText& in, const PolicyExpression& written, Report& report) {
  const bool is_refused = is_compiled_at_admission(written);
  const jmespath::ParseResult parsed = jmespath::parse(written.text);
  if (parsed.ok() || parsed.fault().is_limit) return;
  const std::string reason = written.text.empty() ? "it is empty" : parsed.fault().message;
  const std::string outcome = is_refused ? "Kyverno refuses the policy" : std::string(outcome_of_failure(in, written));
  Draft draft =
      report.at(place_of_fault(written, parsed.fault()),
                fmt::format("an expression of {} is no JMESPath ({}), so {}", in.title(written.rule), reason, outcome));
  draft.label(written.text.empty() ? "nothing to work out" : "not JMESPath")
      .about(in.member.cluster, in.policy, written.scalar);
  const auto is_key = [&](std::string_view key) { return has_key(in.member.cluster, key); };
  const std::optional<ExpressionRepair> repair =
      written.inner.empty() ? repair_expression(written.text, is_key) : std::nullopt;
  if (repair) {
    draft.fix(fmt::format("write {}", repair->edits.front().text), repair->is_certain ? Safety::safe : Safety::unsafe,
              in.policy, edits_of(written, repair->edits));
  } else {
    draft.help(std::string(help_for(written.text)));
  }
}

// What other rules tell: templates of other programs, a list in braces, bytes that the scanner leaves behind.
bool is_of_other_rule(const PolicyText& in, const PolicyExpression& written) {
  const bool is_list_in_braces = written.kind == ExpressionKind::foreach_list && written.text.starts_with("{{");
  return is_list_in_braces || written.variable.stray != 0 || is_foreign_template(in, written);
}

void check(const Model& model, Report& report) {
  for_each_policy(model, [&](const PolicyText& in) {
    for (const PolicyExpression& written : in.found.expressions) {
      if (written.is_known && !is_of_other_rule(in, written)) check_expression(in, written, report);
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_jmespath_syntax) = checked({
    .summary = "an expression of a policy is no JMESPath",
    .explanation = R"md(
## What it finds
A `{{ }}` of a policy, a `jmesPath` of its context or a `list` of foreach that does not compile: a key with a dash, a dot or
a slash without quotes (`labels.backup-tier`, `annotations.volsync.backube/use`), a name in brackets (`labels["a"]`), a
number without backticks (`x == 1`), `a ? b : c`, `@index`, a bracket that is never closed, an empty `{{ }}`.

## Why it matters
Admission refuses the whole policy, so all its rules are missing, or in a GitOps sync its last good version stays. A `list`
of foreach is not compiled at admission: there the rule fails for every object.

## How to fix it
Put keys with other characters than letters, digits and `_` into double quotes, numbers into backticks, and strings into
single quotes:

```
request.object.metadata.labels."backup-tier"
length(request.object.spec.accessModes) == `1`
```

`vlint --fix` does that where the text has one reading. Where a key has dots it asks for `--unsafe-fixes`, unless an object
in the repository has exactly that label or annotation.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources =
        "go-jmespath parser.go and lexer.go; kyverno pkg/validation/policy/validate.go, issues 2756, 3578, 4206, "
        "6410 and 7445",
    .check = check,
});

}  // namespace vlint::rules
