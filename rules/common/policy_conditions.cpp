#include "rules/common/policy_conditions.h"

#include <fmt/format.h>

namespace vlint::rules {
namespace {

using yaml::Value;

class Walk {
 public:
  Walk(const model::Cluster& cluster, const kube::Resource& policy, const ConditionVisitor& visit)
      : policy_(policy), visit_(visit), condition_{cluster, policy, {},    ConditionSite::preconditions,
                                                   false,   true,   false, {}} {}

  void run() {
    const Value spec = policy_["spec"];
    if (policy_.kind == "CleanupPolicy" || policy_.kind == "ClusterCleanupPolicy") {
      condition_.is_negated = true;
      condition_.has_old_operators = false;
      read(spec["conditions"], ConditionSite::cleanup, true);
      return;
    }
    // The schema of v2beta1 has types where that of v1 takes anything.
    const bool is_typed = policy_.version == "v2beta1";
    for (const Value rule : spec["rules"].items()) {
      condition_.rule = rule;
      condition_.has_old_operators = !is_typed;
      read(rule["preconditions"], ConditionSite::preconditions, is_typed);
      const Value validate = rule["validate"];
      read_deny(validate["deny"], is_typed);
      condition_.has_old_operators = true;
      for (const std::string_view operation : {"validate", "mutate", "generate"})
        read_lists(rule[operation]["foreach"]);
      for (const Value target : rule["mutate"]["targets"].items()) {
        read(target["preconditions"], ConditionSite::target, false);
      }
      for (const Value image : rule["verifyImages"].items()) {
        for (const Value attestation : image["attestations"].items()) {
          read(attestation["conditions"], ConditionSite::attestation, true);
        }
      }
    }
  }

 private:
  void read_deny(Value deny, bool is_typed) {
    condition_.is_negated = true;
    read(deny["conditions"], ConditionSite::deny, is_typed);
    condition_.is_negated = false;
  }

  void read_lists(Value for_each) {
    for (const Value entry : for_each.items()) {
      read(entry["preconditions"], ConditionSite::for_each, true);
      read_deny(entry["deny"], false);
      read_lists(entry["foreach"]);
    }
  }

  // {any, all}, a list of conditions, or a list of such blocks.
  void read(Value conditions, ConditionSite site, bool is_typed) {
    for (const std::string_view part : {"any", "all"}) {
      for (const Value one : conditions[part].items()) report(one, site, is_typed);
    }
    for (const Value item : conditions.items()) {
      const bool is_block = item["any"] || item["all"];
      if (is_block) {
        read(item, site, is_typed);
      } else {
        report(item, site, is_typed);
      }
    }
  }

  void report(Value where, ConditionSite site, bool is_typed) {
    if (!where.is_mapping()) return;
    condition_.site = site;
    condition_.is_typed = is_typed;
    condition_.where = where;
    visit_(condition_);
  }

  const kube::Resource& policy_;
  const ConditionVisitor& visit_;
  PolicyCondition condition_;
};

}  // namespace

std::string title_of_rule(const kube::Resource& policy, Value rule) {
  const Value name = rule["name"];
  if (!name.is_set() || !kube::has_known_text(name)) return policy.title();
  return fmt::format("rule {} of {}", name.text(), policy.title());
}

std::string PolicyCondition::title() const { return title_of_rule(policy, rule); }

bool has_variable(Value scalar) {
  return scalar.is_templated() || scalar.text().find("$(") != std::string_view::npos || !kube::has_known_text(scalar);
}

void for_each_condition(const Model& model, const ConditionVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    for (const kube::Resource& resource : member.cluster.resources()) {
      if (resource.group != "kyverno.io" || resource.encrypted) continue;
      const bool has_conditions = resource.kind == "ClusterPolicy" || resource.kind == "Policy" ||
                                  resource.kind == "ClusterCleanupPolicy" || resource.kind == "CleanupPolicy";
      if (has_conditions) Walk(member.cluster, resource, visit).run();
    }
  }
}

}  // namespace vlint::rules
