#include "lint/kustomize/merge_schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

struct KindRow {
  std::string_view api_version;
  std::string_view kind;
  int set;
};
struct ListRow {
  int set;
  std::string_view path;
  std::string_view first;
  std::string_view second;
};

constexpr KindRow kKinds[] = {
#define MERGE_KIND(api_version, kind, set) {api_version, kind, set},
#define MERGE_LIST(set, path, first, second)
#define CLUSTER_SCOPED(api_version, kind)
#include "lint/kustomize/schema.def"
#undef MERGE_KIND
#undef MERGE_LIST
#undef CLUSTER_SCOPED
};
constexpr ListRow kLists[] = {
#define MERGE_KIND(api_version, kind, set)
#define MERGE_LIST(set, path, first, second) {set, path, first, second},
#define CLUSTER_SCOPED(api_version, kind)
#include "lint/kustomize/schema.def"
#undef MERGE_KIND
#undef MERGE_LIST
#undef CLUSTER_SCOPED
};

const ListRow* find_list(int set, std::string_view path) {
  const auto at = std::find_if(std::begin(kLists), std::end(kLists),
                               [&](const ListRow& row) { return row.set == set && row.path == path; });
  return at == std::end(kLists) ? nullptr : at;
}

const KindRow* find_kind(std::string_view api_version, std::string_view kind) {
  const auto at = std::find_if(std::begin(kKinds), std::end(kKinds),
                               [&](const KindRow& row) { return row.kind == kind && row.api_version == api_version; });
  return at == std::end(kKinds) ? nullptr : at;
}

// Definitions of the built-in schema that schemas of custom kinds refer to, as places in kinds that the tables have.
struct DefinitionRow {
  std::string_view name;
  std::string_view kind;
  std::string_view path;
};
constexpr DefinitionRow kDefinitions[] = {
    {"io.k8s.api.core.v1.PodTemplateSpec", "PodTemplate", "template"},
    {"io.k8s.api.core.v1.PodSpec", "Pod", "spec"},
    {"io.k8s.api.core.v1.Container", "Pod", "spec/containers[]"},
    {"io.k8s.api.core.v1.EphemeralContainer", "Pod", "spec/ephemeralContainers[]"},
    {"io.k8s.api.core.v1.Volume", "Pod", "spec/volumes[]"},
    {"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "Pod", "metadata"},
    {"io.k8s.api.core.v1.ServiceSpec", "Service", "spec"},
};

bool leads_to_list(int set, std::string_view path) {
  return std::any_of(std::begin(kLists), std::end(kLists),
                     [&](const ListRow& row) { return row.set == set && row.path.substr(0, path.size()) == path; });
}

constexpr std::string_view kNowhere = "-";  // a field of a built-in kind below which no list merges

}  // namespace

MergeSchema MergeSchema::field(std::string_view name) const {
  MergeSchema result;
  if (builtin_ >= 0) {
    result.builtin_ = builtin_;
    if (path_ != kNowhere) result.path_ = path_.empty() ? std::string(name) : fmt::format("{}/{}", path_, name);
    if (path_ == kNowhere || !leads_to_list(builtin_, result.path_)) result.path_ = kNowhere;
    return result;
  }
  if (!definition_) return result;
  yaml::Value child = definition_["properties"][name];
  if (!child && definition_["additionalProperties"].is_mapping()) child = definition_["additionalProperties"];
  if (!child) return result;
  if (root_ != nullptr) return root_->resolved(child);
  result.definition_ = child;
  return result;
}

MergeSchema MergeSchema::elements() const {
  MergeSchema result;
  if (builtin_ >= 0) {
    result.builtin_ = builtin_;
    result.path_ = path_ == kNowhere ? path_ : path_ + "[]";
    return result;
  }
  const yaml::Value type = definition_["type"];
  const bool is_array = type.text() == "array" || (type.size() == 1 && type.at(0).text() == "array");
  const yaml::Value items = definition_["items"];
  if (!is_array || !items) return result;
  if (root_ != nullptr) return root_->resolved(items);
  result.definition_ = items;
  return result;
}

bool MergeSchema::merges() const {
  if (builtin_ >= 0) return find_list(builtin_, path_) != nullptr;
  const std::string_view strategies = definition_["x-kubernetes-patch-strategy"].text();
  const std::vector<std::string_view> words = split(strategies, ',');
  return std::find(words.begin(), words.end(), "merge") != words.end();
}

std::vector<std::string> MergeSchema::keys() const {
  std::vector<std::string> keys;
  if (builtin_ >= 0) {
    const ListRow* row = find_list(builtin_, path_);
    if (row == nullptr) return keys;
    if (!row->first.empty()) keys.emplace_back(row->first);
    if (!row->second.empty()) keys.emplace_back(row->second);
    return keys;
  }
  if (!definition_["x-kubernetes-patch-strategy"]) return keys;
  if (const yaml::Value list = definition_["x-kubernetes-list-map-keys"]) {
    for (const yaml::Value& key : list.items()) keys.emplace_back(key.text());
  } else if (const yaml::Value key = definition_["x-kubernetes-patch-merge-key"]) {
    keys.emplace_back(key.text());
  }
  return keys;
}

OpenApi::OpenApi(yaml::Value swagger, bool with_builtin) : swagger_(swagger), with_builtin_(with_builtin) {
  for (const yaml::Entry& entry : swagger["definitions"].entries()) {
    for (const yaml::Value& id : entry.value["x-kubernetes-group-version-kind"].items()) {
      const std::string_view group = id["group"].text();
      const std::string_view version = id["version"].text();
      kinds_.insert_or_assign(fmt::format("{}{}{} {}", group, group.empty() ? "" : "/", version, id["kind"].text()),
                              entry.value);
    }
  }
}

MergeSchema OpenApi::builtin(std::string_view api_version, std::string_view kind, std::string_view path) {
  MergeSchema result;
  const KindRow* row = find_kind(api_version, kind);
  if (row == nullptr) return result;
  result.builtin_ = row->set;
  result.path_ = path;
  return result;
}

bool OpenApi::is_builtin_kind(std::string_view api_version, std::string_view kind) {
  return find_kind(api_version, kind) != nullptr;
}

MergeSchema OpenApi::kind(std::string_view api_version, std::string_view kind) const {
  const auto known = kinds_.find(fmt::format("{} {}", api_version, kind));
  if (known != kinds_.end()) return resolved(known->second);
  return with_builtin_ ? builtin(api_version, kind, {}) : MergeSchema();
}

MergeSchema OpenApi::of_comment(yaml::Value object) {
  MergeSchema result;
  if (object.is_mapping() && object.size() > 0) result.definition_ = object;
  return result;
}

MergeSchema OpenApi::resolved(yaml::Value definition) const {
  constexpr std::string_view kPrefix = "#/definitions/";
  for (int steps = 0; steps < 32; ++steps) {
    const std::string_view ref = definition["$ref"].text();
    if (ref.empty()) break;
    if (ref.substr(0, kPrefix.size()) != kPrefix) return {};
    definition = swagger_["definitions"][ref.substr(kPrefix.size())];
    if (definition) continue;
    for (const DefinitionRow& row : kDefinitions) {
      if (with_builtin_ && row.name == ref.substr(kPrefix.size())) return builtin("v1", row.kind, row.path);
    }
    return {};
  }
  MergeSchema result;
  result.definition_ = definition;
  result.root_ = this;
  return result;
}

}  // namespace vlint::kustomize
