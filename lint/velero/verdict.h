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
  host_path_volume,  // the claim's PersistentVolume is a hostPath
  block_volume,
  not_mounted,  // by no regular container
  init_only_mount,
  claim_missing,  // not in the repository, and the answer depends on what it is
  claim_unbound,
  shared_claim_taken,  // another pod's volume already took the claim
  // Snapshots.
  snapshot_volumes_false,  // snapshotVolumes is false, and nothing else takes the claim
  snapshots_not_simulated,
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
  EvidenceList evidence;  // in the order of Velero's steps
  // Rests on an assumption about the live cluster that no manifest proves; the evidence names it.
  bool assumed = false;
};

// The reason in one sentence for people: "copied by file system backup, which is the default of this Schedule".
std::string explain(Reason reason);

}  // namespace vlint::velero
