// Which Namespace objects a Backup stores. velero 1.18 pkg/backup/item_collector.go: collectNamespaces and nsTracker.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/velero/facts.h"
#include "lint/velero/filters.h"

namespace vlint::velero {

class NamespaceTracker {
 public:
  // `listed`: the namespaces of all listed objects, also of those that other checks leave out. `is_live`: the objects
  // have their status. What is referred to must outlive it.
  NamespaceTracker(const NamespaceFilter& namespaces, const SelectorFilter& selectors, bool is_everything,
                   const Version& version, std::set<std::string_view> listed, bool is_live)
      : namespaces_(namespaces),
        selectors_(selectors),
        is_everything_(is_everything),
        version_(version),
        listed_(std::move(listed)),
        is_live_(is_live) {}

  bool is_stored(yaml::Value name_space) const;

 private:
  bool is_selected(yaml::Value name_space) const;
  bool has_listed_object(std::string_view name) const;

  const NamespaceFilter& namespaces_;
  const SelectorFilter& selectors_;
  bool is_everything_;
  Version version_;
  std::set<std::string_view> listed_;
  bool is_live_;
};

// Of the pods and claims of the facts, and the Namespace objects of the cluster; sorted.
std::vector<std::string_view> stored_namespaces(const Schedule& schedule, const Install& install,
                                                const model::Cluster& cluster, const Facts& facts,
                                                std::span<const LabelledNamespace> labelled);

}  // namespace vlint::velero
