// `.vlint.yaml` at the root of a repository: what the repository's manifests can't tell.
//
//   velero:            of the server, where no manifest states it
//     version: "1.17"
//     namespace: velero
//     node-agent: true
//   kyverno:           likewise
//     version: "1.13"
//   facts:             files of `kubectl get -o yaml` with objects that live only in the cluster
//     - facts/storage.yaml
//   clusters:          which folders each cluster runs; a folder in none runs in all
//     - name: production
//       paths: [clusters/production, apps/production]
//   intent:            the label or annotation by which a claim is declared `optional` or `required`
//     label: backup.example.com/intent
//
// A setting that is not known, or of another type, is an error with a place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lint/base/result.h"
#include "lint/gitops/clusters.h"
#include "lint/kube/resource.h"
#include "lint/kyverno/install.h"
#include "lint/velero/version.h"
#include "lint/yaml/tree.h"

namespace vlint {

struct Intent {
  bool is_label = true;  // else an annotation
  std::string key;
};

struct Configuration {
  std::optional<velero::Version> velero_version;
  std::optional<std::string> velero_namespace;
  std::optional<bool> node_agent;
  std::optional<kyverno::Release> kyverno_version;
  std::vector<std::string> facts;  // paths, relative to the repository
  std::vector<gitops::NamedCluster> clusters;
  std::optional<Intent> intent;
};

// What a claim, or another object, says of itself in the way that `intent` names.
enum class Declared : std::uint8_t { nothing, optional, required };
Declared declared_intent(const Configuration& configuration, const kube::Resource& resource);

// An empty file is an empty configuration. The error begins with the file, line and column.
Result<Configuration> read_configuration(const yaml::Tree& tree);

}  // namespace vlint
