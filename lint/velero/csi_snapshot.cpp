#include "lint/velero/csi_snapshot.h"

#include <fmt/format.h>

#include <utility>

namespace vlint::velero {
namespace {

SnapshotDecision fail(Reason reason, EvidenceList evidence, bool assumed = false) {
  SnapshotDecision decision;
  decision.error = Known::yes;
  decision.method = Method::csi_snapshot;
  decision.outcome = Outcome::fails;
  decision.reason = reason;
  decision.evidence = std::move(evidence);
  decision.assumed = assumed;
  return decision;
}

SnapshotDecision leave(Reason reason, EvidenceList evidence) {
  SnapshotDecision decision;
  decision.reason = reason;
  decision.evidence = std::move(evidence);
  return decision;
}

SnapshotDecision unknown_decision(Reason reason, EvidenceList evidence) {
  SnapshotDecision decision;
  decision.taken = Known::unknown;
  decision.error = Known::unknown;
  decision.outcome = Outcome::unknown;
  decision.reason = reason;
  decision.evidence = std::move(evidence);
  return decision;
}

SnapshotDecision from_wish(SnapshotWish wish) {
  if (wish.error == Known::yes) return fail(wish.reason, std::move(wish.evidence), wish.assumed);
  if (wish.wanted == Known::unknown) return unknown_decision(wish.reason, std::move(wish.evidence));
  SnapshotDecision decision = leave(wish.reason, std::move(wish.evidence));
  if (wish.reason == Reason::policy_skip) decision.outcome = Outcome::skipped_on_purpose;
  decision.assumed = wish.assumed;
  decision.suppressor = wish.suppressor;
  return decision;
}

EvidenceList feature_evidence(const Install& install, Known enabled) {
  const ListFlag& features = install.flags.features;
  if (enabled == Known::yes) return {{"the server runs with the feature EnableCSI", features.where}};
  if (enabled == Known::no) {
    const Span where = features.where.valid()    ? features.where
                       : install.servers.empty() ? Span{}
                                                 : install.servers.front()->place();
    return {{"the server runs without the feature EnableCSI", where}};
  }
  return {{install.servers.empty()
               ? "whether the feature EnableCSI is on is not known: the Velero server is not in the repository"
               : "whether the feature EnableCSI is on is not known: the server's flags are not known",
           features.where}};
}

// Up to Velero 1.13 the work is done by a plugin of its own.
Known enabled(const Install& install) {
  const Known feature = install.flags.features.contains("EnableCSI");
  return install.is_at_least(1, 14) ? feature : feature && install.has_csi_plugin;
}

}  // namespace

CsiSnapshots::CsiSnapshots(const Schedule& schedule, const Install& install, const Facts& facts,
                           const SnapshotWishes& wishes, const GroupSnapshots& groups)
    : schedule_(schedule),
      install_(install),
      facts_(facts),
      wishes_(wishes),
      groups_(groups),
      movement_(decide_data_movement(schedule, install)),
      backup_annotations_(schedule.resource == nullptr ? yaml::Value{} : schedule.resource->metadata["annotations"]),
      is_enabled_(enabled(install)),
      feature_(feature_evidence(install, install.flags.features.contains("EnableCSI"))) {}

// velero 1.18 pkg/backup/item_backupper.go: getMatchAction, asked for the CSI plugin even where it does nothing.
std::optional<SnapshotDecision> CsiSnapshots::check_policy_skip(std::uint32_t index) const {
  if (schedule_.has_volume_policies == Known::no || !install_.is_at_least(1, 11)) return std::nullopt;
  const ClaimFacts& claim = facts_.claims[index];
  if (claim.has_volume_name && !claim.volume_exists) return fail(Reason::volume_missing, claim.binding);
  if (!claim.has_volume_name && !install_.is_at_least(1, 18)) {
    return fail(Reason::claim_unbound, claim.binding, claim.bound_is_assumed);
  }
  const std::optional<PolicyMatch> match =
      wishes_.match(claim.has_volume_name ? claim.attributes : claim.own_attributes);
  if (!match->known || match->action != PolicyAction::skip) return std::nullopt;  // asked again by the plugin
  SnapshotDecision skipped = leave(Reason::policy_skip, schedule_.volume_policies->evidence(*match));
  skipped.outcome = Outcome::skipped_on_purpose;
  return skipped;
}

// pkg/cmd/server/plugin: the plugin is loaded by the feature flag.
std::optional<SnapshotDecision> CsiSnapshots::check_feature() const {
  if (is_enabled_ != Known::no) return std::nullopt;
  if (!install_.is_at_least(1, 14) && install_.flags.features.contains("EnableCSI") == Known::yes) {
    return leave(Reason::no_csi_plugin, {{"the server has no velero-plugin-for-csi among its plugins",
                                          install_.servers.empty() ? Span{} : install_.servers.front()->place()}});
  }
  return leave(Reason::csi_disabled, feature_);
}

std::optional<SnapshotDecision> CsiSnapshots::check_wanted(std::uint32_t claim, EvidenceList& evidence) const {
  SnapshotWish wish = wishes_.of_claim(claim);
  if (wish.wanted != Known::yes || wish.error != Known::no) return from_wish(std::move(wish));
  evidence = std::move(wish.evidence);
  if (!facts_.claims[claim].has_volume()) return from_wish(*wishes_.check_claim_bound(claim));
  return std::nullopt;
}

// velero-plugin-for-csi 0.7 internal/backup/pvc_action.go: it looks for itself, and knows no policies.
std::optional<SnapshotDecision> CsiSnapshots::check_wanted_by_plugin(std::uint32_t claim) const {
  if (std::optional<SnapshotWish> refused = wishes_.check_snapshot_volumes()) return from_wish(*std::move(refused));
  if (std::optional<SnapshotWish> unbound = wishes_.check_claim_bound(claim)) return from_wish(*std::move(unbound));
  if (facts_.claims[claim].attributes.is_csi == Known::no) return std::nullopt;
  if (std::optional<SnapshotWish> refused = wishes_.check_pods(claim)) return from_wish(*std::move(refused));
  return std::nullopt;
}

// velero 1.18 pkg/backup/actions/csi/pvc_action.go: validatePVCandPV.
std::optional<SnapshotDecision> CsiSnapshots::check_storage_class(const ClaimFacts& claim) const {
  if (claim.has_class != Known::no) return std::nullopt;
  return fail(Reason::no_storage_class, {{"the claim has no storageClassName", claim.class_where}});
}

// ... a volume that is no CSI volume is left alone.
std::optional<SnapshotDecision> CsiSnapshots::check_csi_volume(const ClaimFacts& claim) const {
  if (claim.attributes.is_csi == Known::yes) return std::nullopt;
  if (claim.attributes.is_csi == Known::no) return leave(Reason::not_csi_volume, claim.volume);
  const EvidenceList open = {{"whether its volume is a CSI volume is not known", claim.class_where}};
  return unknown_decision(claim.in_repository ? Reason::unknown_value : Reason::claim_missing,
                          concat(claim.volume, claim.volume.empty() ? open : EvidenceList()));
}

// ... getVolumeSnapshotClass reads the StorageClass.
std::optional<SnapshotDecision> CsiSnapshots::check_class_exists(const ClaimFacts& claim) const {
  if (claim.class_exists == Known::no) {
    return fail(Reason::storage_class_missing,
                {{claim.class_name.empty() ? std::string("the claim's storageClassName is empty")
                                           : fmt::format("the StorageClass {} does not exist", claim.class_name),
                  claim.class_where}});
  }
  if (claim.provisioner) return std::nullopt;
  return unknown_decision(Reason::unknown_value,
                          {{"the provisioner of its StorageClass is not known", claim.class_where}});
}

SnapshotDecision CsiSnapshots::finish(std::string_view class_name, const EvidenceList& chosen,
                                      const EvidenceList& wanted, bool assumed) const {
  SnapshotDecision decision;
  decision.taken = Known::yes;
  decision.method = movement_.method;
  decision.outcome = movement_.outcome;
  decision.reason = movement_.reason;
  decision.class_name = class_name;
  decision.assumed = assumed || movement_.assumed;
  decision.evidence = concat({&wanted, &feature_, &chosen, &movement_.evidence});
  return decision;
}

ClassChoice CsiSnapshots::choose_class(const ClaimFacts& claim) {
  const auto choose = [&](yaml::Value annotations) {
    return facts_.snapshot_classes.choose(*claim.provisioner, annotations, backup_annotations_, install_.version);
  };
  if (claim.annotations) return choose(claim.annotations);
  const auto known = class_of_driver_.find(*claim.provisioner);
  if (known != class_of_driver_.end()) return known->second;  // mutant: a cache
  return class_of_driver_.emplace(*claim.provisioner, choose({})).first->second;
}

SnapshotDecision CsiSnapshots::take_alone(const ClaimFacts& claim, const EvidenceList& wanted) {
  const ClassChoice choice = choose_class(claim);
  const EvidenceList assumed =
      claim.provisioner_is_assumed
          ? EvidenceList{{fmt::format("the provisioner of its StorageClass is taken for {}, the driver of its volume",
                                      *claim.provisioner),
                          claim.class_where}}
          : EvidenceList();
  const EvidenceList all = concat(wanted, assumed);
  if (choice.chosen != nullptr) return finish(choice.name, choice.evidence, all, claim.provisioner_is_assumed);
  const EvidenceList evidence = concat({&all, &feature_, &choice.evidence});
  // A class that the repository doesn't have may live in the cluster; a repository that has the StorageClass is taken
  // for having the other too.
  if (facts_.is_dump) return fail(Reason::no_snapshot_class, evidence);
  if (!facts_.is_complete || claim.class_exists != Known::yes) {
    return unknown_decision(Reason::no_snapshot_class, evidence);
  }
  return fail(Reason::no_snapshot_class, evidence, true);
}

SnapshotDecision CsiSnapshots::take(std::uint32_t index, const EvidenceList& wanted) {
  const ClaimFacts& claim = facts_.claims[index];
  const GroupSnapshots::Decision group = groups_.decide(index, backup_annotations_);
  switch (group.result) {
    case GroupSnapshots::Result::none:
      return take_alone(claim, wanted);
    case GroupSnapshots::Result::taken:
      return finish(group.class_name, {}, concat(wanted, group.evidence), group.assumed);
    case GroupSnapshots::Result::fails:
      return fail(group.reason, concat(wanted, group.evidence), group.assumed);
    case GroupSnapshots::Result::unknown:
      break;
  }
  return unknown_decision(group.reason, concat(wanted, group.evidence));
}

SnapshotDecision CsiSnapshots::run_plugin(std::uint32_t index) {
  const ClaimFacts& claim = facts_.claims[index];
  EvidenceList wanted;
  std::optional<SnapshotDecision> decided =
      install_.is_at_least(1, 14) ? check_wanted(index, wanted) : check_wanted_by_plugin(index);
  if (!decided) decided = check_storage_class(claim);
  if (!decided) decided = check_csi_volume(claim);
  if (!decided) decided = check_class_exists(claim);
  return decided ? *std::move(decided) : take(index, wanted);
}

SnapshotDecision CsiSnapshots::decide(std::uint32_t claim) {
  if (std::optional<SnapshotDecision> decided = check_policy_skip(claim)) return *std::move(decided);
  if (std::optional<SnapshotDecision> decided = check_feature()) return *std::move(decided);
  SnapshotDecision decision = run_plugin(claim);
  const bool is_nothing = decision.taken == Known::no && decision.error == Known::no;
  if (is_enabled_ == Known::yes || is_nothing) return decision;
  return unknown_decision(Reason::unknown_value, concat(decision.evidence, feature_));
}

}  // namespace vlint::velero
