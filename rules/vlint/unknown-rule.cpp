#include "lint/engine/rule.h"

namespace vlint::rules {

VLINT_RULE(vlint_unknown_rule) = checked({
    .summary = "a suppression comment names a rule that does not exist",
    .explanation = R"md(
## What it finds
A name in `# vlint: ignore[...]` or `# vlint: ignore-file[...]` that is no rule and no group (`velero/*`).

## Why it matters
The comment silences nothing, although it looks as if it did.

## How to fix it
Write the rule's id as `vlint rules` lists it. Where one id is near to what stands there, and that rule finds something
for the comment to silence, `vlint --fix` writes it; otherwise it removes the name.

## When to ignore it
When the repository is linted by a newer vlint elsewhere that knows the rule.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
});

}  // namespace vlint::rules
