#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"
#include "rules/common/claim_labels.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

// The deprecated field counts where the new one isn't there.
yaml::Value failure_policy(const kyverno::Policy& policy) {
  const yaml::Value spec = (*policy.object)["spec"];
  const yaml::Value now = spec["webhookConfiguration"]["failurePolicy"];
  return now.is_set() ? now : spec["failurePolicy"];
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      const yaml::Value field = failure_policy(policy);
      if (field.text() != "Ignore") continue;
      for (const kyverno::Rule& rule : policy.rules) {
        if (!rule.generate || rule.generate->generate_existing != Known::no || !makes_backups(rule)) continue;
        report
            .at(field.span(), fmt::format("{} makes backups, and the webhook's failures are ignored: what is created "
                                          "while Kyverno is down gets no backup",
                                          title_of_rule(*policy.object, rule.where)))
            .label("lets requests pass unseen")
            .about(member.cluster, *policy.object, field)
            .related(rule.generate->where.span(), "not made for objects that are there already")
            .help("set `generateExisting: true` in the rule's generate, or failurePolicy to Fail");
        break;
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_webhook_failure_ignored) = checked({
    .summary = "a policy that makes backups lets objects pass while Kyverno is down",
    .explanation = R"md(
## What it finds
`failurePolicy: Ignore` in a policy with a rule that generates objects of VolSync, Velero or K8up without
`generateExisting: true`.

## Why it matters
While Kyverno does not answer (an upgrade, a drained node, a full cluster after an outage) the API server admits
claims without asking it. Nothing catches up: the rule runs for an object when it is created or updated, so these
claims have no backup until somebody changes them.

## How to fix it
Set `generateExisting: true` in the rule's `generate`, so that Kyverno goes through all objects whenever the policy is
applied or changed; or leave failurePolicy at Fail, which holds such requests back instead.

## When to ignore it
When something else compares claims with their backups.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kyverno api/kyverno/v1/spec_types.go FailurePolicy, pkg/webhooks/resource/generation",
    .check = check,
});

}  // namespace vlint::rules
