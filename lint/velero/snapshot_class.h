// Which VolumeSnapshotClass or VolumeGroupSnapshotClass Velero's CSI plugin takes for a claim.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/model/cluster.h"
#include "lint/velero/evidence.h"
#include "lint/velero/version.h"

namespace vlint::velero {

struct SnapshotClass {
  const kube::Resource* resource = nullptr;
  std::string_view name;
  std::string_view driver;
  bool has_label = false;               // the label's key, whatever its value
  bool has_default_annotation = false;  // snapshot.storage.kubernetes.io/is-default-class, whatever its value
  bool is_group_default = false;        // velero.io/csi-volumegroupsnapshot-class: "true"
  EvidenceList chosen_by_label;
  EvidenceList chosen_by_annotation;
  EvidenceList only_one;
};

// A choice, and what it rests on; without a class why there is none.
struct ClassChoice {
  const SnapshotClass* chosen = nullptr;
  // The name of a class that is only named, as an annotation may do for a group's class.
  std::string_view name;
  EvidenceList evidence;
};

class SnapshotClasses {
 public:
  SnapshotClasses() = default;
  explicit SnapshotClasses(const model::Cluster& cluster);
  SnapshotClasses(SnapshotClasses&&) = default;  // a copy would point into the original
  SnapshotClasses& operator=(SnapshotClasses&&) = default;

  // `driver`: the provisioner of the claim's StorageClass. `backup_annotations`: of the Backup, which has those of its
  // Schedule. Velero pkg/util/csi/volume_snapshot.go: GetVolumeSnapshotClass.
  ClassChoice choose(std::string_view driver, yaml::Value claim_annotations, yaml::Value backup_annotations,
                     const Version& version) const;
  // Velero 1.17 pkg/backup/actions/csi/pvc_action.go: determineVGSClass.
  ClassChoice choose_for_group(std::string_view driver, yaml::Value claim_annotations,
                               yaml::Value backup_annotations) const;

  // Whether a class of several that the driver has is chosen by being the default (from 1.17) where no annotation names
  // one.
  bool needs_default(std::string_view driver) const;

 private:
  const SnapshotClass* by_annotation(yaml::Value named, std::string_view driver) const;
  const SnapshotClass* by_label(std::string_view driver) const;
  const SnapshotClass* by_default_annotation(std::string_view driver) const;
  const SnapshotClass* only_one(std::string_view driver) const;
  const std::vector<const SnapshotClass*>* of_driver(std::string_view driver) const;

  std::vector<SnapshotClass> classes_;  // by name, as the API lists them
  std::vector<SnapshotClass> group_classes_;
  std::map<std::string_view, std::vector<const SnapshotClass*>> by_driver_;
};

}  // namespace vlint::velero
