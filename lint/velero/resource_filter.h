// Which types of resources a Backup takes: the old family of filters (includedResources, ...) or the new one
// (includedNamespaceScopedResources, ..., from Velero 1.11).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/kube/kinds.h"
#include "lint/velero/include_exclude.h"
#include "lint/velero/schedule.h"
#include "lint/velero/volume_policy.h"

namespace vlint::velero {

// A type as API discovery knows it: "pods", "deployments.apps".
struct ResourceType {
  std::string name;
  kube::Scope scope = kube::Scope::namespaced;
};

inline constexpr std::string_view kPods = "pods";
inline constexpr std::string_view kPersistentVolumeClaims = "persistentvolumeclaims";
inline constexpr std::string_view kPersistentVolumes = "persistentvolumes";
inline constexpr std::string_view kNamespaces = "namespaces";
inline constexpr std::string_view kVolumeSnapshots = "volumesnapshots.snapshot.storage.k8s.io";
inline constexpr std::string_view kVolumeSnapshotContents = "volumesnapshotcontents.snapshot.storage.k8s.io";

// Finds a type by any of its names; nothing for names that no type has.
using ResourceResolver = std::function<std::optional<ResourceType>(std::string_view)>;
// By the table of kinds known.
std::optional<ResourceType> resolve_resource(std::string_view name);

struct ResourceLists {
  // Old family.
  std::vector<std::string> included;
  std::vector<std::string> excluded;
  std::optional<bool> include_cluster_resources;
  // New family.
  std::vector<std::string> included_namespaced;
  std::vector<std::string> excluded_namespaced;
  std::vector<std::string> included_cluster;
  std::vector<std::string> excluded_cluster;
};

// The lists of a Backup as it is written.
ResourceLists lists_written(const BackupSpec& spec);
// The lists of a Backup as they are when it runs, with what Velero adds to them.
ResourceLists lists_in_force(const BackupSpec& spec, const Version& version);

class ResourceFilter {
 public:
  // `resolve` must find names as discovery does. `policy` adds to lists of the new family; may be null.
  ResourceFilter(const ResourceLists& lists, bool is_old_family, const IncludeExcludePolicy* policy,
                 const ResourceResolver& resolve);
  // A list with a name that is not known makes answers unknown where it could change them.
  ResourceFilter(const BackupSpec& spec, const Version& version, const IncludeExcludePolicy* policy);

  // Whether objects of the type are listed and admitted (ShouldInclude). `everything`: the Backup takes all namespaces.
  Known includes(const ResourceType& type, bool everything) const;
  // Whether the type is excluded by name, so that related objects are left out too (ShouldExclude).
  Known excludes(const ResourceType& type) const;

  bool is_old_family() const { return is_old_family_; }

  // The sets of the new family as Velero makes them: full names, entries of the other scope dropped.
  struct Sets {
    NameSet included;
    NameSet excluded;
    // Some of the list is not known.
    bool included_unknown = false;
    bool excluded_unknown = false;
  };
  const Sets& namespaced() const { return namespaced_; }
  const Sets& cluster() const { return cluster_; }

 private:
  void combine(const IncludeExcludePolicy& policy, const ResourceResolver& resolve);

  bool is_old_family_ = false;
  Sets all_;  // old family
  std::optional<bool> include_cluster_resources_;
  bool include_cluster_resources_unknown_ = false;
  Sets namespaced_;
  Sets cluster_;
};

// Whether the Backup uses the old family: any of its filters, or, up to Velero 1.16, no filter at all
// (UseOldResourceFilters).
bool uses_old_filters(const BackupSpec& spec, const Version& version);
bool uses_new_filters(const BackupSpec& spec);

}  // namespace vlint::velero
