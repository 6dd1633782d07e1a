#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

bool is_same_trigger(const kyverno::Cause& a, const kyverno::Cause& b) {
  return a.trigger == b.trigger && a.claim == b.claim;
}

// What a restore needs: the destination, and, where backups are made of the same claim, the Secret with the password.
bool is_needed_for_restore(const ClusterModel& member, const kyverno::Generation& made) {
  const kube::Resource& object = member.cluster.resources()[made.resource];
  if (object.is("volsync.backube", "ReplicationDestination")) return true;
  if (!object.is("", "Secret") && !object.is("external-secrets.io", "ExternalSecret")) return false;
  const std::vector<kyverno::Generation>& all = member.kyverno.generations;
  return std::any_of(all.begin(), all.end(), [&](const kyverno::Generation& other) {
    return is_same_trigger(made.cause, other.cause) &&
           member.cluster.resources()[other.resource].group == "volsync.backube";
  });
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const kyverno::Simulation& simulation = member.kyverno;
    std::set<std::pair<std::uint32_t, std::uint32_t>> told;
    for (const kyverno::Generation& made : simulation.generations) {
      if (made.presence != kyverno::Presence::added || made.synchronize != Known::yes) continue;
      const kube::Resource& trigger = kyverno::trigger_of(member.cluster, simulation, made.cause);
      if (!trigger.is("", "PersistentVolumeClaim")) continue;
      if (told.count({made.cause.policy, made.cause.rule}) != 0 || !is_needed_for_restore(member, made)) continue;
      told.insert({made.cause.policy, made.cause.rule});
      const kyverno::Policy& policy = simulation.policy_of(made.cause);
      const kyverno::Rule& rule = simulation.rule_of(made.cause);
      const yaml::Value field = rule.generate->where["synchronize"];
      const kube::Resource& object = member.cluster.resources()[made.resource];
      report
          .at(field ? field.span() : rule.generate->where.span(),
              fmt::format("{} deletes {} when {} is deleted or loses its label, and a restore of that claim needs it",
                          title_of(policy, rule), object.title(), trigger.title()))
          .label("deletes with the trigger")
          .about(member.cluster, *policy.object, field)
          .related(trigger.place(), "when this is deleted")
          .help(
              "restore by creating the claim anew with its label, so that Kyverno makes the object again; or write "
              "synchronize: false");
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_synchronize_deletes_backup) = checked({
    .summary = "with the claim Kyverno deletes the generated objects that its restore needs",
    .explanation = R"md(
## What it finds
A `generate` rule with `synchronize: true` that makes, for a claim, a ReplicationDestination, or the Secret (or
ExternalSecret) that goes with a ReplicationSource of the same claim. Whether restores rely on these objects or on
creating the claim anew is not in Git, so the rule is off by default.

## Why it matters
`synchronize` also means: when the trigger is deleted, or no longer matches because its label was taken away, what was
generated goes too. Who loses the claim loses the definition of its backup in the same moment: the path of the repository
and the Secret that opens it. The backups themselves stay in the object store.

## How to fix it
Restore by creating the claim anew, with its label: Kyverno then makes everything again, and a `dataSourceRef` fills the
claim. Where restores are made by hand, write `synchronize: false`, or supply the Secret by a rule that the Namespace
triggers.

## When to ignore it
When the claim stands in Git and is restored from there.
)md",
    .severity = Severity::note,
    .precision = Precision::medium,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "kyverno pkg/background/generate/cleanup.go; kyverno issues 2229, 4140, 6507",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
