// What rules see: everything that was read and worked out, const.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "lint/engine/configuration.h"
#include "lint/engine/sources.h"
#include "lint/kyverno/simulation.h"
#include "lint/model/cluster.h"
#include "lint/velero/plan.h"
#include "lint/volsync/plan.h"

namespace vlint {

// One cluster and what is worked out of it. Most rules need no more than `const auto& [cluster, plan] = member`.
struct ClusterModel {
  const model::Cluster& cluster;
  const velero::Plan& plan;
  const volsync::Plan& volsync;
  const kyverno::Simulation& kyverno;  // what its policies make; `cluster` has that too

  template <std::size_t I>
  const auto& get() const {
    if constexpr (I == 0) {
      return cluster;
    } else {
      return plan;
    }
  }
};

struct Model {
  const Sources& sources;
  const gitops::Units& units;  // kube::Resource::unit is an index into them
  const Configuration& configuration;
  std::vector<ClusterModel> clusters;
};

}  // namespace vlint

template <>
struct std::tuple_size<vlint::ClusterModel> : std::integral_constant<std::size_t, 2> {};
template <>
struct std::tuple_element<0, vlint::ClusterModel> {
  using type = const vlint::model::Cluster&;
};
template <>
struct std::tuple_element<1, vlint::ClusterModel> {
  using type = const vlint::velero::Plan&;
};
