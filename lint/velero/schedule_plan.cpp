#include "lint/velero/schedule_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "lint/velero/fs_backup.h"
#include "lint/velero/selection.h"

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
  return {0, selected.selected, Method::none, Outcome::not_protected, selected.reason, selected.evidence, false};
}

// Whether the outcome is the same for an object that turns out not to be selected.
bool is_nothing(const Verdict& verdict) {
  return verdict.outcome == Outcome::not_protected || verdict.outcome == Outcome::skipped_on_purpose;
}

class ScheduleRun {
 public:
  ScheduleRun(const Schedule& schedule, const Install& install, const Facts& facts,
              std::span<const LabelledNamespace> labelled, const Plan& plan)
      : schedule_(schedule),
        install_(install),
        facts_(facts),
        plan_(plan),
        filters_(schedule, install, labelled),
        fs_backup_(schedule, install, filters_.claims()) {}

  void run() {
    selection_ = select_objects(plan_, facts_, filters_);
    for (std::uint32_t i = 0; i < plan_.volumes.size(); ++i) own_.push_back(decide_volume(i));
    volumes_ = own_;
    for (std::uint32_t i = 0; i < plan_.claims.size(); ++i) claims_.push_back(settle_claim(i));
  }

  std::vector<Verdict> take_volumes() { return std::move(volumes_); }
  std::vector<Verdict> take_claims() { return std::move(claims_); }

 private:
  const Selected& pod_of(std::uint32_t use) const { return selection_.pods[plan_.volumes[use].workload]; }
  const PodFacts& pod_facts_of(std::uint32_t use) const { return facts_.pods[plan_.volumes[use].workload]; }

  // The volume as its pod shows it to Velero. A claim's verdict may still be replaced by settle_claim().
  Verdict decide_volume(std::uint32_t i) {
    const PodVolume& volume = facts_.volumes[i].volume;
    const Selected& pod = pod_of(i);
    results_.push_back(FsResult::not_wanted);
    if (pod.selected == Known::no && !is_never_copied(volume.source)) {
      const Verdict verdict = not_selected(pod);
      return volume.source == "ephemeral" ? leave_to_snapshot(verdict) : verdict;
    }
    const FsDecision decision = fs_backup_.decide(pod_facts_of(i), volume);
    if (pod.selected == Known::no && decision.reason != Reason::type_never_copied) return not_selected(pod);
    results_.back() = decision.result;
    Verdict verdict = from_decision(decision);
    verdict.selected = pod.selected;
    if (volume.source == "ephemeral") verdict = leave_to_snapshot(verdict);
    if (verdict.method != Method::none && !pod.evidence.empty())
      verdict.evidence = concat(verdict.evidence, pod.evidence);
    if (pod.selected == Known::unknown && !is_nothing(verdict)) {
      verdict.outcome = Outcome::unknown;
      verdict.reason = pod.reason;
    }
    return verdict;
  }

  // The claim that a generic ephemeral volume makes is no claim volume of its pod, so nothing suppresses its snapshot.
  Verdict leave_to_snapshot(Verdict verdict) const {
    const bool has_claim = verdict.reason != Reason::no_pods && verdict.reason != Reason::namespace_not_selected;
    if (!is_nothing(verdict) || !has_claim || schedule_.snapshot_volumes.value == Known::no) return verdict;
    verdict.outcome = Outcome::unknown;
    verdict.reason = Reason::snapshots_not_simulated;
    return verdict;
  }

  // Velero pkg/podvolume/snapshot_tracker.go and pkg/backup/item_backupper.go: pods come one after another. Once a pod
  // has copied the claim, later pods don't; two volumes of one pod on the same claim are both copied. A claim that the
  // first pod opts out is never counted as copied, so each later pod that wants it copies it.
  Verdict settle_claim(std::uint32_t i) {
    enum class State : std::uint8_t { not_tracked, tracked, taken, opted_out };
    State state = State::not_tracked;
    std::optional<std::uint32_t> copied;
    std::optional<std::uint32_t> failed;
    std::optional<std::uint32_t> undecided;
    const std::vector<std::uint32_t>& uses = facts_.claim_uses[i];
    for (std::size_t k = 0; k < uses.size(); ++k) {
      const std::uint32_t use = uses[k];
      const Verdict& verdict = own_[use];
      const bool is_last_of_pod =
          k + 1 == uses.size() || plan_.volumes[uses[k + 1]].workload != plan_.volumes[use].workload;
      if (verdict.outcome == Outcome::is_protected && state == State::taken) share(i, use, *copied);
      if (verdict.outcome == Outcome::is_protected && state != State::taken) copied = copied.value_or(use);
      if (verdict.outcome == Outcome::fails) failed = failed.value_or(use);
      if (verdict.outcome == Outcome::unknown) undecided = undecided.value_or(use);
      if (pod_of(use).selected == Known::yes && state == State::not_tracked) {
        state = results_[use] == FsResult::not_wanted ? State::opted_out : State::tracked;
      }
      if (is_last_of_pod && state == State::tracked && copied) state = State::taken;
    }
    const std::optional<std::uint32_t> decisive = copied ? copied : undecided ? undecided : failed;
    if (!decisive) return settle_uncopied(i);
    for (const std::uint32_t use : uses) {
      if (copied && is_nothing(own_[use])) share(i, use, *copied);
    }
    return own_[*decisive];
  }

