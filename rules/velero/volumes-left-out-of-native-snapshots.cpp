#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/native_snapshots.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

using velero::Schedule;
using yaml::Value;

void report_lost(const ClusterModel& member, const Schedule& schedule, Value field, const Claims& lost,
                 Report& report) {
  Draft draft =
      report.at(field.span(),
                fmt::format("{} leaves out PersistentVolumes, so no native snapshot is taken of {}: {} data is in no "
                            "backup",
                            title_of(schedule), enumerate(lost), lost.size() == 1 ? "its" : "their"));
  draft.label("leaves out persistentvolumes").about(member.cluster, *schedule.resource, field);
  draft.related(place_of(member.plan, *lost.front()), "a plugin of the server would snapshot this claim's volume");
  draft.help(field.as_bool() == false
                 ? "remove `includeClusterResources: false`: the volumes of claims are then taken along"
                 : "take persistentvolumes out of the excluded types");
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const Schedule& schedule) {
    if (schedule.runs == Known::no || schedule.is_valid == Known::no) return;
    const Claims lost = lost_without_volumes(member, schedule);
    if (!lost.empty()) report_lost(member, schedule, field_without_volumes(schedule.backup), lost, report);
  });
}

}  // namespace

VLINT_RULE(velero_volumes_left_out_of_native_snapshots) = checked({
    .summary = "a backup leaves out PersistentVolumes, so it takes no native snapshots",
    .explanation = R"md(
## What it finds
A backup with `includeClusterResources: false`, or with `persistentvolumes` among its excluded types, that takes claims
whose volumes a native plugin would snapshot (disks of Amazon, Google or Azure where the server runs without
`EnableCSI`), while nothing else saves them. vlint simulates the backup with and without the filter.

## Why it matters
A native snapshot is taken when Velero comes to the PersistentVolume. Where that is left out, it never does: the claim is
stored, its data is not, and the backup is Completed. CSI snapshots hang on the claim and go on all the same, so that
the filter looks harmless.

## How to fix it
Remove `includeClusterResources: false`; unset, it takes exactly the volumes that belong to claims of the backup. Or take
persistentvolumes out of the excluded types.

## When to ignore it
When the data of these claims can be made again. Then `snapshotVolumes: false` says so.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_backupper.go takePVSnapshot, pkg/util/collections/includes_excludes.go",
    .check = check,
});

}  // namespace vlint::rules
