// VolSync's operator as the manifests of a cluster show it: which release runs, and whether it is VolSync itself or the
// fork with the mover kopia.
#pragma once

#include <optional>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/velero/version.h"

namespace vlint::rules {

struct VolsyncOperator {
  velero::Version version;
  Span where;  // of the image or the chart's version
};
// By the image of the operator's Deployment, or the chart of a HelmRelease or an Argo CD Application that names no
// other image. Nothing where none is seen, where several are of different versions, and for the fork, which counts
// otherwise.
std::optional<VolsyncOperator> volsync_operator(const model::Cluster& cluster);

inline bool is_older_than(const VolsyncOperator& one, int minor) { return !velero::at_least(one.version, 0, minor, 0); }

// The custom resource definition of a kind of VolSync where the repository has it, or null; and the schema of `spec` in
// it, or a missing value.
const kube::Resource* definition_of(const model::Cluster& cluster, std::string_view kind);
yaml::Value spec_schema(const model::Cluster& cluster, std::string_view kind);

}  // namespace vlint::rules
