// Labels by which claims ask for what Kyverno's rules make of claims: which ones the rules take, and what the rules say
// of a claim, also of one with other labels than it has.
//
// What a rule takes is decided in lint/kyverno; here are only its labels with their places.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/kyverno/context.h"
#include "lint/kyverno/match.h"

namespace vlint::rules {

// A claim as the rules see it: that of a manifest, or the first of those that a StatefulSet makes of a template.
struct TriggerClaim {
  const kube::Resource* object = nullptr;
  const kube::Resource* owner = nullptr;  // whose manifest holds it: the claim itself, or the StatefulSet
  yaml::Value metadata;                   // in that manifest
  std::string title;                      // "claim apps/data", "claim template data of StatefulSet apps/db"

  yaml::Value labels() const { return metadata["labels"]; }
};
// Those of the repository, in the order of their sources; none that are encrypted or without a name.
std::vector<TriggerClaim> trigger_claims(const ClusterModel& member);

// A label that a generate rule asks of claims, by a selector or by a precondition, with a value it takes.
struct WantedLabel {
  kyverno::RuleRef rule;
  std::string key;
  std::string value;
  Span where;  // of the value, in the policy
};

class ClaimRules {
 public:
  explicit ClaimRules(const ClusterModel& member);

  // In the order of the policies. Values with wildcards or variables are left out.
  const std::vector<WantedLabel>& labels() const { return labels_; }
  // All rules that make objects of claims, whether they ask for labels or not.
  const std::vector<kyverno::RuleRef>& rules() const { return rules_; }

  // Whether the rule makes something of the claim: match, exclude, preconditions.
  Known takes(kyverno::RuleRef rule, const TriggerClaim& claim) const;
  // The same if the claim had these labels alone.
  Known takes_with(kyverno::RuleRef rule, const TriggerClaim& claim, const kube::StringMap& labels) const;
  // What match and exclude say of it, with places.
  kyverno::MatchReason explain(kyverno::RuleRef rule, const TriggerClaim& claim) const;

  const kyverno::Policy& policy(kyverno::RuleRef ref) const { return simulation_.policies[ref.policy]; }
  const kyverno::Rule& rule(kyverno::RuleRef ref) const { return policy(ref).rules[ref.rule]; }
  // "rule source of ClusterPolicy backup-by-label"
  std::string title(kyverno::RuleRef ref) const;

 private:
  void add_selector(kyverno::RuleRef ref, const kyverno::Selector& selector);
  void add_conditions(kyverno::RuleRef ref, yaml::Value conditions);
  void add_condition(kyverno::RuleRef ref, yaml::Value condition);
  Known judge(kyverno::RuleRef ref, const kyverno::Trigger& trigger, const jmespath::Json& object) const;

  const model::Cluster& cluster_;
  const kyverno::Simulation& simulation_;
  kyverno::Matcher matcher_;
  mutable kyverno::ExpressionCache cache_;  // what texts parse to
  std::vector<kyverno::RuleRef> rules_;
  std::vector<WantedLabel> labels_;
};

// "rule source of ClusterPolicy backup-by-label"
std::string title_of(const kyverno::Policy& policy, const kyverno::Rule& rule);
// What the rule makes, as far as it says: "ReplicationSource", else "object".
std::string_view made_kind(const kyverno::Rule& rule);
// The rule makes objects that back up, or restore, what it takes: of VolSync, Velero, K8up, or snapshots.
bool makes_backups(const kyverno::Rule& rule);
// Whether the rule takes claims, and says so by the name of the kind.
bool names_claims(const kyverno::MatchBlock& block);

// Every word of the cluster's own manifests that may select objects: all texts and keys but those of labels. Who looks
// a word up there asks whether anything besides the object that carries it knows it.
class SelectingWords {
 public:
  // Policies in `left_out` don't count.
  explicit SelectingWords(const model::Cluster& cluster, const std::set<const kube::Resource*>& left_out = {});

  bool has(std::string_view word) const { return words_.count(word) != 0; }

 private:
  void add(yaml::Value value, bool is_plain_object);
  void add(std::string_view text);

  std::set<std::string_view> words_;
};
// Whether the word stands in a part of a manifest, as SelectingWords reads it.
bool mentions_word(yaml::Value part, std::string_view word);

}  // namespace vlint::rules
