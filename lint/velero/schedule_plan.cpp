#include "lint/velero/schedule_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace vlint::velero {
namespace {

// What becomes of a volume that is no claim when it is not wanted: whether somebody meant it so.
Outcome outcome_of_not_wanted(Reason reason) {
  switch (reason) {
    case Reason::type_never_copied:
    case Reason::opted_out:
    case Reason::policy_skip:
      return Outcome::skipped_on_purpose;
    default:
      return Outcome::not_protected;
  }
}

Verdict from_decision(const FsDecision& decision) {
  Verdict verdict;
  verdict.reason = decision.reason;
  verdict.evidence = decision.evidence;
  verdict.assumed = decision.assumed;
  switch (decision.result) {
    case FsResult::not_wanted:
      verdict.outcome = outcome_of_not_wanted(decision.reason);
      break;
    case FsResult::copied:
      verdict.method = Method::fs_backup;
      verdict.outcome = Outcome::is_protected;
      break;
    case FsResult::dropped:
      verdict.outcome = Outcome::not_protected;
      break;
    case FsResult::fails:
      verdict.method = Method::fs_backup;
      verdict.outcome = Outcome::fails;
      break;
    case FsResult::unknown:
      verdict.outcome = Outcome::unknown;
      break;
  }
  return verdict;
}

Verdict not_selected(const Selected& selected) {
  Verdict verdict;
  verdict.selected = selected.selected;
  verdict.outcome = Outcome::not_protected;
  verdict.reason = selected.reason;
  verdict.evidence = selected.evidence;
  return verdict;
}

// Whether the outcome is the same for an object that turns out not to be selected.
bool is_nothing(const Verdict& verdict) {
  return verdict.outcome == Outcome::not_protected || verdict.outcome == Outcome::skipped_on_purpose;
}

// What a run of the Backup means for each volume use and each claim.
class Judge {
 public:
  Judge(const Facts& facts, const Plan& plan, const BackupRun& run, const Scope& scope)
      : facts_(facts), plan_(plan), run_(run), scope_(scope) {}

  void judge() {
    own_.reserve(facts_.volumes.size());
    for (std::uint32_t i = 0; i < facts_.volumes.size(); ++i) {
      own_.push_back(has_volume(i) ? judge_volume(i) : Verdict());
    }
    volumes_ = own_;
    claims_.reserve(facts_.claims.size());
    for (std::uint32_t i = 0; i < facts_.claims.size(); ++i) {
      claims_.push_back(scope_.has_claim(i) ? settle_claim(i) : Verdict());
    }
    for (std::uint32_t i = 0; i < facts_.volumes.size(); ++i) {
      if (has_volume(i)) settle_ephemeral(i);
    }
  }

  std::vector<Verdict> take_volumes() { return std::move(volumes_); }
  // Of the claims of the plan.
  std::vector<Verdict> take_claims() {
    claims_.resize(plan_.claims.size());
    return std::move(claims_);
  }

 private:
  bool has_volume(std::uint32_t use) const { return scope_.has_workload(facts_.workload_of[use]); }
  const Selected& pod_of(std::uint32_t use) const { return run_.selection.pods[facts_.workload_of[use]]; }
  const PodFacts& pod_facts_of(std::uint32_t use) const { return facts_.pods[facts_.workload_of[use]]; }

  // The volume as its pod shows it to Velero. That of a claim may still be replaced by settle_claim().
  Verdict judge_volume(std::uint32_t i) const {
    const PodVolume& volume = facts_.volumes[i].volume;
    const Selected& pod = pod_of(i);
    const BackupRun::Use& use = run_.uses[i];
    if (!use.is_decided && !volume.never_copied.empty()) {
      Verdict never = from_decision({FsResult::not_wanted, Reason::type_never_copied, volume.never_copied, false});
      never.selected = pod.selected;
      return never;
    }
    if (pod.selected == Known::no) return not_selected(pod);
    Verdict verdict;
    if (use.is_decided) {
      verdict = from_decision(use.decision);
    } else {
      verdict = from_decision({FsResult::dropped, Reason::no_pods, pod_facts_of(i).state, pod_facts_of(i).assumed});
    }
    verdict.selected = pod.selected;
    return doubt_selection(std::move(verdict), pod);
  }

  // An object that may be selected, and one that is so only because of another.
  static Verdict doubt_selection(Verdict verdict, const Selected& selected) {
    if (verdict.method != Method::none && !selected.evidence.empty()) {
      verdict.evidence = concat(verdict.evidence, selected.evidence);
    }
    if (selected.selected == Known::unknown && !is_nothing(verdict)) {
      verdict.outcome = Outcome::unknown;
      verdict.reason = selected.reason;
    }
    return verdict;
  }

