#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/unserved_classes.h"

namespace vlint::rules {
namespace {

void report_class(const ClusterModel& member, const UnservedClass& unserved, Report& report) {
  report_unserved(member, unserved,
                  fmt::format("the driver {} of StorageClass {} can't take snapshots", unserved.driver,
                              unserved.storage_class->name),
                  "has no snapshots", report)
      .help(
          "name the volumes in `backup.velero.io/backup-volumes` of their pods, or let a volume policy with `csi: "
          "{driver: ...}` give them to the action fs-backup (from Velero 1.14)");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const UnservedClass& unserved : classes_without_snapshots(member)) {
      if (has_no_snapshots(unserved.driver)) report_class(member, unserved, report);
    }
  }
}

}  // namespace

VLINT_RULE(csi_driver_without_snapshots) = checked({
    .summary = "a Schedule wants CSI snapshots from a driver that has none",
    .explanation = R"md(
## What it finds
A StorageClass whose CSI driver can't take snapshots (Amazon EFS, FSx for Lustre and S3, SMB, Azure Blob, S3 mounts),
with claims of which a Schedule takes CSI snapshots, because nothing gives them to file system backup.

## Why it matters
Velero asks by the kind of the volume, not by what its driver can do. It looks for a VolumeSnapshotClass, finds none and
gives an error for each claim: the claim is not stored, a pod that mounts it is dropped with all its volumes, and the
backup ends PartiallyFailed.

## How to fix it
Let file system backup copy such volumes: name them in `backup.velero.io/backup-volumes` on the pod template, or write a
volume policy:

```yaml
volumePolicies:
- conditions:
    csi: {driver: efs.csi.aws.com}
  action: {type: fs-backup}
```

What another service backs up (AWS Backup for EFS) takes the action skip.

## When to ignore it
When a newer release of the driver has snapshots and its VolumeSnapshotClass lives outside of the repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/util/csi/volume_snapshot.go GetVolumeSnapshotClass, issues 8278 and 6051, "
               "kubernetes-csi.github.io/docs/drivers.html",
    .check = check,
});

}  // namespace vlint::rules
