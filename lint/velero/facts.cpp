#include "lint/velero/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "lint/velero/names.h"

namespace vlint::velero {
namespace {

using kube::Resource;
using yaml::Value;

constexpr std::string_view kClaimSource = "persistentVolumeClaim";
constexpr std::string_view kTemplateSource = "volumeClaimTemplate";
constexpr std::string_view kEphemeralSource = "ephemeral";

// A StatefulSet with more pods is described by its first ones.
constexpr std::int64_t kMostOrdinals = 32;
constexpr std::int64_t kHighestFirstOrdinal = 1'000'000'000;

// What another object of the cluster makes is described by its maker: a dump holds both.
bool is_made_by_another(const model::Cluster& cluster, const Resource& resource) {
  for (const Value owner : resource.metadata["ownerReferences"].items()) {
    const std::string_view api = owner["apiVersion"].text();
    const std::size_t slash = api.find('/');
    const std::string_view group = slash == std::string_view::npos ? std::string_view{} : api.substr(0, slash);
    const Resource* maker = cluster.find(group, owner["kind"].text(), resource.name_space, owner["name"].text());
    if (maker != nullptr && maker != &resource) return true;
  }
  return false;
}

// A workload whose pods come first by name. Pods of controllers carry a suffix behind the controller's name.
std::string pod_name_order(const Resource& workload) {
  return workload.kind == "Pod" ? std::string(workload.name) : fmt::format("{}-", workload.name);
}

class Gatherer {
 public:
  Gatherer(const model::Cluster& cluster, Plan& plan, bool is_dump)
      : cluster_(cluster), storage_(cluster, is_dump), scalers_(cluster), plan_(plan) {
    facts_.is_dump = is_dump;
    facts_.is_complete = cluster.is_complete();
    facts_.snapshot_classes = SnapshotClasses(cluster);
  }

  Facts gather() {
    for (const Resource* claim : cluster_.of_kind("", "PersistentVolumeClaim")) add_claim(*claim);
    for (const Resource& resource : cluster_.resources()) {
      const std::optional<kube::PodTemplate> pod = kube::pod_template(resource);
      if (pod && !is_made_by_another(cluster_, resource)) add_workload(resource, *pod);
    }
    leave_unused_claims();
    add_hidden_claims();
    add_volumes();
    order();
    describe_certainty();
    // Only now do claims stay where they are.
    for (Facts::VolumeFacts& volume : facts_.volumes) {
      if (volume.claim != kNoIndex) volume.volume.claim = &facts_.claims[volume.claim];
    }
    return std::move(facts_);
  }

 private:
  using ClaimKey = std::pair<std::string_view, std::string_view>;  // namespace, name

  std::uint32_t namespace_id(std::string_view name, Value written) {
    const bool is_known = written.is_set() && kube::has_known_text(written);
    const auto [at, inserted] = namespace_ids_.try_emplace({name, is_known}, facts_.namespaces.size());
    if (inserted) facts_.namespaces.push_back({name, is_known});
    return static_cast<std::uint32_t>(at->second);
  }

  std::uint32_t new_claim(std::string_view name_space, std::string_view name, const Resource* resource, Value written,
                          ClaimFacts claim) {
    const auto index = static_cast<std::uint32_t>(plan_.claims.size());
    Claim& added = plan_.claims.emplace_back();
    added.name_space = name_space;
    added.name = name;
    added.resource = resource;
    facts_.claims.push_back(std::move(claim));
    facts_.claim_namespace.push_back(namespace_id(name_space, written));
    facts_.claim_uses.emplace_back();
    return index;
  }

  // Of several with one name the last one applied wins.
  void add_claim(const Resource& claim) {
    const auto [at, inserted] = claim_ids_.try_emplace({claim.name_space, claim.name}, kNoIndex);
    if (inserted) {
      at->second =
          new_claim(claim.name_space, claim.name, &claim, claim.metadata["namespace"], storage_.describe(claim));
      return;
    }
    plan_.claims[at->second].resource = &claim;
    facts_.claims[at->second] = storage_.describe(claim);
  }

