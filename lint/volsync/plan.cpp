#include "lint/volsync/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "lint/model/deployers.h"

namespace vlint::volsync {
namespace {

using kube::Resource;
using yaml::Value;

using Name = std::pair<std::string_view, std::string_view>;  // namespace and name

// Operators make claims that are named after their own objects: `data-<object>-0`, `<object>-1`.
class ClaimMakers {
 public:
  explicit ClaimMakers(const model::Cluster& cluster) {
    for (const Resource& resource : cluster.resources()) {
      if (is_operators(resource.group)) names_.insert({resource.name_space, resource.name});
    }
  }

  // Whether the claim's name has the name of such an object in it, between hyphens.
  bool may_make(std::string_view name_space, std::string_view claim) const {
    std::vector<std::size_t> cuts{0};
    for (std::size_t i = 0; i < claim.size(); ++i) {
      if (claim[i] == '-') cuts.push_back(i + 1);
    }
    cuts.push_back(claim.size() + 1);
    constexpr std::size_t kMostParts = 32;
    if (cuts.size() > kMostParts) return !names_.empty();
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      for (std::size_t j = i + 1; j < cuts.size(); ++j) {
        const std::string_view part = claim.substr(cuts[i], cuts[j] - 1 - cuts[i]);
        if (names_.count({name_space, part}) > 0 || names_.count({std::string_view{}, part}) > 0) return true;
      }
    }
    return false;
  }

 private:
  static bool is_operators(std::string_view group) {
    constexpr std::string_view kOthers[] = {"external-secrets.io", "kyverno.io", "velero.io", "volsync.backube"};
    return group.find('.') != std::string_view::npos && !group.ends_with(".k8s.io") &&
           std::find(std::begin(kOthers), std::end(kOthers), group) == std::end(kOthers);
  }

  std::set<Name> names_;
};

class Planner {
 public:
  Planner(const model::Cluster& cluster, const velero::Plan& velero, const PlanOptions& options)
      : cluster_(cluster),
        velero_(velero),
        sees_all_(cluster.is_complete() && !options.may_hold_more && !model::has_deployers(cluster)),
        storage_(cluster, velero.install.is_dump),
        others_(cluster) {
    for (const velero::Claim& claim : velero.claims) {
      const auto index = static_cast<std::uint32_t>(plan_.claims.size());
      claim_ids_.emplace(Name(claim.name_space, claim.name), index);
      plan_.claims.push_back({claim.name_space, claim.name, index, {}, {}, Known::no});
    }
  }

  Plan make() {
    const std::vector<const Resource*> sources = cluster_.of_kind("volsync.backube", "ReplicationSource");
    const std::vector<const Resource*> destinations = cluster_.of_kind("volsync.backube", "ReplicationDestination");
    if (!sources.empty() || !destinations.empty()) {
      const model::Secrets secrets(cluster_, sees_all_);
      const ClaimMakers makers(cluster_);
      const Surroundings around{cluster_, velero_, storage_, secrets, sees_all_};
      for (const Resource* resource : sources) add_source(*resource, around, makers);
      for (const Resource* resource : destinations) add_destination(*resource, secrets);
      add_consumers();
      share_locations();
    }
    add_others();
    return std::move(plan_);
  }

 private:
  void add_source(const Resource& resource, const Surroundings& around, const ClaimMakers& makers) {
    const auto index = static_cast<std::uint32_t>(plan_.sources.size());
    Source source;
    source.replication = read_replication(resource);
    const Text& claim = source.replication.claim;
    const velero::Claim* known_claim = nullptr;
    if (claim.given() == Known::yes) {
      source.claim = claim_id(resource.name_space, claim.text());
      plan_.claims[source.claim].sources.push_back(index);
      const std::uint32_t of_velero = plan_.claims[source.claim].velero;
      if (of_velero != kNoIndex) known_claim = &velero_.claims[of_velero];
    }
    const bool may_be_made =
        known_claim == nullptr && claim.given() == Known::yes &&
        (is_named_elsewhere(resource.name_space, claim.text()) || makers.may_make(resource.name_space, claim.text()));
    source.verdict = judge(source.replication, around, known_claim, may_be_made);
    source.repository = repository_of(source.replication, around.secrets);
    read_privilege(source);
    plan_.sources.push_back(std::move(source));
  }

  void add_destination(const Resource& resource, const model::Secrets& secrets) {
    Destination destination;
    destination.replication = read_replication(resource);
    destination.repository = repository_of(destination.replication, secrets);
    destination_ids_.emplace(Name(resource.name_space, resource.name),
                             static_cast<std::uint32_t>(plan_.destinations.size()));
    plan_.destinations.push_back(std::move(destination));
  }

  std::uint32_t claim_id(std::string_view name_space, std::string_view name) {
    const auto [at, is_new] =
        claim_ids_.emplace(Name(name_space, name), static_cast<std::uint32_t>(plan_.claims.size()));
    if (is_new) plan_.claims.push_back({name_space, name, kNoIndex, {}, {}, Known::no});
    return at->second;
  }

  // A claim of that name without a namespace, or for a source without one a claim anywhere: it may be the same.
  bool is_named_elsewhere(std::string_view name_space, std::string_view name) const {
    if (!name_space.empty()) {
      const auto found = claim_ids_.find(Name(std::string_view{}, name));
      return found != claim_ids_.end() && plan_.claims[found->second].velero != kNoIndex;
    }
    return true;
  }