  Verdict from_copy(const FsDecision& decision, std::uint32_t use) const {
    Verdict verdict = from_decision(decision);
    verdict.selected = pod_of(use).selected;
    return doubt_selection(std::move(verdict), pod_of(use));
  }

  // Copies come before snapshots; what is certain before what is not.
  Verdict settle_claim(std::uint32_t i) {
    const BackupRun::Claim& claim = run_.claims[i];
    if (claim.copied != kNoIndex) {
      Verdict verdict = from_copy(claim.copy, claim.copied);
      verdict.also = snapshot_method(i);
      for (const std::uint32_t use : facts_.claim_uses[i]) {
        const bool gets_nothing = run_.uses[use].is_shared || is_nothing(own_[use]);
        if (gets_nothing) {
          share(i, use);
        } else if (facts_.volumes[use].claim == i && own_[use].method == Method::fs_backup) {
          volumes_[use].also = verdict.also;
        }
      }
      return verdict;
    }
    const bool is_snapshotted = snapshot_method(i) != Method::none;
    if (!is_snapshotted && claim.undecided != kNoIndex) return from_copy(claim.doubt, claim.undecided);
    if (!is_snapshotted && claim.failed != kNoIndex) return from_copy(claim.failure, claim.failed);
    const Verdict verdict = judge_snapshot(i);
    for (const std::uint32_t use : facts_.claim_uses[i]) {
      if (facts_.volumes[use].claim != i || own_[use].reason == Reason::claim_type_excluded) continue;
      const Known selected = own_[use].selected;
      volumes_[use] = verdict;
      volumes_[use].selected = selected;
    }
    return verdict;
  }

  const BackupRun::Volume* volume_of(std::uint32_t claim) const {
    const std::uint32_t pv = facts_.claims[claim].pv;
    return pv == kNoIndex || !run_.volumes[pv].is_processed ? nullptr : &run_.volumes[pv];
  }

  // The method by which a snapshot is certainly taken.
  Method snapshot_method(std::uint32_t i) const {
    const BackupRun::Claim& claim = run_.claims[i];
    if (claim.is_processed && claim.snapshot.taken == Known::yes) return claim.snapshot.method;
    const BackupRun::Volume* volume = volume_of(i);
    return volume != nullptr && volume->native.taken == Known::yes ? Method::native_snapshot : Method::none;
  }

  // The data of the volume is in the copy that another pod's volume makes.
  void share(std::uint32_t claim, std::uint32_t use) {
    if (facts_.volumes[use].claim != claim) return;  // a template has one verdict, that of its first pod's claim
    const std::uint32_t copied = run_.claims[claim].copied;
    Verdict& verdict = volumes_[use];
    if (use == copied) {  // from another pod of the workload than its first
      verdict = from_copy(run_.claims[claim].copy, use);
      verdict.also = snapshot_method(claim);
      return;
    }
    const std::string owner = plan_.workloads[facts_.workload_of[copied]].resource->title();
    verdict.method = Method::none;
    verdict.outcome = Outcome::is_protected;
    verdict.reason = Reason::shared_claim_taken;
    verdict.evidence = {{fmt::format("the claim is copied from {}", owner), plan_.volumes[copied].volume.span()}};
    verdict.assumed = run_.claims[claim].copy.assumed;
  }

  // No copy is made of the claim: what is left is its snapshot.
  Verdict judge_snapshot(std::uint32_t i) const {
    const BackupRun::Claim& claim = run_.claims[i];
    const Selected& selected = run_.selection.claims[i];
    const BackupRun::Volume* volume = volume_of(i);
    const bool is_native = volume != nullptr && volume->native.taken == Known::yes;
    if (selected.selected == Known::no && !is_native) return not_selected(selected);
    Verdict verdict;
    if (is_native) {
      verdict = from_native(volume->native);
    } else if (!claim.is_processed) {
      verdict.outcome = Outcome::fails;
      verdict.reason = Reason::claim_failed;
      verdict.evidence = {{"an error of another claim drops the pod that brings the claim", {}}};
    } else {
      verdict = from_snapshot(i, claim.snapshot, volume);
    }
    verdict.selected = selected.selected;
    if (selected.selected == Known::unknown && !is_nothing(verdict)) {
      verdict.outcome = Outcome::unknown;
      verdict.reason = selected.reason;
      verdict.evidence = concat(verdict.evidence, selected.evidence);
    }
    return verdict;
  }

  static Verdict from_native(const NativeDecision& native) {
    Verdict verdict;
    verdict.method = Method::native_snapshot;
    verdict.outcome = Outcome::is_protected;
    verdict.reason = Reason::native_snapshot;
    verdict.evidence = native.evidence;
    verdict.assumed = native.assumed;
    return verdict;
  }

