// `.vlint.yaml` at the root of a repository: what the repository's manifests can't tell.
//
//   facts:             files of `kubectl get -o yaml` with objects that live only in the cluster
//     - facts/storage.yaml
//   clusters:          which folders each cluster runs; a folder in none runs in all
//     - name: production
//       paths: [clusters/production, apps/production]
//
// A setting that is not known, or of another type, is an error with a place.
#pragma once

#include <string>
#include <vector>

#include "lint/base/result.h"
#include "lint/gitops/clusters.h"
#include "lint/yaml/tree.h"

namespace vlint {

struct Configuration {
  std::vector<std::string> facts;  // paths, relative to the repository
  std::vector<gitops::NamedCluster> clusters;
};

// An empty file is an empty configuration. The error begins with the file, line and column.
Result<Configuration> read_configuration(const yaml::Tree& tree);

}  // namespace vlint
