#include <fmt/format.h>

#include "lint/velero/resource_filter.h"
#include "rules/common/resource_lists.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

// What in the backup itself says that volumes are to be saved. A server's flag says it for all backups, also for those
// that are about objects only.
yaml::Value wish_for_data(const velero::BackupSpec& spec) {
  for (const velero::BoolField* field :
       {&spec.default_volumes_to_fs_backup, &spec.snapshot_move_data, &spec.snapshot_volumes}) {
    if (field->set && field->value == Known::yes) return field->field;
  }
  return {};
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const velero::Install& install = cluster.plan.install;
    const yaml::Value wish = wish_for_data(schedule.backup);
    // Before 1.14 the filters have no say in what is copied.
    if (!wish || !install.is_at_least(1, 14) || schedule.has_volume_policies == Known::unknown) return;
    if (takes(schedule, install, velero::kPods) != Known::yes) return;
    if (takes(schedule, install, velero::kPersistentVolumeClaims) != Known::no) return;
    const NamedList list = list_without(schedule, velero::kPersistentVolumeClaims);
    Draft draft = report.at(list.list.field.span(),
                            fmt::format("{} takes pods and leaves out persistentvolumeclaims, so the data of no claim "
                                        "is saved",
                                        title_of(schedule)));
    draft.label("leaves out persistentvolumeclaims")
        .about(cluster.cluster, *schedule.resource, list.list.field)
        .related(wish.span(), "asks for the data of volumes");
    if (list.field == "includedResources") {
      draft.fix("include persistentvolumeclaims and persistentvolumes", Safety::unsafe, *schedule.resource,
                together({yaml::append_item(list.list.field, yaml::NewValue::string(velero::kPersistentVolumeClaims)),
                          yaml::append_item(list.list.field, yaml::NewValue::string(velero::kPersistentVolumes))}));
    } else if (list.field == "includedNamespaceScopedResources") {
      draft.fix("include persistentvolumeclaims", Safety::unsafe, *schedule.resource,
                yaml::append_item(list.list.field, yaml::NewValue::string(velero::kPersistentVolumeClaims)));
    } else {
      draft.help(fmt::format("take persistentvolumeclaims out of {}", list.field));
    }
  });
}

}  // namespace

VLINT_RULE(velero_pods_without_claims) = checked({
    .summary = "a backup takes pods and leaves out their claims, so it saves no data of claims",
    .explanation = R"md(
## What it finds
A backup whose resource filters take `pods` and leave out `persistentvolumeclaims`, though the backup itself asks for the
data of volumes: `defaultVolumesToFsBackup`, `snapshotMoveData` or `snapshotVolumes` is true in it. Velero 1.14 and later.

## Why it matters
From 1.14 file system backup passes over a volume whose claim is not in the backup, and what is not in the backup is not
snapshotted. Only volumes without a claim, such as an emptyDir, are copied. The backup is Completed.

## How to fix it
Add `persistentvolumeclaims`, and for a restore `persistentvolumes`, to the included resources.
`vlint --fix --unsafe-fixes` does.

## When to ignore it
When the data is saved by another tool, and the setting is there for other volumes.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go shouldIncludeVolumeInBackup",
    .check = check,
});

}  // namespace vlint::rules
