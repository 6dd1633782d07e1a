#include "lint/engine/rule.h"

namespace vlint::rules {

VLINT_RULE(yaml_limit_reached) = checked({
    .summary = "a file or document is too large to be read",
    .explanation = R"md(
## What it finds
A file larger than 16 MiB, a document nested deeper than 200 levels, or one whose aliases expand it to more than 100,000
nodes. It is not read, and what it holds is unknown to all other rules.

## Why it matters
Kubernetes refuses objects far below these sizes, so such a file is usually a mistake (a dump, a generated bundle), and a
few lines with nested aliases can otherwise keep a parser busy for hours.

## How to fix it
Split the file, or raise the limit that the message names: `--max-file-size`, `--max-nesting`, `--max-alias-nodes`.

## When to ignore it
When the file is none of vlint's business, such as a data set that happens to be YAML.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "go-yaml's limit on alias expansion; the API server's limit on request size",
});

}  // namespace vlint::rules
