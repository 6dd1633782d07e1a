// Volume group snapshots (from Velero 1.17): claims of one namespace that carry the same group label are snapshotted
// together.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lint/velero/facts.h"
#include "lint/velero/snapshot_wish.h"

namespace vlint::velero {

class GroupSnapshots {
 public:
  // What it is made of must outlive it.
  GroupSnapshots(const Schedule& schedule, const Install& install, const Facts& facts, const SnapshotWishes& wishes);

  enum class Result : std::uint8_t { none, taken, fails, unknown };
  struct Decision {
    Result result = Result::none;  // none: the claim is in no group
    Reason reason = Reason::unknown_value;
    std::string_view class_name;
    EvidenceList evidence;
    bool assumed = false;
  };
  // Of a claim whose snapshot is wanted.
  Decision decide(std::uint32_t claim, yaml::Value backup_annotations) const;

  // The group of a claim, or kNoIndex, and its members in the order of the API.
  std::uint32_t group_of(std::uint32_t claim) const { return group_of_.empty() ? kNoIndex : group_of_[claim]; }
  const std::vector<std::uint32_t>& members(std::uint32_t group) const { return groups_[group].members; }
  std::size_t size() const { return groups_.size(); }

  // The CSI driver that all the claims have in common.
  struct CommonDriver {
    std::optional<std::string> name;
    Decision obstacle;  // why there is none
  };
  static CommonDriver find_driver(const Facts& facts, const std::vector<std::uint32_t>& claims);
  // Those of the claims whose snapshot is wanted.
  static std::vector<std::uint32_t> filter_by_policy(const std::vector<std::uint32_t>& claims,
                                                     const SnapshotWishes& wishes);

 private:
  struct Group {
    std::vector<std::uint32_t> members;
    CommonDriver driver;
  };

  static Decision check_member(const ClaimFacts& member, const std::optional<std::string>& driver);

  const Facts& facts_;
  std::string label_key_;  // empty: no groups
  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_of_;  // by claim; empty where there are no groups
};

}  // namespace vlint::velero
