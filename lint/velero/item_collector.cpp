#include "lint/velero/item_collector.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "lint/velero/names.h"
#include "lint/velero/stored_namespaces.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kCrds = "customresourcedefinitions.apiextensions.k8s.io";

// The same objects under two groups; the one that discovery names first is taken. cohabitatingResources().
struct Cohabitants {
  std::string_view name;
  std::array<std::string_view, 2> groups;
};
constexpr auto kCohabitants = std::to_array<Cohabitants>({
    {"deployments", {"extensions", "apps"}},
    {"daemonsets", {"extensions", "apps"}},
    {"replicasets", {"extensions", "apps"}},
    {"networkpolicies", {"extensions", "networking.k8s.io"}},
    {"events", {"", "events.k8s.io"}},
});

std::pair<std::string_view, std::string_view> name_and_group(std::string_view full) {
  const std::size_t dot = full.find('.');
  return dot == std::string_view::npos ? std::pair(full, std::string_view())
                                       : std::pair(full.substr(0, dot), full.substr(dot + 1));
}

const Cohabitants* cohabitants_of(std::string_view full) {
  const auto [name, group] = name_and_group(full);
  for (const Cohabitants& one : kCohabitants) {
    if (one.name == name && (one.groups[0] == group || one.groups[1] == group)) return &one;
  }
  return nullptr;
}

// Of the members that are in discovery, the group that sorts first is met first: "apps" before "extensions".
bool is_taken_elsewhere(const std::vector<ListedType>& types, std::string_view full) {
  const Cohabitants* cohabitants = cohabitants_of(full);
  if (cohabitants == nullptr) return false;
  const auto own = name_and_group(full);
  return std::any_of(types.begin(), types.end(), [&](const ListedType& other) {
    return cohabitants_of(other.type.name) == cohabitants && name_and_group(other.type.name) < own;
  });
}

class Collector {
 public:
  Collector(const NamespaceFilter& namespaces, const ResourceFilter& resources, const SelectorFilter& selectors,
            const Version& version, std::vector<std::string> existing)
      : namespaces_(namespaces),
        resources_(resources),
        selectors_(selectors),
        version_(version),
        is_everything_(namespaces.is_everything(existing)) {}

  void collect(const ListedType& listed) {
    if (listed.type.name == kNamespaces) return;
    if (resources_.includes(listed.type, is_everything_) != Known::yes) return;
    for (const Value object : listed.objects) {
      const Value metadata = object["metadata"];
      if (selectors_.takes(kube::read_labels(metadata["labels"])) != Known::yes) continue;
      if (listed.type.scope == kube::Scope::namespaced) {
        const std::string_view name_space = metadata["namespace"].text();
        const bool passes = namespaces_.includes(name_space) == Known::yes;
        if (passes || namespaces_.lists_all()) listed_.insert(name_space);
        if (!passes) continue;
      }
      store(listed.type.name, object);
    }
  }

  void collect_namespaces(const ListedType& listed) {
    if (resources_.includes(listed.type, is_everything_) != Known::yes) return;
    const NamespaceTracker tracker(namespaces_, selectors_, is_everything_, version_, listed_, true);
    for (const Value object : listed.objects) {
      if (tracker.is_stored(object)) store(listed.type.name, object);
    }
  }

  // The definition of each custom type of which something is stored, unless definitions are excluded.
  void collect_definitions(const ListedType& listed) {
    if (resources_.excludes(listed.type) != Known::no) return;
    const std::set<std::string> types = types_;
    for (const Value object : listed.objects) {
      const std::string_view name = object["metadata"]["name"].text();
      if (types.count(std::string(name)) != 0) store(listed.type.name, object);
    }
  }

  std::vector<StoredObject> take() { return std::move(stored_); }

 private:
  // item_backupper.go: each object once, and none with the exclude label or on its way out.
  void store(const std::string& resource, Value object) {
    const Value metadata = object["metadata"];
    if (metadata["labels"][kExcludeLabel].text() == "true" || metadata["deletionTimestamp"].is_set()) return;
    const std::string_view name_space = metadata["namespace"].text();
    const std::string_view name = metadata["name"].text();
    if (!seen_.emplace(resource, name_space, name).second) return;
    types_.insert(resource);
    stored_.push_back({resource, name_space, name});
  }

  const NamespaceFilter& namespaces_;
  const ResourceFilter& resources_;
  const SelectorFilter& selectors_;
  Version version_;
  bool is_everything_;
  std::set<std::string_view> listed_;
  std::set<std::tuple<std::string, std::string_view, std::string_view>> seen_;
  std::set<std::string> types_;
  std::vector<StoredObject> stored_;
};

}  // namespace

std::vector<StoredObject> collect_items(const std::vector<ListedType>& types, const NamespaceFilter& namespaces,
                                        const ResourceFilter& resources, const SelectorFilter& selectors,
                                        const Version& version) {
  std::vector<std::string> existing;
  for (const ListedType& listed : types) {
    if (listed.type.name != kNamespaces) continue;
    for (const Value object : listed.objects) existing.emplace_back(object["metadata"]["name"].text());
  }
  std::sort(existing.begin(), existing.end());
  Collector collector(namespaces, resources, selectors, version, std::move(existing));
  for (const ListedType& listed : types) {
    if (!is_taken_elsewhere(types, listed.type.name)) collector.collect(listed);
  }
  for (const ListedType& listed : types) {
    if (listed.type.name == kNamespaces) collector.collect_namespaces(listed);
    if (listed.type.name == kCrds) collector.collect_definitions(listed);
  }
  return collector.take();
}

}  // namespace vlint::velero
