#include "lint/velero/volume_policy.h"

#include <algorithm>
#include <array>

#include "lint/base/text.h"

namespace vlint::velero {
namespace {

using yaml::Value;

// The field of a source, and how policies call it where that differs. Sorted as Velero asks for them; a volume has one.
struct Source {
  std::string_view field;
  std::string_view type;
};

// Velero internal/resourcepolicies/volume_types_conditions.go: getVolumeTypeFromPV.
constexpr auto kPvSources = std::to_array<Source>({
    {"awsElasticBlockStore", "awsElasticBlockStore"},
    {"azureDisk", "azureDisk"},
    {"azureFile", "azureFile"},
    {"cephfs", "cephfs"},
    {"cinder", "cinder"},
    {"csi", "csi"},
    {"fc", "fc"},
    {"flocker", "flocker"},
    {"flexVolume", "flexVolume"},
    {"gcePersistentDisk", "gcePersistentDisk"},
    {"glusterfs", "glusterfs"},
    {"hostPath", "hostPath"},
    {"iscsi", "iscsi"},
    {"local", "local"},
    {"nfs", "nfs"},
    {"photonPersistentDisk", "photonPersistentDisk"},
    {"portworxVolume", "portworxVolume"},
    {"quobyte", "quobyte"},
    {"rbd", "rbd"},
    {"scaleIO", "scaleIO"},
    {"storageos", "storageOS"},
    {"vsphereVolume", "vsphereVolume"},
});

// ... getVolumeTypeFromVolume. A claim has no type of its own.
constexpr auto kPodSources = std::to_array<Source>({
    {"awsElasticBlockStore", "awsElasticBlockStore"},
    {"azureDisk", "azureDisk"},
    {"azureFile", "azureFile"},
    {"cephfs", "cephfs"},
    {"cinder", "cinder"},
    {"csi", "csi"},
    {"fc", "fc"},
    {"flocker", "flocker"},
    {"flexVolume", "flexVolume"},
    {"gcePersistentDisk", "gcePersistentDisk"},
    {"gitRepo", "gitRepo"},
    {"glusterfs", "glusterfs"},
    {"iscsi", "iscsi"},
    {"nfs", "nfs"},
    {"secret", "secret"},
    {"rbd", "rbd"},
    {"downwardAPI", "downwardAPI"},
    {"configMap", "configMap"},
    {"projected", "projected"},
    {"ephemeral", "ephemeral"},
    {"emptyDir", "emptyDir"},
    {"hostPath", "hostPath"},
    {"photonPersistentDisk", "photonPersistentDisk"},
    {"portworxVolume", "portworxVolume"},
    {"quobyte", "quobyte"},
    {"scaleIO", "scaleIO"},
    {"storageos", "storageOS"},
    {"vsphereVolume", "vsphereVolume"},
});

template <typename Sources>
std::string_view type_of(const Sources& sources, Value holder) {
  for (const Source& source : sources) {
    if (holder[source.field].is_set()) return source.type;
  }
  return {};
}

// nfs and csi, which have the same fields in a PersistentVolume and in a pod.
void read_details(Value holder, VolumeAttributes& attributes) {
  if (const Value nfs = holder["nfs"]; nfs.is_set()) {
    attributes.is_nfs = Known::yes;
    attributes.nfs_server = std::string(nfs["server"].text());
    attributes.nfs_path = std::string(nfs["path"].text());
  }
  if (const Value csi = holder["csi"]; csi.is_set()) {
    attributes.is_csi = Known::yes;
    attributes.csi_driver = std::string(csi["driver"].text());
    attributes.csi_attributes = kube::string_map(csi["volumeAttributes"]);
  }
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// Conditions on a name: an empty one never matches, one that isn't known could.
Known match_name(const std::vector<std::string>& wanted, const std::optional<std::string>& name) {
  if (wanted.empty()) return Known::yes;
  if (!name) return Known::unknown;
  return known(!name->empty() && contains(wanted, *name));
}

// A type that isn't known is that of a PersistentVolume: a pod's own volumes are written in its manifest. So it is none
// of those that only pods have.
Known match_type(const std::vector<std::string>& wanted, const std::optional<std::string>& type) {
  if (type || wanted.empty()) return match_name(wanted, type);
  const bool can_be_one = std::any_of(std::begin(kPvSources), std::end(kPvSources),
                                      [&](const Source& source) { return contains(wanted, source.type); });
  return can_be_one ? Known::unknown : Known::no;
}

// volume_resources.go: nfsCondition.match.
Known match_nfs(const PolicyConditions& conditions, const VolumeAttributes& volume) {
  if (!conditions.nfs) return Known::yes;
  const std::string& server = conditions.nfs->first;
  const std::string& path = conditions.nfs->second;
  const bool fits = (server.empty() || server == volume.nfs_server) && (path.empty() || path == volume.nfs_path);
  return volume.is_nfs && (volume.is_nfs == Known::yes ? known(fits) : Known::unknown);
}

// volume_resources.go: csiCondition.match.
Known match_csi(const PolicyConditions& conditions, const VolumeAttributes& volume) {
  if (!conditions.csi) return Known::yes;
  const PolicyConditions::Csi& wanted = *conditions.csi;
  Known match = volume.is_csi;
  if (wanted.driver.empty() || match == Known::no) return match;
  match = match && (volume.csi_driver ? known(wanted.driver == *volume.csi_driver) : Known::unknown);
  for (const auto& [key, value] : wanted.attributes) {
    if (!volume.csi_attributes) {
      match = match && Known::unknown;
      continue;
    }
    const auto found = std::find_if(volume.csi_attributes->begin(), volume.csi_attributes->end(),
                                    [&wanted_key = key](const auto& entry) { return entry.first == wanted_key; });
    // A missing key reads as an empty value, but a volume without any attribute never matches.
    const std::string_view actual = found == volume.csi_attributes->end() ? std::string_view{} : found->second;
    match = match && known(!volume.csi_attributes->empty() && actual == value);
  }
  return match;
}

Known match_labels(const kube::StringMap& wanted, const std::optional<kube::KnownLabels>& labels) {
  Known match = Known::yes;
  for (const auto& [key, value] : wanted) match = match && (labels ? labels->has(key, value) : Known::unknown);
  return match;
}

}  // namespace

std::string_view to_string(PolicyAction action) {
  switch (action) {
    case PolicyAction::skip:
      return "skip";
    case PolicyAction::fs_backup:
      return "fs-backup";
    case PolicyAction::snapshot:
      return "snapshot";
    case PolicyAction::custom:
      break;
  }
  return "custom";
}

Result<CapacityRange> CapacityRange::parse(std::string_view text) {
  if (text.empty()) return CapacityRange{};
  const std::vector<std::string_view> parts = split(text, ',');
  if (parts.size() != 2) return Error{"a capacity has a lower and an upper bound with one comma between them"};
  CapacityRange range;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string_view bound = trim(parts[i]);
    if (bound.empty()) continue;
    Result<kube::Quantity> quantity = kube::Quantity::parse(bound);
    if (!quantity) return Error{quantity.error()};
    (i == 0 ? range.lower : range.upper) = *std::move(quantity);
  }
  return range;
}

bool CapacityRange::contains(const kube::Quantity& quantity) const {
  if (lower.is_zero() && upper >= quantity) return true;
  if (upper.is_zero() && lower <= quantity) return true;
  return !lower.is_zero() && !upper.is_zero() && lower <= quantity && upper >= quantity;
}

bool CapacityRange::is_valid() const { return upper >= lower || (!lower.is_zero() && upper.is_zero()); }

std::string_view policy_type_of_pv(Value spec) { return type_of(kPvSources, spec); }

std::string_view policy_type_of_pod_volume(Value volume) { return type_of(kPodSources, volume); }

std::optional<kube::Quantity> read_quantity(Value field) {
  if (!field.is_set()) return kube::Quantity{};
  const Result<kube::Quantity> quantity = kube::Quantity::parse(field.text());
  return quantity ? std::optional(*quantity) : std::nullopt;
}

void read_persistent_volume(Value spec, VolumeAttributes& attributes) {
  attributes.capacity = read_quantity(spec["capacity"]["storage"]);
  const Value storage_class = spec["storageClassName"];
  attributes.storage_class =
      kube::has_known_text(storage_class) ? std::optional(std::string(storage_class.text())) : std::nullopt;
  attributes.type = std::string(policy_type_of_pv(spec));
  read_details(spec, attributes);
}

void read_claim(Value claim, VolumeAttributes& attributes) {
  attributes.claim_labels = kube::read_labels(claim["metadata"]["labels"]);
  attributes.claim_phase = std::string(claim["status"]["phase"].text());
}

void read_pod_volume(Value volume, VolumeAttributes& attributes) {
  attributes.type = std::string(policy_type_of_pod_volume(volume));
  read_details(volume, attributes);
}

Known PolicyConditions::match(const VolumeAttributes& volume) const {
  const bool any_capacity = capacity.lower.is_zero() && capacity.upper.is_zero();
  const Known in_range =
      volume.capacity ? known(capacity.contains(*volume.capacity)) : (any_capacity ? Known::yes : Known::unknown);
  return in_range && match_name(storage_classes, volume.storage_class) && match_nfs(*this, volume) &&
         match_csi(*this, volume) && match_type(volume_types, volume.type) &&
         match_labels(claim_labels, volume.claim_labels) && match_name(claim_phases, volume.claim_phase);
}

PolicyMatch VolumePolicies::match(const VolumeAttributes& volume) const {
  PolicyMatch result;
  bool undecided = false;  // an earlier policy could match
  const auto settle = [&](std::optional<PolicyAction> action, Span where, std::size_t policy) {
    if (undecided) {
      result.known = result.action == action;
    } else {
      result.action = action;
      result.where = where;
      result.policy = policy;
    }
  };
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const Known matches = policies[i].conditions.match(volume);
    if (matches == Known::no) continue;
    settle(policies[i].action, policies[i].where, i);
    if (matches == Known::yes || !result.known) return result;
    undecided = true;
  }
  settle(std::nullopt, {}, policies.size());
  return result;
}

EvidenceList VolumePolicies::evidence(const PolicyMatch& match) const {
  return match.policy < policies.size() ? policies[match.policy].evidence : EvidenceList();
}

}  // namespace vlint::velero
