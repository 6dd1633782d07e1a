#include <fmt/format.h>

#include "lint/velero/resource_filter.h"
#include "rules/common/resource_lists.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const velero::Install& install = cluster.plan.install;
    const velero::Setting& copies = schedule.default_volumes_to_fs_backup;
    // Before 1.14 native snapshots are taken of what no pod of the backup copies.
    if (!install.is_at_least(1, 14)) return;
    if (copies.value != Known::yes || schedule.snapshot_volumes.value == Known::no) return;
    if (schedule.has_volume_policies != Known::no) return;
    if (takes(schedule, install, velero::kPods) != Known::no) return;
    if (takes(schedule, install, velero::kPersistentVolumeClaims) != Known::yes) return;
    const NamedList list = list_without(schedule, velero::kPods);
    Draft draft = report.at(list.list.field.span(),
                            fmt::format("{} takes claims and leaves out pods, though file system backup is its "
                                        "default, so a volume that a pod mounts is neither copied nor snapshotted",
                                        title_of(schedule)));
    draft.label("leaves out pods")
        .about(cluster.cluster, *schedule.resource, list.list.field)
        .related(copies.where, "turns file system backup on");
    const bool is_included = list.field.substr(0, 8) == "included" && list.is_set();
    draft.help(fmt::format("{} {}, or set defaultVolumesToFsBackup: false, so that the claims are snapshotted",
                           is_included ? "add pods to" : "take pods out of", list.field));
    if (is_included) {
      draft.fix("include pods", Safety::unsafe, *schedule.resource,
                yaml::append_item(list.list.field, yaml::NewValue::string(velero::kPods)));
    }
  });
}

}  // namespace

VLINT_RULE(velero_claims_without_pods) = checked({
    .summary = "a backup by file system backup takes claims and leaves out their pods, so it saves no data",
    .explanation = R"md(
## What it finds
A backup whose resource filters take `persistentvolumeclaims` and leave out `pods`, while `defaultVolumesToFsBackup` is
true, by the Schedule itself or by the server's flag, and no volume policy decides otherwise. Velero 1.14 and later.

## Why it matters
File system backup goes by pods: without the pod no volume is copied. The snapshot is not taken either, because Velero
looks at the pods of the cluster, not at those of the backup, and finds that file system backup will take care of the
claim. The backup is Completed and holds the claims without their data.

## How to fix it
Add `pods` to the list (`vlint --fix --unsafe-fixes` does), or set `defaultVolumesToFsBackup: false` for this Schedule,
so that the claims are snapshotted.

## When to ignore it
When only the objects are wanted. Then say so with `snapshotVolumes: false`, and the rule is silent.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go ShouldPerformSnapshot",
    .check = check,
});

}  // namespace vlint::rules
