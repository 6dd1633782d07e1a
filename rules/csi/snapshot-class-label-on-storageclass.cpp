#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/names.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"

namespace vlint::rules {
namespace {

void check_class(const model::Cluster& cluster, const kube::Resource& storage_class, Report& report) {
  const yaml::Entry label = storage_class.metadata["labels"].find(velero::kSnapshotClass);
  if (!label) return;
  Draft draft = report.at(
      label.key.span(),
      fmt::format(
          "StorageClass {} has the label {}, which Velero reads on VolumeSnapshotClasses only: it has no effect",
          storage_class.name, velero::kSnapshotClass));
  draft.label("has no effect on a StorageClass").about(cluster, storage_class, label.value);
  const std::vector<const kube::Resource*> classes = snapshot_classes_of(cluster, storage_class["provisioner"].text());
  for (const kube::Resource* one : classes) draft.related(one->place(), "a VolumeSnapshotClass of its driver");
  Result<yaml::Removal> removal = yaml::remove_entry(label.key, yaml::OnlyChild::remove_parent);
  // The only class of a driver is taken without a label.
  if (classes.size() != 1 || !removal.ok() || removal->removes_comments) {
    draft.help("put the label on the VolumeSnapshotClass that Velero is to take");
    return;
  }
  draft.help(fmt::format("Velero takes VolumeSnapshotClass {} as the only one of its driver; a label belongs there",
                         classes.front()->name));
  draft.fix("remove the label", Safety::safe, storage_class, yaml::Edits(removal->edits));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kube::Resource* one : member.cluster.of_kind("storage.k8s.io", "StorageClass")) {
      check_class(member.cluster, *one, report);
    }
  }
}

}  // namespace

VLINT_RULE(csi_snapshot_class_label_on_storageclass) = checked({
    .summary = "the label that marks a VolumeSnapshotClass for Velero is on a StorageClass",
    .explanation = R"md(
## What it finds
The label `velero.io/csi-volumesnapshot-class` on a StorageClass.

## Why it matters
Velero looks for the label on VolumeSnapshotClasses. On a StorageClass nobody reads it, and where the driver has several
snapshot classes none is chosen: each claim is an error, and backups end PartiallyFailed.

## How to fix it
Put the label on the VolumeSnapshotClass of the driver. Where there is only one, Velero takes it without a label, and
`vlint --fix` removes the one on the StorageClass.

## When to ignore it
Never: it has no effect.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/csi/volume_snapshot.go GetVolumeSnapshotClassForStorageClass",
    .check = check,
});

}  // namespace vlint::rules