  // The data of the volume is in the copy that another pod's volume makes.
  void share(std::uint32_t claim, std::uint32_t use, std::uint32_t copied) {
    if (facts_.volumes[use].claim != claim) return;  // a template has one verdict, that of its first pod's claim
    Verdict& verdict = volumes_[use];
    const std::string owner = plan_.workloads[plan_.volumes[copied].workload].resource->title();
    verdict.method = Method::none;
    verdict.outcome = Outcome::is_protected;
    verdict.reason = Reason::shared_claim_taken;
    verdict.evidence = {{fmt::format("the claim is copied from {}", owner), plan_.volumes[copied].volume.span()}};
    verdict.assumed = own_[copied].assumed;
  }

  // No copy is made of the claim: what is left is its snapshot. The uses get the same verdict.
  Verdict settle_uncopied(std::uint32_t i) {
    const Selected& claim = selection_.claims[i];
    Verdict verdict = claim.selected == Known::no ? not_selected(claim) : decide_snapshot(i);
    verdict.selected = claim.selected;
    for (const std::uint32_t use : facts_.claim_uses[i]) {
      const Verdict& own = own_[use];
      if (facts_.volumes[use].claim != i || own.reason == Reason::claim_type_excluded) continue;
      volumes_[use] = verdict;
      volumes_[use].selected = own.selected;
    }
    return verdict;
  }

  Verdict decide_snapshot(std::uint32_t i) const {
    const ClaimFacts& facts = facts_.claims[i];
    Verdict verdict;
    verdict.evidence = reasons_of_uses(i);
    if (schedule_.has_volume_policies == Known::unknown) {
      return undecided(std::move(verdict), Reason::unknown_value, schedule_.volume_policy_evidence);
    }
    if (schedule_.volume_policies) {
      const PolicyMatch match = schedule_.volume_policies->match(facts.attributes);
      if (!match.known) {
        return undecided(std::move(verdict), facts.in_repository ? Reason::unknown_value : Reason::claim_missing,
                         {{"whether the volume policy matches is not known", match.where}});
      }
      if (match.action) return by_policy(i, *match.action, match.where);
    }
    return by_legacy(i, std::move(verdict));
  }

  static Verdict undecided(Verdict verdict, Reason reason, const EvidenceList& evidence) {
    verdict.outcome = Outcome::unknown;
    verdict.reason = reason;
    verdict.evidence = evidence;
    return verdict;
  }

  // A policy's action comes before annotations, defaults and snapshotVolumes.
  Verdict by_policy(std::uint32_t i, PolicyAction action, Span where) const {
    Verdict verdict;
    verdict.evidence = {{fmt::format("a volume policy with the action {} matches", to_string(action)), where}};
    switch (action) {
      case PolicyAction::skip:
        verdict.outcome = Outcome::skipped_on_purpose;
        verdict.reason = Reason::policy_skip;
        break;
      case PolicyAction::snapshot:
        verdict.reason = Reason::snapshots_not_simulated;
        break;
      case PolicyAction::custom:
        verdict.reason = Reason::policy_other_action;
        break;
      case PolicyAction::fs_backup: {
        // Wanted as a copy, so no snapshot is taken; but no pod makes the copy.
        const std::optional<std::uint32_t> dropped = first_dropped(i);
        verdict.outcome = Outcome::not_protected;
        verdict.reason = dropped ? own_[*dropped].reason : Reason::not_mounted;
        verdict.evidence =
            dropped ? own_[*dropped].evidence : concat(verdict.evidence, {{"no pod mounts the claim", {}}});
        verdict.assumed = dropped && own_[*dropped].assumed;
        break;
      }
    }
    return verdict;
  }

  std::optional<std::uint32_t> first_dropped(std::uint32_t i) const {
    for (const std::uint32_t use : facts_.claim_uses[i]) {
      if (results_[use] == FsResult::dropped || pod_of(use).selected == Known::no) return use;
    }
    return std::nullopt;
  }