  Verdict from_snapshot(std::uint32_t i, const SnapshotDecision& snapshot, const BackupRun::Volume* volume) const {
    Verdict verdict;
    verdict.method = snapshot.method;
    verdict.outcome = snapshot.outcome;
    verdict.reason = snapshot.reason;
    verdict.evidence = snapshot.evidence;
    verdict.assumed = snapshot.assumed;
    if (snapshot.taken != Known::no || snapshot.error != Known::no) return verdict;
    Reason reason = snapshot.reason;
    std::uint32_t suppressor = snapshot.suppressor;
    const bool left_by_plugin =
        reason == Reason::csi_disabled || reason == Reason::no_csi_plugin || reason == Reason::not_csi_volume;
    if (left_by_plugin && volume != nullptr) {
      if (volume->error == Known::yes) return fail_with_volume(*volume);
      if (volume->native.taken == Known::unknown) return open(volume->native);
      take_native_reason(*volume, reason, suppressor, verdict);
    }
    if (reason == Reason::suppressed_by_fs_backup || reason == Reason::policy_fs_backup) {
      return suppress(i, suppressor, verdict.evidence);
    }
    if (reason == Reason::csi_disabled && facts_.claims[i].attributes.is_csi == Known::no) {
      reason = Reason::not_csi_volume;
    }
    verdict.reason = reason;
    if (reason == Reason::snapshot_volumes_false && all_opted_out(i)) {
      verdict.reason = Reason::opted_out;
      verdict.outcome = Outcome::skipped_on_purpose;
    }
    verdict.evidence = concat(evidence_of_uses(i), verdict.evidence);
    return verdict;
  }

  // The plugin leaves the claim alone; that no native snapshot is taken has a reason of its own.
  static void take_native_reason(const BackupRun::Volume& volume, Reason& reason, std::uint32_t& suppressor,
                                 Verdict& verdict) {
    switch (volume.native.reason) {
      case Reason::suppressed_by_fs_backup:
      case Reason::policy_fs_backup:
      case Reason::policy_skip:
      case Reason::policy_other_action:
      case Reason::snapshot_volumes_false:
        reason = volume.native.reason;
        suppressor = volume.native.suppressor;
        verdict.evidence = volume.native.evidence;
        if (reason == Reason::policy_skip) verdict.outcome = Outcome::skipped_on_purpose;
        break;
      default:
        break;
    }
  }

  static Verdict fail_with_volume(const BackupRun::Volume& volume) {
    Verdict verdict;
    verdict.method = Method::native_snapshot;
    verdict.outcome = Outcome::fails;
    verdict.reason = volume.native.reason;
    verdict.evidence = volume.native.evidence;
    return verdict;
  }

  static Verdict open(const NativeDecision& native) {
    Verdict verdict;
    verdict.outcome = Outcome::unknown;
    verdict.reason = native.reason;
    verdict.evidence = native.evidence;
    return verdict;
  }

  EvidenceList evidence_of_uses(std::uint32_t i) const {
    const std::vector<std::uint32_t>& uses = facts_.claim_uses[i];
    if (!uses.empty()) return own_[uses.front()].evidence;
    return unused_;
  }

  bool all_opted_out(std::uint32_t i) const {
    const std::vector<std::uint32_t>& uses = facts_.claim_uses[i];
    return !uses.empty() && std::all_of(uses.begin(), uses.end(),
                                        [&](std::uint32_t use) { return own_[use].reason == Reason::opted_out; });
  }

  // Asked for as a copy, so no snapshot is taken; but no copy is made. `by` is the use that keeps the snapshot away; a
  // policy does so without any.
  Verdict suppress(std::uint32_t i, std::uint32_t by, const EvidenceList& refusal) const {
    std::uint32_t use = by;
    if (use == kNoIndex) use = run_.claims[i].dropped;
    for (std::size_t k = 0; use == kNoIndex && k < facts_.claim_uses[i].size(); ++k) use = facts_.claim_uses[i][k];
    Verdict verdict;
    verdict.outcome = Outcome::not_protected;
    verdict.reason = Reason::suppressed_by_fs_backup;
    if (use == kNoIndex) {
      verdict.cause = Reason::not_mounted;
      verdict.evidence = concat(refusal, unused_);
      return verdict;
    }
    // That of a claim template is the one of its first pod's claim.
    const Verdict own = use == run_.claims[i].dropped ? from_decision(run_.claims[i].drop) : own_[use];
    verdict.cause = own.reason;
    verdict.assumed = own.assumed || pod_facts_of(use).assumed;
    const EvidenceList silent = {{"Velero takes no snapshot of a claim that is to be copied, though no copy is made",
                                  plan_.volumes[use].volume.span()}};
    verdict.evidence = concat({&refusal, &own.evidence, &silent});
    return verdict;
  }

