// Volume policies (Velero 1.11 and later): the YAML text of a ConfigMap that says by attributes of a volume how it is
// backed up, before annotations and defaults are asked.
//
// Reads and checks the text as Velero does, and finds the first policy that matches a volume. Which ConfigMap a
// Schedule uses is read in schedule.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/result.h"
#include "lint/base/span.h"
#include "lint/kube/quantity.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/evidence.h"
#include "lint/velero/version.h"

namespace vlint::velero {

enum class PolicyAction : std::uint8_t { skip, fs_backup, snapshot, custom };
std::string_view to_string(PolicyAction action);  // "skip", "fs-backup", ...

// "lower,upper": both ends belong to the range. No upper bound where it is zero.
struct CapacityRange {
  kube::Quantity lower;
  kube::Quantity upper;

  // Velero internal/resourcepolicies/volume_resources.go: parseCapacity. Exactly one comma.
  static Result<CapacityRange> parse(std::string_view text);
  // ... isInRange.
  bool contains(const kube::Quantity& quantity) const;
  // volume_resources_validator.go: lower <= upper, or no upper bound.
  bool is_valid() const;
};

// What policies see of a volume. An absent attribute has an empty value; one that Git doesn't tell has none.
struct VolumeAttributes {
  std::optional<kube::Quantity> capacity = kube::Quantity{};
  std::optional<std::string> storage_class = "";
  Known is_nfs = Known::no;
  std::string nfs_server;
  std::string nfs_path;
  Known is_csi = Known::no;
  std::optional<std::string> csi_driver = "";
  std::optional<kube::StringMap> csi_attributes = kube::StringMap{};
  std::optional<std::string> type = "";
  std::optional<kube::KnownLabels> claim_labels = kube::KnownLabels{};
  std::optional<std::string> claim_phase = "";
};

// The name of the source in a PersistentVolume's spec or a pod's volume that policies call the volume's type; empty
// when there is none, and for a claim. Velero internal/resourcepolicies/volume_types_conditions.go.
std::string_view policy_type_of_pv(yaml::Value spec);
std::string_view policy_type_of_pod_volume(yaml::Value volume);
// Fills in the attributes that come from a PersistentVolume's spec, from a claim object (labels and phase), from a
// pod's volume. Velero internal/resourcepolicies/volume_resources.go: parsePV, parsePVC, parsePodVolume.
void read_persistent_volume(yaml::Value spec, VolumeAttributes& attributes);
void read_claim(yaml::Value claim, VolumeAttributes& attributes);
void read_pod_volume(yaml::Value volume, VolumeAttributes& attributes);
// A quantity that may be absent (zero); nothing when it is not known.
std::optional<kube::Quantity> read_quantity(yaml::Value field);

// An absent condition holds for every volume.
struct PolicyConditions {
  CapacityRange capacity;
  std::vector<std::string> storage_classes;
  std::optional<std::pair<std::string, std::string>> nfs;  // server and path, either may be empty
  struct Csi {
    std::string driver;
    kube::StringMap attributes;
  };
  std::optional<Csi> csi;
  std::vector<std::string> volume_types;
  kube::StringMap claim_labels;
  std::vector<std::string> claim_phases;

  Known match(const VolumeAttributes& volume) const;
};

struct VolumePolicy {
  PolicyConditions conditions;
  PolicyAction action = PolicyAction::skip;
  Span where;
  EvidenceList evidence;  // that it matches
};

struct IncludeExcludePolicy {
  std::vector<std::string> included_cluster_scoped_resources;
  std::vector<std::string> excluded_cluster_scoped_resources;
  std::vector<std::string> included_namespace_scoped_resources;
  std::vector<std::string> excluded_namespace_scoped_resources;
};

struct PolicyMatch {
  bool known = true;
  std::optional<PolicyAction> action;  // none: no policy matches
  Span where;                          // of the policy that matches, or of the first that can't be decided
  std::size_t policy = 0;              // index of the policy at `where`
};

struct VolumePolicies {
  std::vector<VolumePolicy> policies;
  std::optional<IncludeExcludePolicy> include_exclude;
  // Why Velero refuses the text. Then every Backup that uses it ends in FailedValidation.
  std::vector<Evidence> faults;

  // The first policy that matches (Policies.match). Unknown where a condition can't be decided and the answer depends
  // on it.
  PolicyMatch match(const VolumeAttributes& volume) const;
  // That the policy of a match with an action matches; all matches of a policy share it.
  EvidenceList evidence(const PolicyMatch& match) const;
};

// The policies in a scalar whose text is known. Velero internal/resourcepolicies: unmarshalResourcePolicies,
// BuildPolicy and Validate, with the conditions and actions that `version` knows.
VolumePolicies read_volume_policies(yaml::Value text, const Version& version);

}  // namespace vlint::velero
