// Names by which Velero is told what to do with objects.
#pragma once

#include <string_view>

namespace vlint::velero {

// Velero pkg/apis/velero/v1/labels_annotations.go.
inline constexpr std::string_view kBackupVolumes = "backup.velero.io/backup-volumes";
inline constexpr std::string_view kBackupVolumesExcludes = "backup.velero.io/backup-volumes-excludes";
inline constexpr std::string_view kExcludeLabel = "velero.io/exclude-from-backup";

}  // namespace vlint::velero
