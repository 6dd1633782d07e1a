// The lists by which a backup takes types of resources, and the names in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/kube/kinds.h"
#include "rules/common/schedules.h"

namespace vlint::rules {

// Whether the backup takes objects of a namespaced type.
Known takes(const velero::Schedule& schedule, const velero::Install& install, std::string_view type);

// The list that leaves a namespaced type out: the excluded one where it names the type, else the included one.
NamedList list_without(const velero::Schedule& schedule, std::string_view type);

// The lists of a backup, in the order of the fields of its schema.
std::vector<NamedList> resource_lists(const velero::BackupSpec& spec);

// Whether every cluster has the type, so that its name means nothing else there.
bool is_builtin(const kube::KindInfo& kind);
// "deployments.apps", "pods".
std::string full_name(const kube::KindInfo& kind);

// Why a name is the name of no type, as far as that can be known: custom types are known only by their definitions.
struct NameFault {
  std::string why;  // continues "pods/v1 names no type: "
  std::optional<std::string> meant = {};
};
std::optional<NameFault> fault_of_name(const model::Cluster& cluster, std::string_view name);

}  // namespace vlint::rules
