#include "lint/gitops/clusters.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "lint/base/text.h"
#include "lint/kustomize/file_access.h"

namespace vlint::gitops {
namespace {

using Names = std::vector<std::string_view>;  // folder names, from the root down

// More clusters than that, and units without a name of a cluster become a cluster of their own: a catalogue of examples
// is no fleet, and copying what they share into each would cost time and tell nothing.
constexpr std::size_t kMostClusters = 32;

// Applied again from elsewhere without harm, and by habit: each unit brings its Namespace along.
bool may_be_repeated(const kube::Resource& resource) {
  return resource.is("", "Namespace") || resource.kind == "CustomResourceDefinition";
}

// Two contents for one object. Without a namespace in both it is not known to be one object, unless both are built from
// the same text.
bool is_conflict(const kube::Resource& a, const kube::Resource& b) {
  const bool is_cluster_scoped = a.info != nullptr && a.info->scope == kube::Scope::cluster;
  const bool is_one_object = is_cluster_scoped || !a.name_space.empty() || a.root.source() == b.root.source();
  return is_one_object && !yaml::equal(a.root, b.root);
}

// The two folder names at the first place in which the paths differ. None when one path is above the other: then they
// name no two sides.
std::optional<std::pair<std::string_view, std::string_view>> differing_names(std::string_view a, std::string_view b) {
  const Names one = split(a, '/');
  const Names other = split(b, '/');
  const std::size_t common = std::min(one.size(), other.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (one[i] != other[i]) return std::pair(one[i], other[i]);
  }
  return std::nullopt;
}

struct NamesOfClusters {
  std::set<std::string_view> names;
  const kube::Resource* first = nullptr;  // the object that told the first two apart
};

NamesOfClusters names_of_clusters(const std::vector<Unit>& units) {
  using Identity = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
  std::map<Identity, const kube::Resource*> first;
  std::set<std::pair<std::uint32_t, std::uint32_t>> compared;  // pairs of units known to be in conflict
  NamesOfClusters found;
  for (const Unit& unit : units) {
    if (unit.is_facts) continue;
    for (const kube::Resource& resource : unit.resources) {
      if (may_be_repeated(resource) || resource.name.empty()) continue;
      const auto [at, is_new] =
          first.try_emplace({resource.kind, resource.group, resource.name_space, resource.name}, &resource);
      if (is_new || at->second->unit == resource.unit) continue;
      if (compared.count({at->second->unit, resource.unit}) != 0 || !is_conflict(*at->second, resource)) continue;
      compared.emplace(at->second->unit, resource.unit);
      const auto differing = differing_names(units[at->second->unit].folder, unit.folder);
      if (!differing) continue;
      found.names.insert({differing->first, differing->second});
      if (found.first == nullptr) found.first = &resource;
    }
  }
  return found;
}

// The names of clusters that stand in a unit's path.
Names key_of(const Unit& unit, const std::set<std::string_view>& names) {
  Names key;
  for (const std::string_view part : split(unit.folder, '/')) {
    if (names.count(part) != 0) key.push_back(part);
  }
  return key;
}

// Whether `part` has only names that `whole` has too.
bool is_within(const Names& part, const Names& whole) {
  return std::all_of(part.begin(), part.end(),
                     [&](std::string_view name) { return std::find(whole.begin(), whole.end(), name) != whole.end(); });
}

std::string name_some(const std::vector<ClusterUnits>& clusters) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string_view> names;
  for (const ClusterUnits& cluster : clusters) names.push_back(cluster.name);
  if (names.size() <= kShown) return join(names, ", ");
  const std::size_t more = names.size() - kShown;
  names.resize(kShown);
  return fmt::format("{} and {} more", join(names, ", "), more);
}

}  // namespace

Clusters find_clusters(const std::vector<Unit>& units) {
  const NamesOfClusters found = names_of_clusters(units);
  std::map<Names, std::vector<std::uint32_t>> by_key;
  for (std::size_t i = 0; i < units.size(); ++i) {
    by_key[key_of(units[i], found.names)].push_back(static_cast<std::uint32_t>(i));
  }
  Clusters clusters;
  const bool shares = by_key.size() <= kMostClusters;
  for (const auto& [key, own] : by_key) {
    const bool is_part_of_others = std::any_of(by_key.begin(), by_key.end(), [&, &key = key](const auto& other) {
      return shares && other.first != key && is_within(key, other.first);
    });
    if (is_part_of_others) continue;
    ClusterUnits cluster{key.empty() ? "default" : join(key, "/"), {}};
    for (const auto& [other_key, other_units] : by_key) {
      const bool runs_here = other_key == key || (shares && is_within(other_key, key));
      if (runs_here) cluster.units.insert(cluster.units.end(), other_units.begin(), other_units.end());
    }
    std::sort(cluster.units.begin(), cluster.units.end());
    clusters.all.push_back(std::move(cluster));
  }
  if (clusters.all.empty()) clusters.all.push_back({"default", {}});
  if (found.first != nullptr) {
    clusters.assumption = {
        display_name(units[found.first->unit]),
        fmt::format("{} is deployed with different contents, so the folders {} are taken for clusters "
                    "of their own",
                    found.first->title(), name_some(clusters.all)),
        found.first->place()};
  }
  return clusters;
}

Clusters named_clusters(const std::vector<Unit>& units, const std::vector<NamedCluster>& named) {
  Clusters clusters;
  const auto is_in = [&](const Unit& unit, const NamedCluster& cluster) {
    return std::any_of(cluster.paths.begin(), cluster.paths.end(),
                       [&](const std::string& path) { return kustomize::is_inside(unit.folder, path); });
  };
  for (const NamedCluster& cluster : named) clusters.all.push_back({cluster.name, {}});
  for (std::size_t i = 0; i < units.size(); ++i) {
    const bool has_place =
        std::any_of(named.begin(), named.end(), [&](const NamedCluster& cluster) { return is_in(units[i], cluster); });
    for (std::size_t c = 0; c < named.size(); ++c) {
      if (!has_place || is_in(units[i], named[c])) clusters.all[c].units.push_back(static_cast<std::uint32_t>(i));
    }
  }
  std::sort(clusters.all.begin(), clusters.all.end(),
            [](const ClusterUnits& a, const ClusterUnits& b) { return a.name < b.name; });
  return clusters;
}

}  // namespace vlint::gitops
