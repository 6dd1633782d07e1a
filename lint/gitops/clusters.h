// Which units run in one cluster.
//
// A repository may hold several clusters or stages, and nothing in a kustomization says which. What is certain: two
// units that deploy the same object with different contents can't both run in one cluster. Their paths differ in a
// folder name, such as `staging` and `production`; those names are the clusters, and a unit belongs to the cluster
// whose name stands in its path. Units that have no such name in their path run in all of them. Without any such pair
// all units are one cluster, named "default".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lint/base/incomplete.h"
#include "lint/gitops/units.h"

namespace vlint::gitops {

// What the configuration says of a cluster.
struct NamedCluster {
  std::string name;
  std::vector<std::string> paths;  // files or folders that it runs
};

struct ClusterUnits {
  std::string name;                  // "default"; "staging"; "eu/production" for names on several levels
  std::vector<std::uint32_t> units;  // indices, sorted
};

struct Clusters {
  std::vector<ClusterUnits> all;  // at least one, in the order of their names
  // Where there are several: that they were told apart by folder names, and at which object. What a cluster runs is
  // then a guess, and nothing can be concluded from what it does not run.
  std::optional<Incomplete> assumption;
};
Clusters find_clusters(const std::vector<Unit>& units);

// As the configuration has it: a unit in a path of a cluster runs there, one in none of them in all.
Clusters named_clusters(const std::vector<Unit>& units, const std::vector<NamedCluster>& named);

}  // namespace vlint::gitops
