#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

// The claim of the namespace that is one typing error away, and that no other source copies.
std::optional<std::string_view> meant_by(const volsync::Plan& plan, const volsync::Replication& source) {
  std::vector<std::string_view> names;
  for (const volsync::Claim& claim : plan.claims) {
    const bool is_there = claim.velero != volsync::kNoIndex && claim.name_space == source.resource->name_space;
    if (is_there && claim.sources.empty()) names.push_back(claim.name);
  }
  return closest(source.claim.text(), names, 1);
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    if (may_hold_more(model, member)) return;
    for (const volsync::Source& one : plan.sources) {
      const volsync::Replication& source = one.replication;
      if (one.verdict.reason != volsync::Reason::claim_missing) continue;
      const std::string_view name_space = source.resource->name_space;
      Draft draft = report.at(
          source.claim.where(),
          fmt::format("{} copies the claim {}, which nothing in {} makes: VolSync reports an error and makes no "
                      "backup",
                      source.title(), source.claim.text(),
                      name_space.empty() ? std::string("this cluster") : fmt::format("the namespace {}", name_space)));
      draft.label("no such claim").about(member.cluster, *source.resource, source.claim.field);
      if (const std::optional<std::string_view> meant = meant_by(plan, source)) {
        draft.fix(fmt::format("write {}", *meant), Safety::safe, *source.resource,
                  yaml::set_scalar(source.claim.field, *meant));
      } else {
        draft.help(
            "write the name of a PersistentVolumeClaim of the same namespace; the claims of a StatefulSet are "
            "named <template>-<StatefulSet>-<number>");
      }
    }
  });
}

}  // namespace

VLINT_RULE(volsync_source_claim_missing) = checked({
    .summary = "a ReplicationSource copies a claim that does not exist",
    .explanation = R"md(
## What it finds
A `sourcePVC` that no PersistentVolumeClaim of the namespace has as its name and no StatefulSet makes. It is silent
where the repository doesn't show everything the cluster runs (charts, templates, Applications), where a pod mounts
the claim, and where the name has the name of an operator's object in it, since operators make claims too.

## Why it matters
VolSync looks only into the ReplicationSource's own namespace. It reports an error in the status and tries again for
ever; no backup is made, and the volume that was meant has none.

## How to fix it
Write the name of the claim. Where exactly one claim of the namespace is one letter away and is copied by no other
source, `vlint --fix` writes it.

## When to ignore it
When the claim is made by hand or by another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go ensureSourcePVC",
    .check = check,
});

}  // namespace vlint::rules
