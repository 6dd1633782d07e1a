#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"
#include "lint/yaml/edit.h"
#include "rules/common/resource_lists.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kOldExisting = "generateExistingOnPolicyUpdate";

// Deprecated fields of the spec that may not stand beside the ones in webhookConfiguration.
constexpr std::pair<std::string_view, std::string_view> kReplaced[] = {
    {"webhookTimeoutSeconds", "timeoutSeconds"},
    {"failurePolicy", "failurePolicy"},
};

struct Removed {
  yaml::Edits edits;
  Safety safety = Safety::safe;  // a comment that goes too is for a person to look at
};
Removed remove_field(yaml::Value key) {
  Result<yaml::Removal> removal = yaml::remove_entry(key, yaml::OnlyChild::leave_empty);
  if (!removal) return {Error{removal.error()}};
  return {removal->edits, removal->removes_comments ? Safety::unsafe : Safety::safe};
}

// Into each rule that generates and does not say it itself.
yaml::Edits move_into_rules(const kyverno::Policy& policy, const yaml::Entry& old, const yaml::Edits& removal) {
  std::vector<yaml::Edits> parts{removal};
  for (const kyverno::Rule& rule : policy.rules) {
    if (!rule.generate || rule.generate->where["generateExisting"]) continue;
    parts.push_back(yaml::add_entry(rule.generate->where, "generateExisting", yaml::NewValue::typed(old.value.text())));
  }
  return together(parts);
}

void check_existing(const model::Cluster& cluster, const kyverno::Policy& policy, Report& report) {
  const kube::Resource& object = *policy.object;
  const yaml::Entry old = object["spec"].find(kOldExisting);
  if (!old || !old.value.is_set()) return;
  Draft draft = report.at(
      old.key.span(), fmt::format("{} has the removed field {}, so Kyverno refuses it", object.title(), kOldExisting));
  draft.label("now generateExisting of each rule's generate").about(cluster, object, old.value);
  if (old.value.as_bool() && policy.has_generate()) {
    const Removed removed = remove_field(old.key);
    draft.fix("write generateExisting in each rule that generates", removed.safety, object,
              move_into_rules(policy, old, removed.edits));
  } else {
    draft.help("write `generateExisting` in `generate` of each rule");
  }
}

void check_replaced(const model::Cluster& cluster, const kyverno::Policy& policy, Report& report) {
  const kube::Resource& object = *policy.object;
  const yaml::Value spec = object["spec"];
  for (const auto& [was, is] : kReplaced) {
    const yaml::Entry old = spec.find(was);
    const yaml::Entry now = spec["webhookConfiguration"].find(is);
    if (!old || !old.value.is_set() || !now || !now.value.is_set()) continue;
    Draft draft = report.at(old.key.span(), fmt::format("{} has {} beside webhookConfiguration.{}, which replaces it, "
                                                        "so Kyverno refuses it",
                                                        object.title(), was, is));
    draft.label("deprecated").about(cluster, object, old.value).related(now.key.span(), "replaces it");
    if (yaml::equal(old.value, now.value)) {
      const Removed removed = remove_field(old.key);
      draft.fix(fmt::format("remove {}", was), removed.safety, object, removed.edits);
    } else {
      draft.help("keep the one in webhookConfiguration, with the value that is meant");
    }
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (policy.object->encrypted) continue;
      check_existing(member.cluster, policy, report);
      check_replaced(member.cluster, policy, report);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_removed_field) = checked({
    .summary = "a policy has a field that Kyverno no longer takes",
    .explanation = R"md(
## What it finds
`spec.generateExistingOnPolicyUpdate`, and `spec.failurePolicy` or `spec.webhookTimeoutSeconds` beside the field of
`spec.webhookConfiguration` that replaces it.

## Why it matters
Kyverno's webhook refuses the policy: "remove the deprecated field". The sync that applies it fails, and the policy of
before, or none, stays in the cluster.

## How to fix it
Write `generateExisting` in `generate` of each rule, and keep the field in `webhookConfiguration` only. `vlint --fix`
does both, the second where the two values are equal.

## When to ignore it
When the cluster runs a Kyverno before 1.13, whose rules have no `generateExisting` of their own.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno api/kyverno/v1/spec_types.go, pkg/validation/policy/validate.go",
    .check = check,
});

}  // namespace vlint::rules
