#include "lint/engine/chain.h"

#include <algorithm>
#include <optional>

#include "lint/kyverno/match.h"

namespace vlint {
namespace {

using kyverno::Cause;
using kyverno::Simulation;

bool makes_sources(const kyverno::GeneratePattern& pattern) {
  return pattern.kind.text() == "ReplicationSource" && pattern.api_version.text().starts_with("volsync.backube/");
}

bool makes_sources(const kyverno::Rule& rule) {
  if (!rule.generate) return false;
  const auto& each = rule.generate->for_each;
  return makes_sources(rule.generate->pattern) ||
         std::any_of(each.begin(), each.end(), [](const auto& one) { return makes_sources(one.pattern); });
}

// The claim as rules see it.
struct ClaimTrigger {
  const kube::Resource* object = nullptr;
  std::uint32_t trigger = kyverno::kNoIndex;  // as in Cause
  std::uint32_t claim = kyverno::kNoIndex;
};

std::optional<ClaimTrigger> find_trigger(const model::Cluster& cluster, const Simulation& kyverno,
                                         std::string_view name_space, std::string_view name) {
  if (const kube::Resource* object = cluster.find("", "PersistentVolumeClaim", name_space, name)) {
    return ClaimTrigger{object, static_cast<std::uint32_t>(object - cluster.resources().data()), kyverno::kNoIndex};
  }
  for (std::size_t i = 0; i < kyverno.claims.size(); ++i) {
    const kyverno::ClaimOfSet& claim = kyverno.claims[i];
    if (claim.object.name != name || claim.object.name_space != name_space) continue;
    return ClaimTrigger{&claim.object, claim.stateful_set, static_cast<std::uint32_t>(i)};
  }
  return std::nullopt;
}

class ChainFinder {
 public:
  ChainFinder(const model::Cluster& cluster, const Simulation& kyverno, const ClaimTrigger& claim)
      : kyverno_(kyverno), claim_(claim), matcher_(cluster, kyverno.policies, kyverno.install) {}

  std::vector<BrokenLink> find() {
    std::vector<BrokenLink> links;
    for (std::uint32_t p = 0; p < kyverno_.policies.size(); ++p) {
      for (std::uint32_t r = 0; r < kyverno_.policies[p].rules.size(); ++r) {
        if (!makes_sources(kyverno_.policies[p].rules[r])) continue;
        if (std::optional<BrokenLink> link = find({p, r})) links.push_back(std::move(*link));
      }
    }
    return links;
  }

 private:
  bool is_its(const Cause& cause, kyverno::RuleRef rule) const {
    return cause.policy == rule.policy && cause.rule == rule.rule && cause.trigger == claim_.trigger &&
           cause.claim == claim_.claim;
  }

  std::optional<BrokenLink> find(kyverno::RuleRef ref) const {
    const kyverno::Policy& policy = kyverno_.policies[ref.policy];
    const kyverno::Rule& rule = policy.rules[ref.rule];
    const auto made = [&](const kyverno::Generation& one) { return is_its(one.cause, ref); };
    if (std::any_of(kyverno_.generations.begin(), kyverno_.generations.end(), made)) return std::nullopt;
    BrokenLink link{policy.name, rule.name, rule.where.span(), {}, {}, {}, true};
    if (policy.refused == Known::yes) {
      link.message = "Kyverno refuses the policy";
      link.where = policy.object->place();
      return link;
    }
    for (const kyverno::Attempt& attempt : kyverno_.attempts) {
      if (!is_its(attempt.cause, ref)) continue;
      link.message = attempt.outcome == kyverno::AttemptOutcome::not_met ? "the preconditions say no" : attempt.reason;
      link.where = attempt.where;
      link.is_sure = attempt.outcome != kyverno::AttemptOutcome::unknown;
      return link;
    }
    kyverno::MatchReason reason = matcher_.explain(ref, kyverno::make_trigger(*claim_.object));
    if (reason.verdict.result == Known::yes) return std::nullopt;
    link.message = std::move(reason.message);
    link.where = reason.policy_place;
    link.object = reason.object_place;
    link.is_sure = reason.verdict.result == Known::no;
    return link;
  }

  const Simulation& kyverno_;
  const ClaimTrigger& claim_;
  kyverno::Matcher matcher_;
};

}  // namespace

std::vector<BrokenLink> broken_links(const model::Cluster& cluster, const Simulation& kyverno,
                                     std::string_view name_space, std::string_view name) {
  const std::optional<ClaimTrigger> claim = find_trigger(cluster, kyverno, name_space, name);
  if (!claim) return {};
  return ChainFinder(cluster, kyverno, *claim).find();
}

}  // namespace vlint
