#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"
#include "rules/common/kyverno_permissions.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

using kyverno::GeneratePattern;

struct Generated {
  std::string_view group;
  std::string_view kind;
  yaml::Value where;
  bool is_checked = true;  // Kyverno looks at it when the policy is admitted
};

// The kinds that a pattern makes. Of a cloneList Kyverno checks the first kind only.
std::vector<Generated> generated_by(const GeneratePattern& pattern) {
  std::vector<Generated> all;
  if (pattern.has_clone_list()) {
    for (const yaml::Value kind : pattern.clone_list["kinds"].items()) {
      if (has_variable(kind)) continue;
      const kyverno::VersionAndKind split = kyverno::parse_version_and_kind(kind.text());
      all.push_back({kyverno::group_of(split.api_version), split.kind, kind, all.empty()});
    }
  } else if (pattern.kind.is_set() && !has_variable(pattern.kind) && !has_variable(pattern.api_version)) {
    all.push_back({kyverno::group_of(pattern.api_version.text()), pattern.kind.text(), pattern.kind});
  }
  return all;
}

// Plural names of kinds that are not known can't be told.
std::optional<std::string> plural_of(const model::Cluster& cluster, const Generated& generated) {
  if (const kube::KindInfo* info = kube::find_kind(generated.group, generated.kind)) return std::string(info->plural);
  for (const kube::Resource* definition : cluster.of_kind("apiextensions.k8s.io", "CustomResourceDefinition")) {
    const yaml::Value spec = (*definition)["spec"];
    if (spec["group"].text() != generated.group || spec["names"]["kind"].text() != generated.kind) continue;
    return std::string(spec["names"]["plural"].text());
  }
  return std::nullopt;
}

std::string with_group(const std::string& plural, std::string_view group) {
  return group.empty() ? plural : fmt::format("{}.{}", plural, group);
}

class Checker {
 public:
  Checker(const ClusterModel& member, const KyvernoPermissions& permissions, Report& report)
      : member_(member), permissions_(permissions), report_(report) {}

  void check(const kyverno::Policy& policy, const kyverno::Rule& rule) {
    if (!rule.generate) return;
    check_pattern(policy, rule, rule.generate->pattern);
    for (const kyverno::ForEach& each : rule.generate->for_each) check_pattern(policy, rule, each.pattern);
  }

 private:
  std::vector<std::string> missing(Controller controller, const std::vector<std::string_view>& verbs,
                                   const WantedRight& right) const {
    std::vector<std::string> lacking;
    for (const std::string_view verb : verbs) {
      if (permissions_.lacks(controller, verb, right)) lacking.emplace_back(verb);
    }
    return lacking;
  }

  void check_pattern(const kyverno::Policy& policy, const kyverno::Rule& rule, const GeneratePattern& pattern) {
    const bool synchronizes = rule.generate->synchronize == Known::yes;
    const std::string_view name_space =
        has_variable(pattern.name_space) ? std::string_view{} : pattern.name_space.text();
    for (const Generated& generated : generated_by(pattern)) {
      const std::optional<std::string> plural = plural_of(member_.cluster, generated);
      if (!plural) continue;
      const WantedRight right{generated.group, *plural, name_space};
      const std::vector<std::string> background =
          missing(Controller::background,
                  synchronizes ? std::vector<std::string_view>{"get", "create", "update", "delete"}
                               : std::vector<std::string_view>{"get", "create"},
                  right);
      const std::vector<std::string> admission =
          synchronizes ? missing(Controller::admission, {"get", "list"}, right) : std::vector<std::string>{};
      if (!background.empty()) report(policy, rule, generated, *plural, Controller::background, background);
      if (background.empty() && !admission.empty()) {
        report(policy, rule, generated, *plural, Controller::admission, admission);
      }
    }
  }

  void report(const kyverno::Policy& policy, const kyverno::Rule& rule, const Generated& generated,
              const std::string& plural, Controller controller, const std::vector<std::string>& verbs) {
    const std::string resource = with_group(plural, generated.group);
    report_
        .at(generated.where.span(),
            fmt::format("{} generates {}s, and Kyverno's {} may not {} {}: {}",
                        title_of_rule(*policy.object, rule.where), generated.kind, to_string(controller),
                        join(verbs, ", "), resource,
                        generated.is_checked ? "Kyverno refuses the policy" : "none is made, without a word"))
        .label("no role allows it")
        .about(member_.cluster, *policy.object, generated.where)
        .related(permissions_.place(controller), fmt::format("rights of the {}", to_string(controller)))
        .help(fmt::format("allow it in a ClusterRole with the label `rbac.kyverno.io/aggregate-to-{}-controller: "
                          "\"true\"`: apiGroups [\"{}\"], resources [{}], verbs [{}]",
                          controller == Controller::background ? "background" : "admission", generated.group, plural,
                          join(verbs, ", ")));
  }

  const ClusterModel& member_;
  const KyvernoPermissions& permissions_;
  Report& report_;
};

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (member.kyverno.policies.empty()) continue;
    const KyvernoPermissions permissions(model, member);
    Checker checker(member, permissions, report);
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (policy.object->encrypted) continue;
      for (const kyverno::Rule& rule : policy.rules) checker.check(policy, rule);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_generated_kind_without_permission) = checked({
    .summary = "a policy generates objects that Kyverno has no right to make",
    .explanation = R"md(
## What it finds
A generate rule whose objects the background controller may not create, or with `synchronize: true` not update or
delete, and generated Secrets that the controllers may not read. Rights are counted from ClusterRoles that are
aggregated to Kyverno's (`rbac.kyverno.io/aggregate-to-background-controller`, or the labels of the chart's own
roles), from bindings of its ServiceAccounts, and from `rbac.clusterRole.extraResources` in the values of Kyverno's
chart (HelmRelease, Argo CD Application, `helmCharts`). It is silent where those values are not read in whole, and
where nothing in the repository shows how Kyverno gets its rights, or where the chart is older than 3.3 (Kyverno
1.13), whose roles had other rules.

## Why it matters
Kyverno asks the API server when the policy is applied, and refuses it: "does not have permissions to 'create'
resource". The sync fails and nothing is generated. From the second kind of a `cloneList` on nobody asks, and the
objects are just not there.

## How to fix it
Grant the rights, which is a decision of yours, so there is no automatic fix:

```yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: kyverno:generate-volsync
  labels:
    rbac.kyverno.io/aggregate-to-background-controller: "true"
rules:
  - apiGroups: [volsync.backube]
    resources: [replicationsources, replicationdestinations]
    verbs: [get, list, watch, create, update, delete]
```

With `synchronize: true` the admission controller needs get and list of generated Secrets too.

## When to ignore it
When the role comes from another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources =
        "kyverno pkg/policy/generate/validate.go canIGenerate, charts/kyverno/templates/*/clusterrole.yaml, issues "
        "9873, 7353, 11358, 6681",
    .check = check,
});

}  // namespace vlint::rules
