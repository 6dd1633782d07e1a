// Names by which Velero is told what to do with objects.
#pragma once

#include <string_view>

namespace vlint::velero {

// Velero pkg/apis/velero/v1/labels_annotations.go.
inline constexpr std::string_view kBackupVolumes = "backup.velero.io/backup-volumes";
inline constexpr std::string_view kBackupVolumesExcludes = "backup.velero.io/backup-volumes-excludes";
inline constexpr std::string_view kExcludeLabel = "velero.io/exclude-from-backup";
// A label of VolumeSnapshotClasses, and an annotation of claims; with `_<driver>` behind it one of Backups.
inline constexpr std::string_view kSnapshotClass = "velero.io/csi-volumesnapshot-class";
// A label of VolumeGroupSnapshotClasses; with `_<driver>` behind it an annotation of Backups.
inline constexpr std::string_view kGroupSnapshotClass = "velero.io/csi-volumegroupsnapshot-class";
inline constexpr std::string_view kClaimGroupSnapshotClass = "velero.io/csi-volume-group-snapshot-class";
// Kubernetes' own.
inline constexpr std::string_view kIsDefaultSnapshotClass = "snapshot.storage.kubernetes.io/is-default-class";

}  // namespace vlint::velero