  // internal/volumehelper/volume_policy_helper.go: ShouldPerformSnapshot refuses the snapshot of a claim when any pod
  // of the namespace, selected or not, running or not, mounts it and asks for file system backup by annotation or
  // default.
  Verdict by_legacy(std::uint32_t i, Verdict verdict) const {
    Known suppressed = Known::no;
    for (const std::uint32_t use : facts_.claim_uses[i]) {
      const LegacyChoice choice = fs_backup_.legacy_choice(pod_facts_of(use), facts_.volumes[use].volume);
      const Known here = choice.wanted && pod_facts_of(use).exist;
      suppressed = suppressed || here;
      // What is said of Velero up to 1.13 would rest on its plugins.
      if (here == Known::yes && install_.is_at_least(1, 14)) return suppress(use, choice);
    }
    if (schedule_.snapshot_volumes.value == Known::no) return refuse_snapshot(i, std::move(verdict));
    verdict.outcome = Outcome::unknown;
    verdict.reason = Reason::snapshots_not_simulated;
    if (suppressed == Known::unknown) {
      verdict.evidence =
          concat(verdict.evidence, {{"whether file system backup keeps its snapshot away is not known", {}}});
    }
    return verdict;
  }

  Verdict suppress(std::uint32_t use, const LegacyChoice& choice) const {
    Verdict verdict = own_[use];
    verdict.method = Method::none;
    verdict.outcome = Outcome::not_protected;
    verdict.evidence = concat(concat(choice.evidence, without(own_[use].evidence, choice.evidence)),
                              {{"Velero takes no snapshot of a claim that a pod wants copied, though no copy is made",
                                plan_.volumes[use].volume.span()}});
    verdict.assumed = verdict.assumed || pod_facts_of(use).assumed;
    return verdict;
  }

  static EvidenceList without(const EvidenceList& from, const EvidenceList& what) {
    std::vector<Evidence> rest;
    std::copy_if(from.begin(), from.end(), std::back_inserter(rest),
                 [&](const Evidence& one) { return std::find(what.begin(), what.end(), one) == what.end(); });
    return EvidenceList(std::move(rest));
  }

  // snapshotVolumes is false. A claim that every pod excludes by name was left out on purpose.
  Verdict refuse_snapshot(std::uint32_t i, Verdict verdict) const {
    const std::vector<std::uint32_t>& uses = facts_.claim_uses[i];
    const bool all_out = !uses.empty() && std::all_of(uses.begin(), uses.end(), [&](std::uint32_t use) {
      return own_[use].reason == Reason::opted_out;
    });
    verdict.outcome = all_out ? Outcome::skipped_on_purpose : Outcome::not_protected;
    verdict.reason = all_out ? Reason::opted_out : Reason::snapshot_volumes_false;
    verdict.evidence = concat(verdict.evidence, {{"snapshotVolumes is false", schedule_.snapshot_volumes.where}});
    return verdict;
  }

  // Why no pod copies the claim: of the first pod that mounts it.
  EvidenceList reasons_of_uses(std::uint32_t i) const {
    const std::vector<std::uint32_t>& uses = facts_.claim_uses[i];
    if (uses.empty()) return {{"no pod mounts the claim", {}}};
    return own_[uses.front()].evidence;
  }

  const Schedule& schedule_;
  const Install& install_;
  const Facts& facts_;
  const Plan& plan_;
  Filters filters_;
  FsBackup fs_backup_;
  Selection selection_;
  std::vector<Verdict> own_;       // of the volumes, before their claims are settled
  std::vector<Verdict> volumes_;   // of the volumes, in the end
  std::vector<FsResult> results_;  // of the volumes; not_wanted for those of pods that are not selected
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

template <typename Object>
void append(std::vector<Object>& objects, std::vector<Verdict> verdicts, std::uint32_t index,
            const Schedule& schedule) {
  const bool is_doubtful = schedule.runs == Known::unknown || (schedule.runs == Known::yes && schedule.runs_assumed);
  const EvidenceList doubts = is_doubtful ? EvidenceList(schedule.runs_evidence) : EvidenceList();
  for (std::size_t i = 0; i < objects.size(); ++i) {
    verdicts[i].schedule = index;
    if (is_doubtful) doubt(schedule, doubts, verdicts[i]);
    objects[i].verdicts.push_back(std::move(verdicts[i]));
  }
}

}  // namespace

void add_verdicts(std::uint32_t index, const Facts& facts, std::span<const LabelledNamespace> labelled, Plan& plan) {
  const Schedule& schedule = plan.schedules[index];
  if (const std::optional<Verdict> same = verdict_for_all(schedule)) {
    append(plan.volumes, std::vector<Verdict>(plan.volumes.size(), *same), index, schedule);
    append(plan.claims, std::vector<Verdict>(plan.claims.size(), *same), index, schedule);
    return;
  }
  ScheduleRun run(schedule, plan.install, facts, labelled, plan);
  run.run();
  append(plan.volumes, run.take_volumes(), index, schedule);
  append(plan.claims, run.take_claims(), index, schedule);
}

}  // namespace vlint::velero
