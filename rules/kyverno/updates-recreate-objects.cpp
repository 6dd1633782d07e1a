#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

bool takes_updates(const kyverno::Filter& filter) {
  return filter.operations.empty() ||
         std::any_of(filter.operations.begin(), filter.operations.end(),
                     [](const yaml::Value operation) { return operation.text() == "UPDATE"; });
}

// The only filter of the rule, if it takes updates; else null.
const kyverno::Filter* filter_of(const kyverno::Rule& rule) {
  const std::vector<kyverno::Filter>* listed = rule.match.listed();
  if (listed != nullptr && listed->size() != 1) return nullptr;
  const kyverno::Filter& filter = listed != nullptr ? listed->front() : rule.match.legacy;
  return takes_updates(filter) ? &filter : nullptr;
}

// A precondition that tells creation, update and deletion apart.
bool minds_deletion(const kyverno::Policy& policy, const kyverno::Rule& rule) {
  return policy.match_conditions || mentions_word(rule.where, "request.operation") ||
         mentions_word(rule.where, "request.object.metadata.deletionTimestamp");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const kyverno::Simulation& simulation = member.kyverno;
    std::set<std::pair<std::uint32_t, std::uint32_t>> told;
    for (const kyverno::Generation& made : simulation.generations) {
      const kube::Resource& object = member.cluster.resources()[made.resource];
      const kube::Resource& trigger = kyverno::trigger_of(member.cluster, simulation, made.cause);
      const bool restores = made.presence == kyverno::Presence::added &&
                            object.is("volsync.backube", "ReplicationDestination") &&
                            trigger.is("", "PersistentVolumeClaim");
      const kyverno::Policy& policy = simulation.policy_of(made.cause);
      const kyverno::Rule& rule = simulation.rule_of(made.cause);
      const kyverno::Filter* filter = restores ? filter_of(rule) : nullptr;
      if (filter == nullptr || minds_deletion(policy, rule)) continue;
      if (!told.insert({made.cause.policy, made.cause.rule}).second) continue;
      const yaml::Value operations = filter->resources["operations"];
      const yaml::Value where = operations ? operations : filter->resources["kinds"];
      Draft draft = report.at(
          where ? where.span() : rule.match.where.span(),
          fmt::format(
              "{} runs for updates of claims too, also for those while a claim is deleted: it makes {} again, and "
              "the claim may hang in deletion",
              title_of(policy, rule), object.title()));
      draft.label("also UPDATE").about(member.cluster, *policy.object, where);
      draft.help("a claim that is labelled later then gets no ReplicationDestination");
      if (!operations && filter->resources) {
        const yaml::Entry kinds = filter->resources.find("kinds");
        draft.fix("add operations: [CREATE]", Safety::unsafe, *policy.object,
                  yaml::add_entry(filter->resources, "operations",
                                  yaml::NewValue::sequence({yaml::NewValue::string("CREATE")}),
                                  kinds ? yaml::Where::after(kinds.key.node_id()) : yaml::Where::end()));
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_updates_recreate_objects) = checked({
    .summary = "a Kyverno rule makes a ReplicationDestination anew while its claim is deleted",
    .explanation = R"md(
## What it finds
A `generate` rule that makes a ReplicationDestination for a claim and takes updates of claims: without `operations`, or
with UPDATE among them, and without a precondition on the operation or on `deletionTimestamp`. Whether it comes to the
race depends on who deletes what first, so the rule is off by default.

## Why it matters
A claim is updated while it is deleted: its finalizers go one by one. Each such update triggers the rule, which makes the
ReplicationDestination again that was deleted just before. VolSync restores once more, holds the claim, and the deletion
of the namespace hangs.

## How to fix it
Write `operations: [CREATE]` next to `kinds`, as `vlint --fix --unsafe-fixes` does: a destination is needed when a claim
is created. Claims that get their label later then have none; a precondition on `request.object.metadata.deletionTimestamp`
keeps those.

## When to ignore it
When claims are deleted together with the policy.
)md",
    .severity = Severity::note,
    .precision = Precision::medium,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno pkg/webhooks/resource/generation/handler.go; kubernetes pkg/controller/volume/pvcprotection",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
