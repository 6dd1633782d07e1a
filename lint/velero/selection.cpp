#include "lint/velero/selection.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "lint/velero/names.h"

namespace vlint::velero {
namespace {

// `all` holds only if each does; the reason is the first that is not yes, and no goes before unknown.
void require(Selected& all, const Selected& one) {
  if (one.selected < all.selected) all = one;
}

class Selector {
 public:
  Selector(const Plan& plan, const Facts& facts, const Filters& filters, const GroupSnapshots* groups,
           const Scope& scope)
      : plan_(plan),
        facts_(facts),
        filters_(filters),
        groups_(groups),
        scope_(scope),
        namespaces_(facts.namespaces.size()) {}

  Selection select() {
    const std::size_t pods = plan_.workloads.size();
    const std::size_t claims = facts_.claims.size();
    const Selected outside{Known::no, Reason::unknown_value, {}};
    for (std::uint32_t i = 0; i < pods; ++i) {
      admitted_.pods.push_back(scope_.has_workload(i) ? check_pod(i) : outside);
    }
    for (std::uint32_t i = 0; i < claims; ++i) {
      admitted_.claims.push_back(scope_.has_claim(i) ? check_claim(i) : outside);
    }
    for (std::uint32_t i = 0; i < facts_.pvs.size(); ++i) {
      admitted_.volumes.push_back(scope_.has_volume(i) ? check_volume(facts_.pvs[i]) : outside);
    }
    list_all();
    if (filters_.selectors().takes_everything()) {  // mutant: a shortcut, nothing is left to be pulled in
      listed_ = std::move(admitted_);
    } else if (!filters_.selectors().failure().empty()) {
      return nothing();
    } else {
      listed_.pods = listed_pods_;
      listed_.claims = listed_claims_;
      listed_.volumes = admitted_.volumes;
      pull_in(Known::yes);
      pull_in(Known::unknown);
    }
    for (const Selected& one : listed_pods_) listed_.listed_pods.push_back(one.selected);
    for (const Selected& one : listed_claims_) listed_.listed_claims.push_back(one.selected);
    listed_.listed_volumes = std::move(listed_volumes_);
    return std::move(listed_);
  }

 private:
  const Selected& check_namespace(std::uint32_t id) {
    std::optional<Selected>& cached = namespaces_[id];
    if (!cached) cached = filters_.check_namespace(facts_.namespaces[id].name);
    return *cached;
  }

  // Velero pkg/backup/item_backupper.go: itemInclusionChecks, which every object must pass however it is reached.
  // `place` says where the object stands; it is asked only where that matters.
  template <typename Place>
  Selected check(std::uint32_t name_space, Place place, const Selected& type, Known excluded, Span label) {
    Selected all;
    if (facts_.namespaces[name_space].known) {
      require(all, check_namespace(name_space));
    } else {
      require(all, filters_.check_unknown_namespace(place()));
    }
    require(all, type);
    if (excluded == Known::no || all.selected == Known::no) return all;  // mutant: a shortcut, it would change nothing
    const bool is_sure = excluded == Known::yes;
    require(all, {!excluded,
                  is_sure ? Reason::excluded_by_label : Reason::unknown_value,
                  {{is_sure ? fmt::format("labelled {}: \"true\"", kExcludeLabel)
                            : fmt::format("the value of the label {} is not known", kExcludeLabel),
                    label}}});
    return all;
  }

  Selected check_pod(std::uint32_t i) {
    const PodFacts& pod = facts_.pods[i];
    const auto place = [&] { return plan_.workloads[i].resource->place(); };
    Selected all = check(facts_.workload_namespace[i], place, filters_.pods(), pod.excluded, pod.excluded_where);
    if (pod.terminating) require(all, {Known::no, Reason::pod_not_running, {{"the pod is being deleted", place()}}});
    return all;
  }

