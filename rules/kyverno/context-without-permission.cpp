#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/simulation.h"
#include "rules/common/kyverno_permissions.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

void check_entry(const ClusterModel& member, const KyvernoPermissions& permissions, const kyverno::Policy& policy,
                 const kyverno::Rule& rule, yaml::Value entry, Report& report) {
  const yaml::Value url = entry["apiCall"]["urlPath"];
  if (!url.is_scalar()) return;
  const std::optional<kyverno::ApiPath> path = kyverno::parse_api_path(url.text());
  if (!path || !path->group.empty() || path->plural != "secrets") return;
  const std::string_view verb = path->name.empty() ? "list" : "get";
  const bool is_open = path->name_space.find("{{") != std::string::npos;
  const WantedRight right{"", "secrets", is_open ? std::string_view{} : std::string_view(path->name_space)};
  // The background controller reads it again for what is generated or changed later.
  std::vector<std::string> lacking;
  Span place;
  for (const Controller controller : kControllers) {
    const bool is_used = controller == Controller::admission || rule.generate || rule.mutates_existing;
    if (!is_used || !permissions.lacks(controller, verb, right)) continue;
    lacking.emplace_back(to_string(controller));
    if (!place.valid()) place = permissions.place(controller);
  }
  if (lacking.empty()) return;
  const std::string_view consequence = rule.generate ? "the rule is skipped without a word" : "the rule fails";
  report
      .at(url.span(), fmt::format("{} reads Secrets, and Kyverno's {} may not {} them: {}",
                                  title_of_rule(*policy.object, rule.where), join(lacking, " and "), verb, consequence))
      .label("no role allows it")
      .about(member.cluster, *policy.object, entry)
      .related(place, "rights of that controller")
      .help(fmt::format("allow `{}` of `secrets` in a ClusterRole with the labels "
                        "`rbac.kyverno.io/aggregate-to-background-controller: \"true\"` and "
                        "`rbac.kyverno.io/aggregate-to-admission-controller: \"true\"`",
                        verb));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (member.kyverno.policies.empty()) continue;
    const KyvernoPermissions permissions(model, member);
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (policy.object->encrypted) continue;
      for (const kyverno::Rule& rule : policy.rules) {
        for (const yaml::Value entry : rule.context.items()) {
          check_entry(member, permissions, policy, rule, entry, report);
        }
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_context_without_permission) = checked({
    .summary = "a policy reads Secrets that Kyverno has no right to read",
    .explanation = R"md(
## What it finds
An `apiCall` in a rule's `context` that gets or lists Secrets, while no role gives that right to the admission
controller, or for rules that generate to the background controller. Where rights come from, and when the rule is
silent, is told at `kyverno/generated-kind-without-permission`.

## Why it matters
By default Kyverno reads no Secrets: the role `view`, which its chart binds, leaves them out. Nobody asks when the
policy is applied. Later the call is forbidden, a generate rule is skipped with a line in the log of level 4, and the
claim has no backup. The rule is worked out twice, at admission and in the background: both controllers need the
right.

## How to fix it
Give both controllers `get` of the Secrets, by one ClusterRole with both labels; `resourceNames` can narrow it down.

## When to ignore it
When the role comes from another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/context/loaders/apicall.go, charts/kyverno/templates/*/clusterrole.yaml",
    .check = check,
});

}  // namespace vlint::rules
