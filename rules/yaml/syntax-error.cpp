#include "lint/engine/rule.h"

namespace vlint::rules {

VLINT_RULE(yaml_syntax_error) = checked({
    .summary = "a document is not valid YAML",
    .explanation = R"md(
## What it finds
A document that the YAML parser of Kubernetes' tools refuses: a tab used as indentation, a quote or bracket that is never
closed, a key at the wrong column, an alias without its anchor, a byte that is not UTF-8. Other documents of the same file
are read as usual. Files with the marks of a template engine (`{{ }}`) that do not parse are taken for templates and left
alone.

## Why it matters
kubectl, Argo CD and Flux refuse the whole file, so nothing in it is deployed or backed up, often without anybody looking
at the log. What the document would have held is unknown to vlint too, so rules that depend on it stay silent.

## How to fix it
Mend the place shown. The usual causes:

- a tab: replace it by blanks;
- a plain value with `: ` or ` #` in it, or one that begins with `@`, `%`, `*`, `&` or a backtick: quote it;
- a key that stands one column off its neighbours.

## When to ignore it
When the file is no YAML although it is called so. Give it another name, or put
`# vlint: ignore-file[yaml/syntax-error] why` at its head.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "libyaml, from which go-yaml was ported",
});

}  // namespace vlint::rules
