#include "lint/velero/group_snapshot.h"

#include <fmt/format.h>

namespace vlint::velero {

GroupSnapshots::GroupSnapshots(const Schedule& schedule, const Install& install, const Facts& facts,
                               const SnapshotWishes& wishes)
    : facts_(facts) {
  if (!install.is_at_least(1, 17) || !schedule.group_label_key) return;
  label_key_ = *schedule.group_label_key;
  if (label_key_.empty()) return;  // mutant: a shortcut, no label has an empty name
  std::map<std::pair<std::uint32_t, std::string_view>, std::uint32_t> ids;  // by namespace and the label's value
  for (const std::uint32_t claim : facts.claim_order) {
    const std::string* value = facts.claims[claim].labels.find(label_key_);
    if (value == nullptr || value->empty()) continue;
    if (group_of_.empty()) group_of_.assign(facts.claims.size(), kNoIndex);
    const auto [at, inserted] =
        ids.try_emplace({facts.claim_namespace[claim], *value}, static_cast<std::uint32_t>(groups_.size()));
    if (inserted) groups_.emplace_back();
    group_of_[claim] = at->second;
    groups_[at->second].members.push_back(claim);
  }
  for (Group& group : groups_) {
    // 1.17 takes all members, whatever policies say.
    const bool filters = install.is_at_least(1, 18);
    group.driver = find_driver(facts, filters ? filter_by_policy(group.members, wishes) : group.members);
  }
}

// velero 1.18 pkg/backup/actions/csi/pvc_action.go: filterPVCsByVolumePolicy (issue 9344).
std::vector<std::uint32_t> GroupSnapshots::filter_by_policy(const std::vector<std::uint32_t>& claims,
                                                            const SnapshotWishes& wishes) {
  std::vector<std::uint32_t> wanted;
  for (const std::uint32_t claim : claims) {
    const SnapshotWish wish = wishes.of_claim(claim);
    if (wish.wanted != Known::no || wish.error != Known::no) wanted.push_back(claim);
  }
  return wanted;
}

GroupSnapshots::Decision GroupSnapshots::check_member(const ClaimFacts& member,
                                                      const std::optional<std::string>& driver) {
  if (!member.has_volume()) {
    return {Result::fails, Reason::claim_unbound, {}, member.binding, member.bound_is_assumed};
  }
  const Known is_csi = member.attributes.is_csi;
  if (is_csi == Known::unknown || (is_csi == Known::yes && !member.attributes.csi_driver)) {
    return {Result::unknown, Reason::unknown_value, {}, member.volume, false};
  }
  if (is_csi == Known::yes && (!driver || *driver == *member.attributes.csi_driver)) return {};
  const EvidenceList odd = {{is_csi == Known::no ? "this claim of the group is on no CSI driver"
                                                 : "this claim of the group is on another driver",
                             member.metadata["name"].span()}};
  return {Result::fails, Reason::group_of_several_drivers, {}, concat(odd, member.volume), false};
}

// ... determineCSIDriver: all members must have CSI volumes of one driver.
GroupSnapshots::CommonDriver GroupSnapshots::find_driver(const Facts& facts, const std::vector<std::uint32_t>& claims) {
  CommonDriver common;
  for (const std::uint32_t claim : claims) {
    common.obstacle = check_member(facts.claims[claim], common.name);
    if (common.obstacle.result != Result::none) {
      common.name.reset();
      return common;
    }
    common.name = facts.claims[claim].attributes.csi_driver;
  }
  return common;
}

GroupSnapshots::Decision GroupSnapshots::decide(std::uint32_t claim, yaml::Value backup_annotations) const {
  const std::uint32_t id = group_of(claim);
  if (id == kNoIndex) return {};
  const CommonDriver& driver = groups_[id].driver;
  const yaml::Value metadata = facts_.claims[claim].metadata;
  const EvidenceList in_group = {{fmt::format("the claim is in a volume group by its label {}", label_key_),
                                  metadata["labels"].find(label_key_).key.span()}};
  if (driver.obstacle.result != Result::none) {
    Decision decision = driver.obstacle;
    decision.evidence = concat(in_group, decision.evidence);
    return decision;
  }
  const ClassChoice choice = facts_.snapshot_classes.choose_for_group(
      driver.name.value_or(std::string()), facts_.claims[claim].annotations, backup_annotations);
  Decision decision{Result::taken, Reason::csi_snapshot, choice.name, concat(in_group, choice.evidence), false};
  if (!choice.name.empty()) return decision;
  decision.reason = Reason::no_group_snapshot_class;
  decision.result = facts_.is_dump || facts_.is_complete ? Result::fails : Result::unknown;
  decision.assumed = !facts_.is_dump;
  return decision;
}

}  // namespace vlint::velero