  static std::optional<Repository> repository_of(const Replication& replication, const model::Secrets& secrets) {
    const SecretUse* use = replication.repository();
    if (!replication.is(Mover::restic) || use == nullptr || use->name.given() != Known::yes) return std::nullopt;
    const Resource& resource = *replication.resource;
    const model::SecretAnswer answer = secrets.find(resource.name_space, use->name.text(), resource.unit);
    const model::SecretEntry* entry = answer.find("RESTIC_REPOSITORY");
    if (entry == nullptr) return std::nullopt;
    return read_repository(entry->value, entry->where);
  }

  // volsync internal/controller/utils/namespace.go: PrivilegedMoversOk.
  void read_privilege(Source& source) const {
    const std::string_view name_space = source.replication.resource->name_space;
    const Resource* found = name_space.empty() ? nullptr : cluster_.find("", "Namespace", "", name_space);
    if (found == nullptr) return;
    const yaml::Entry entry = found->metadata["annotations"].find("volsync.backube/privileged-movers");
    source.is_privileged = Known::no;
    if (!entry) return;
    source.privileged_where = entry.value.span();
    source.is_privileged =
        kube::has_known_text(entry.value) ? known(to_lower_ascii(entry.value.text()) == "true") : Known::unknown;
  }

  Destination* destination(std::string_view name_space, std::string_view name) {
    const auto found = destination_ids_.find(Name(name_space, name));
    return found == destination_ids_.end() ? nullptr : &plan_.destinations[found->second];
  }

  void take(const Resource& owner, Value spec, Consumer::Way way) {
    for (const Value reference : {spec["dataSourceRef"], spec["dataSource"]}) {
      if (reference["kind"].text() != "ReplicationDestination") continue;
      Destination* found = destination(owner.name_space, reference["name"].text());
      if (found != nullptr) found->consumers.push_back({way, &owner, reference.span()});
      return;
    }
  }

  // volsync internal/controller/volumepopulator_controller.go, and the claims that restores are written to.
  void add_consumers() {
    for (const velero::Claim& claim : velero_.claims) {
      if (claim.resource != nullptr) take(*claim.resource, (*claim.resource)["spec"], Consumer::Way::data_source);
    }
    for (const velero::VolumeUse& use : velero_.volumes) {
      const Resource& owner = *velero_.workloads[use.workload].resource;
      if (use.source == "volumeClaimTemplate") take(owner, use.volume["spec"], Consumer::Way::claim_template);
      constexpr std::string_view kPrefix = "volsync-";
      constexpr std::string_view kSuffix = "-dest";
      if (!use.claim.starts_with(kPrefix) || !use.claim.ends_with(kSuffix)) continue;
      if (use.claim.size() <= kPrefix.size() + kSuffix.size()) continue;
      Destination* found = destination(
          owner.name_space, use.claim.substr(kPrefix.size(), use.claim.size() - kPrefix.size() - kSuffix.size()));
      if (found != nullptr) found->consumers.push_back({Consumer::Way::mount, &owner, use.volume.span()});
    }
    for (Destination& one : plan_.destinations) {
      const Text& claim = one.replication.claim;
      if (claim.given() != Known::yes) continue;
      const auto found = claim_ids_.find(Name(one.replication.resource->name_space, claim.text()));
      if (found == claim_ids_.end() || plan_.claims[found->second].velero == kNoIndex) continue;
      const velero::Claim& target = velero_.claims[plan_.claims[found->second].velero];
      one.consumers.push_back({Consumer::Way::destination_claim, target.resource, claim.where()});
    }
  }

  void share_locations() {
    std::map<std::string, std::vector<std::uint32_t>> by_location;
    for (std::size_t i = 0; i < plan_.sources.size(); ++i) {
      if (!plan_.sources[i].repository) continue;
      const std::optional<std::string> identity = identity_of(*plan_.sources[i].repository);
      if (identity) by_location[*identity].push_back(static_cast<std::uint32_t>(i));
    }
    for (auto& one : by_location) {
      if (one.second.size() > 1) plan_.shared_locations.push_back(std::move(one.second));
    }
    // By their first sources: the locations themselves are no order to show.
    std::sort(plan_.shared_locations.begin(), plan_.shared_locations.end());
  }

  void add_others() {
    const bool has_others = others_.has_any();
    for (Claim& claim : plan_.claims) {
      std::optional<velero::ClaimFacts> facts;
      if (has_others && claim.velero != kNoIndex) {
        facts = velero::describe_claim(storage_, velero_, velero_.claims[claim.velero]);
      }
      if (has_others) claim.others = others_.of(claim.name_space, claim.name, facts ? &*facts : nullptr);
      for (const OtherBackup& other : claim.others) claim.is_protected = claim.is_protected || other.protects;
      for (const std::uint32_t source : claim.sources) {
        claim.is_protected = claim.is_protected || protects(plan_.sources[source].verdict);
      }
    }
  }

  const model::Cluster& cluster_;
  const velero::Plan& velero_;
  bool sees_all_;
  velero::Storage storage_;
  OtherBackups others_;
  std::map<Name, std::uint32_t> claim_ids_;
  std::map<Name, std::uint32_t> destination_ids_;
  Plan plan_;
};

}  // namespace

Known protects(const Verdict& verdict) {
  switch (verdict.outcome) {
    case velero::Outcome::is_protected:
      return Known::yes;
    case velero::Outcome::unknown:
      return Known::unknown;
    case velero::Outcome::fails:
    case velero::Outcome::not_protected:
    case velero::Outcome::skipped_on_purpose:
      return verdict.assumed ? Known::unknown : Known::no;
  }
  return Known::unknown;
}

Plan make_plan(const model::Cluster& cluster, const velero::Plan& velero, const PlanOptions& options) {
  return Planner(cluster, velero, options).make();
}

}  // namespace vlint::volsync
