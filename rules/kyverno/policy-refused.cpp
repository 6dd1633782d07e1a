#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

using kyverno::AdmissionFault;

// What other rules tell, with the edit that mends it.
bool has_own_rule(AdmissionFault fault) {
  return fault == AdmissionFault::user_info_in_background || fault == AdmissionFault::removed_field ||
         fault == AdmissionFault::admission_disabled;
}

std::string_view help_for(AdmissionFault fault) {
  switch (fault) {
    case AdmissionFault::variable_in_match:
      return "match takes wildcards (`app-*`) and no variables: compare in `preconditions`";
    case AdmissionFault::any_and_all:
      return "put everything into one list: `any` takes an object that one entry fits, `all` one that each entry fits";
    case AdmissionFault::empty_set:
      return "exclude only a part of what match takes";
    case AdmissionFault::match_not_specified:
      return "name the kinds that the rule takes under `resources.kinds`";
    case AdmissionFault::duplicate_rule_name:
      return "give each rule a name of its own";
    case AdmissionFault::no_operation:
    case AdmissionFault::several_operations:
      return "a rule has one of validate, mutate, generate and verifyImages";
    case AdmissionFault::wildcard_kind:
      return "name the kinds";
    case AdmissionFault::several_patterns:
      return "make a rule of each";
    case AdmissionFault::target_namespace:
      return "give a namespaced object a namespace, such as `\"{{ request.namespace }}\"`, and a cluster-wide one none";
    case AdmissionFault::anchor_in_data:
      return "write the field without parentheses: data is the object as it will be";
    case AdmissionFault::same_kind:
      return "match by `any`, with a label or a name that the generated object does not have";
    case AdmissionFault::context:
      return "an entry has a name of its own and exactly one source";
    default:
      return {};
  }
}

void check_fault(const model::Cluster& cluster, const kyverno::Policy& policy, const kyverno::Fault& fault,
                 Report& report) {
  const kube::Resource& object = *policy.object;
  const bool in_rule = fault.rule != kyverno::kNoIndex;
  const std::string title = in_rule ? title_of_rule(object, policy.rules[fault.rule].where) : object.title();
  // With a kind that Kyverno does not know it looks no further, and the fault shows when the rule runs.
  const bool is_sure = !fault.needs_known_kinds || policy.refused == Known::yes;
  Draft draft = report.at(fault.where.valid() ? fault.where : object.place(),
                          fmt::format("Kyverno refuses the policy{} because of {}: {}",
                                      is_sure ? "" : " once it knows all kinds that it matches", title, fault.message));
  draft.label("refused").about(cluster, object);
  if (const std::string_view help = help_for(fault.kind); !help.empty()) draft.help(std::string(help));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (policy.object->encrypted) continue;
      for (const kyverno::Fault& fault : policy.faults) {
        if (!has_own_rule(fault.kind)) check_fault(member.cluster, policy, fault, report);
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_policy_refused) = checked({
    .summary = "Kyverno's webhook refuses a policy",
    .explanation = R"md(
## What it finds
What makes Kyverno's webhook refuse a ClusterPolicy or Policy, and no rule of its own tells: `any` beside `all` or
beside `resources`, variables in match or exclude, two rules of one name, a rule with no or with two operations, a
filter without kinds, `kinds: ["*"]` with generate, an empty label selector, context entries with no, two or reserved
names or sources, more than one of data, clone, cloneList and foreach, a generated object without kind, name or
apiVersion, one with a wrong namespace or scope, anchors such as `+(key)` in generated data.

## Why it matters
The sync that applies the policy fails. A new policy is never there, of an old one the text of before stays: what it
was to generate, ReplicationSources and their Secrets, is not made or not changed.

## How to fix it
The message has the webhook's own words; the help says what to write.

## When to ignore it
When the text is replaced before it reaches the cluster by something that vlint does not know.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources =
        "kyverno pkg/validation/policy/validate.go, pkg/policy/generate/validate.go, api/kyverno/v1 (Validate of "
        "Spec, Rule, MatchResources and Generation)",
    .check = check,
});

}  // namespace vlint::rules
