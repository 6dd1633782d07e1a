#include "rules/common/resource_lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/velero/resource_filter.h"

namespace vlint::rules {
namespace {

using velero::NameList;

bool names_type(const NameList& list, std::string_view type) {
  return std::any_of(list.names.begin(), list.names.end(), [&](const NameList::Name& name) {
    const auto resolved = velero::resolve_resource(name.text);
    return name.known && (name.text == "*" || (resolved && resolved->name == type));
  });
}

// Types that custom resource definitions of the cluster make, and those of objects that it holds.
bool is_custom_type(const model::Cluster& cluster, std::string_view name) {
  const std::string wanted = to_lower_ascii(name.substr(0, name.find('.')));
  const auto is_wanted = [&](yaml::Value value) { return to_lower_ascii(value.text()) == wanted; };
  for (const kube::Resource* definition : cluster.of_kind("apiextensions.k8s.io", "CustomResourceDefinition")) {
    const yaml::Value names = (*definition)["spec"]["names"];
    const std::vector<yaml::Value> short_names = names["shortNames"].items();
    if (is_wanted(names["plural"]) || is_wanted(names["singular"]) || is_wanted(names["kind"]) ||
        std::any_of(short_names.begin(), short_names.end(), is_wanted)) {
      return true;
    }
  }
  return std::any_of(cluster.resources().begin(), cluster.resources().end(), [&](const kube::Resource& resource) {
    const std::string kind = to_lower_ascii(resource.kind);
    return kind == wanted || kind + "s" == wanted || kind + "es" == wanted;
  });
}

// v1, v2alpha1, v1beta2: the forms of Kubernetes API versions.
bool is_version(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  if (text.empty() || text.front() != 'v') return false;
  text.remove_prefix(1);
  const auto skip_digits = [&] {
    const std::size_t end = std::min(text.find_first_not_of(kDigits), text.size());
    text.remove_prefix(end);
    return end > 0;
  };
  if (!skip_digits()) return false;
  for (const std::string_view stage : {"alpha", "beta"}) {
    if (text.substr(0, stage.size()) != stage) continue;
    text.remove_prefix(stage.size());
    return skip_digits() && text.empty();
  }
  return text.empty();
}

// The type that one of the parts names, when it is one that every cluster has.
std::optional<std::string> builtin_named(std::string_view name) {
  const kube::KindInfo* kind = kube::find_resource_name(name);
  return kind != nullptr && is_builtin(*kind) ? std::optional(full_name(*kind)) : std::nullopt;
}

std::optional<std::string> builtin_among(const std::vector<std::string_view>& parts) {
  for (const std::string_view part : parts) {
    if (std::optional<std::string> found = builtin_named(trim(part))) return found;
  }
  return std::nullopt;
}

// A built-in name that differs by one slip of the pen. Short names are too near to each other.
std::optional<std::string> near_builtin(std::string_view name) {
  constexpr std::size_t kShortest = 5;
  if (name.size() < kShortest) return std::nullopt;
  const std::string lower = to_lower_ascii(name);
  for (const kube::KindInfo& kind : kube::kinds()) {
    if (!is_builtin(kind)) continue;
    for (const std::string& known : {std::string(kind.plural), full_name(kind), to_lower_ascii(kind.kind)}) {
      if (edit_distance(lower, known, 1)) return full_name(kind);
    }
  }
  return std::nullopt;
}

}  // namespace

Known takes(const velero::Schedule& schedule, const velero::Install& install, std::string_view type) {
  const velero::VolumePolicies* policies = schedule.volume_policies.get();
  const velero::IncludeExcludePolicy* policy =
      policies != nullptr && policies->include_exclude ? &*policies->include_exclude : nullptr;
  const velero::ResourceFilter filter(schedule.backup, install.version, policy);
  return filter.includes({std::string(type), kube::Scope::namespaced}, false);
}

NamedList list_without(const velero::Schedule& schedule, std::string_view type) {
  const velero::BackupSpec& spec = schedule.backup;
  if (velero::uses_new_filters(spec)) {
    if (names_type(spec.excluded_namespace_scoped_resources, type)) {
      return {"excludedNamespaceScopedResources", spec.excluded_namespace_scoped_resources};
    }
    return {"includedNamespaceScopedResources", spec.included_namespace_scoped_resources};
  }
  if (names_type(spec.excluded_resources, type)) return {"excludedResources", spec.excluded_resources};
  return {"includedResources", spec.included_resources};
}

std::vector<NamedList> resource_lists(const velero::BackupSpec& spec) {
  return {{"includedResources", spec.included_resources},
          {"excludedResources", spec.excluded_resources},
          {"includedClusterScopedResources", spec.included_cluster_scoped_resources},
          {"excludedClusterScopedResources", spec.excluded_cluster_scoped_resources},
          {"includedNamespaceScopedResources", spec.included_namespace_scoped_resources},
          {"excludedNamespaceScopedResources", spec.excluded_namespace_scoped_resources}};
}

bool is_builtin(const kube::KindInfo& kind) {
  constexpr std::string_view kOwn = ".k8s.io";
  const std::string_view group = kind.group;
  if (group.find('.') == std::string_view::npos) return true;
  const bool is_own = group.size() > kOwn.size() && group.substr(group.size() - kOwn.size()) == kOwn;
  return is_own && group.find("snapshot") == std::string_view::npos;
}

std::string full_name(const kube::KindInfo& kind) {
  return kind.group.empty() ? std::string(kind.plural) : fmt::format("{}.{}", kind.plural, kind.group);
}

std::optional<NameFault> fault_of_name(const model::Cluster& cluster, std::string_view name) {
  const bool is_pattern = name.find_first_of("*?[]{}") != std::string_view::npos;
  if (name.empty() || is_pattern || velero::resolve_resource(name)) return std::nullopt;
  if (name.find(',') != std::string_view::npos) return NameFault{"each type is an item of its own"};
  if (trim(name) != name) return NameFault{"it has blanks at an end", std::string(trim(name))};
  if (name.find('/') != std::string_view::npos) {
    return NameFault{"a type is written as plural.group, without a version", builtin_among(split(name, '/'))};
  }
  const std::size_t dot = name.find('.');
  const std::string_view group = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  if (is_version(group.substr(0, group.find('.')))) {
    const std::size_t rest = group.find('.');
    const std::string plain = rest == std::string_view::npos
                                  ? std::string(name.substr(0, dot))
                                  : fmt::format("{}{}", name.substr(0, dot), group.substr(rest));
    return NameFault{"a type is written as plural.group, without a version", builtin_named(plain)};
  }
  if (is_custom_type(cluster, name)) return std::nullopt;
  if (std::optional<std::string> near = near_builtin(name)) {
    return NameFault{fmt::format("did you mean {}?", *near), std::move(near)};
  }
  return std::nullopt;
}

}  // namespace vlint::rules
