// What rules see: everything that was read and worked out, const.
#pragma once

#include <vector>

#include "lint/engine/configuration.h"
#include "lint/engine/sources.h"
#include "lint/model/cluster.h"
#include "lint/velero/plan.h"

namespace vlint {

struct ClusterModel {
  const model::Cluster& cluster;
  const velero::Plan& plan;
};

struct Model {
  const Sources& sources;
  const gitops::Units& units;  // kube::Resource::unit is an index into them
  const Configuration& configuration;
  std::vector<ClusterModel> clusters;
};

}  // namespace vlint
