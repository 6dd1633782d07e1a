// A cluster: the resources that one API server runs, with indices to find them. Nothing is ever looked up across
// clusters. Everything here is const after build_cluster().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/incomplete.h"
#include "lint/base/known.h"
#include "lint/kube/resource.h"

namespace vlint::model {

class Cluster {
 public:
  Cluster() = default;
  // `resources` in the order of the sources; `incomplete` says what of this cluster was not seen.
  Cluster(std::string name, std::vector<kube::Resource> resources, std::vector<Incomplete> incomplete);

  const std::string& name() const { return name_; }
  const std::vector<kube::Resource>& resources() const { return resources_; }
  const std::vector<Incomplete>& incomplete() const { return incomplete_; }
  // Whether everything the repository holds for this cluster was seen. Absence proves something only then.
  bool is_complete() const { return incomplete_.empty(); }

  // All resources of a kind, in the order of their sources.
  std::vector<const kube::Resource*> of_kind(std::string_view group, std::string_view kind) const;

  // The resource of that name, or null. Cluster-scoped kinds and manifests without a namespace are found with an empty
  // namespace. Of several the last one is returned, as the last one applied wins.
  const kube::Resource* find(std::string_view group, std::string_view kind, std::string_view name_space,
                             std::string_view name) const;

 private:
  std::string name_;
  std::vector<kube::Resource> resources_;
  std::vector<Incomplete> incomplete_;
  std::vector<std::uint32_t> by_identity_;  // indices into resources_, sorted by kind, group, namespace, name, index
};

}  // namespace vlint::model
