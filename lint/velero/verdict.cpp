#include "lint/velero/verdict.h"

namespace vlint::velero {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::fs_backup:
      return "fs-backup";
    case Method::csi_snapshot:
      return "csi-snapshot";
    case Method::csi_data_movement:
      return "csi-data-movement";
    case Method::native_snapshot:
      return "native-snapshot";
    case Method::none:
      break;
  }
  return "none";
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::is_protected:
      return "protected";
    case Outcome::not_protected:
      return "not-protected";
    case Outcome::fails:
      return "fails";
    case Outcome::skipped_on_purpose:
      return "skipped-on-purpose";
    case Outcome::unknown:
      break;
  }
  return "unknown";
}

std::string explain(Reason reason) {
  switch (reason) {
    case Reason::schedule_never_runs:
      return "the Schedule never makes a backup";
    case Reason::backup_fails_validation:
      return "every backup of the Schedule ends in FailedValidation";
    case Reason::namespace_not_selected:
      return "the Schedule does not select the namespace";
    case Reason::excluded_by_label:
      return "excluded by the label velero.io/exclude-from-backup";
    case Reason::resource_not_selected:
      return "the resource filters of the Schedule leave out its type";
    case Reason::selector_misses:
      return "the label selector of the Schedule does not take it";
    case Reason::default_is_fs_backup:
      return "copied by file system backup, which is the default of this Schedule";
    case Reason::opted_in:
      return "copied by file system backup, because the pod names the volume";
    case Reason::policy_fs_backup:
      return "copied by file system backup, because a volume policy says so";
    case Reason::opted_out:
      return "the pod excludes the volume from file system backup";
    case Reason::not_opted_in:
      return "file system backup is not the default, and the pod does not name the volume";
    case Reason::policy_skip:
      return "a volume policy skips the volume";
    case Reason::policy_other_action:
      return "a volume policy gives the volume to something else than file system backup";
    case Reason::type_never_copied:
      return "Velero never copies volumes of this type";
    case Reason::claim_type_excluded:
      return "the resource filters of the Schedule leave out persistentvolumeclaims";
    case Reason::default_token_name:
      return "Velero leaves out volumes whose names begin with default-token";
    case Reason::pod_not_running:
      return "the pod is not running, and Velero copies from running pods only";
    case Reason::no_pods:
      return "the workload has no pods";
    case Reason::no_node_agent:
      return "no node-agent is there to copy the volume";
    case Reason::not_linux:
      return "Velero 1.16 copies volumes on Linux nodes only";
    case Reason::no_repository:
      return "no backup repository can be opened at the storage location";
    case Reason::host_path_volume:
      return "the volume is a hostPath, which file system backup leaves out";
    case Reason::block_volume:
      return "the volume is a block device, which file system backup leaves out";
    case Reason::not_mounted:
      return "no regular container mounts the volume, so there is nothing to copy from";
    case Reason::init_only_mount:
      return "only init containers mount the volume, so there is nothing to copy from";
    case Reason::claim_missing:
      return "the claim is not there, and the answer depends on what it is";
    case Reason::volume_missing:
      return "the PersistentVolume that the claim names does not exist";
    case Reason::claim_unbound:
      return "the claim is not bound to a volume";
    case Reason::shared_claim_taken:
      return "the claim is copied from another pod that mounts it";
    case Reason::claim_failed:
      return "an error of one of its claims drops the pod, and none of the pod's volumes is copied";
    case Reason::hook_failed:
      return "an error of a backup hook drops the pod, and none of the pod's volumes is copied";
    case Reason::suppressed_by_fs_backup:
      return "file system backup is asked for and makes no copy, and it keeps the snapshot away";
    case Reason::snapshot_volumes_false:
      return "no pod copies the claim, and the Schedule takes no snapshots";
    case Reason::csi_disabled:
      return "the Velero server runs without the feature EnableCSI, and no native snapshot is taken";
    case Reason::no_csi_plugin:
      return "this version of Velero needs velero-plugin-for-csi to take CSI snapshots";
    case Reason::not_csi_volume:
      return "the volume is no CSI volume, and no native plugin takes a snapshot of it";
    case Reason::no_storage_class:
      return "Velero takes no snapshot of a claim without a storage class";
    case Reason::storage_class_missing:
      return "the StorageClass of the claim does not exist";
    case Reason::no_snapshot_class:
      return "no VolumeSnapshotClass can be chosen for the claim";
    case Reason::no_group_snapshot_class:
      return "no VolumeGroupSnapshotClass can be chosen for the claim's group";
    case Reason::group_of_several_drivers:
      return "the claims of its volume group are not all of one CSI driver";
    case Reason::csi_snapshot:
      return "a CSI snapshot is taken";
    case Reason::csi_data_movement:
      return "a CSI snapshot is taken and moved to the storage location";
    case Reason::data_mover_unknown:
      return "a CSI snapshot is taken, and another data mover than Velero's must move it";
    case Reason::native_snapshot:
      return "a plugin takes a native snapshot";
    case Reason::unknown_value:
      return "it depends on a value that the repository does not tell";
    case Reason::unknown_namespace:
      return "it depends on the namespace, which the manifest does not tell";
  }
  return {};
}

}  // namespace vlint::velero
