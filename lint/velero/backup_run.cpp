#include "lint/velero/backup_run.h"

#include <fmt/format.h>

#include <utility>

#include "lint/velero/fs_tracker.h"
#include "lint/velero/item_order.h"
#include "lint/velero/pod_hooks.h"

namespace vlint::velero {
namespace {

class Runner {
 public:
  Runner(const Schedule& schedule, const Install& install, const Plan& plan, const Facts& facts,
         std::span<const LabelledNamespace> labelled, const Scope& scope)
      : schedule_(schedule),
        install_(install),
        plan_(plan),
        facts_(facts),
        scope_(scope),
        filters_(schedule, install, labelled, facts.known_namespaces()),
        fs_backup_(schedule, install, filters_.claims()),
        wishes_(schedule, install, facts, fs_backup_),
        groups_(schedule, install, facts, wishes_),
        csi_(schedule, install, facts, wishes_, groups_),
        native_(schedule, install, facts, wishes_),
        hooks_(read_backup_hooks(schedule.backup.hooks)),
        tracker_(facts.claims.size()) {}

  BackupRun run() {
    run_.selection = select_objects(plan_, facts_, filters_, &groups_, scope_);
    run_.pods.resize(facts_.instances.size());
    run_.uses.resize(facts_.volumes.size());
    run_.claims.resize(facts_.claims.size());
    run_.volumes.resize(facts_.pvs.size());
    for (std::uint32_t i = 0; i < run_.claims.size(); ++i) run_.claims[i].is_grouped = groups_.group_of(i) != kNoIndex;
    check_namespaces();
    for (const Item& item : order_items(plan_, facts_, schedule_, install_, run_.selection, groups_)) process(item);
    return std::move(run_);
  }

 private:
  struct Wanted {
    Facts::InstanceUse use;
    FsDecision decision;
  };

  void process(const Item& item) {
    switch (item.kind) {
      case Item::Kind::pod:
        process_pod(item.index);
        break;
      case Item::Kind::claim:
        if (!run_.claims[item.index].is_processed) process_claim(item.index);
        break;
      case Item::Kind::volume:
        if (!run_.volumes[item.index].is_processed) {
          run_.volumes[item.index].is_alone = true;
          process_volume(item.index, run_.selection.volumes[item.index].selected);
        }
        break;
      case Item::Kind::group:
        break;
    }
  }

  // item_collector.go: collectNamespaces (from 1.14.1) misses a namespace that is included by its name.
  void check_namespaces() {
    if (!facts_.is_dump || !install_.is_at_least(1, 14, 1)) return;
    const ResourceType type{std::string(kNamespaces), kube::Scope::cluster};
    if (filters_.resources().includes(type, filters_.is_everything()) == Known::no) return;
    if (filters_.namespaces().has_missing(facts_.existing_namespaces)) run_.has_errors = Known::yes;
  }

  void log(Known error) { run_.has_errors = run_.has_errors || error; }

  void process_pod(std::uint32_t i) {
    BackupRun::Pod& pod = run_.pods[i];
    pod.is_processed = true;
    const Facts::Instance& instance = facts_.instances[i];
    const PodFacts& facts = facts_.pods[instance.workload];
    const Known selected = run_.selection.pods[instance.workload].selected && facts.exist;
    if (drop_for_hook(i, selected, pod)) return;
    want_volumes(i, selected, pod);
    std::uint32_t doubtful = kNoIndex;
    const std::uint32_t failed = process_claims_of(instance, doubtful);
    if (failed != kNoIndex) {
      drop_for_claim(i, selected, failed);
      pod.error = Known::yes;
    } else {
      copy_volumes(i, selected, doubtful, pod);
    }
    log(pod.error && selected);
  }

  // pkg/backup/backup.go: handleItemBlockPreHooks; a hook with onError Fail that fails leaves the pod out.
  bool drop_for_hook(std::uint32_t i, Known selected, BackupRun::Pod& pod) {
    const Facts::Instance& instance = facts_.instances[i];
    const HookFailure failure =
        failing_pre_hook(plan_.workloads[instance.workload], facts_.pods[instance.workload], hooks_);
    if (failure.fails != Known::yes) return false;
    log(selected);
    if (!failure.drops_pod) return false;
    for (const Facts::InstanceUse& use : facts_.uses_of(instance)) {
      FsDecision wanted = fs_backup_.want(facts_.pods[instance.workload], facts_.volumes[use.use].volume);
      const bool is_wanted = wanted.result == FsResult::copied || wanted.result == FsResult::unknown;
      if (is_wanted) {
        wanted = {FsResult::fails, Reason::hook_failed, concat(wanted.evidence, failure.evidence), false};
      }
      record(i, use, selected, std::move(wanted));
    }
    pod.error = Known::yes;
    return true;
  }

