#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "rules/common/claims.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

// Drivers whose snapshots are kept apart from their volumes, by the documentation of the clouds: Amazon EBS, Google
// persistent disks, Azure managed disks.
constexpr std::string_view kKeptApart[] = {"disk.csi.azure.com", "ebs.csi.aws.com", "pd.csi.storage.gke.io"};

bool is_kept_apart(std::string_view driver) {
  return std::find(std::begin(kKeptApart), std::end(kKeptApart), driver) != std::end(kKeptApart);
}

bool is_plain_snapshot(const velero::Verdict& verdict) {
  return verdict.method == velero::Method::csi_snapshot && verdict.outcome == velero::Outcome::is_protected;
}

// Another backup may hold the data in object storage.
bool has_other_copy(const velero::Claim& claim) {
  return std::any_of(claim.verdicts.begin(), claim.verdicts.end(), [](const velero::Verdict& verdict) {
    const bool is_nothing = verdict.selected == Known::no || verdict.method == velero::Method::none ||
                            verdict.method == velero::Method::native_snapshot;
    return verdict.outcome == velero::Outcome::unknown || (!is_nothing && !is_plain_snapshot(verdict));
  });
}

struct Kept {
  const velero::Schedule* schedule = nullptr;
  Claims claims;
};

std::vector<Kept> find_kept(const ClusterModel& member) {
  const auto& [cluster, plan] = member;
  const velero::Storage storage(cluster, plan.install.is_dump);
  std::vector<Kept> all;
  for (const JudgedClaim& judged : claims_where(plan, is_plain_snapshot)) {
    const std::optional<velero::ClaimFacts> facts = facts_of(storage, plan, *judged.claim);
    if (!facts || !facts->provisioner || is_kept_apart(*facts->provisioner) || has_other_copy(*judged.claim)) continue;
    if (saved_by_others(member, *judged.claim) != Known::no) continue;
    for (const velero::Schedule* schedule : judged.schedules) {
      auto at = std::find_if(all.begin(), all.end(), [&](const Kept& kept) { return kept.schedule == schedule; });
      if (at == all.end()) at = all.insert(at, {schedule, {}});
      at->claims.push_back(judged.claim);
    }
  }
  return all;
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (has_unjudged_backup_tool(member)) continue;
    for (const Kept& kept : find_kept(member)) {
      const velero::Schedule& schedule = *kept.schedule;
      const velero::Setting& setting = schedule.snapshot_move_data;
      if (schedule.one_off || setting.value != Known::no) continue;
      Draft draft = report.at(
          setting.from == velero::SettingFrom::schedule ? setting.where : schedule.resource->place(),
          fmt::format(
              "{} takes snapshots of {} and does not move their data, and nothing else copies {}: they are lost "
              "together with the storage system",
              title_of(schedule), enumerate(kept.claims), kept.claims.size() == 1 ? "it" : "them"));
      draft.label("the data stays where the volume is").about(member.cluster, *schedule.resource);
      draft.related(place_of(member.plan, *kept.claims.front()), "only a snapshot of this claim is taken");
      draft.help("set `snapshotMoveData: true`, which needs the node-agent, or copy the volumes by file system backup");
    }
  }
}

}  // namespace

VLINT_RULE(velero_snapshot_not_offsite) = checked({
    .summary = "snapshots that stay in the storage system are the only backup of some claims",
    .explanation = R"md(
## What it finds
A Schedule that takes CSI snapshots without moving their data, of claims of which no Schedule makes a copy in object
storage. It is silent about the disks of Amazon, Google and Azure, whose snapshots are kept apart from the volumes,
about claims that VolSync, K8up, CloudNativePG or Longhorn's own backups save or may save, and where Kasten, Stash or
policies of Kyverno that change objects are in use.

## Why it matters
Most storage systems keep a snapshot beside its volume: on the same pool of Ceph, the same NAS, the same disks. It helps
against a deleted file. When the storage fails, the volume and all its backups are gone at once; what Velero put into
the bucket is the description of the objects only.

## How to fix it
```yaml
spec:
  template:
    snapshotMoveData: true
```

The node-agent then copies each snapshot into the backup storage and deletes it (Velero 1.12 and later).

## When to ignore it
When the storage system replicates its snapshots to another place by itself.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/actions/csi/pvc_action.go, site/content/docs csi-snapshot-data-movement.md",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
