#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

// By Velero, as a claim or as a volume of one of its pods.
Known is_saved_by_velero(const velero::Plan& plan, const velero::Claim& claim) {
  Known saved = claim.is_protected;
  for (const std::uint32_t use : claim.mounted_by) saved = saved || plan.volumes[use].is_protected;
  return saved;
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    if (may_hold_more(model, member)) return;
    for (const volsync::Claim& claim : plan.claims) {
      if (claim.sources.empty() || !claim.others.empty()) continue;
      const bool has_velero_claim = claim.velero != volsync::kNoIndex;
      if (has_velero_claim && is_saved_by_velero(member.plan, member.plan.claims[claim.velero]) != Known::no) continue;
      const bool are_all_copies = std::all_of(claim.sources.begin(), claim.sources.end(), [&](std::uint32_t index) {
        const volsync::Verdict& verdict = plan.sources[index].verdict;
        return verdict.reason == volsync::Reason::copied && verdict.outcome == velero::Outcome::is_protected;
      });
      if (!are_all_copies) continue;
      const volsync::Replication& source = plan.sources[claim.sources.front()].replication;
      report
          .at(key_of(source, *source.mover()).span(),
              fmt::format("claim {}{}{} is saved by {} with {} alone, which keeps no history: what is deleted or "
                          "damaged in it is so in the copy after the next run",
                          claim.name_space, claim.name_space.empty() ? "" : "/", claim.name, source.title(),
                          method_of(source)))
          .label("copies one state")
          .about(member.cluster, *source.resource)
          .related(source.claim.where(), "the claim")
          .help("add a ReplicationSource with restic for the same claim, or let a Velero Schedule take it");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_sync_is_no_backup) = checked({
    .summary = "a claim is saved by a method of VolSync that keeps no history",
    .explanation = R"md(
## What it finds
A claim that only ReplicationSources with rclone, rsync, rsyncTLS or syncthing copy, and that neither restic nor
Velero nor another tool of the repository saves. It is silent where charts, templates or Applications deploy more than
is seen.

## Why it matters
These methods make the other side equal to this one. They are for moving and for a warm standby. A file that is
deleted, encrypted by an intruder or damaged by an upgrade is deleted, encrypted or damaged in the copy after the next
run, and nothing older is left.

## How to fix it
Add a ReplicationSource with restic and `retain` for the same claim, or let a Velero Schedule take it.

## When to ignore it
When the other side keeps versions itself, as a bucket with versioning does, or when the data can be made again.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync mover-rclone/active.sh, mover-rsync/source.sh, docs/usage/index.rst",
    .check = check,
});

}  // namespace vlint::rules
