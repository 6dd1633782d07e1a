#include "lint/engine/rule.h"

namespace vlint::rules {

VLINT_RULE(vlint_unused_suppression) = checked({
    .summary = "a suppression comment silences nothing",
    .explanation = R"md(
## What it finds
A comment `# vlint: ignore[rule]` or `# vlint: ignore-file[rule]` in whose reach the rule finds nothing. Rules that are
turned off in this run do not count.

## Why it matters
A suppression that is left behind hides the next fault at the same place.

## How to fix it
Remove the rule's name, or the whole comment. `vlint --fix` does it. If the comment was meant to silence something, it
stands at the wrong place: it belongs on the line of the finding, or on a line of its own above the entry.

## When to ignore it
Never in the long run; turn the rule off with `--ignore vlint/unused-suppression` while a fault comes and goes.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
});

}  // namespace vlint::rules
