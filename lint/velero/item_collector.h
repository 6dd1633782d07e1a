// Which objects of any type a Backup stores: what it lists, the Namespaces and the CustomResourceDefinitions that go
// with it. What pods, claims and volumes bring with them is decided in backup_run.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/velero/filters.h"

namespace vlint::velero {

// A type that API discovery knows, with all its objects.
struct ListedType {
  ResourceType type;
  std::vector<yaml::Value> objects;
};

struct StoredObject {
  std::string resource;  // "deployments.apps"
  std::string_view name_space;
  std::string_view name;
};

// `types` in the order of discovery. velero 1.18 pkg/backup/item_collector.go: getResourceItems, cohabitating
// resources; pkg/backup/backup.go: backupCRD.
std::vector<StoredObject> collect_items(const std::vector<ListedType>& types, const NamespaceFilter& namespaces,
                                        const ResourceFilter& resources, const SelectorFilter& selectors,
                                        const Version& version);

}  // namespace vlint::velero
