#include "lint/velero/item_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "lint/base/text.h"
#include "lint/velero/resource_filter.h"

namespace vlint::velero {
namespace {

// The place of each item that orderedResources names. velero pkg/backup/item_collector.go: sortResourcesByOrder.
std::map<std::string, std::size_t> ordered_names(const Schedule& schedule, std::string_view resource) {
  std::map<std::string, std::size_t> places;
  const yaml::Value list = schedule.backup.ordered_resources[resource];
  if (!list.is_set()) return places;  // mutant: a shortcut, a name that is empty is no item's
  for (const std::string_view name : split(list.text(), ',')) {
    places.try_emplace(std::string(trim(name)), places.size());
  }
  return places;
}

// Named items first, in the order of their names in the list; the others as they are.
template <typename NameOf>
std::vector<std::uint32_t> with_named_first(const std::vector<std::uint32_t>& order,
                                            const std::map<std::string, std::size_t>& places, NameOf name_of) {
  if (places.empty()) return order;  // mutant: a shortcut, the sort is stable
  std::vector<std::uint32_t> sorted = order;
  const auto place_of = [&](std::uint32_t i) {
    const auto found = places.find(name_of(i));
    return found == places.end() ? places.size() : found->second;
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return place_of(a) < place_of(b); });
  return sorted;
}

class Orderer {
 public:
  Orderer(const Plan& plan, const Facts& facts, const Schedule& schedule, const Selection& selection,
          const GroupSnapshots& groups)
      : plan_(plan), facts_(facts), schedule_(schedule), selection_(selection), groups_(groups) {}

  std::vector<Item> list() const {
    std::vector<Item> items;
    const auto pod_name = [&](std::uint32_t i) {
      const Facts::Instance& pod = facts_.instances[i];
      return fmt::format("{}/{}", plan_.workloads[pod.workload].resource->name_space, pod.name);
    };
    for (const std::uint32_t i : with_named_first(facts_.instance_order, ordered_names(schedule_, kPods), pod_name)) {
      if (selection_.listed_pods[facts_.instances[i].workload] != Known::no) items.push_back({Item::Kind::pod, i});
    }
    const auto claim_name = [&](std::uint32_t i) {
      if (i >= plan_.claims.size()) return std::string();
      return fmt::format("{}/{}", plan_.claims[i].name_space, plan_.claims[i].name);
    };
    for (const std::uint32_t i :
         with_named_first(facts_.claim_order, ordered_names(schedule_, kPersistentVolumeClaims), claim_name)) {
      if (selection_.listed_claims[i] != Known::no) items.push_back({Item::Kind::claim, i});
    }
    const auto volume_name = [&](std::uint32_t i) { return std::string(facts_.pvs[i].name); };
    for (const std::uint32_t i :
         with_named_first(facts_.pv_order, ordered_names(schedule_, kPersistentVolumes), volume_name)) {
      if (selection_.listed_volumes[i] != Known::no) items.push_back({Item::Kind::volume, i});
    }
    return items;
  }

  // Each item brings what belongs to it, that in turn what belongs to it, and so on. An item is in one block only.
  std::vector<Item> in_blocks(const std::vector<Item>& listed) {
    pods_.assign(facts_.instances.size(), 0);
    claims_.assign(facts_.claims.size(), 0);
    volumes_.assign(facts_.pvs.size(), 0);
    next_member_.assign(groups_.size(), 0);
    std::vector<Item> order;
    order.reserve(listed.size());
    std::vector<Item> open;
    for (const Item& first : listed) {
      open.push_back(first);
      while (!open.empty()) {
        const Item item = open.back();
        if (item.kind == Item::Kind::group) {
          next_of_group(item.index, open);
          continue;
        }
        open.pop_back();
        char& seen = seen_of(item);
        if (seen != 0 || !is_selected(item)) continue;
        seen = 1;
        order.push_back(item);
        const std::size_t begin = open.size();
        add_related(item, open);
        std::reverse(open.begin() + static_cast<std::ptrdiff_t>(begin), open.end());
      }
    }
    return order;
  }

  void add_related(const Item& item, std::vector<Item>& related) const {
    if (item.kind == Item::Kind::pod) return add_claims(item.index, related);
    if (item.kind == Item::Kind::claim) add_of_claim(item.index, related);
  }

 private:
  // pkg/itemblock/actions/pod_action.go.
  void add_claims(std::uint32_t instance, std::vector<Item>& related) const {
    for (const Facts::InstanceUse& use : facts_.uses_of(facts_.instances[instance])) {
      if (use.claim != kNoIndex) related.push_back({Item::Kind::claim, use.claim});
    }
  }

  // pkg/itemblock/actions/pvc_action.go: the volume of a bound claim, the running pods that mount it, its group.
  void add_of_claim(std::uint32_t index, std::vector<Item>& related) const {
    const ClaimFacts& claim = facts_.claims[index];
    if (claim.bound == Known::no || !claim.has_volume_name || !claim.exists) return;
    if (claim.pv != kNoIndex) related.push_back({Item::Kind::volume, claim.pv});
    for (const std::uint32_t instance : facts_.claim_instances[index]) {
      if (facts_.pods[facts_.instances[instance].workload].running == Known::no) continue;
      related.push_back({Item::Kind::pod, instance});
    }
    if (const std::uint32_t group = groups_.group_of(index); group != kNoIndex) {
      related.push_back({Item::Kind::group, group});
    }
  }

  // The group stays open until all its members are in the block.
  void next_of_group(std::uint32_t group, std::vector<Item>& open) {
    const std::vector<std::uint32_t>& members = groups_.members(group);
    std::size_t& next = next_member_[group];
    if (next == members.size()) {
      open.pop_back();
    } else {
      open.push_back({Item::Kind::claim, members[next++]});
    }
  }

  char& seen_of(const Item& item) {
    switch (item.kind) {
      case Item::Kind::pod:
        return pods_[item.index];
      case Item::Kind::claim:
        return claims_[item.index];
      default:
        break;
    }
    return volumes_[item.index];
  }

  bool is_selected(const Item& item) const {
    switch (item.kind) {
      case Item::Kind::pod:
        return selection_.pods[facts_.instances[item.index].workload].selected != Known::no;
      case Item::Kind::claim:
        return selection_.claims[item.index].selected != Known::no;
      default:
        break;
    }
    return selection_.volumes[item.index].selected != Known::no;
  }

  const Plan& plan_;
  const Facts& facts_;
  const Schedule& schedule_;
  const Selection& selection_;
  const GroupSnapshots& groups_;
  std::vector<char> pods_;
  std::vector<char> claims_;
  std::vector<char> volumes_;
  std::vector<std::size_t> next_member_;  // by group
};

}  // namespace

std::vector<Item> order_items(const Plan& plan, const Facts& facts, const Schedule& schedule, const Install& install,
                              const Selection& selection, const GroupSnapshots& groups) {
  Orderer orderer(plan, facts, schedule, selection, groups);
  std::vector<Item> listed = orderer.list();
  return install.is_at_least(1, 15) ? orderer.in_blocks(listed) : listed;
}

std::vector<Item> related_items(const Plan& plan, const Facts& facts, const GroupSnapshots& groups, const Item& item) {
  const Schedule schedule;
  const Selection selection;
  std::vector<Item> related;
  Orderer(plan, facts, schedule, selection, groups).add_related(item, related);
  return related;
}

}  // namespace vlint::velero
