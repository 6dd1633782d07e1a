// What a claim's volume is: its PersistentVolume where the repository has it, else what its StorageClass makes.
#pragma once

#include <map>
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

struct ClaimFacts {
  bool in_repository = true;  // false: only its name is known
  kube::KnownLabels labels;
  Known excluded = Known::no;  // by the exclude label
  Span excluded_where;
  // no: it has a status that says so. Claims of manifests are taken for bound.
  Known bound = Known::yes;
  // As volume policies see it.
  VolumeAttributes attributes;
  // Whether its PersistentVolume is a hostPath, which Velero can't copy.
  Known host_path = Known::unknown;
  EvidenceList volume;  // what that rests on
};

class Storage {
 public:
  explicit Storage(const model::Cluster& cluster);

  ClaimFacts describe(const kube::Resource& claim) const;
  // The claim of one pod of a StatefulSet. Its labels are the template's and those that the StatefulSet selects by
  // (Kubernetes pkg/controller/statefulset/stateful_set_utils.go: getPersistentVolumeClaims).
  ClaimFacts describe(const kube::Resource& stateful_set, std::string_view name, yaml::Value claim_template) const;
  // A claim that is only named, at `where`.
  static ClaimFacts describe_unseen(std::string_view name, Span where);

 private:
  struct Source {
    std::string_view name_space;
    std::string_view name;
    yaml::Value metadata;
    yaml::Value spec;
    yaml::Value status;
  };
  ClaimFacts describe(const Source& claim, kube::KnownLabels labels) const;
  void describe_volume(yaml::Value pv_spec, ClaimFacts& facts) const;
  void describe_class(yaml::Value metadata, yaml::Value spec, ClaimFacts& facts) const;

  const model::Cluster& cluster_;
  std::map<std::pair<std::string_view, std::string_view>, const kube::Resource*> volume_of_claim_;
  const kube::Resource* default_class_ = nullptr;  // null when there is none or more than one
};

}  // namespace vlint::velero
