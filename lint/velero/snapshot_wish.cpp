#include "lint/velero/snapshot_wish.h"

#include <utility>

namespace vlint::velero {
namespace {

SnapshotWish unknown_wish(Reason reason, EvidenceList evidence) {
  return {Known::unknown, Known::unknown, reason, std::move(evidence), false, kNoIndex};
}

SnapshotWish refuse(Reason reason, EvidenceList evidence) {
  return {Known::no, Known::no, reason, std::move(evidence), false, kNoIndex};
}

}  // namespace

std::optional<PolicyMatch> SnapshotWishes::match(const VolumeAttributes& volume) const {
  if (schedule_.has_volume_policies == Known::no) return std::nullopt;
  if (!schedule_.volume_policies) return PolicyMatch{false, std::nullopt, {}};
  return schedule_.volume_policies->match(volume);
}

// A policy that matches decides, whatever snapshotVolumes and annotations say.
std::optional<SnapshotWish> SnapshotWishes::check_policy(const VolumeAttributes& volume,
                                                         const EvidenceList& about) const {
  const std::optional<PolicyMatch> found = match(volume);
  if (!found) return std::nullopt;
  if (!found->known) {
    if (!schedule_.volume_policies) {
      return unknown_wish(Reason::unknown_value, EvidenceList(schedule_.volume_policy_evidence));
    }
    const EvidenceList open = {{"whether the volume policy matches is not known", found->where}};
    return unknown_wish(Reason::unknown_value, concat(open, about));
  }
  if (!found->action) return std::nullopt;
  EvidenceList evidence = schedule_.volume_policies->evidence(*found);
  switch (*found->action) {
    case PolicyAction::snapshot:
      return SnapshotWish{Known::yes, Known::no, Reason::csi_snapshot, std::move(evidence), false, kNoIndex};
    case PolicyAction::skip:
      return refuse(Reason::policy_skip, std::move(evidence));
    case PolicyAction::fs_backup:
      return refuse(Reason::policy_fs_backup, std::move(evidence));
    case PolicyAction::custom:
      break;
  }
  return refuse(Reason::policy_other_action, std::move(evidence));
}

std::optional<SnapshotWish> SnapshotWishes::check_claim_bound(std::uint32_t claim) const {
  const ClaimFacts& facts = facts_.claims[claim];
  if (facts.has_volume()) return std::nullopt;
  return SnapshotWish{Known::no, Known::yes, Reason::claim_unbound, facts.binding, facts.bound_is_assumed, kNoIndex};
}

// Any pod of the namespace that mounts the claim counts, selected or not, in whatever phase; and it counts by its
// annotations and the default alone, without regard to types and policies.
std::optional<SnapshotWish> SnapshotWishes::check_pods(std::uint32_t claim) const {
  Known suppressed = Known::no;
  std::uint32_t by = kNoIndex;
  for (const std::uint32_t use : facts_.claim_uses[claim]) {
    const PodFacts& pod = facts_.pods[facts_.workload_of[use]];
    const LegacyChoice choice = fs_backup_.legacy_choice(pod, facts_.volumes[use].volume);
    const Known here = choice.wanted && pod.exist;
    if (here > suppressed) {
      suppressed = here;
      by = use;
    }
    if (here != Known::yes) continue;
    SnapshotWish wish = refuse(Reason::suppressed_by_fs_backup, choice.evidence);
    wish.suppressor = use;
    return wish;
  }
  if (suppressed == Known::no) return std::nullopt;
  SnapshotWish wish = unknown_wish(
      Reason::unknown_value,
      {{"whether file system backup keeps its snapshot away is not known", facts_.volumes[by].volume.volume.span()}});
  return wish;
}

std::optional<SnapshotWish> SnapshotWishes::check_snapshot_volumes() const {
  const Setting& setting = schedule_.snapshot_volumes;
  if (setting.value == Known::yes) return std::nullopt;
  if (setting.value == Known::no) {
    return refuse(Reason::snapshot_volumes_false, {{"snapshotVolumes is false", setting.where}});
  }
  return unknown_wish(Reason::unknown_value, {{"whether snapshotVolumes is true is not known", setting.where}});
}

SnapshotWish SnapshotWishes::of_claim(std::uint32_t claim) const {
  const ClaimFacts& facts = facts_.claims[claim];
  // Up to 1.17 a claim without a volume is an error before policies are asked.
  if (!install_.is_at_least(1, 18)) {
    if (std::optional<SnapshotWish> unbound = check_claim_bound(claim)) return *std::move(unbound);
  }
  if (std::optional<SnapshotWish> decided = check_policy(facts.seen_attributes(), facts.volume)) {
    if (!facts.in_repository && decided->wanted == Known::unknown) decided->reason = Reason::claim_missing;
    return *std::move(decided);
  }
  if (std::optional<SnapshotWish> unbound = check_claim_bound(claim)) return *std::move(unbound);
  const PvFacts& volume = facts_.pvs[facts.pv];
  if (volume.claim != kNoIndex) {
    if (std::optional<SnapshotWish> refused = check_pods(volume.claim)) return *std::move(refused);
  }
  if (std::optional<SnapshotWish> refused = check_snapshot_volumes()) return *std::move(refused);
  return {};
}

SnapshotWish SnapshotWishes::of_volume(std::uint32_t pv, bool tracked) const {
  const PvFacts& volume = facts_.pvs[pv];
  if (!install_.is_at_least(1, 14)) {
    // velero 1.13 pkg/backup/item_backupper.go: takePVSnapshot.
    if (std::optional<SnapshotWish> refused = check_snapshot_volumes()) return *std::move(refused);
    if (tracked) return refuse(Reason::default_is_fs_backup, {});
    return {};
  }
  // The claim that policies are shown here is an empty one.
  if (std::optional<SnapshotWish> decided = check_policy(volume.attributes, {})) return *std::move(decided);
  if (volume.claim != kNoIndex) {
    if (std::optional<SnapshotWish> refused = check_pods(volume.claim)) return *std::move(refused);
  }
  if (std::optional<SnapshotWish> refused = check_snapshot_volumes()) return *std::move(refused);
  return {};
}

}  // namespace vlint::velero