  void add_workload(const Resource& resource, const kube::PodTemplate& pod) {
    const auto index = static_cast<std::uint32_t>(plan_.workloads.size());
    Workload& workload = plan_.workloads.emplace_back();
    workload.resource = &resource;
    workload.pod = pod;
    workload.spec_is_known = !resource.encrypted;
    facts_.pods.push_back(read_pod_facts(resource, pod, scalers_));
    facts_.workload_namespace.push_back(namespace_id(resource.name_space, resource.metadata["namespace"]));

    const Mounts mounts(pod.spec);
    const std::vector<Value> templates = claim_templates(resource);
    std::vector<std::string_view> replaced;
    for (const Value claim_template : templates) replaced.push_back(claim_template["metadata"]["name"].text());
    std::sort(replaced.begin(), replaced.end());

    const Value volumes = pod.spec["volumes"];
    if (volumes.is_set() && !volumes.is_sequence()) plan_.workloads[index].spec_is_known = false;
    for (const Value volume : volumes.items()) {
      const Value name = volume["name"];
      if (!volume.is_mapping() || !kube::has_known_text(name)) plan_.workloads[index].spec_is_known = false;
      if (!volume.is_mapping()) continue;
      // Kubernetes pkg/controller/statefulset/stateful_set_utils.go: updateStorage lets the claim template win.
      if (!std::binary_search(replaced.begin(), replaced.end(), name.text())) add_volume(index, volume, mounts);
    }
    first_ordinal_use_ = static_cast<std::uint32_t>(plan_.volumes.size());
    ordinal_claims_.clear();
    for (const Value claim_template : templates) add_claim_template(index, claim_template, mounts);
    add_instances(index, !templates.empty());
  }

  // A StatefulSet with claim templates has pods that mount different claims; those of other workloads are all alike.
  void add_instances(std::uint32_t workload, bool has_templates) {
    if (facts_.pods[workload].exist == Known::no) return;
    const Resource& resource = *plan_.workloads[workload].resource;
    const std::size_t first = first_use_of(workload);
    const std::int64_t count = has_templates ? std::max<std::int64_t>(replicas_of(resource), 1) : 1;
    for (std::int64_t ordinal = 0; ordinal < count; ++ordinal) {
      Facts::Instance instance;
      instance.workload = workload;
      if (resource.kind == "Pod") instance.name = std::string(resource.name);
      if (resource.kind == "StatefulSet") {
        instance.name = fmt::format("{}-{}", resource.name, first_ordinal(resource) + ordinal);
      }
      instance.begin = static_cast<std::uint32_t>(facts_.instance_uses.size());
      for (std::size_t use = first; use < plan_.volumes.size(); ++use) {
        std::uint32_t claim = facts_.volumes[use].claim;
        if (use >= first_ordinal_use_) {
          const std::size_t at = (use - first_ordinal_use_) * kMostOrdinals + static_cast<std::size_t>(ordinal);
          claim = at < ordinal_claims_.size() ? ordinal_claims_[at] : kNoIndex;
        }
        facts_.instance_uses.push_back({static_cast<std::uint32_t>(use), claim});
      }
      instance.end = static_cast<std::uint32_t>(facts_.instance_uses.size());
      facts_.instances.push_back(std::move(instance));
    }
  }

  std::size_t first_use_of(std::uint32_t workload) const {
    std::size_t first = plan_.volumes.size();
    while (first > 0 && plan_.volumes[first - 1].workload == workload) --first;
    return first;
  }

  static std::int64_t first_ordinal(const Resource& stateful_set) {
    const std::int64_t start = stateful_set["spec"]["ordinals"]["start"].as_int().value_or(0);
    return std::clamp<std::int64_t>(start, 0, kHighestFirstOrdinal);
  }
  static std::int64_t replicas_of(const Resource& stateful_set) {
    return std::min<std::int64_t>(stateful_set["spec"]["replicas"].as_int().value_or(1), kMostOrdinals);
  }

  static std::vector<Value> claim_templates(const Resource& resource) {
    if (resource.info->claim_templates.empty()) return {};  // mutant: a shortcut, the object itself is no list
    return kube::follow(resource.root, resource.info->claim_templates).items();
  }

