// What vlint must know of a kind: its names, its scope, and where its pods and claims are described.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace vlint::kube {

enum class Scope : std::uint8_t { namespaced, cluster };

struct KindInfo {
  std::string_view group;  // "" for core
  std::string_view kind;
  std::string_view plural;
  std::string_view short_name;  // the first of kubectl's short names, or empty
  Scope scope;
  // Dotted path from the object to its pod template (the mapping with `metadata` and `spec`): "" when the object is a
  // pod itself; null data when it makes no pods.
  std::string_view pod_template = {};
  // Dotted path to the list of claim templates; null data when there is none.
  std::string_view claim_templates = {};

  bool makes_pods() const { return pod_template.data() != nullptr; }
};

// All kinds known, sorted by group and kind. Custom kinds that are not listed are namespaced or not: unknown.
std::span<const KindInfo> kinds();

// Null when the kind is not known.
const KindInfo* find_kind(std::string_view group, std::string_view kind);

// By plural, singular, short name or kind, with or without `.group`, in any case, as API discovery resolves names in
// filters ("pvc", "deployments.apps", "Pod"). Null when no kind known has the name.
const KindInfo* find_resource_name(std::string_view name);

}  // namespace vlint::kube
