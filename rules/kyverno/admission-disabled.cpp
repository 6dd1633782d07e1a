#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {
namespace {

// Generation needs admission, so that nothing else can be meant; a comment that goes too is for a person to look at.
void offer_removal(const kyverno::Policy& policy, Draft& draft) {
  Result<yaml::Removal> removal =
      yaml::remove_entry((*policy.object)["spec"].find("admission").key, yaml::OnlyChild::leave_empty);
  if (!removal) {
    draft.help("remove the field");
    return;
  }
  const bool is_safe = policy.has_generate() && !removal->removes_comments;
  draft.fix("remove the field", is_safe ? Safety::safe : Safety::unsafe, *policy.object, removal->edits);
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (policy.object->encrypted) continue;
      for (const kyverno::Fault& fault : policy.faults) {
        if (fault.kind != kyverno::AdmissionFault::admission_disabled) continue;
        const kube::Resource& object = *policy.object;
        const bool generates = policy.has_generate();
        Draft draft =
            report.at(fault.where, fmt::format("{} has admission: false{}, so Kyverno refuses it", object.title(),
                                               generates ? " and a rule that generates" : " and background: false"));
        draft.label("refused").about(member.cluster, object, object["spec"]["admission"]);
        offer_removal(policy, draft);
        break;
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_admission_disabled) = checked({
    .summary = "a policy that generates has admission switched off",
    .explanation = R"md(
## What it finds
`spec.admission: false` in a policy with a generate rule, or together with `background: false`.

## Why it matters
Objects are generated because of admission requests, so Kyverno's webhook refuses such a policy: "disabling admission
processing is only allowed with validation policies". The sync that applies it fails.

## How to fix it
Remove the field; `vlint --fix` does so for policies that generate.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/validate.go, api/kyverno/v1/spec_types.go",
    .check = check,
});

}  // namespace vlint::rules