  std::uint32_t add_use(VolumeUse use, const Mounts& mounts, Value name) {
    const auto index = static_cast<std::uint32_t>(plan_.volumes.size());
    Facts::VolumeFacts facts;
    facts.volume.name = use.name;
    facts.volume.name_known = kube::has_known_text(name);
    facts.volume.source = use.source;
    facts.volume.volume = use.volume;
    facts.volume.mount = mounts.of(use.name);
    if (is_never_copied(use.source)) facts.volume.never_copied = never_copied_evidence(use.source, use.volume);
    facts.volume.unmounted = mount_evidence(facts.volume.mount, use.volume);
    facts.volume.is_claim = use.source == kClaimSource || use.source == kTemplateSource;
    facts_.volumes.push_back(std::move(facts));
    facts_.workload_of.push_back(use.workload);
    plan_.volumes.push_back(std::move(use));
    return index;
  }

  void connect(std::uint32_t claim, std::uint32_t use) {
    plan_.claims[claim].mounted_by.push_back(use);
    facts_.claim_uses[claim].push_back(use);
    if (facts_.volumes[use].claim == kNoIndex) facts_.volumes[use].claim = claim;
  }

  void add_volume(std::uint32_t workload, Value volume, const Mounts& mounts) {
    VolumeUse use;
    use.workload = workload;
    use.name = volume["name"].text();
    use.source = source_of(volume);
    use.volume = volume;
    const Value claim_name = volume[kClaimSource]["claimName"];
    if (use.source == kClaimSource) use.claim = claim_name.text();
    const std::string_view claim = use.claim;
    const std::uint32_t index = add_use(std::move(use), mounts, volume["name"]);
    const Resource& resource = *plan_.workloads[workload].resource;
    if (plan_.volumes[index].source == kEphemeralSource) return add_ephemeral(index, resource, volume);
    if (claim.empty()) return;
    const auto [at, inserted] = claim_ids_.try_emplace({resource.name_space, claim}, kNoIndex);
    if (inserted) {
      at->second = new_claim(resource.name_space, claim, nullptr, resource.metadata["namespace"],
                             storage_.describe_unseen(claim, claim_name.span()));
    }
    connect(at->second, index);
  }

  // Kubernetes pkg/controller/volume/ephemeral/controller.go: the claim is called like the pod and the volume. The name
  // of a controller's pod is not known.
  void add_ephemeral(std::uint32_t use, const Resource& owner, Value volume) {
    const Value claim_template = volume[kEphemeralSource]["volumeClaimTemplate"];
    std::string name = fmt::format("{}-{}", owner.name, volume["name"].text());
    if (owner.kind == "StatefulSet") {
      name = fmt::format("{}-{}-{}", owner.name, first_ordinal(owner), volume["name"].text());
    } else if (owner.kind != "Pod") {
      if (!facts_.is_dump) {
        hidden_.push_back({use, storage_.describe_ephemeral(owner, {}, claim_template), namespace_of(owner)});
      }
      return;
    }
    const auto known = claim_ids_.find(ClaimKey(owner.name_space, name));
    if (known != claim_ids_.end()) {
      facts_.volumes[use].generated = known->second;
      return;
    }
    if (facts_.is_dump || facts_.pods.back().exist == Known::no) return;
    const std::string_view stored = plan_.texts->emplace_back(std::move(name));
    const std::uint32_t claim = new_claim(owner.name_space, stored, nullptr, owner.metadata["namespace"],
                                          storage_.describe_ephemeral(owner, stored, claim_template));
    claim_ids_.try_emplace(ClaimKey(owner.name_space, stored), claim);
    facts_.volumes[use].generated = claim;
  }

  std::uint32_t namespace_of(const Resource& owner) {
    return namespace_id(owner.name_space, owner.metadata["namespace"]);
  }

