#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

// Behind the fields that stand before the data.
yaml::Where place_in(yaml::Value generate) {
  for (const std::string_view key : {"synchronize", "namespace", "name", "kind"}) {
    if (const yaml::Entry entry = generate.find(key)) return yaml::Where::after(entry.key.node_id());
  }
  return yaml::Where::end();
}

// Somebody wrote the field: that is a decision.
bool is_decided(const kyverno::Policy& policy, const kyverno::Rule& rule) {
  const yaml::Value spec = (*policy.object)["spec"];
  return rule.generate->where["generateExisting"] || spec["generateExisting"] || spec["generateExistingOnPolicyUpdate"];
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const kyverno::Simulation& simulation = member.kyverno;
    std::set<std::pair<std::uint32_t, std::uint32_t>> told;
    for (const kyverno::Generation& made : simulation.generations) {
      const kyverno::Policy& policy = simulation.policy_of(made.cause);
      const kyverno::Rule& rule = simulation.rule_of(made.cause);
      const bool is_open =
          made.generate_existing == Known::no && made.depth == 0 && makes_backups(rule) && !is_decided(policy, rule);
      if (!is_open || !told.insert({made.cause.policy, made.cause.rule}).second) continue;
      const kube::Resource& trigger = kyverno::trigger_of(member.cluster, simulation, made.cause);
      const yaml::Value name = rule.where["name"];
      report
          .at(name ? name.span() : rule.where.span(),
              fmt::format(
                  "{} makes a {} only for objects that are created or changed after the policy: {} gets none if it "
                  "is older",
                  title_of(policy, rule), made_kind(rule), trigger.title()))
          .label("without generateExisting")
          .about(member.cluster, *policy.object, name)
          .related(trigger.place(), "may be older than the policy")
          .fix("add generateExisting: true", Safety::unsafe, *policy.object,
               yaml::add_entry(rule.generate->where, "generateExisting", yaml::NewValue::typed("true"),
                               place_in(rule.generate->where)));
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_existing_objects_not_covered) = checked({
    .summary = "a Kyverno rule generates backups only for objects that are newer than the policy",
    .explanation = R"md(
## What it finds
A `generate` rule that makes ReplicationSources or other backups for objects of the repository and doesn't say anything
about `generateExisting`. Whether the objects are older than the policy is not in Git, so the rule is off by default.

## Why it matters
Kyverno acts on creation and changes. A claim that is there before the policy, because it is older, because the GitOps
tool applied it first, or because Kyverno was down, has no backup until somebody changes it.

## How to fix it
Write `generateExisting: true` under `generate`, as `vlint --fix --unsafe-fixes` does. Each change of the policy then
runs the rule for all objects that it takes, which is work for the background controller.

## When to ignore it
When the policy stood in the cluster before the first object that it takes.
)md",
    .severity = Severity::note,
    .precision = Precision::medium,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno pkg/controllers/generate-existing, kyverno issues 2570, 3819, 6471",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
