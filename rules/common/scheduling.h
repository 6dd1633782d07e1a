// Where Kubernetes lets pods run, as far as manifests tell: tolerations against taints, node selectors against labels.
//
// Affinities are only recognised, not worked out: a pod that has one may be kept from any node.
#pragma once

#include <string_view>
#include <vector>

#include "lint/engine/model.h"

namespace vlint::rules {

// A toleration of a taint that its author knows some nodes to have: it names the taint's key, and that is none that
// Kubernetes or a cloud's controller sets on nodes in trouble.
bool names_taint(yaml::Value toleration);

// Kubernetes pkg/apis/core/v1/helper: ToleratesTaint.
bool tolerates(yaml::Value pod_spec, yaml::Value taint);
// Whether the pod tolerates every taint that the toleration is for. Where the two ask for different values, yes: which
// one the nodes have is not known.
bool tolerates_as(yaml::Value pod_spec, yaml::Value toleration);

// A nodeSelector of the pod, or a required node affinity, that names the key.
bool selects_by(yaml::Value pod_spec, std::string_view key);
bool has_required_affinity(yaml::Value pod_spec);

// Something of what decides on the pod's nodes is templated or of another type than it should be.
bool is_placement_unknown(yaml::Value pod_spec);

// By the pod's node selector and tolerations; affinities are left out of account.
bool fits(yaml::Value pod_spec, const kube::Resource& node);

// The Nodes of the cluster that take new pods.
std::vector<const kube::Resource*> nodes_of(const model::Cluster& cluster);

}  // namespace vlint::rules
