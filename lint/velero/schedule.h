// Schedules and one-off Backups as Velero reads them: typed fields that keep their YAML values, the settings that
// result from the server's defaults, and whether a backup is ever made.
//
// Which objects are taken is the work of filters.h; what is done with volumes that of plan.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/result.h"
#include "lint/base/span.h"
#include "lint/kube/cron.h"
#include "lint/kube/go_duration.h"
#include "lint/velero/evidence.h"
#include "lint/velero/install.h"
#include "lint/velero/volume_policy.h"

namespace vlint::velero {

// A list of names as written.
struct NameList {
  struct Name {
    std::string_view text;
    yaml::Value value;
    bool known = true;  // not templated
  };
  yaml::Value field;
  std::vector<Name> names;

  bool is_set() const { return !names.empty(); }  // Velero asks for the length, so an empty list is no list
  bool is_known() const;
};

struct BoolField {
  yaml::Value field;
  bool set = false;              // present and not null
  Known value = Known::unknown;  // unknown also when it is not set
};

// velero.io/v1 BackupSpec. A null value is a field that is not set.
struct BackupSpec {
  yaml::Value root;
  NameList included_namespaces;
  NameList excluded_namespaces;
  NameList included_resources;
  NameList excluded_resources;
  BoolField include_cluster_resources;
  NameList included_namespace_scoped_resources;
  NameList excluded_namespace_scoped_resources;
  NameList included_cluster_scoped_resources;
  NameList excluded_cluster_scoped_resources;
  yaml::Value label_selector;
  yaml::Value or_label_selectors;
  BoolField snapshot_volumes;
  BoolField default_volumes_to_fs_backup;
  BoolField default_volumes_to_restic;
  BoolField snapshot_move_data;
  yaml::Value datamover;
  yaml::Value resource_policy;
  yaml::Value storage_location;
  yaml::Value volume_snapshot_locations;
  yaml::Value ttl;
  yaml::Value csi_snapshot_timeout;
  yaml::Value item_operation_timeout;
  yaml::Value volume_group_snapshot_label_key;
  yaml::Value ordered_resources;
  yaml::Value hooks;
};

// A setting in force, with the place that decides it: the Schedule's field, the server's flag, or Velero's default.
enum class SettingFrom : std::uint8_t { schedule, server, velero };
struct Setting {
  Known value = Known::unknown;
  SettingFrom from = SettingFrom::velero;
  Span where;  // invalid for Velero's default, and where the server isn't seen
};

struct Schedule {
  const kube::Resource* resource = nullptr;
  bool one_off = false;  // a Backup object: one backup when it is applied
  std::string name;      // "velero/daily"; "daily" when the namespace is not known
  // The resource's own, else Velero's where that is known; else empty.
  std::string name_space;

  BackupSpec backup;

  yaml::Value cron_field;  // spec.schedule
  // Nothing for a Backup and for a text that is not known. An error means FailedValidation.
  std::optional<Result<kube::Cron>> cron;

  // How long a backup is kept; nothing when it is not known.
  std::optional<kube::GoDuration> ttl;

  Setting default_volumes_to_fs_backup;
  Setting snapshot_move_data;
  Setting snapshot_volumes;

  // The key of the label that groups claims for a common snapshot (from 1.17): empty for none, nothing when it is not
  // known.
  std::optional<std::string> group_label_key = "";

  // Where its Backups are written to and where native snapshots are taken, as far as the repository shows it.
  std::optional<BackupStorageLocation> storage_location;
  std::vector<VolumeSnapshotLocation> snapshot_locations;
  // Whether file copies can be kept there: a backup repository can be opened at the storage location.
  Known can_open_repository = Known::unknown;
  EvidenceList repository_evidence;

  // The volume policies in force: nothing when the Schedule names none, and when their text is not known (not in the
  // repository, templated, encrypted); the evidence says why.
  std::shared_ptr<const VolumePolicies> volume_policies;
  Known has_volume_policies = Known::no;  // unknown: named, but not known
  std::vector<Evidence> volume_policy_evidence;

  // Whether a Backup is ever made, and the reasons why not (or why that is not known).
  Known runs = Known::unknown;
  std::vector<Evidence> runs_evidence;
  // It runs as long as no GitOps tool restores `skipImmediately: true` whenever Velero resets it.
  bool runs_assumed = false;

  // no: each Backup ends in FailedValidation, for the reasons in `validation_errors`. Whether storage locations exist
  // is not asked: they are often made outside of Git.
  Known is_valid = Known::yes;
  std::vector<Evidence> validation_errors;
};

// All Schedules and Backups of the cluster, in the order of their sources.
std::vector<Schedule> read_schedules(const model::Cluster& cluster, const Install& install);

}  // namespace vlint::velero
