#include "lint/velero/resource_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace vlint::velero {
namespace {

using Sets = ResourceFilter::Sets;

std::vector<std::string> known_texts(const NameList& list) {
  std::vector<std::string> texts;
  for (const NameList::Name& name : list.names) {
    if (name.known) texts.emplace_back(name.text);
  }
  return texts;
}

// includes_excludes.go: GetResourceIncludesExcludes. A name that no type has stays as it is, so that a list of such
// names does not become an empty one, which would take everything.
std::string full_name(const std::string& name, const ResourceResolver& resolve) {
  const std::optional<ResourceType> type = resolve(name);
  return type ? type->name : name;
}

// ... scopeResourceMapFunc: nothing for a type of the other scope.
std::optional<std::string> full_name(const std::string& name, kube::Scope scope, const ResourceResolver& resolve) {
  const std::optional<ResourceType> type = resolve(name);
  if (!type) return name;
  if (type->scope != scope) return std::nullopt;
  return type->name;
}

NameSet old_set(const std::vector<std::string>& names, bool star_counts, const ResourceResolver& resolve) {
  std::vector<std::string> full;
  for (const std::string& name : names) {
    if (name != "*") {
      full.push_back(full_name(name, resolve));
    } else if (star_counts) {  // mutant: a list of `*` takes what an empty one takes
      full.push_back(name);
    }
  }
  return NameSet(std::move(full));
}

NameSet scoped_set(const std::vector<std::string>& names, kube::Scope scope, const ResourceResolver& resolve) {
  std::vector<std::string> full;
  for (const std::string& name : names) {
    if (std::optional<std::string> found = full_name(name, scope, resolve)) full.push_back(*std::move(found));
  }
  return NameSet(std::move(full));
}

// CombineWithPolicy: the lists of the Backup win; the excluded names of the policy come before its included ones.
void combine_sets(const std::vector<std::string>& included, const std::vector<std::string>& excluded, kube::Scope scope,
                  const ResourceResolver& resolve, Sets& sets) {
  const auto add = [&](const std::vector<std::string>& names, NameSet& to) {
    for (const std::string& name : names) {
      const std::optional<std::string> full = full_name(name, scope, resolve);
      if (!full || full->empty() || sets.included.matches(*full) || sets.excluded.matches(*full)) continue;
      to.insert(*full);
    }
  };
  add(excluded, sets.excluded);
  add(included, sets.included);
}

Known is_excluded(const Sets& sets, std::string_view name, bool star_counts) {
  if (sets.excluded.matches(name) || (star_counts && sets.excluded.has("*"))) return Known::yes;
  return sets.excluded_unknown ? Known::unknown : Known::no;
}

Known is_included(const Sets& sets, std::string_view name, bool when_empty) {
  if (sets.included.has("*") || sets.included.matches(name)) return Known::yes;
  if (sets.included_unknown) return Known::unknown;
  return known(when_empty && sets.included.empty());
}

}  // namespace

ResourceLists lists_written(const BackupSpec& spec) {
  ResourceLists lists;
  lists.included = known_texts(spec.included_resources);
  lists.excluded = known_texts(spec.excluded_resources);
  const BoolField& cluster = spec.include_cluster_resources;
  if (cluster.set && cluster.value != Known::unknown) lists.include_cluster_resources = cluster.value == Known::yes;
  lists.included_namespaced = known_texts(spec.included_namespace_scoped_resources);
  lists.excluded_namespaced = known_texts(spec.excluded_namespace_scoped_resources);
  lists.included_cluster = known_texts(spec.included_cluster_scoped_resources);
  lists.excluded_cluster = known_texts(spec.excluded_cluster_scoped_resources);
  return lists;
}

std::optional<ResourceType> resolve_resource(std::string_view name) {
  const kube::KindInfo* info = kube::find_resource_name(name);
  if (info == nullptr) return std::nullopt;
  std::string full = info->group.empty() ? std::string(info->plural) : fmt::format("{}.{}", info->plural, info->group);
  return ResourceType{std::move(full), info->scope};
}

ResourceFilter::ResourceFilter(const ResourceLists& lists, bool is_old_family, const IncludeExcludePolicy* policy,
                               const ResourceResolver& resolve)
    : is_old_family_(is_old_family), include_cluster_resources_(lists.include_cluster_resources) {
  all_.included = old_set(lists.included, true, resolve);
  all_.excluded = old_set(lists.excluded, false, resolve);
  namespaced_.included = scoped_set(lists.included_namespaced, kube::Scope::namespaced, resolve);
  namespaced_.excluded = scoped_set(lists.excluded_namespaced, kube::Scope::namespaced, resolve);
  cluster_.included = scoped_set(lists.included_cluster, kube::Scope::cluster, resolve);
  cluster_.excluded = scoped_set(lists.excluded_cluster, kube::Scope::cluster, resolve);
  if (policy != nullptr && !is_old_family_) combine(*policy, resolve);
}

