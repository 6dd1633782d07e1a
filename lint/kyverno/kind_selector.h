// The kinds that a rule or a resource filter names: "Pod", "apps/v1/Deployment", "*/Pod", "Pod/status", "*".
#pragma once

#include <string_view>

namespace vlint::kyverno {

// Every part may hold wildcards. Views into the text that was parsed, or constants.
struct KindSelector {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::string_view subresource;

  // Whether it takes the objects of a kind themselves (not their subresources).
  bool matches(std::string_view object_group, std::string_view object_version, std::string_view object_kind) const;
};

// kyverno pkg/utils/kube/kind.go: ParseKindSelector. Everything is empty, which no kind matches, for texts with more
// than four parts.
KindSelector parse_kind_selector(std::string_view text);

// An apiVersion and a kind (with its subresource) as cloneList names them: "v1/Secret", "apps/v1/Deployment".
// kyverno pkg/utils/kube/kind.go: GetKindFromGVK.
struct VersionAndKind {
  std::string_view api_version;
  std::string_view kind;
};
VersionAndKind parse_version_and_kind(std::string_view text);

// "apps" of "apps/v1", nothing of "v1".
std::string_view group_of(std::string_view api_version);

}  // namespace vlint::kyverno