  // Which volumes the pod asks copies of; those whose claims another pod has copied are left out.
  void want_volumes(std::uint32_t i, Known selected, BackupRun::Pod& pod) {
    wanted_.clear();
    const Facts::Instance& instance = facts_.instances[i];
    for (const Facts::InstanceUse& use : facts_.uses_of(instance)) {
      FsDecision decision = fs_backup_.want(facts_.pods[instance.workload], volume_of(use));
      const bool may_be_wanted = decision.result == FsResult::copied || decision.result == FsResult::unknown;
      if (decision.result == FsResult::fails) pod.error = Known::yes;
      if (use.claim != kNoIndex && selected == Known::yes && decision.result != FsResult::unknown) {
        may_be_wanted ? tracker_.track(use.claim) : tracker_.opt_out(use.claim);
      }
      if (!may_be_wanted) {
        record(i, use, selected, std::move(decision));
      } else if (use.claim != kNoIndex && tracker_.is_taken(use.claim)) {
        share(use);
      } else {
        wanted_.push_back({use, std::move(decision)});
      }
    }
  }

  // A claim template's volume stands for the claim of each ordinal in turn.
  const PodVolume& volume_of(const Facts::InstanceUse& use) {
    const Facts::VolumeFacts& volume = facts_.volumes[use.use];
    if (use.claim == volume.claim) return volume.volume;  // mutant: a shortcut, the copy is the same
    ordinal_volume_ = volume.volume;
    ordinal_volume_.claim = use.claim == kNoIndex ? nullptr : &facts_.claims[use.claim];
    return ordinal_volume_;
  }

  // executeActions: the claims of a pod are its related items. The first one that fails is returned; `doubtful` is one
  // of which that is not known.
  std::uint32_t process_claims_of(const Facts::Instance& instance, std::uint32_t& doubtful) {
    for (const Facts::InstanceUse& use : facts_.uses_of(instance)) {
      if (use.claim == kNoIndex) continue;
      const Known selected = run_.selection.claims[use.claim].selected;
      if (selected == Known::no || run_.claims[use.claim].is_processed) continue;
      const Known error = process_claim(use.claim) && selected;
      if (error == Known::yes) return use.claim;
      if (error == Known::unknown && doubtful == kNoIndex) doubtful = use.claim;
    }
    return kNoIndex;
  }

  std::string_view claim_name(std::uint32_t claim) const {
    return claim < plan_.claims.size() ? plan_.claims[claim].name : std::string_view("of a volume");
  }

  void drop_for_claim(std::uint32_t i, Known selected, std::uint32_t claim) {
    if (wanted_.empty()) return;  // mutant: a shortcut, there is nothing to record
    const EvidenceList failure =
        concat({{fmt::format("an error of the claim {} drops the pod before its volumes are copied", claim_name(claim)),
                 facts_.claims[claim].metadata["name"].span()}},
               run_.claims[claim].snapshot.evidence);
    const bool is_assumed = run_.claims[claim].snapshot.assumed;
    for (Wanted& one : wanted_) {
      record(i, one.use, selected,
             {FsResult::fails, Reason::claim_failed, concat(one.decision.evidence, failure), is_assumed});
    }
  }

  void copy_volumes(std::uint32_t i, Known selected, std::uint32_t doubtful, BackupRun::Pod& pod) {
    if (wanted_.empty()) return;
    const PodFacts& facts = facts_.pods[facts_.instances[i].workload];
    const std::optional<FsDecision> obstacle = fs_backup_.check_pod(facts);
    if (!obstacle && names_missing_claim(facts_.instances[i])) pod.error = Known::yes;
    for (Wanted& one : wanted_) {
      FsDecision decision = fs_backup_.carry_out(facts, volume_of(one.use), std::move(one.decision));
      if (decision.result == FsResult::fails) pod.error = Known::yes;
      if (decision.result == FsResult::copied && doubtful != kNoIndex) doubt(doubtful, decision);
      if (decision.result == FsResult::copied && selected == Known::yes) run_.copies.push_back({i, one.use.use});
      record(i, one.use, selected, std::move(decision));
    }
    // Only now are claims taken: two volumes of one pod on the same claim are both copied.
    for (const Wanted& one : wanted_) {
      if (one.use.claim == kNoIndex || selected != Known::yes) continue;
      if (run_.claims[one.use.claim].copied == one.use.use) tracker_.take(one.use.claim);
    }
  }