ResourceFilter::ResourceFilter(const BackupSpec& spec, const Version& version, const IncludeExcludePolicy* policy)
    : ResourceFilter(lists_in_force(spec, version), uses_old_filters(spec, version), policy, resolve_resource) {
  const BoolField& cluster = spec.include_cluster_resources;
  include_cluster_resources_unknown_ = cluster.set && cluster.value == Known::unknown;
  all_.included_unknown = !spec.included_resources.is_known();
  all_.excluded_unknown = !spec.excluded_resources.is_known();
  namespaced_.included_unknown = !spec.included_namespace_scoped_resources.is_known();
  namespaced_.excluded_unknown = !spec.excluded_namespace_scoped_resources.is_known();
  cluster_.included_unknown = !spec.included_cluster_scoped_resources.is_known();
  cluster_.excluded_unknown = !spec.excluded_cluster_scoped_resources.is_known();
}

// Velero 1.17 pkg/controller/backup_controller.go: prepareBackupRequest excludes the objects of snapshots. That a list
// is no longer empty makes a Backup without filters one that does not take everything.
ResourceLists lists_in_force(const BackupSpec& spec, const Version& version) {
  ResourceLists lists = lists_written(spec);
  if (!at_least(version, 1, 17)) return lists;
  const auto add = [](std::vector<std::string>& names, std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  };
  if (uses_old_filters(spec, version)) {
    add(lists.excluded, kVolumeSnapshots);
    add(lists.excluded, kVolumeSnapshotContents);
  } else {
    add(lists.excluded_namespaced, kVolumeSnapshots);
    add(lists.excluded_cluster, kVolumeSnapshotContents);
  }
  return lists;
}

void ResourceFilter::combine(const IncludeExcludePolicy& policy, const ResourceResolver& resolve) {
  combine_sets(policy.included_namespace_scoped_resources, policy.excluded_namespace_scoped_resources,
               kube::Scope::namespaced, resolve, namespaced_);
  combine_sets(policy.included_cluster_scoped_resources, policy.excluded_cluster_scoped_resources, kube::Scope::cluster,
               resolve, cluster_);
}

// Velero pkg/util/collections/includes_excludes.go: GlobalIncludesExcludes.ShouldInclude and
// ScopeIncludesExcludes.ShouldInclude.
Known ResourceFilter::includes(const ResourceType& type, bool everything) const {
  const bool is_cluster_scoped = type.scope == kube::Scope::cluster;
  if (is_old_family_) {
    if (is_cluster_scoped && include_cluster_resources_unknown_) return Known::unknown;
    if (is_cluster_scoped && include_cluster_resources_ == false) return Known::no;
    if (is_cluster_scoped && type.name != kNamespaces && !include_cluster_resources_ && !everything) return Known::no;
    return !is_excluded(all_, type.name, false) && is_included(all_, type.name, true);
  }
  if (!is_cluster_scoped) {
    return !is_excluded(namespaced_, type.name, true) && is_included(namespaced_, type.name, true);
  }
  const bool nothing_said = cluster_.included.empty() && cluster_.excluded.empty() && !cluster_.included_unknown &&
                            !cluster_.excluded_unknown;
  const bool all_namespaced =
      namespaced_.excluded.empty() && !namespaced_.excluded_unknown && !namespaced_.included_unknown &&
      (namespaced_.included.empty() || (namespaced_.included.names().size() == 1 && namespaced_.included.has("*")));
  if (nothing_said && everything && all_namespaced) return Known::yes;
  return !is_excluded(cluster_, type.name, true) &&
         (known(type.name == kNamespaces) || is_included(cluster_, type.name, false));
}

Known ResourceFilter::excludes(const ResourceType& type) const {
  const bool is_cluster_scoped = type.scope == kube::Scope::cluster;
  if (!is_old_family_) return is_excluded(is_cluster_scoped ? cluster_ : namespaced_, type.name, false);
  const Known by_name = is_excluded(all_, type.name, false);
  if (!is_cluster_scoped) return by_name;
  if (include_cluster_resources_unknown_) return by_name || Known::unknown;
  if (include_cluster_resources_) return by_name || known(!*include_cluster_resources_);
  return by_name || !is_included(all_, type.name, true);
}

bool uses_new_filters(const BackupSpec& spec) {
  return spec.included_namespace_scoped_resources.is_set() || spec.excluded_namespace_scoped_resources.is_set() ||
         spec.included_cluster_scoped_resources.is_set() || spec.excluded_cluster_scoped_resources.is_set();
}

bool uses_old_filters(const BackupSpec& spec, const Version& version) {
  const bool has_old =
      spec.include_cluster_resources.set || spec.included_resources.is_set() || spec.excluded_resources.is_set();
  return has_old || (!uses_new_filters(spec) && !at_least(version, 1, 17));
}

}  // namespace vlint::velero
