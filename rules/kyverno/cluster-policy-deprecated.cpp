#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const kyverno::Install& install = member.kyverno.install;
    if (!install.release || !install.release->is_at_least(1, 19)) continue;
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      const kube::Resource& object = *policy.object;
      if (!policy.has_generate()) continue;
      report
          .at(object["kind"].span(), fmt::format("{} is of a kind that Kyverno {} deprecates: it works, and a later "
                                                 "release will not know it",
                                                 object.title(), kyverno::to_string(*install.release)))
          .label("deprecated from Kyverno 1.19 on")
          .about(member.cluster, object, object["kind"])
          .related(install.release_where, fmt::format("runs Kyverno {}", kyverno::to_string(*install.release)))
          .help("plan its rules as a GeneratingPolicy of policies.kyverno.io/v1");
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_cluster_policy_deprecated) = checked({
    .summary = "a policy that generates is of a kind that the cluster's Kyverno deprecates",
    .explanation = R"md(
## What it finds
A ClusterPolicy or Policy with a generate rule where the manifests show Kyverno 1.19 or newer.

## Why it matters
From 1.19 on Kyverno warns at each apply of one and points to the kinds written in CEL. The policy works as before. An
upgrade to a release without the kind takes the backups with it that the policy makes.

## How to fix it
Nothing is broken today. Write the rules as a GeneratingPolicy before you upgrade to a release that drops
ClusterPolicy, and compare what both generate.

## When to ignore it
Until that upgrade is near.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "kyverno v1.19 pkg/webhooks/policy",
    .check = check,
});

}  // namespace vlint::rules
