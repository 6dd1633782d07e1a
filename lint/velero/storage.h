// What a claim's volume is: its PersistentVolume where the repository has it, else what its StorageClass makes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/known.h"
#include "lint/kube/resource.h"
#include "lint/kube/selector_value.h"
#include "lint/model/cluster.h"
#include "lint/velero/evidence.h"
#include "lint/velero/volume_policy.h"

namespace vlint::velero {

inline constexpr std::uint32_t kNoIndex = 0xFFFFFFFFU;

struct ClaimFacts {
  bool in_repository = true;  // false: only its name is known
  // no: the manifests are all that the cluster holds, and it is not among them.
  bool exists = true;
  yaml::Value metadata;
  yaml::Value annotations;  // missing where it has none
  kube::KnownLabels labels;
  Known excluded = Known::no;  // by the exclude label
  Span excluded_where;
  bool terminating = false;

  // no: it has a status that says so, or its class waits for a first consumer and nobody is one. Other claims of
  // manifests are taken for bound.
  Known bound = Known::yes;
  bool bound_is_assumed = false;
  EvidenceList binding;          // why it is not bound
  bool has_volume_name = true;   // spec.volumeName, which the binding sets
  std::string_view volume_name;  // where it is written
  bool volume_exists = true;     // the PersistentVolume of that name
  const kube::Resource* volume_resource = nullptr;
  std::uint32_t pv = kNoIndex;  // into Facts::pvs

  VolumeAttributes attributes;      // as volume policies see it together with its volume
  VolumeAttributes own_attributes;  // ... and alone
  // Whether its PersistentVolume is a hostPath, which Velero can't copy.
  Known host_path = Known::unknown;
  EvidenceList volume;  // what that rests on
  Certainty volume_certainty = Certainty::unknown;

  // Its StorageClass. no: it has none, and no default fills it in.
  Known has_class = Known::unknown;
  std::string_view class_name;  // may be empty: a class that never exists
  Span class_where;
  Known class_exists = Known::unknown;
  std::optional<std::string> provisioner;  // the driver that VolumeSnapshotClasses are chosen for
  bool provisioner_is_assumed = false;     // from the driver of its volume

  // Velero pkg/util/kube/pvc_pv.go: GetPVForPVC finds a volume.
  bool has_volume() const { return exists && has_volume_name && bound != Known::no && volume_exists; }
  const VolumeAttributes& seen_attributes() const { return has_volume() ? attributes : own_attributes; }
};

// A PersistentVolume, of a manifest or as a provisioner would make it.
struct PvFacts {
  const kube::Resource* resource = nullptr;  // null: predicted from its claim
  std::string_view name;                     // empty when it is predicted
  kube::KnownLabels labels;
  Known excluded = Known::no;  // by the exclude label
  Span excluded_where;
  bool terminating = false;
  bool has_claim_ref = false;
  std::uint32_t claim = kNoIndex;  // that its claimRef names; kNoIndex also for one that doesn't exist
  VolumeAttributes attributes;     // without those of a claim
};

class Storage {
 public:
  // `is_dump`: the manifests are all that the cluster holds, as it holds them.
  explicit Storage(const model::Cluster& cluster, bool is_dump = false);

  ClaimFacts describe(const kube::Resource& claim) const;
  // The claim of one pod of a StatefulSet. Its labels are the template's and those that the StatefulSet selects by
  // (Kubernetes pkg/controller/statefulset/stateful_set_utils.go: getPersistentVolumeClaims).
  ClaimFacts describe(const kube::Resource& stateful_set, std::string_view name, yaml::Value claim_template) const;
  // The claim of a generic ephemeral volume (Kubernetes pkg/controller/volume/ephemeral/controller.go).
  ClaimFacts describe_ephemeral(const kube::Resource& owner, std::string_view name, yaml::Value claim_template) const;
  // A claim that is only named, at `where`.
  ClaimFacts describe_unseen(std::string_view name, Span where) const;

  // Says that nobody uses the claim: where its class waits for a first consumer it is not bound.
  void leave_unused(const kube::Resource& claim, ClaimFacts& facts) const;

 private:
  struct Source {
    std::string_view name_space;
    std::string_view name;
    yaml::Value metadata;
    yaml::Value spec;
    yaml::Value status;
  };
  ClaimFacts describe(const Source& claim, kube::KnownLabels labels) const;
  void read_binding(const Source& claim, ClaimFacts& facts) const;
  void describe_volume(yaml::Value pv_spec, ClaimFacts& facts) const;
  void describe_class(yaml::Value metadata, yaml::Value spec, const kube::Resource* storage_class,
                      ClaimFacts& facts) const;
  const kube::Resource* read_class(yaml::Value metadata, yaml::Value spec, ClaimFacts& facts) const;

  const model::Cluster& cluster_;
  bool is_dump_ = false;
  std::map<std::pair<std::string_view, std::string_view>, const kube::Resource*> volume_of_claim_;
  const kube::Resource* default_class_ = nullptr;  // null when there is none or more than one
};

PvFacts read_pv_facts(const kube::Resource& volume);
// The volume that is predicted for a claim.
PvFacts predict_pv(const ClaimFacts& claim, std::uint32_t index);

}  // namespace vlint::velero