  Selected check_claim(std::uint32_t i) {
    const ClaimFacts& claim = facts_.claims[i];
    Selected all = check(
        facts_.claim_namespace[i], [&] { return claim_place(i); }, filters_.claims(), claim.excluded,
        claim.excluded_where);
    if (!claim.exists) require(all, {Known::no, Reason::claim_missing, claim.volume});
    if (claim.terminating) {
      require(all, {Known::no, Reason::claim_missing, {{"the claim is being deleted", claim_place(i)}}});
    }
    return all;
  }

  // A PersistentVolume that is reached through its claim only needs not to be excluded by name.
  Selected check_volume(const PvFacts& volume) {
    Selected all;
    require(all, filters_.excluded_volumes());
    if (volume.excluded != Known::no) {
      require(all, {!volume.excluded,
                    volume.excluded == Known::yes ? Reason::excluded_by_label : Reason::unknown_value,
                    {{fmt::format("the PersistentVolume is labelled {}", kExcludeLabel), volume.excluded_where}}});
    }
    if (volume.terminating) {
      require(all, {Known::no, Reason::volume_missing, {{"the volume is being deleted", volume.resource->place()}}});
    }
    return all;
  }

  // Velero pkg/backup/item_collector.go: what the API lists for the Backup.
  void list_all() {
    const SelectorFilter& selectors = filters_.selectors();
    for (std::uint32_t i = 0; i < admitted_.pods.size(); ++i) {
      listed_pods_.push_back(list(admitted_.pods[i], facts_.pods[i].labels));
    }
    for (std::uint32_t i = 0; i < admitted_.claims.size(); ++i) {
      const ClaimFacts& claim = facts_.claims[i];
      listed_claims_.push_back(list(admitted_.claims[i], claim.labels, claim.in_repository));
    }
    for (std::size_t i = 0; i < facts_.pvs.size(); ++i) {
      const Known passes = admitted_.volumes[i].selected && filters_.lists_volumes();
      listed_volumes_.push_back(passes == Known::no ? passes : passes && selectors.takes(facts_.pvs[i].labels));
    }
  }

  Span claim_place(std::uint32_t i) const {
    if (i >= plan_.claims.size()) return {};  // made by a generic ephemeral volume
    const Claim& claim = plan_.claims[i];
    if (claim.resource != nullptr) return claim.resource->place();
    return claim.mounted_by.empty() ? Span{} : plan_.volumes[claim.mounted_by.front()].volume.span();
  }

  Selected list(const Selected& admitted, const kube::KnownLabels& labels, bool knows_labels = true) const {
    Selected listed = admitted;
    if (admitted.selected == Known::no) return listed;  // mutant: a shortcut, it would change nothing
    const SelectorFilter& selectors = filters_.selectors();
    const Known taken = knows_labels ? selectors.takes(labels) : Known::unknown;
    if (taken == Known::yes) return listed;  // mutant: a shortcut, it would change nothing
    if (taken == Known::no) {
      require(listed, {taken, Reason::selector_misses, selectors.misses()});
    } else {
      require(listed, {taken, Reason::unknown_value, selectors.undecided()});
    }
    return listed;
  }

  Selection nothing() {
    for (std::vector<Selected>* objects : {&admitted_.pods, &admitted_.claims}) {
      for (Selected& object : *objects) {
        require(object, {Known::no, Reason::selector_misses, filters_.selectors().failure()});
      }
    }
    admitted_.listed_pods.assign(admitted_.pods.size(), Known::no);
    admitted_.listed_claims.assign(admitted_.claims.size(), Known::no);
    admitted_.listed_volumes.assign(admitted_.volumes.size(), Known::no);
    return std::move(admitted_);
  }

