#include <fmt/format.h>

#include <set>
#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const kyverno::Simulation& simulation = member.kyverno;
    std::set<std::uint32_t> told;
    for (const kyverno::Generation& made : simulation.generations) {
      const bool overwrites = made.presence == kyverno::Presence::in_git && made.synchronize == Known::yes;
      if (!overwrites || !told.insert(made.resource).second) continue;
      const kube::Resource& object = member.cluster.resources()[made.resource];
      const kube::Resource& trigger = kyverno::trigger_of(member.cluster, simulation, made.cause);
      if (&object == &trigger) continue;
      const kyverno::Policy& policy = simulation.policy_of(made.cause);
      const kyverno::Rule& rule = simulation.rule_of(made.cause);
      report
          .at(object.place(),
              fmt::format("{} stands in Git and {} makes it too, for {}: with synchronize Kyverno overwrites what Git "
                          "says, and the next sync overwrites Kyverno's",
                          object.title(), title_of(policy, rule), trigger.title()))
          .label("also generated")
          .about(member.cluster, object)
          .related(made.pattern["name"] ? made.pattern["name"].span() : made.pattern.span(), "generated here")
          .related(trigger.place(), "because of this object")
          .help("remove the manifest, or let the rule leave out the object that triggers it");
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_generated_object_in_git) = checked({
    .summary = "a Kyverno rule generates an object that stands in Git as well",
    .explanation = R"md(
## What it finds
An object of the repository with the kind, namespace and name of one that a `generate` rule with `synchronize: true` makes
for a trigger of the same cluster.

## Why it matters
Two writers fight over it. Kyverno takes the object over and writes its own content, Argo CD or Flux sees drift and writes
Git's back, and so on: a ReplicationSource changes its schedule or repository every few minutes. When the trigger loses
its label, Kyverno deletes the object that Git asks for.

## How to fix it
Keep one of them. Remove the manifest, or, when its content is wanted, the label that makes Kyverno generate the other.
Without `synchronize` Kyverno leaves an object alone that is there already.

## When to ignore it
While a repository moves from manifests to the policy, and the GitOps tool is told to ignore the difference.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "kyverno pkg/background/generate/data.go, kyverno issue 9718",
    .check = check,
});

}  // namespace vlint::rules
