#include "lint/velero/stored_namespaces.h"

#include <algorithm>

#include "lint/velero/names.h"

namespace vlint::velero {

bool NamespaceTracker::is_stored(yaml::Value name_space) const {
  const yaml::Value metadata = name_space["metadata"];
  if (metadata["labels"][kExcludeLabel].text() == "true") return false;
  return is_selected(name_space) || has_listed_object(metadata["name"].text());
}

// By the label selector, or by its name; where all namespaces are taken anyway the selector decides. Only active ones.
bool NamespaceTracker::is_selected(yaml::Value name_space) const {
  const yaml::Value phase = name_space["status"]["phase"];
  if (phase.is_set() ? phase.text() != "Active" : is_live_) return false;
  const yaml::Value metadata = name_space["metadata"];
  if (!selectors_.takes_everything()) {
    if (selectors_.takes(kube::read_labels(metadata["labels"])) == Known::yes) return true;
    if (is_everything_) return false;
  }
  return namespaces_.admits(metadata["name"].text());
}

// Up to 1.17 the objects of excluded namespaces count where all namespaces are listed at once.
bool NamespaceTracker::has_listed_object(std::string_view name) const {
  const bool is_listed =
      namespaces_.includes(name) == Known::yes || (!at_least(version_, 1, 18) && namespaces_.lists_all());
  return is_listed && listed_.count(name) != 0;
}

std::vector<std::string_view> stored_namespaces(const Schedule& schedule, const Install& install,
                                                const model::Cluster& cluster, const Facts& facts,
                                                std::span<const LabelledNamespace> labelled) {
  const Filters filters(schedule, install, labelled, facts.known_namespaces());
  std::vector<std::string_view> stored;
  const ResourceType type{std::string(kNamespaces), kube::Scope::cluster};
  if (filters.resources().includes(type, filters.is_everything()) != Known::yes) return stored;
  std::set<std::string_view> listed;
  for (std::size_t i = 0; filters.pods().selected == Known::yes && i < facts.pods.size(); ++i) {
    if (filters.selectors().takes(facts.pods[i].labels) != Known::yes) continue;
    listed.insert(facts.namespaces[facts.workload_namespace[i]].name);
  }
  for (std::size_t i = 0; filters.claims().selected == Known::yes && i < facts.claims.size(); ++i) {
    if (!facts.claims[i].in_repository || filters.selectors().takes(facts.claims[i].labels) != Known::yes) continue;
    listed.insert(facts.namespaces[facts.claim_namespace[i]].name);
  }
  const NamespaceTracker tracker(filters.namespaces(), filters.selectors(), filters.is_everything(), install.version,
                                 std::move(listed), facts.is_dump);
  for (const kube::Resource* one : cluster.of_kind("", "Namespace")) {
    if (tracker.is_stored(one->root)) stored.push_back(one->name);
  }
  std::sort(stored.begin(), stored.end());
  return stored;
}

}  // namespace vlint::velero