  bool names_missing_claim(const Facts::Instance& instance) const {
    for (const Facts::InstanceUse& use : facts_.uses_of(instance)) {
      if (use.claim != kNoIndex && !facts_.claims[use.claim].exists) return true;
    }
    return false;
  }

  void doubt(std::uint32_t claim, FsDecision& decision) {
    const EvidenceList doubt = {
        {fmt::format("the pod's claim {} is taken for being backed up without an error", claim_name(claim)),
         facts_.claims[claim].metadata["name"].span()}};
    decision.assumed = true;
    decision.evidence = concat(decision.evidence, doubt);
  }

  bool is_first_pod(std::uint32_t i) const {
    return i == 0 || facts_.instances[i - 1].workload != facts_.instances[i].workload;
  }

  void share(const Facts::InstanceUse& use) {
    run_.uses[use.use].is_decided = true;
    run_.uses[use.use].is_shared = true;
  }

  void record(std::uint32_t i, const Facts::InstanceUse& use, Known selected, FsDecision decision) {
    if (use.claim != kNoIndex) {
      BackupRun::Claim& claim = run_.claims[use.claim];
      const bool is_open =
          decision.result == FsResult::unknown || (decision.result == FsResult::copied && selected != Known::yes);
      if (is_open && claim.undecided == kNoIndex) {
        claim.undecided = use.use;
        claim.doubt = decision;
      } else if (decision.result == FsResult::copied && selected == Known::yes && claim.copied == kNoIndex) {
        claim.copied = use.use;
        claim.copy = decision;
      } else if (decision.result == FsResult::fails && claim.failed == kNoIndex) {
        claim.failed = use.use;
        claim.failure = decision;
      } else if (decision.result == FsResult::dropped && claim.dropped == kNoIndex) {
        claim.dropped = use.use;
        claim.drop = decision;
      }
    }
    if (!is_first_pod(i)) return;  // mutant: the verdicts of claims say what becomes of the others
    BackupRun::Use& run = run_.uses[use.use];
    run.is_decided = true;
    run.decision = std::move(decision);
  }

  // Whether the claim's item ends in an error, which a pod that brings it shares.
  Known process_claim(std::uint32_t i) {
    BackupRun::Claim& claim = run_.claims[i];
    claim.is_processed = true;
    claim.snapshot = csi_.decide(i);
    claim.error = claim.snapshot.error;
    if (claim.error != Known::yes) claim.error = claim.error || process_volume_of(i);
    log(claim.error && run_.selection.claims[i].selected);
    return claim.error;
  }

  // The volume of a bound claim is its related item. One of which the CSI plugin has taken a snapshot passes without
  // any check.
  Known process_volume_of(std::uint32_t i) {
    const ClaimFacts& claim = facts_.claims[i];
    if (claim.bound == Known::no || !claim.has_volume_name || claim.pv == kNoIndex) return Known::no;
    if (run_.volumes[claim.pv].is_processed) return Known::no;
    const Known selected = run_.claims[i].snapshot.taken == Known::yes
                               ? Known::yes
                               : run_.selection.volumes[claim.pv].selected || run_.claims[i].snapshot.taken;
    return process_volume(claim.pv, selected) && selected;
  }

  Known process_volume(std::uint32_t i, Known selected) {
    if (selected == Known::no) return Known::no;
    BackupRun::Volume& volume = run_.volumes[i];
    volume.is_processed = true;
    const std::uint32_t claim = facts_.pvs[i].claim;
    volume.native = native_.decide(i, claim != kNoIndex && tracker_.is_tracked(claim));
    volume.error = volume.native.error;
    log((volume.error || volume.native.logged_error) && selected);
    return volume.error;
  }

  const Schedule& schedule_;
  const Install& install_;
  const Plan& plan_;
  const Facts& facts_;
  const Scope& scope_;
  const Filters filters_;
  const FsBackup fs_backup_;
  const SnapshotWishes wishes_;
  const GroupSnapshots groups_;
  CsiSnapshots csi_;
  const NativeSnapshots native_;
  const std::vector<BackupHook> hooks_;
  FsTracker tracker_;
  std::vector<Wanted> wanted_;  // of the pod at hand
  PodVolume ordinal_volume_;
  BackupRun run_;
};

}  // namespace

BackupRun run_backup(const Schedule& schedule, const Install& install, const Plan& plan, const Facts& facts,
                     std::span<const LabelledNamespace> labelled, const Scope& scope) {
  return Runner(schedule, install, plan, facts, labelled, scope).run();
}

}  // namespace vlint::velero