  // Velero pkg/backup/backup.go: executeItemBlockActions (from 1.15), and before that the item actions of pods. A pod
  // brings its claims, a bound claim the running pods that mount it. Label selectors are not asked again. Each object
  // is raised to `level` at most once.
  void pull_in(Known level) {
    std::vector<std::pair<bool, std::uint32_t>> open;  // pod?, index
    for (std::uint32_t i = 0; i < listed_.pods.size(); ++i) {
      if (listed_.pods[i].selected >= level) open.emplace_back(true, i);
    }
    for (std::uint32_t i = 0; i < listed_.claims.size(); ++i) {
      if (listed_.claims[i].selected >= level) open.emplace_back(false, i);
    }
    while (!open.empty()) {
      const auto [is_pod, index] = open.back();
      open.pop_back();
      if (is_pod) {
        for (const std::uint32_t claim : claims_of(index)) {
          if (raise(listed_.claims[claim], admitted_.claims[claim], level)) open.emplace_back(false, claim);
        }
        continue;
      }
      const ClaimFacts& claim = facts_.claims[index];
      if (!filters_.pulls_in_pods() || claim.bound == Known::no || !claim.has_volume_name) continue;
      pull_in_group(index, level, open);
      if (index >= plan_.claims.size()) continue;
      for (const std::uint32_t use : plan_.claims[index].mounted_by) {
        const std::uint32_t pod = plan_.volumes[use].workload;
        const Known reached = level && facts_.pods[pod].running;
        if (reached != level || !raise(listed_.pods[pod], admitted_.pods[pod], level)) continue;
        note_pull(listed_.pods[pod], index);
        open.emplace_back(true, pod);
      }
    }
  }

  // A group is raised once a level.
  void pull_in_group(std::uint32_t claim, Known level, std::vector<std::pair<bool, std::uint32_t>>& open) {
    const std::uint32_t group = groups_ == nullptr ? kNoIndex : groups_->group_of(claim);
    if (group == kNoIndex) return;
    raised_.resize(groups_->size(), Known::no);
    if (raised_[group] == level) return;  // mutant: against quadratic time, nothing is raised twice
    raised_[group] = level;
    for (const std::uint32_t other : groups_->members(group)) {
      if (raise(listed_.claims[other], admitted_.claims[other], level)) open.emplace_back(false, other);
    }
  }

  static bool raise(Selected& listed, const Selected& admitted, Known level) {
    const Known reached = admitted.selected && level;
    if (reached <= listed.selected || reached != level) return false;
    const EvidenceList evidence = listed.evidence;  // why it may be left out
    listed = admitted;
    listed.selected = level;
    if (level == Known::unknown && listed.evidence.empty()) listed.evidence = evidence;
    return true;
  }

  void note_pull(Selected& pod, std::uint32_t claim) const {
    if (pod.selected != Known::yes) return;
    pod.evidence = {
        {fmt::format("selected because it mounts the claim {}", plan_.claims[claim].name), claim_place(claim)}};
  }

  // The claims of a workload, made once.
  const std::vector<std::uint32_t>& claims_of(std::uint32_t workload) {
    if (claims_.empty()) {
      claims_.resize(plan_.workloads.size());
      for (std::uint32_t claim = 0; claim < plan_.claims.size(); ++claim) {
        for (const std::uint32_t use : plan_.claims[claim].mounted_by) {
          claims_[plan_.volumes[use].workload].push_back(claim);
        }
      }
    }
    return claims_[workload];
  }

  const Plan& plan_;
  const Facts& facts_;
  const Filters& filters_;
  const GroupSnapshots* groups_;
  const Scope& scope_;
  std::vector<std::optional<Selected>> namespaces_;
  std::vector<Selected> listed_pods_;
  std::vector<Selected> listed_claims_;
  std::vector<Known> listed_volumes_;
  std::vector<Known> raised_;  // by volume group
  Selection admitted_;         // what passes the checks of single objects
  Selection listed_;
  std::vector<std::vector<std::uint32_t>> claims_;
};

}  // namespace

Selection select_objects(const Plan& plan, const Facts& facts, const Filters& filters, const GroupSnapshots* groups,
                         const Scope& scope) {
  return Selector(plan, facts, filters, groups, scope).select();
}

}  // namespace vlint::velero
