#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/judged_volumes.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Verdict;
using velero::VolumeUse;

// The ReplicationSource that surely keeps a history of the volume; null for none.
const volsync::Replication* source_of(const ClusterModel& member, const VolumeUse& use) {
  const auto index = static_cast<std::uint32_t>(&use - member.plan.volumes.data());
  for (const volsync::Claim& claim : member.volsync.claims) {
    if (claim.velero == volsync::kNoIndex || claim.sources.empty()) continue;
    const std::vector<std::uint32_t>& users = member.plan.claims[claim.velero].mounted_by;
    if (std::find(users.begin(), users.end(), index) == users.end()) continue;
    for (const std::uint32_t i : claim.sources) {
      const volsync::Source& source = member.volsync.sources[i];
      const bool is_sure = volsync::protects(source.verdict) == Known::yes && !source.verdict.assumed &&
                           source.verdict.keeps_history == Known::yes;
      if (is_sure) return &source.replication;
    }
  }
  return nullptr;
}

void report_one(const Model& model, const JudgedWorkload& judged, Report& report) {
  const volsync::Replication& source = *source_of(judged.model, *judged.volumes.front().use);
  const bool is_one = judged.volumes.size() == 1;
  Draft draft = report_judged(
      judged,
      fmt::format("{} {} backed up by {} and copied by {} as well, since file system backup takes every volume: each "
                  "run moves and keeps the same data twice",
                  judged.title(), is_one ? "is" : "are", source.title(),
                  enumerate(std::span<const velero::Schedule* const>(judged.schedules))),
      "saved twice", report);
  draft.related(source.resource->place(), "backs it up too");
  const std::vector<std::string_view> names = judged.views();
  offer_list(model, *judged.workload.resource, kOptOut, names,
             fmt::format("exclude {} from file system backup", enumerate(judged.names())), draft, Safety::unsafe);
}

void check(const Model& model, Report& report) {
  const auto any_source = [](const ClusterModel& member) { return !member.volsync.sources.empty(); };
  if (std::none_of(model.clusters.begin(), model.clusters.end(), any_source)) return;
  const auto is_copied = [](const velero::Plan&, const VolumeUse& use, const Verdict& verdict) {
    return verdict.outcome == velero::Outcome::is_protected && verdict.method == velero::Method::fs_backup &&
           verdict.reason == velero::Reason::default_is_fs_backup && !use.name.empty();
  };
  for_each_judged(model, is_copied, [&](const JudgedWorkload& judged) {
    JudgedWorkload twice{judged.model, judged.workload, {}, judged.schedules};
    for (const JudgedVolume& volume : judged.volumes) {
      if (source_of(judged.model, *volume.use) != nullptr) twice.volumes.push_back(volume);
    }
    if (!twice.volumes.empty()) report_one(model, twice, report);
  });
}

}  // namespace

VLINT_RULE(backup_protected_twice) = checked({
    .summary = "a volume is backed up by VolSync and by Velero's file system backup",
    .explanation = R"md(
## What it finds
A volume that a ReplicationSource with restic or kopia backs up and that a Schedule copies too, only because file system
backup is its default for every volume. A volume that is named in `backup.velero.io/backup-volumes` was meant.

## Why it matters
Nothing is lost. But the data is read, moved and stored twice, the two backups show different moments, and a restore has
two places to look at.

## How to fix it
Name the volume in `backup.velero.io/backup-volumes-excludes` on the pod template, which `vlint --fix --unsafe-fixes`
does; Velero then restores the claim empty, and VolSync fills it. Or give up the ReplicationSource.

## When to ignore it
When two independent backups are wanted.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/util/podvolume/pod_volume.go GetVolumesByPod",
    .check = check,
});

}  // namespace vlint::rules