  // The claim that a generic ephemeral volume makes is no claim volume of its pod, so nothing suppresses its snapshot.
  void settle_ephemeral(std::uint32_t i) {
    const std::uint32_t claim = facts_.volumes[i].generated;
    if (claim == kNoIndex || pod_facts_of(i).exist == Known::no) return;
    Verdict& verdict = volumes_[i];
    const Verdict& snapshot = claims_[claim];
    if (verdict.outcome == Outcome::is_protected) {
      verdict.also = snapshot.outcome == Outcome::is_protected ? snapshot.method : Method::none;
      if (claim < plan_.claims.size() && verdict.also == Method::none && is_nothing(snapshot)) {
        claims_[claim] = verdict;
      } else if (verdict.also != Method::none) {
        claims_[claim].also = verdict.method;
      }
      return;
    }
    if (!is_nothing(verdict) || is_nothing(snapshot)) return;
    const Known selected = verdict.selected;
    const bool is_copied = snapshot.method == Method::fs_backup && snapshot.outcome == Outcome::is_protected;
    verdict = snapshot;
    if (is_copied) {  // another volume names the claim
      verdict.method = Method::none;
      verdict.reason = Reason::shared_claim_taken;
    }
    verdict.selected = selected;
  }

  const Facts& facts_;
  const Plan& plan_;
  const BackupRun& run_;
  const Scope& scope_;
  const EvidenceList unused_ = {{"no pod mounts the claim", {}}};
  std::vector<Verdict> own_;      // of the volumes, before their claims are settled
  std::vector<Verdict> volumes_;  // of the volumes, in the end
  std::vector<Verdict> claims_;
};

// Nothing is ever backed up by the Schedule, whatever it selects.
std::optional<Verdict> verdict_for_all(const Schedule& schedule) {
  Verdict verdict;
  verdict.selected = Known::no;
  if (schedule.runs == Known::no) {
    verdict.outcome = Outcome::not_protected;
    verdict.reason = Reason::schedule_never_runs;
    verdict.evidence = EvidenceList(schedule.runs_evidence);
    return verdict;
  }
  if (schedule.is_valid == Known::no) {
    verdict.outcome = Outcome::fails;
    verdict.reason = Reason::backup_fails_validation;
    verdict.evidence = EvidenceList(schedule.validation_errors);
    return verdict;
  }
  return std::nullopt;
}

// Whether the Schedule runs is not known, or an assumption: then what it does is no more than that.
void doubt(const Schedule& schedule, const EvidenceList& evidence, Verdict& verdict) {
  const bool is_unknown = schedule.runs == Known::unknown;
  if (is_unknown && verdict.selected == Known::yes) verdict.selected = Known::unknown;
  if (is_nothing(verdict)) return;
  if (is_unknown) verdict.outcome = Outcome::unknown;
  verdict.assumed = verdict.assumed || schedule.runs_assumed;
  verdict.evidence = concat(verdict.evidence, evidence);
}

}  // namespace

bool is_decided(const Schedule& schedule) { return schedule.runs == Known::no || schedule.is_valid == Known::no; }

Verdicts judge_run(const Schedule& schedule, const Facts& facts, const Plan& plan, const BackupRun& run,
                   const Scope& scope) {
  Verdicts verdicts;
  if (const std::optional<Verdict> same = verdict_for_all(schedule)) {
    verdicts.volumes.assign(plan.volumes.size(), *same);
    verdicts.claims.assign(plan.claims.size(), *same);
    return verdicts;
  }
  Judge judge(facts, plan, run, scope);
  judge.judge();
  verdicts.volumes = judge.take_volumes();
  verdicts.claims = judge.take_claims();
  const bool is_doubtful = schedule.runs == Known::unknown || (schedule.runs == Known::yes && schedule.runs_assumed);
  if (!is_doubtful) return verdicts;  // mutant: a shortcut, there is no doubt to add
  const EvidenceList doubts(schedule.runs_evidence);
  for (Verdict& verdict : verdicts.volumes) doubt(schedule, doubts, verdict);
  for (Verdict& verdict : verdicts.claims) doubt(schedule, doubts, verdict);
  return verdicts;
}

Verdicts judge_schedule(const Schedule& schedule, const Install& install, const Facts& facts,
                        std::span<const LabelledNamespace> labelled, const Plan& plan, const Scope& scope) {
  if (is_decided(schedule)) return judge_run(schedule, facts, plan, {}, scope);  // mutant: a shortcut
  return judge_run(schedule, facts, plan, run_backup(schedule, install, plan, facts, labelled, scope), scope);
}

}  // namespace vlint::velero
