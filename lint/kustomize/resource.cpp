#include "lint/kustomize/resource.h"

#include <fmt/format.h>

#include <algorithm>

namespace vlint::kustomize {
namespace {

struct ClusterKind {
  std::string_view api_version;
  std::string_view kind;
};

constexpr ClusterKind kClusterKinds[] = {
#define MERGE_KIND(api_version, kind, set)
#define MERGE_LIST(set, path, first, second)
#define CLUSTER_SCOPED(api_version, kind) {api_version, kind},
#include "lint/kustomize/schema.def"
#undef MERGE_KIND
#undef MERGE_LIST
#undef CLUSTER_SCOPED
};

constexpr std::string_view kFirstKinds[] = {"Namespace",
                                            "ResourceQuota",
                                            "StorageClass",
                                            "CustomResourceDefinition",
                                            "ServiceAccount",
                                            "PodSecurityPolicy",
                                            "Role",
                                            "ClusterRole",
                                            "RoleBinding",
                                            "ClusterRoleBinding",
                                            "ConfigMap",
                                            "Secret",
                                            "Endpoints",
                                            "Service",
                                            "LimitRange",
                                            "PriorityClass",
                                            "PersistentVolume",
                                            "PersistentVolumeClaim",
                                            "Deployment",
                                            "StatefulSet",
                                            "CronJob",
                                            "PodDisruptionBudget"};

bool has_api_version(const Gvk& gvk, std::string_view api_version) {
  if (gvk.group.empty()) return gvk.version == api_version;
  return api_version.size() == gvk.group.size() + 1 + gvk.version.size() &&
         api_version.substr(0, gvk.group.size()) == gvk.group && api_version[gvk.group.size()] == '/' &&
         api_version.substr(gvk.group.size() + 1) == gvk.version;
}

}  // namespace

Gvk gvk_of(std::string_view api_version, std::string_view kind) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return {{}, api_version, kind};
  return {api_version.substr(0, slash), api_version.substr(slash + 1), kind};
}

bool is_cluster_scoped(const Gvk& gvk) {
  return std::any_of(std::begin(kClusterKinds), std::end(kClusterKinds), [&](const ClusterKind& known) {
    return known.kind == gvk.kind && has_api_version(gvk, known.api_version);
  });
}

int kind_rank(std::string_view kind) {
  const auto at = std::find(std::begin(kFirstKinds), std::end(kFirstKinds), kind);
  if (at != std::end(kFirstKinds)) return static_cast<int>(at - std::end(kFirstKinds));
  return kind == "MutatingWebhookConfiguration" ? 1 : kind == "ValidatingWebhookConfiguration" ? 2 : 0;
}

std::string sort_text(const Gvk& gvk) {
  return fmt::format("{}_{}_{}", gvk.group.empty() ? "~G" : gvk.group, gvk.version.empty() ? "~V" : gvk.version,
                     gvk.kind.empty() ? "~K" : gvk.kind);
}

std::string_view ObjectId::effective_namespace() const {
  if (is_cluster_scoped(gvk)) return kNoNamespace;
  return name_space.empty() ? std::string_view("default") : name_space;
}

std::string ObjectId::title() const {
  if (name_space.empty() || name_space == kNoNamespace) return fmt::format("{} {}", gvk.kind, name);
  return fmt::format("{} {}/{}", gvk.kind, name_space, name);
}

std::string ObjectId::key() const {
  return fmt::format("{}\n{}\n{}\n{}\n{}", gvk.group, gvk.version, gvk.kind, name, effective_namespace());
}

std::string_view Resource::api_version() const {
  const Node* node = find(root, "apiVersion");
  return node == nullptr ? std::string_view() : node->text();
}

std::string_view Resource::kind() const {
  const Node* node = find(root, "kind");
  return node == nullptr ? std::string_view() : node->text();
}

ObjectId Resource::former_id(std::size_t i) const {
  Gvk gvk = this->gvk();
  gvk.kind = former[i].kind;
  return {gvk, former[i].name, former[i].name_space};
}

Span Resource::place() const {
  const Node* name_node = find_path(root, {"metadata", "name"});
  // The name as it stood before prefixes and suffixes.
  while (name_node != nullptr && name_node->tree == nullptr && name_node->provenance != nullptr &&
         name_node->provenance->from != nullptr) {
    name_node = name_node->provenance->from;
  }
  return name_node != nullptr ? name_node->span() : root != nullptr ? root->span() : Span{};
}

void set_meta(Editor& editor, Resource& resource, std::string_view field, Node* value) {
  resource.root = editor.own(resource.root);
  Node* metadata = find(resource.root, "metadata");
  if (metadata == nullptr) metadata = editor.mapping({});
  if (!metadata->is_mapping()) return;
  metadata = editor.own(metadata);
  editor.set(resource.root, "metadata", metadata);
  editor.set(metadata, field, value);
}

Node* tidy_string_map(Editor& editor, Node* root, std::string_view field) {
  Node* metadata = find(root, "metadata");
  Node* map = find(metadata, field);
  if (map == nullptr) return root;
  const auto is_tidy = [&] {
    if (!map->is_mapping() || map->size() == 0) return false;
    for (std::size_t i = 0; i < map->size(); ++i) {
      if (map->value(i)->tag != Tag::string) return false;
    }
    return true;
  };
  if (is_tidy()) return root;
  root = editor.own(root);
  metadata = editor.own(metadata);
  editor.set(root, "metadata", metadata);
  if (!map->is_mapping() || map->size() == 0) {
    editor.remove(metadata, field, StepKind::source, {});
    return root;
  }
  map = editor.own(map);
  editor.set(metadata, field, map);
  for (std::size_t i = 0; i < map->size(); ++i) {
    Node* value = map->value(i);
    if (value->tag == Tag::string) continue;
    Node* copy = editor.arena().make(*value);
    copy->owner = editor.owner();
    if (!copy->is_scalar()) {
      copy->kind = yaml::Kind::scalar;
      copy->bytes = nullptr;
      copy->count = copy->room = 0;
    }
    copy->tag = Tag::string;
    map->kids[2 * i + 1] = copy;
  }
  return root;
}

Node* set_annotation(Editor& editor, Node* root, std::string_view key, std::string_view value,
                     const Provenance& provenance) {
  root = editor.own(root);
  Node* metadata = find(root, "metadata");
  metadata = metadata != nullptr && metadata->is_mapping() ? editor.own(metadata) : editor.mapping(provenance);
  editor.set(root, "metadata", metadata);
  Node* annotations = find(metadata, "annotations");
  annotations =
      annotations != nullptr && annotations->is_mapping() ? editor.own(annotations) : editor.mapping(provenance);
  editor.set(metadata, "annotations", annotations);
  editor.set(annotations, key, editor.scalar(value, Tag::string, provenance));
  return root;
}

}  // namespace vlint::kustomize
