#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/unseen.h"
#include "rules/common/unserved_classes.h"

namespace vlint::rules {
namespace {

void report_class(const ClusterModel& member, const UnservedClass& unserved, Report& report) {
  report_unserved(member, unserved,
                  fmt::format("no VolumeSnapshotClass has the driver {} of StorageClass {}", unserved.driver,
                              unserved.storage_class->name),
                  "no VolumeSnapshotClass has this driver", report)
      .help(fmt::format("add a VolumeSnapshotClass with `driver: {}` and the label "
                        "`velero.io/csi-volumesnapshot-class: \"true\"`; where the driver has no snapshots, name the "
                        "volumes in `backup.velero.io/backup-volumes` of their pods",
                        unserved.driver));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (may_hold_unseen_objects(model, member.cluster)) continue;
    for (const UnservedClass& unserved : classes_without_snapshots(member)) {
      const bool has_classes = !snapshot_classes_of(member.cluster, unserved.driver).empty();
      if (!has_classes && !has_no_snapshots(unserved.driver)) report_class(member, unserved, report);
    }
  }
}

}  // namespace

VLINT_RULE(csi_snapshot_class_missing) = checked({
    .summary = "claims need a CSI snapshot, and no VolumeSnapshotClass has their driver",
    .explanation = R"md(
## What it finds
A StorageClass with claims of which a Schedule takes CSI snapshots, while no VolumeSnapshotClass has the driver that is
the class' provisioner. It is silent when the StorageClass is not in the repository, and when charts, templates or
Applications deploy more than is seen: the snapshot class may come with them.

## Why it matters
Velero can't choose a class and gives an error for each such claim. The claim is not stored, a pod that mounts it is
dropped with everything that file system backup would have copied of it, and the backup ends PartiallyFailed.

## How to fix it
Add the class:

```yaml
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata:
  name: longhorn
  labels:
    velero.io/csi-volumesnapshot-class: "true"
driver: driver.longhorn.io
deletionPolicy: Retain
```

A driver without snapshots needs file system backup: name the volumes in `backup.velero.io/backup-volumes` on the pod
template.

## When to ignore it
When the class is made by hand or by another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/util/csi/volume_snapshot.go GetVolumeSnapshotClass, issues 8278 and 6051",
    .check = check,
});

}  // namespace vlint::rules
