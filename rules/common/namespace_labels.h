// Labels that a selector asks of namespaces, and Namespaces that lack them.
//
// Whether a selector takes a namespace is decided in lint/kube/selector_value.h.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/span.h"
#include "lint/kube/resource.h"
#include "lint/model/cluster.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {

// A label that a selector asks for by one value.
struct MissingLabel {
  std::string_view key;
  std::string_view value;
  Span where;  // in the selector
};

// The labels that a Namespace lacks; nothing where one is asked for in another way than by a key and a value, or where
// the Namespace has the key with a value of its own: that is a decision.
std::optional<std::vector<MissingLabel>> missing_labels(yaml::Value selector, const kube::Resource& name_space);
yaml::Edits add_labels(const kube::Resource& name_space, const std::vector<MissingLabel>& missing);

// Argo CD puts labels of its Application on a namespace that it deploys into.
bool is_labelled_by_argo(const model::Cluster& cluster, std::string_view name_space);

// The only manifest of the namespace, or null.
const kube::Resource* only_namespace_manifest(const model::Cluster& cluster, std::string_view name_space);

}  // namespace vlint::rules