  // Kubernetes pkg/controller/statefulset/stateful_set_utils.go: getPersistentVolumeClaimName.
  void add_claim_template(std::uint32_t workload, Value claim_template, const Mounts& mounts) {
    VolumeUse use;
    use.workload = workload;
    const Value name = claim_template["metadata"]["name"];
    use.name = name.text();
    use.source = kTemplateSource;
    use.volume = claim_template;
    const std::uint32_t index = add_use(std::move(use), mounts, name);
    if (!kube::has_known_text(name)) plan_.workloads[workload].spec_is_known = false;

    const Resource& owner = *plan_.workloads[workload].resource;
    const std::int64_t first = first_ordinal(owner);
    const std::int64_t count = replicas_of(owner);
    const std::size_t slot = ordinal_claims_.size();
    ordinal_claims_.resize(slot + kMostOrdinals, kNoIndex);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string text = fmt::format("{}-{}-{}", name.text(), owner.name, first + i);
      auto known = claim_ids_.find(ClaimKey(owner.name_space, text));
      if (known == claim_ids_.end()) {
        const std::string_view stored = plan_.texts->emplace_back(text);
        const std::uint32_t claim = new_claim(owner.name_space, stored, nullptr, owner.metadata["namespace"],
                                              storage_.describe(owner, stored, claim_template));
        known = claim_ids_.try_emplace(ClaimKey(owner.name_space, stored), claim).first;
      } else if (!facts_.claims[known->second].in_repository) {
        // Another workload names it too.
        facts_.claims[known->second] = storage_.describe(owner, plan_.claims[known->second].name, claim_template);
      }
      connect(known->second, index);
      ordinal_claims_[slot + static_cast<std::size_t>(i)] = known->second;
    }
  }

  void leave_unused_claims() {
    std::vector<char> is_used(plan_.claims.size(), 0);
    for (const Facts::VolumeFacts& volume : facts_.volumes) {
      if (volume.generated != kNoIndex) is_used[volume.generated] = 1;
    }
    for (std::size_t i = 0; i < plan_.claims.size(); ++i) {
      const Claim& claim = plan_.claims[i];
      if (is_used[i] != 0 || claim.resource == nullptr || !claim.mounted_by.empty()) continue;
      storage_.leave_unused(*claim.resource, facts_.claims[i]);
    }
  }

  // Behind all claims of the plan, so that those keep their places.
  void add_hidden_claims() {
    for (Hidden& hidden : hidden_) {
      facts_.volumes[hidden.use].generated = static_cast<std::uint32_t>(facts_.claims.size());
      facts_.claims.push_back(std::move(hidden.claim));
      facts_.claim_namespace.push_back(hidden.name_space);
      facts_.claim_uses.emplace_back();
    }
  }

  void add_volumes() {
    std::map<const Resource*, std::uint32_t> ids;
    for (const Resource* volume : cluster_.of_kind("", "PersistentVolume")) {
      ids.emplace(volume, static_cast<std::uint32_t>(facts_.pvs.size()));
      facts_.pvs.push_back(read_pv_facts(*volume));
      const Value claim = (*volume)["spec"]["claimRef"];
      const auto named = claim_ids_.find(ClaimKey(claim["namespace"].text(), claim["name"].text()));
      if (named != claim_ids_.end()) facts_.pvs.back().claim = named->second;
    }
    for (std::uint32_t i = 0; i < facts_.claims.size(); ++i) {
      ClaimFacts& claim = facts_.claims[i];
      if (claim.volume_resource != nullptr) {
        claim.pv = ids[claim.volume_resource];
        // What a manifest doesn't bind yet, the binding will.
        PvFacts& volume = facts_.pvs[claim.pv];
        if (!facts_.is_dump && !volume.has_claim_ref) {
          volume.has_claim_ref = true;
          volume.claim = i;
        }
      } else if (claim.has_volume()) {
        claim.pv = static_cast<std::uint32_t>(facts_.pvs.size());
        facts_.pvs.push_back(predict_pv(claim, i));
      }
    }
  }

