#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

// Scans run rules that validate or verify images; what is generated comes from requests alone.
bool needs_no_scan(const kyverno::Policy& policy) {
  return std::all_of(policy.rules.begin(), policy.rules.end(),
                     [](const kyverno::Rule& rule) { return rule.generate.has_value(); });
}

yaml::Edits turn_off_background(const kyverno::Policy& policy) {
  const yaml::Value spec = (*policy.object)["spec"];
  if (spec["background"].is_set()) return yaml::set_scalar(spec["background"], "false", yaml::WriteAs::typed);
  const yaml::Entry rules = spec.find("rules");
  if (spec["background"] || !rules) return Error{"`background` stands there without a value"};
  const std::vector<yaml::Entry> entries = spec.entries();
  // Before the rules, where people look for it: behind the entry above them.
  const yaml::Entry* above = nullptr;
  for (const yaml::Entry& entry : entries) {
    if (entry.key == rules.key) break;
    above = &entry;
  }
  const yaml::NewValue off = yaml::NewValue::typed("false");
  if (above == nullptr) return yaml::add_entry(spec, "background", off, yaml::Where::sorted());
  if (above->key.tree() != spec.source().tree()) return yaml::add_entry(spec, "background", off);
  return yaml::add_entry(spec, "background", off, yaml::Where::after(above->key.place()));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (policy.object->encrypted) continue;
      for (const kyverno::Fault& fault : policy.faults) {
        if (fault.kind != kyverno::AdmissionFault::user_info_in_background) continue;
        const bool is_generate = needs_no_scan(policy);
        report
            .at(fault.where, fmt::format("{} depends on who sends the request while background is true, so Kyverno "
                                         "refuses the policy",
                                         title_of_rule(*policy.object, policy.rules[fault.rule].where)))
            .label("unknown in the background")
            .about(member.cluster, *policy.object, (*policy.object)["spec"]["background"])
            .related((*policy.object)["spec"]["background"].span(), "background is on")
            .help(is_generate ? ""
                              : "with `background: false` reports no longer tell of objects that are there already")
            .fix("set background to false", is_generate ? Safety::safe : Safety::unsafe, *policy.object,
                 turn_off_background(policy));
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_user_info_in_background) = checked({
    .summary = "a policy depends on who sends the request, with background left on",
    .explanation = R"md(
## What it finds
`subjects`, `roles` or `clusterRoles` in match or exclude, or `request.userInfo`, `request.roles`,
`request.clusterRoles`, `serviceAccountName` or `serviceAccountNamespace` in a variable, while `spec.background` is
true, which it is when it is absent.

## Why it matters
Scans in the background have no request, so Kyverno's webhook refuses the policy: "only select variables are allowed
in background mode". The sync that applies it fails.

## How to fix it
Set `background: false`. A policy that only generates loses nothing by it: objects are generated upon requests and
never by a scan. `vlint --fix` does that; for policies that validate, which then no longer report on objects that are
there already, `--unsafe-fixes` is needed.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/background.go",
    .check = check,
});

}  // namespace vlint::rules
