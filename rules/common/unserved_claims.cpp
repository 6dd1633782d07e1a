#include "rules/common/unserved_claims.h"

#include <algorithm>
#include <set>
#include <vector>

namespace vlint::rules {
namespace {

using kyverno::RuleRef;

yaml::Value label_of(const TriggerClaim& claim, const WantedLabel& wanted) {
  const yaml::Value value = claim.labels()[wanted.key];
  return kube::has_known_text(value) && value.is_scalar() && value.text() == wanted.value ? value : yaml::Value{};
}

bool is_taken(const ClaimRules& rules, const TriggerClaim& claim, std::string_view kind) {
  return std::any_of(rules.rules().begin(), rules.rules().end(), [&](RuleRef ref) {
    return made_kind(rules.rule(ref)) == kind && rules.takes(ref, claim) != Known::no;
  });
}

// The labels by which claims ask for something, and whether they get it.
struct Asking {
  const TriggerClaim* claim = nullptr;
  const WantedLabel* label = nullptr;
  yaml::Value written;
};

std::vector<const WantedLabel*> backups_first(const ClaimRules& rules) {
  std::vector<const WantedLabel*> labels;
  for (const WantedLabel& label : rules.labels()) labels.push_back(&label);
  std::stable_partition(labels.begin(), labels.end(),
                        [&](const WantedLabel* label) { return makes_backups(rules.rule(label->rule)); });
  return labels;
}

void visit_cluster(const ClusterModel& member, const UnservedVisitor& visit) {
  const ClaimRules rules(member);
  if (rules.labels().empty()) return;
  const std::vector<const WantedLabel*> labels = backups_first(rules);
  const std::vector<TriggerClaim> claims = trigger_claims(member);
  std::vector<Asking> unserved;
  std::set<Span> served;
  for (const TriggerClaim& claim : claims) {
    for (const WantedLabel* label : labels) {
      const yaml::Value written = label_of(claim, *label);
      if (!written || rules.policy(label->rule).refused == Known::yes) continue;
      if (is_taken(rules, claim, made_kind(rules.rule(label->rule)))) {
        served.insert(written.span());
      } else {
        unserved.push_back({&claim, label, written});
      }
    }
  }
  const TriggerClaim* last = nullptr;
  for (const Asking& one : unserved) {
    if (one.claim == last || served.count(one.written.span()) != 0) continue;
    kyverno::MatchReason reason = rules.explain(one.label->rule, *one.claim);
    if (reason.verdict.result != Known::no) continue;
    last = one.claim;
    visit(member, rules, {*one.claim, *one.label, one.written, std::move(reason)});
  }
}

}  // namespace

void for_each_unserved_claim(const Model& model, const UnservedVisitor& visit) {
  for (const ClusterModel& member : model.clusters) visit_cluster(member, visit);
}

}  // namespace vlint::rules
