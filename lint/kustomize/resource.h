// An object inside a build: its nodes, and what Kustomize remembers of it beside them.
//
// Kustomize keeps that memory as annotations inside the object; here it is plain data, and the few places where the
// annotations show are imitated where they do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lint/kustomize/node.h"

namespace vlint::kustomize {

struct Gvk {
  std::string_view group;
  std::string_view version;
  std::string_view kind;

  bool operator==(const Gvk&) const = default;
  // kyaml/resid Gvk.IsSelected: empty parts of the selector match everything.
  bool selected_by(const Gvk& selector) const {
    return (selector.group.empty() || selector.group == group) &&
           (selector.version.empty() || selector.version == version) &&
           (selector.kind.empty() || selector.kind == kind);
  }
};

// "apps/v1" is group `apps`, version `v1`; "v1" has no group.
Gvk gvk_of(std::string_view api_version, std::string_view kind);

// The order of Kustomize's output and field specs: below 0 first, above 0 last. kyaml/resid Gvk.IsLessThan.
int kind_rank(std::string_view kind);
// What is compared where the rank is the same: "apps_v1_Deployment", "~G_v1_Service".
std::string sort_text(const Gvk& gvk);

// Kinds of cluster scope in Kubernetes 1.21; every other kind counts as namespaced, also custom ones.
bool is_cluster_scoped(const Gvk& gvk);

inline constexpr std::string_view kNoNamespace = "_non_namespaceable_";

struct ObjectId {
  Gvk gvk;
  std::string_view name;
  std::string_view name_space;  // as written

  // "default" when there is none, a marker for a cluster-scoped kind.
  std::string_view effective_namespace() const;
  bool same(const ObjectId& other) const {
    return name == other.name && gvk == other.gvk && effective_namespace() == other.effective_namespace();
  }
  // "ConfigMap apps/settings" for messages.
  std::string title() const;
  // A text that is equal for ids that are the same.
  std::string key() const;
};

// A former identity; group and version are always the current ones.
struct FormerId {
  std::string_view name;
  std::string_view name_space;  // effective
  std::string_view kind;
};

enum class Behavior : std::uint8_t { none, create, replace, merge };

struct Resource {
  Node* root = nullptr;
  std::vector<FormerId> former;            // oldest first
  std::vector<std::string_view> prefixes;  // applied, oldest first
  std::vector<std::string_view> suffixes;
  std::vector<std::string_view> variables;  // names of the vars that point at it
  Behavior behavior = Behavior::none;
  bool generated = false;  // made by a generator: has the annotation for its behaviour
  bool wants_hash = false;
  bool allow_name_change = false;  // of a patch
  bool allow_kind_change = false;

  std::string_view api_version() const;
  std::string_view kind() const;
  std::string_view name() const { return text_at(find(root, "metadata"), "name"); }
  std::string_view name_space() const { return text_at(find(root, "metadata"), "namespace"); }
  Gvk gvk() const { return gvk_of(api_version(), kind()); }
  ObjectId id() const { return {gvk(), name(), name_space()}; }
  ObjectId former_id(std::size_t i) const;
  ObjectId original_id() const { return former.empty() ? id() : former_id(0); }
  // Whether any id it ever had satisfies `matches`.
  template <typename Fn>
  bool any_id(Fn&& matches) const {
    for (std::size_t i = 0; i < former.size(); ++i) {
      if (matches(former_id(i))) return true;
    }
    return matches(id());
  }
  void remember_id() { former.push_back({name(), id().effective_namespace(), kind()}); }
  // Kustomize would have an annotation in the object that nobody wrote.
  bool has_hidden_annotations() const {
    return !former.empty() || !prefixes.empty() || !suffixes.empty() || generated || wants_hash;
  }
  // Where the object stands: its name as it was written, else the object.
  Span place() const;
};

// Writes `metadata.<field>` (name or namespace): kyaml SetName, SetNamespace.
void set_meta(Editor& editor, Resource& resource, std::string_view field, Node* value);
// kyaml setMapInMetadata(GetLabels()): the entries sorted, values that are no strings made strings of their text, an
// empty map taken away.
Node* tidy_string_map(Editor& editor, Node* root, std::string_view field);
// kyaml SetAnnotation.
Node* set_annotation(Editor& editor, Node* root, std::string_view key, std::string_view value,
                     const Provenance& provenance);

}  // namespace vlint::kustomize
