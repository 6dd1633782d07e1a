#include "lint/kyverno/cluster_lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/jmespath/encoding.h"
#include "lint/kube/kinds.h"

namespace vlint::kyverno {
namespace {

using jmespath::Json;

// Kinds whose objects controllers, the API server and other producers make too, so that Git never shows all of them.
constexpr auto kMadeByOthers = std::to_array<std::string_view>({
    "Certificate",
    "CertificateRequest",
    "CSIDriver",
    "CSINode",
    "ControllerRevision",
    "Endpoints",
    "EndpointSlice",
    "Event",
    "Job",
    "Lease",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "ReplicaSet",
    "Secret",
    "ServiceAccount",
    "StorageClass",
    "VolumeAttachment",
    "VolumeSnapshot",
    "VolumeSnapshotContent",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "APIService",
    "PriorityClass",
});
// ConfigMaps that clusters put into every namespace or into their own.
constexpr auto kWellKnownConfigMaps =
    std::to_array<std::string_view>({"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert",
                                     "cluster-info", "coredns", "kubeadm-config"});

// Nobody's unit: of a Secret that is asked for by name.
constexpr std::uint32_t kNoUnit = 0xFFFFFFFFU;

bool is_made_by_others(std::string_view kind) {
  return std::find(kMadeByOthers.begin(), kMadeByOthers.end(), kind) != kMadeByOthers.end();
}

bool may_be_absent(const model::Cluster& cluster, const kube::KindInfo* info, std::string_view name_space,
                   std::string_view name) {
  if (!cluster.is_complete() || info == nullptr || is_made_by_others(info->kind)) return false;
  const bool is_well_known =
      std::find(kWellKnownConfigMaps.begin(), kWellKnownConfigMaps.end(), name) != kWellKnownConfigMaps.end();
  const bool is_system = name_space == "kube-system" || name_space == "kube-public";
  return !(info->kind == "ConfigMap" && (is_well_known || is_system));
}

void set(Json::Object& members, std::string_view key, Json value) {
  const auto at =
      std::lower_bound(members.begin(), members.end(), key,
                       [](const Json::Member& member, std::string_view wanted) { return member.first < wanted; });
  if (at != members.end() && at->first == key) {
    at->second = std::move(value);
  } else {
    members.emplace(at, std::string(key), std::move(value));
  }
}

bool has(const Json::Object& members, std::string_view key) {
  return std::any_of(members.begin(), members.end(), [&](const Json::Member& member) { return member.first == key; });
}

Json live_metadata(const kube::Resource& resource, const Json& written) {
  Json::Object metadata = written.members();
  for (const std::string_view key : {"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"}) {
    if (!has(metadata, key)) set(metadata, key, Json::unknown());
  }
  const bool is_namespaced = resource.info == nullptr || resource.info->scope == kube::Scope::namespaced;
  if (is_namespaced && !has(metadata, "namespace")) set(metadata, "namespace", Json::unknown());
  if (resource.is("", "Namespace")) {
    // Every namespace gets it from the API server.
    const Json* labels = written.find("labels");
    Json::Object with_name = labels != nullptr ? labels->members() : Json::Object{};
    set(with_name, "kubernetes.io/metadata.name", Json::string(std::string(resource.name)));
    const yaml::Value origin = labels != nullptr ? labels->origin() : yaml::Value{};
    if (labels == nullptr || labels->is_object())
      set(metadata, "labels", Json::object(std::move(with_name)).with_origin(origin));
  }
  return Json::object(std::move(metadata)).with_origin(written.origin());
}

Json all_unknown(const Json& values) {
  Json::Object members;
  for (const auto& [key, value] : values.members())
    members.emplace_back(key, Json::unknown().with_origin(value.origin()));
  return Json::object(std::move(members)).with_origin(values.origin());
}

// stringData is write-only: the API server encodes it into data.
void merge_string_data(Json::Object& secret) {
  const auto at =
      std::find_if(secret.begin(), secret.end(), [](const Json::Member& m) { return m.first == "stringData"; });
  if (at == secret.end()) return;
  const Json written = at->second;
  secret.erase(at);
  const auto data = std::find_if(secret.begin(), secret.end(), [](const Json::Member& m) { return m.first == "data"; });
  if (!written.is_object() || (data != secret.end() && !data->second.is_object() && !data->second.is_null())) {
    return set(secret, "data", Json::unknown());
  }
  Json::Object merged = data != secret.end() ? data->second.members() : Json::Object{};
  for (const auto& [key, value] : written.members()) {
    const Json encoded = value.is_string() ? Json::string(jmespath::base64_encode(value.as_string())) : Json::unknown();
    set(merged, key, encoded.with_origin(value.origin()));
  }
  set(secret, "data", Json::object(std::move(merged)).with_origin(written.origin()));
}

const kube::KindInfo* find_plural(std::string_view group, std::string_view plural) {
  for (const kube::KindInfo& info : kube::kinds()) {
    if (info.group == group && info.plural == plural) return &info;
  }
  return nullptr;
}

// A custom kind by the definitions in the repository; empty when there is none.
std::string_view custom_kind(const model::Cluster& cluster, std::string_view group, std::string_view plural) {
  for (const kube::Resource* definition : cluster.of_kind("apiextensions.k8s.io", "CustomResourceDefinition")) {
    const yaml::Value spec = (*definition)["spec"];
    const yaml::Value names = spec["names"];
    if (spec["group"].text() == group && names["plural"].text() == plural) return names["kind"].text();
  }
  return {};
}

Fetched fetch_list(const model::Cluster& cluster, const ApiPath& path, const kube::KindInfo* info,
                   std::string_view kind) {
  // What other producers add can't be seen, and of custom kinds not who makes them.
  if (!cluster.is_complete() || info == nullptr || is_made_by_others(kind))
    return {Known::yes, Json::unknown(), nullptr, {}};
  Json::Array items;
  for (const kube::Resource* resource : cluster.of_kind(path.group, kind)) {
    const bool is_namespaced = info->scope == kube::Scope::namespaced;
    if (is_namespaced && !path.name_space.empty() && resource->name_space.empty())
      return {Known::yes, Json::unknown(), nullptr, {}};
    if (path.name_space.empty() || resource->name_space == path.name_space) items.push_back(live_object(*resource));
  }
  const std::string version = path.group.empty() ? path.version : path.group + "/" + path.version;
  Json list = Json::object({{"apiVersion", Json::string(version)},
                            {"kind", Json::string(std::string(kind) + "List")},
                            {"metadata", Json::object({{"resourceVersion", Json::unknown()}})},
                            {"items", Json::array(std::move(items))}});
  return {Known::yes, std::move(list), nullptr, {}};
}

// The Secret that one supplier makes, as far as its keys tell: values are unknown, and the same wherever they come from
// the same key of the same store. Nothing where it is not certain what it holds.
std::optional<Json> supplied_secret(const model::Secrets& secrets, std::string_view name_space, std::string_view name) {
  const model::SecretAnswer answer = secrets.find(name_space, name, kNoUnit);
  if (answer.suppliers.size() != 1 || answer.suppliers.front().supplies != Known::yes) return std::nullopt;
  const model::SecretKeys& keys = *answer.suppliers.front().keys;
  if (!keys.are_all) return std::nullopt;
  Json::Object data;
  for (const auto& [key, entry] : keys.entries) {
    const std::optional<std::string_view> text = entry.value.text();
    data.emplace_back(
        key, text ? Json::string(jmespath::base64_encode(*text)) : Json::unknown(entry.value.identity().value_or("")));
  }
  const auto own = [](std::string_view value) { return Json::string(std::string(value)); };
  return Json::object({{"apiVersion", own("v1")},
                       {"kind", own("Secret")},
                       {"metadata", Json::object({{"name", own(name)},
                                                  {"namespace", own(name_space)},
                                                  {"annotations", Json::unknown()},
                                                  {"labels", Json::unknown()}})},
                       {"data", Json::object(std::move(data))}});
}

}  // namespace

std::optional<ApiPath> parse_api_path(std::string_view url_path) {
  ApiPath path;
  const std::size_t query = url_path.find('?');
  path.has_rest = query != std::string_view::npos;
  std::vector<std::string_view> steps;
  for (const std::string_view step : split(url_path.substr(0, query), '/')) {
    if (!step.empty()) steps.push_back(step);
  }
  const bool is_core = !steps.empty() && steps[0] == "api";
  if (!is_core && (steps.empty() || steps[0] != "apis")) return std::nullopt;
  std::size_t at = is_core ? 1 : 2;
  if (steps.size() < at + 2) return std::nullopt;
  if (!is_core) path.group = steps[1];
  path.version = steps[at++];
  // /namespaces/x is the object, /namespaces/x/pods what is in it.
  if (steps[at] == "namespaces" && steps.size() > at + 2) {
    path.name_space = steps[at + 1];
    at += 2;
  }
  path.plural = steps[at++];
  if (at < steps.size()) path.name = steps[at++];
  path.has_rest = path.has_rest || at < steps.size();
  return path;
}

Json live_object(const kube::Resource& resource) {
  const Json written = jmespath::from_yaml(resource.root);
  if (!written.is_object()) return Json::unknown().with_origin(resource.root);
  Json::Object members = written.members();
  const Json* metadata = written.find("metadata");
  if (metadata != nullptr && metadata->is_object()) set(members, "metadata", live_metadata(resource, *metadata));
  const bool is_data = resource.is("", "Secret") || resource.is("", "ConfigMap");
  if (!is_data && !has(members, "status")) set(members, "status", Json::unknown());
  if (resource.is("", "Secret")) merge_string_data(members);
  if (resource.encrypted) {
    for (auto& [key, value] : members) {
      if (key != "apiVersion" && key != "kind" && key != "metadata")
        value = value.is_object() ? all_unknown(value) : Json::unknown();
    }
  }
  return Json::object(std::move(members)).with_origin(written.origin());
}

Fetched fetch_object(const Source& source, std::string_view group, std::string_view kind, std::string_view name_space,
                     std::string_view name) {
  const model::Cluster* cluster = source.cluster;
  const Fetched not_known{Known::unknown, Json::unknown(), nullptr, {}};
  if (cluster == nullptr) return not_known;
  const kube::KindInfo* info = kube::find_kind(group, kind);
  const bool is_cluster_scoped = info != nullptr && info->scope == kube::Scope::cluster;
  const kube::Resource* found = cluster->find(group, kind, is_cluster_scoped ? std::string_view{} : name_space, name);
  if (found != nullptr) return {Known::yes, live_object(*found), found, found->kind};
  // One without a namespace may be the one that is asked for.
  if (!name_space.empty() && cluster->find(group, kind, "", name) != nullptr) return not_known;
  if (source.secrets != nullptr && group.empty() && kind == "Secret") {
    if (std::optional<Json> made = supplied_secret(*source.secrets, name_space, name)) {
      return {Known::yes, *std::move(made), nullptr, info->kind};
    }
  }
  if (!may_be_absent(*cluster, info, name_space, name)) return not_known;
  return {Known::no, Json(), nullptr, info->kind};
}

Fetched fetch_path(const Source& source, std::string_view url_path) {
  const model::Cluster* cluster = source.cluster;
  const Fetched not_known{Known::unknown, Json::unknown(), nullptr, {}};
  const std::optional<ApiPath> path = parse_api_path(url_path);
  if (cluster == nullptr || !path || path->has_rest) return not_known;
  const kube::KindInfo* info = find_plural(path->group, path->plural);
  const std::string_view kind = info != nullptr ? info->kind : custom_kind(*cluster, path->group, path->plural);
  if (kind.empty()) return not_known;
  if (path->name.empty()) return fetch_list(*cluster, *path, info, kind);
  Fetched fetched = fetch_object(source, path->group, kind, path->name_space, path->name);
  fetched.kind = kind;
  return fetched;
}

}  // namespace vlint::kyverno
