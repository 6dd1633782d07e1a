#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using Texts = std::set<std::string_view>;

void collect(yaml::Value value, Texts& texts) {
  if (value.is_scalar()) texts.insert(value.text());
  for (const yaml::Value item : value.items()) collect(item, texts);
  for (const yaml::Entry& entry : value.entries()) collect(entry.value, texts);
}

// What custom objects say, by namespace: an operator may run a pod that mounts a claim which they name.
std::map<std::string_view, Texts> texts_of_custom_objects(const model::Cluster& cluster) {
  std::map<std::string_view, Texts> texts;
  for (const kube::Resource& resource : cluster.resources()) {
    if (resource.info == nullptr) collect(resource["spec"], texts[resource.name_space]);
  }
  return texts;
}

void report_claim(const ClusterModel& member, const JudgedClaim& judged, Report& report) {
  const kube::Resource& claim = *judged.claim->resource;
  const bool is_assumed = judged.verdict->assumed;
  Draft draft = report.at(
      claim.place(),
      fmt::format("{} {}, so {} ends PartiallyFailed: Velero wants a snapshot of it and finds no volume",
                  title_of(*judged.claim),
                  is_assumed ? "is used by no pod and its StorageClass waits for the first, which leaves it Pending"
                             : "is bound to no volume",
                  backups_of(judged.schedules)));
  draft.label(is_assumed ? "stays Pending" : "has no volume").about(member.cluster, claim);
  for (const velero::Evidence& evidence : judged.verdict->evidence) draft.related(evidence.where, evidence.message);
  draft.help(member.plan.install.is_at_least(1, 18)
                 ? "remove the claim, label it `velero.io/exclude-from-backup: \"true\"`, or add a volume policy with "
                   "`pvcPhase: [Pending]` and the action skip"
                 : "remove the claim, or label it `velero.io/exclude-from-backup: \"true\"`");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const std::vector<JudgedClaim> unbound = claims_where(member.plan, [](const velero::Verdict& verdict) {
      return verdict.reason == velero::Reason::claim_unbound && verdict.outcome == velero::Outcome::fails;
    });
    if (unbound.empty()) continue;
    const bool may_be_used = may_hold_unseen_objects(model, member.cluster);
    const std::map<std::string_view, Texts> texts = texts_of_custom_objects(member.cluster);
    for (const JudgedClaim& judged : unbound) {
      if (judged.claim->resource == nullptr) continue;
      const auto at = texts.find(judged.claim->name_space);
      const bool is_named = at != texts.end() && at->second.count(judged.claim->name) != 0;
      if (judged.verdict->assumed && (may_be_used || is_named)) continue;
      report_claim(member, judged, report);
    }
  }
}

}  // namespace

VLINT_RULE(storage_claim_pending) = checked({
    .summary = "a Schedule wants a snapshot of a claim that is bound to no volume",
    .explanation = R"md(
## What it finds
A claim that no pod uses and whose StorageClass has `volumeBindingMode: WaitForFirstConsumer`, so that it stays Pending,
while a Schedule of a Velero with EnableCSI takes it; and in a dump of a cluster a claim that is not Bound. It is silent
where charts, templates or Applications deploy more than is seen, and where a custom object names the claim: an operator
may run the pod.

## Why it matters
Velero asks every claim for its volume before it takes the snapshot. A claim without one is the error "has no volume
backing this claim": the claim is not stored, and every backup ends PartiallyFailed, which hides real failures behind a
state that everybody is used to. Such claims are left behind by a workload that moved away.

## How to fix it
Remove the claim when nobody needs it. Otherwise label it `velero.io/exclude-from-backup: "true"`; from Velero 1.18 on a
volume policy can skip what is Pending:

```yaml
volumePolicies:
- conditions:
    pvcPhase: [Pending]
  action: {type: skip}
```

## When to ignore it
When a pod that is made by hand has used the claim, so that it is bound.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/util/kube/pvc_pv.go GetPVForPVC, internal/volumehelper/volume_policy_helper.go, issue 7233",
    .check = check,
});

}  // namespace vlint::rules
