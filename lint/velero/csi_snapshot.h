// What Velero's CSI plugin does with a claim.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lint/velero/data_movement.h"
#include "lint/velero/facts.h"
#include "lint/velero/group_snapshot.h"
#include "lint/velero/snapshot_wish.h"

namespace vlint::velero {

struct SnapshotDecision {
  Known taken = Known::no;
  Known error = Known::no;  // of the item: the claim is not stored, and a pod that brought it is dropped
  Method method = Method::none;
  Outcome outcome = Outcome::not_protected;
  Reason reason = Reason::unknown_value;
  EvidenceList evidence;
  bool assumed = false;
  std::string_view class_name;          // of the VolumeSnapshotClass
  std::uint32_t suppressor = kNoIndex;  // see SnapshotWish
};

class CsiSnapshots {
 public:
  // What it is made of must outlive it.
  CsiSnapshots(const Schedule& schedule, const Install& install, const Facts& facts, const SnapshotWishes& wishes,
               const GroupSnapshots& groups);

  // The item of a claim up to its volume: the policy check of the item's actions, then the plugin.
  SnapshotDecision decide(std::uint32_t claim);

 private:
  std::optional<SnapshotDecision> check_policy_skip(std::uint32_t claim) const;
  std::optional<SnapshotDecision> check_feature() const;
  std::optional<SnapshotDecision> check_wanted(std::uint32_t claim, EvidenceList& evidence) const;
  std::optional<SnapshotDecision> check_wanted_by_plugin(std::uint32_t claim) const;
  std::optional<SnapshotDecision> check_storage_class(const ClaimFacts& claim) const;
  std::optional<SnapshotDecision> check_csi_volume(const ClaimFacts& claim) const;
  std::optional<SnapshotDecision> check_class_exists(const ClaimFacts& claim) const;
  SnapshotDecision take(std::uint32_t claim, const EvidenceList& wanted);
  SnapshotDecision take_alone(const ClaimFacts& claim, const EvidenceList& wanted);
  ClassChoice choose_class(const ClaimFacts& claim);
  SnapshotDecision run_plugin(std::uint32_t claim);
  SnapshotDecision finish(std::string_view class_name, const EvidenceList& chosen, const EvidenceList& wanted,
                          bool assumed) const;

  const Schedule& schedule_;
  const Install& install_;
  const Facts& facts_;
  const SnapshotWishes& wishes_;
  const GroupSnapshots& groups_;
  DataMovement movement_;
  yaml::Value backup_annotations_;
  Known is_enabled_ = Known::unknown;
  EvidenceList feature_;
  std::map<std::string, ClassChoice> class_of_driver_;  // for claims that name none
};

}  // namespace vlint::velero
