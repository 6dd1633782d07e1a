// The namespaces of a cluster, as far as its manifests tell all of them.
#pragma once

#include <optional>
#include <set>
#include <string_view>

#include "lint/engine/model.h"

namespace vlint::rules {

using NamespaceNames = std::set<std::string_view>;

// The namespaces that the manifests create or use, and those of every cluster. Nothing when they are not all known: a
// manifest without a namespace may be applied into any.
std::optional<NamespaceNames> known_namespaces(const Model& model, const ClusterModel& member);

}  // namespace vlint::rules