  void order() {
    std::vector<std::string> names;
    names.reserve(plan_.workloads.size());
    for (const Workload& workload : plan_.workloads) names.push_back(pod_name_order(*workload.resource));
    const auto name_of = [&](const Facts::Instance& one) -> const std::string& {
      return one.name.empty() ? names[one.workload] : one.name;
    };
    sort_order(facts_.instances.size(), facts_.instance_order, [&](std::uint32_t a, std::uint32_t b) {
      const Facts::Instance& one = facts_.instances[a];
      const Facts::Instance& two = facts_.instances[b];
      const std::string_view first = plan_.workloads[one.workload].resource->name_space;
      const std::string_view second = plan_.workloads[two.workload].resource->name_space;
      return first != second ? first < second : name_of(one) < name_of(two);
    });
    sort_order(plan_.claims.size(), facts_.claim_order, [&](std::uint32_t a, std::uint32_t b) {
      const Claim& one = plan_.claims[a];
      const Claim& two = plan_.claims[b];
      return one.name_space != two.name_space ? one.name_space < two.name_space : one.name < two.name;
    });
    for (auto i = static_cast<std::uint32_t>(plan_.claims.size()); i < facts_.claims.size(); ++i) {
      facts_.claim_order.push_back(i);
    }
    sort_order(facts_.pvs.size(), facts_.pv_order,
               [&](std::uint32_t a, std::uint32_t b) { return facts_.pvs[a].name < facts_.pvs[b].name; });

    facts_.claim_instances.resize(facts_.claims.size());
    for (const std::uint32_t i : facts_.instance_order) {
      for (const Facts::InstanceUse& use : facts_.uses_of(facts_.instances[i])) {
        if (use.claim == kNoIndex) continue;
        std::vector<std::uint32_t>& instances = facts_.claim_instances[use.claim];
        if (instances.empty() || instances.back() != i) instances.push_back(i);
      }
    }
    for (std::vector<std::uint32_t>& uses : facts_.claim_uses) {
      std::stable_sort(uses.begin(), uses.end(), [&](std::uint32_t a, std::uint32_t b) {
        return names[plan_.volumes[a].workload] < names[plan_.volumes[b].workload];
      });
    }
    for (const Resource* one : cluster_.of_kind("", "Namespace")) facts_.existing_namespaces.emplace_back(one->name);
    std::sort(facts_.existing_namespaces.begin(), facts_.existing_namespaces.end());
  }

  template <typename Less>
  static void sort_order(std::size_t count, std::vector<std::uint32_t>& order, Less less) {
    order.resize(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(i);
    std::stable_sort(order.begin(), order.end(), less);
  }

  // What lives in the cluster only, and how far it is known.
  void describe_certainty() {
    for (std::size_t i = 0; i < plan_.workloads.size(); ++i) {
      const PodFacts& pod = facts_.pods[i];
      const bool is_unknown = pod.exist == Known::unknown || pod.running == Known::unknown;
      plan_.workloads[i].pods = is_unknown ? Certainty::unknown : pod.assumed ? Certainty::assumed : Certainty::proven;
    }
    for (std::size_t i = 0; i < plan_.claims.size(); ++i) {
      const ClaimFacts& claim = facts_.claims[i];
      plan_.claims[i].existence = !claim.in_repository ? (facts_.is_dump ? Certainty::proven : Certainty::unknown)
                                  : plan_.claims[i].resource != nullptr ? Certainty::proven
                                                                        : Certainty::assumed;
      plan_.claims[i].volume = claim.bound_is_assumed ? Certainty::assumed : claim.volume_certainty;
    }
  }

  struct Hidden {
    std::uint32_t use;
    ClaimFacts claim;
    std::uint32_t name_space;
  };

  const model::Cluster& cluster_;
  const Storage storage_;
  const Scalers scalers_;
  Plan& plan_;
  Facts facts_;
  std::map<std::pair<std::string_view, bool>, std::size_t> namespace_ids_;
  std::map<ClaimKey, std::uint32_t> claim_ids_;
  std::vector<Hidden> hidden_;
  // Of the workload at hand: its first volume use that a claim template makes, and the claims of all ordinals.
  std::uint32_t first_ordinal_use_ = 0;
  std::vector<std::uint32_t> ordinal_claims_;
};

}  // namespace

Facts gather_facts(const model::Cluster& cluster, Plan& plan, bool is_dump) {
  return Gatherer(cluster, plan, is_dump).gather();
}

}  // namespace vlint::velero
