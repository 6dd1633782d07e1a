#include <fmt/format.h>

#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/check.h"
#include "lint/kyverno/install.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) {
    const kyverno::Install& install = read.in.member.kyverno.install;
    if (!install.release) return;
    for (const jmespath::Call& call : jmespath::check(read.expression).calls) {
      if (call.function == nullptr || call.function->since.empty()) continue;
      const std::optional<kyverno::Release> since = kyverno::parse_release(call.function->since);
      if (!since || install.release->is_at_least(since->major, since->minor)) continue;
      report
          .at(read.place(call.where),
              fmt::format("{} calls {}, which Kyverno has from {} on, and the cluster runs {}, so {}", read.title(),
                          call.name, call.function->since, kyverno::to_string(*install.release),
                          outcome_of_failure(read.in, read.written)))
          .label("no such function in this release")
          .about(read.in.member.cluster, read.in.policy, read.written.scalar)
          .related(install.release_where, "this release runs")
          .help(fmt::format("upgrade Kyverno to {}, or do without {}", call.function->since, call.name));
    }
  });
}

}  // namespace

VLINT_RULE(kyverno_function_newer_than_kyverno) = checked({
    .summary = "a policy calls a JMESPath function that the installed Kyverno does not have yet",
    .explanation = R"md(
## What it finds
A call of a function that came with a later release of Kyverno than the one that the repository installs, by its image tag
or its chart's version: `sha1` and `md5` came with 1.14, `sha256` and `is_external_url` with 1.12, `lookup` and `round` with
1.11, `image_normalize`, `to_boolean` and `trim_prefix` with 1.10, most of `time_...` with 1.9.

## Why it matters
Admission does not look at names of functions, so the policy is accepted and Ready. The call fails when the rule runs
("unknown function"), and the rule does nothing: a generate rule makes no object, and nothing tells.

## How to fix it
Upgrade Kyverno, or write the expression without the function.

## When to ignore it
When the repository does not say what the cluster runs.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/jmespath/functions.go of releases 1.4 to 1.19",
    .check = check,
});

}  // namespace vlint::rules
