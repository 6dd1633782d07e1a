#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/unserved_claims.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_unserved_claim(model, [&](const ClusterModel& member, const ClaimRules& rules, const UnservedClaim& one) {
    if (one.reason.verdict.part != kyverno::MatchPart::resource_filters) return;
    const TriggerClaim& claim = one.claim;
    report
        .at(one.written.span(),
            fmt::format("the label {}: {} of {} has no effect: Kyverno's resourceFilters keep namespace {} from every "
                        "rule, so {} makes no {} for it",
                        one.label.key, one.label.value, claim.title, claim.owner->name_space,
                        rules.title(one.label.rule), made_kind(rules.rule(one.label.rule))))
        .label("Kyverno never sees this claim")
        .about(member.cluster, *claim.owner, one.written)
        .related(claim.owner->metadata["namespace"].span(), "this namespace is filtered")
        .related(one.reason.policy_place, "by these filters")
        .related(one.label.where, "the rule takes this value")
        .help("back the claim up with a ReplicationSource of its own, or move it to another namespace");
  });
}

}  // namespace

VLINT_RULE(kyverno_trigger_in_filtered_namespace) = checked({
    .summary = "a claim asks for a backup in a namespace that Kyverno's resourceFilters keep from every rule",
    .explanation = R"md(
## What it finds
A claim with a label that a `generate` rule takes, in a namespace that the `resourceFilters` of Kyverno's ConfigMap keep
from every rule: `kube-system`, `kube-public`, `kube-node-lease` and Kyverno's own one, unless the ConfigMap says
otherwise. It is silent where the values of Kyverno's chart change the filters.

## Why it matters
The filters are asked before any policy. The claim is created, the rule never runs for it, and nothing says so.

## How to fix it
Write a ReplicationSource for the claim by hand, or let the application live in a namespace of its own. Taking the
namespace out of the filters lets every policy act on everything in it.

## When to ignore it
When something other than Kyverno reads the label too.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "kyverno pkg/config/config.go ToFilter, charts/kyverno/values.yaml config.resourceFilters",
    .check = check,
});

}  // namespace vlint::rules
