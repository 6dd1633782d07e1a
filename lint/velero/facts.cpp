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
  Gatherer(const model::Cluster& cluster, Plan& plan)
      : cluster_(cluster), storage_(cluster), scalers_(cluster), plan_(plan) {}

  Facts gather() {
    for (const Resource* claim : cluster_.of_kind("", "PersistentVolumeClaim")) add_claim(*claim);
    for (const Resource& resource : cluster_.resources()) {
      const std::optional<kube::PodTemplate> pod = kube::pod_template(resource);
      if (pod && !is_made_by_another(cluster_, resource)) add_workload(resource, *pod);
    }
    order_uses();
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
    plan_.claims.push_back({name_space, name, resource, {}, {}, Known::unknown});
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
    plan_.workloads.push_back({&resource, pod, !resource.encrypted});
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
    for (const Value claim_template : templates) add_claim_template(index, claim_template, mounts);
  }

  static std::vector<Value> claim_templates(const Resource& resource) {
    if (resource.info == nullptr || resource.info->claim_templates.data() == nullptr) return {};
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
    facts.volume.is_claim = use.source == kClaimSource || use.source == kTemplateSource;
    facts_.volumes.push_back(std::move(facts));
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
    if (claim.empty()) return;
    const Resource& resource = *plan_.workloads[workload].resource;
    const auto [at, inserted] = claim_ids_.try_emplace({resource.name_space, claim}, kNoIndex);
    if (inserted) {
      at->second = new_claim(resource.name_space, claim, nullptr, resource.metadata["namespace"],
                             Storage::describe_unseen(claim, claim_name.span()));
    }
    connect(at->second, index);
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
    const Value spec = owner["spec"];
    const std::int64_t start = spec["ordinals"]["start"].as_int().value_or(0);
    const std::int64_t first = std::clamp<std::int64_t>(start, 0, kHighestFirstOrdinal);
    const std::int64_t count = std::min(spec["replicas"].as_int().value_or(1), kMostOrdinals);
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
    }
  }

  void order_uses() {
    std::vector<std::string> order;
    order.reserve(plan_.workloads.size());
    for (const Workload& workload : plan_.workloads) order.push_back(pod_name_order(*workload.resource));
    for (std::vector<std::uint32_t>& uses : facts_.claim_uses) {
      std::stable_sort(uses.begin(), uses.end(), [&](std::uint32_t a, std::uint32_t b) {
        return order[plan_.volumes[a].workload] < order[plan_.volumes[b].workload];
      });
    }
  }

  const model::Cluster& cluster_;
  const Storage storage_;
  const Scalers scalers_;
  Plan& plan_;
  Facts facts_;
  std::map<std::pair<std::string_view, bool>, std::size_t> namespace_ids_;
  std::map<ClaimKey, std::uint32_t> claim_ids_;
};

}  // namespace

Facts gather_facts(const model::Cluster& cluster, Plan& plan) { return Gatherer(cluster, plan).gather(); }

}  // namespace vlint::velero
