#include "rules/common/namespaces.h"

#include "rules/common/unseen.h"

namespace vlint::rules {

std::optional<NamespaceNames> known_namespaces(const Model& model, const ClusterModel& member) {
  const auto& [cluster, plan] = member;
  if (may_hold_unseen_objects(model, cluster)) return std::nullopt;
  NamespaceNames names{"default", "kube-system", "kube-public", "kube-node-lease"};
  if (plan.install.name_space) names.insert(*plan.install.name_space);
  for (const kube::Resource& resource : cluster.resources()) {
    if (resource.is("", "Namespace") || resource.kind == "Project") names.insert(resource.name);
    const bool is_namespaced = resource.info != nullptr && resource.info->scope == kube::Scope::namespaced;
    if (is_namespaced && resource.name_space.empty()) return std::nullopt;
    if (resource.metadata["namespace"].is_templated() || resource.metadata["name"].is_templated()) return std::nullopt;
    if (!resource.name_space.empty()) names.insert(resource.name_space);
  }
  return names;
}

}  // namespace vlint::rules
