#include "lint/engine/rule.h"

namespace vlint::rules {

VLINT_RULE(yaml_duplicate_key) = checked({
    .summary = "a mapping has the same key twice",
    .explanation = R"md(
## What it finds
A key that stands twice in one mapping.

## Why it matters
kubectl and Helm take the last value without a word, others refuse the file. The first value is lost: a label that a
backup selects by, an annotation that excludes a volume, a whole `template:`.

## How to fix it
Keep the one that is meant. When both hold mappings, put their entries into one.

## When to ignore it
Hardly ever: what the file says and what the cluster gets differ.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "sigs.k8s.io/yaml: the last one wins; strict decoding refuses",
});

}  // namespace vlint::rules
