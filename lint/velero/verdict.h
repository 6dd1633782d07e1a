// Verdicts: what one Schedule does with one volume, and why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lint/base/known.h"
#include "lint/velero/evidence.h"

namespace vlint::velero {

enum class Method : std::uint8_t { none, fs_backup, csi_snapshot, csi_data_movement, native_snapshot };
enum class Outcome : std::uint8_t { is_protected, not_protected, fails, skipped_on_purpose, unknown };

std::string_view to_string(Method method);    // "fs-backup", ...
std::string_view to_string(Outcome outcome);  // "protected", "not-protected", "fails", "skipped-on-purpose", "unknown"

// Why a verdict is what it is. Names follow Velero's decision steps; texts are made by explain().
enum class Reason : std::uint8_t {
  // The Schedule takes nothing, or not this object.
  schedule_never_runs,      // paused, invalid cron, wrong namespace, ...
  backup_fails_validation,  // each Backup ends in FailedValidation
  namespace_not_selected,
  excluded_by_label,      // velero.io/exclude-from-backup: "true"
  resource_not_selected,  // the type pods (or persistentvolumeclaims) is filtered out
  selector_misses,
  // File system backup.
  default_is_fs_backup,  // defaultVolumesToFsBackup is true and the volume is not excluded
  opted_in,              // named in backup.velero.io/backup-volumes
  policy_fs_backup,
  opted_out,  // named in backup.velero.io/backup-volumes-excludes
  not_opted_in,
  policy_skip,
  policy_other_action,
  type_never_copied,    // hostPath, secret, configMap, projected, downwardAPI
  claim_type_excluded,  // a PVC volume while persistentvolumeclaims are filtered out
  default_token_name,
  pod_not_running,
  no_pods,  // replicas: 0
  no_node_agent,
  not_linux,         // Velero 1.16 copies on Linux nodes only
  no_repository,     // no backup repository can be opened at the storage location
  host_path_volume,  // the claim's PersistentVolume is a hostPath
  block_volume,
  not_mounted,  // by no regular container
  init_only_mount,
  claim_missing,   // there is no such claim, or it is not in the repository and the answer depends on what it is
  volume_missing,  // the claim names a PersistentVolume that does not exist
  claim_unbound,
  shared_claim_taken,  // another pod's volume already took the claim
  claim_failed,        // an error of one of the pod's claims drops the pod with all its copies
  hook_failed,         // an error of a hook drops the pod with all its copies
  // Snapshots.
  suppressed_by_fs_backup,  // a pod wants the claim copied, which keeps its snapshot away, and no copy is made
  snapshot_volumes_false,   // snapshotVolumes is false, and nothing else takes the claim
  csi_disabled,             // the server runs without the feature EnableCSI
  no_csi_plugin,            // up to Velero 1.13: without velero-plugin-for-csi
  not_csi_volume,           // and no native plugin takes it
  no_storage_class,         // the claim has no storageClassName
  storage_class_missing,
  no_snapshot_class,
  no_group_snapshot_class,
  group_of_several_drivers,
  csi_snapshot,
  csi_data_movement,
  data_mover_unknown,  // another data mover than Velero's own must take the snapshot
  native_snapshot,
  // Git doesn't tell.
  unknown_value,  // a template value, an encrypted value
  unknown_namespace,
};

// What one Schedule does with one volume use or claim.
struct Verdict {
  std::uint32_t schedule = 0;  // index into Plan::schedules
  Known selected = Known::unknown;
  Method method = Method::none;
  Outcome outcome = Outcome::unknown;
  Reason reason = Reason::unknown_value;
  // Rests on an assumption about the live cluster that no manifest proves; the evidence names it.
  bool assumed = false;
  // Of suppressed_by_fs_backup: why no copy is made.
  Reason cause = Reason::unknown_value;
  // The volume is backed up twice: a second method beside `method`.
  Method also = Method::none;
  // Where the version of Velero is not known: the newest minor release (17 for 1.17) that gives another method or
  // outcome than the newest one; 0 when none does.
  std::uint8_t differs_at = 0;
  EvidenceList evidence;  // in the order of Velero's steps
};

// The reason in one sentence for people: "copied by file system backup, which is the default of this Schedule".
std::string explain(Reason reason);

}  // namespace vlint::velero
