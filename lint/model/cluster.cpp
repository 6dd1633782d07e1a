#include "lint/model/cluster.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace vlint::model {
namespace {

using kube::Resource;

auto kind_key(const Resource& r) { return std::tie(r.kind, r.group); }
auto identity_key(const Resource& r) { return std::tie(r.kind, r.group, r.name_space, r.name); }

}  // namespace

Cluster::Cluster(std::string name, std::vector<Resource> resources, std::vector<Incomplete> incomplete)
    : name_(std::move(name)),
      resources_(std::move(resources)),
      incomplete_(std::move(incomplete)),
      by_identity_(resources_.size()) {
  std::iota(by_identity_.begin(), by_identity_.end(), 0U);
  std::stable_sort(by_identity_.begin(), by_identity_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return identity_key(resources_[a]) < identity_key(resources_[b]);
  });
}

std::vector<const Resource*> Cluster::of_kind(std::string_view group, std::string_view kind) const {
  const auto wanted = std::tie(kind, group);
  const auto begin =
      std::lower_bound(by_identity_.begin(), by_identity_.end(), wanted,
                       [this](std::uint32_t i, const auto& key) { return kind_key(resources_[i]) < key; });
  std::vector<const Resource*> found;
  for (auto at = begin; at != by_identity_.end() && kind_key(resources_[*at]) == wanted; ++at) {
    found.push_back(&resources_[*at]);
  }
  // The order of the sources, not of the names. All pointers are into one vector.
  std::sort(found.begin(), found.end());
  return found;
}

const Resource* Cluster::find(std::string_view group, std::string_view kind, std::string_view name_space,
                              std::string_view name) const {
  const auto wanted = std::tie(kind, group, name_space, name);
  const auto after =
      std::upper_bound(by_identity_.begin(), by_identity_.end(), wanted,
                       [this](const auto& key, std::uint32_t i) { return key < identity_key(resources_[i]); });
  if (after == by_identity_.begin()) return nullptr;
  const Resource& last = resources_[*(after - 1)];
  return identity_key(last) == wanted ? &last : nullptr;
}

}  // namespace vlint::model
