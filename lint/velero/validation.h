// The checks by which Velero lets a Backup end in FailedValidation before anything is backed up.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "lint/velero/namespace_filter.h"
#include "lint/velero/schedule.h"

namespace vlint::velero {

// What the Schedules of a cluster share: namespaces with the exclude label, volume policies already read.
class ValidationContext {
 public:
  ValidationContext(const model::Cluster& cluster, const Install& install);

  // Reads the Schedule's volume policies, then fills in its errors and whether it is valid. Messages are Velero's own
  // where a person would meet them in `velero backup describe`. Velero pkg/controller/backup_controller.go:
  // prepareBackupRequest.
  void validate(Schedule& schedule);

 private:
  struct ReadPolicies {
    std::shared_ptr<const VolumePolicies> policies;
    Known known = Known::unknown;
    std::vector<Evidence> evidence;
    std::vector<Evidence> errors;
  };
  const ReadPolicies& read_policies(const kube::Resource& config_map);
  void read_volume_policies_of(Schedule& schedule);
  void check_namespaces_of(Schedule& schedule) const;
  void check_storage_location(Schedule& schedule) const;
  void check_snapshot_locations(Schedule& schedule) const;
  const BackupStorageLocation* find_location(std::string_view name) const;
  const kube::Resource* find_config_map(const Schedule& schedule, std::string_view name) const;

  const model::Cluster& cluster_;
  const Install& install_;
  std::vector<LabelledNamespace> labelled_;
  std::map<const kube::Resource*, ReadPolicies> policies_;
  const BackupStorageLocation* default_location_ = nullptr;  // the first by name that is marked as default
  bool default_location_known_ = true;
  std::map<std::string_view, const VolumeSnapshotLocation*> snapshot_locations_;  // by name
  std::map<std::string_view, std::vector<const VolumeSnapshotLocation*>> locations_by_provider_;
};

}  // namespace vlint::velero
