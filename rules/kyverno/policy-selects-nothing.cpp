#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claim_labels.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

// Objects of kinds that vlint doesn't know may make claims with labels of their own: operators of databases.
bool may_hold_other_claims(const Model& model, const model::Cluster& cluster) {
  return may_hold_unseen_objects(model, cluster) ||
         std::any_of(cluster.resources().begin(), cluster.resources().end(),
                     [](const kube::Resource& resource) { return resource.info == nullptr || resource.encrypted; });
}

bool has_label(const kube::Resource& resource, const std::string& key) {
  const std::optional<kube::PodTemplate> pods = kube::pod_template(resource);
  return resource.metadata["labels"][key] || (pods && pods->metadata["labels"][key]);
}

// An object carries the label, or something besides the policy knows it: a rule that puts it on claims.
bool is_known(const ClusterModel& member, const kyverno::Policy& policy, const std::string& key) {
  const std::vector<kube::Resource>& resources = member.cluster.resources();
  const std::vector<TriggerClaim> claims = trigger_claims(member);
  return std::any_of(resources.begin(), resources.end(),
                     [&](const kube::Resource& resource) { return has_label(resource, key); }) ||
         std::any_of(claims.begin(), claims.end(),
                     [&](const TriggerClaim& claim) { return has_label(*claim.object, key); }) ||
         std::any_of(resources.begin(), resources.end(),
                     [&](const kube::Resource& resource) {
                       return resource.group == "kyverno.io" && &resource != policy.object &&
                              mentions_word(resource["spec"], key);
                     }) ||
         SelectingWords(member.cluster, {policy.object}).has(key);
}

// The keys that the policy's rules ask for, in their order, each once; empty when a rule asks for none, or takes other
// objects than claims.
std::vector<std::string> asked_keys(const ClaimRules& rules, std::uint32_t policy) {
  std::vector<std::string> keys;
  std::set<std::uint32_t> asking;
  for (const WantedLabel& label : rules.labels()) {
    if (label.rule.policy != policy) continue;
    asking.insert(label.rule.rule);
    if (std::find(keys.begin(), keys.end(), label.key) == keys.end()) keys.push_back(label.key);
  }
  for (std::uint32_t r = 0; r < rules.policy({policy, 0}).rules.size(); ++r) {
    if (rules.policy({policy, 0}).rules[r].generate && asking.count(r) == 0) return {};
  }
  return keys;
}

bool does_something(const kyverno::Simulation& simulation, std::uint32_t policy) {
  const auto is_of = [&](const auto& one) { return one.cause.policy == policy; };
  return std::any_of(simulation.generations.begin(), simulation.generations.end(), is_of) ||
         std::any_of(simulation.attempts.begin(), simulation.attempts.end(), [&](const kyverno::Attempt& one) {
           return is_of(one) && one.outcome != kyverno::AttemptOutcome::not_met;
         });
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const ClaimRules rules(member);
    const bool can_tell =
        !rules.labels().empty() && !trigger_claims(member).empty() && !may_hold_other_claims(model, member.cluster);
    if (!can_tell) continue;
    for (std::uint32_t p = 0; p < member.kyverno.policies.size(); ++p) {
      const kyverno::Policy& policy = member.kyverno.policies[p];
      const std::vector<std::string> keys = asked_keys(rules, p);
      if (keys.empty() || policy.refused != Known::no || does_something(member.kyverno, p)) continue;
      const bool is_asked =
          std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return is_known(member, policy, key); });
      if (is_asked) continue;
      const auto label = std::find_if(rules.labels().begin(), rules.labels().end(),
                                      [&](const WantedLabel& one) { return one.rule.policy == p; });
      report
          .at(policy.object->place(),
              fmt::format("{} generates nothing: no claim of the cluster has the label {} that its rules ask for",
                          policy.object->title(), join(keys, " or ")))
          .label("takes no object")
          .about(member.cluster, *policy.object, policy.object->metadata["name"])
          .related(label->where, "such a label is on no object")
          .help(fmt::format("label the claims that are to be backed up: {}: {}", label->key, label->value));
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_policy_selects_nothing) = checked({
    .summary = "a Kyverno policy that generates backups takes no object of the cluster",
    .explanation = R"md(
## What it finds
A policy all of whose `generate` rules ask claims for a label that no object of the repository has, in a cluster that has
claims. It is silent where the repository doesn't show everything the cluster runs, where objects of kinds that vlint does
not know may make claims, and where something has the key: then the other rules about labels say what is wrong.

## Why it matters
A policy that takes nothing is ready and reports no error. Who reads it believes that backups are made.

## How to fix it
Label the claims, or correct the key in the policy; the claims show which one they use.

## When to ignore it
When the policy is there before the first application that uses it, or for claims that are made by hand.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/utils/match.go",
    .check = check,
});

}  // namespace vlint::rules
