#include <fmt/format.h>

#include <optional>
#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/kyverno_permissions.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

void check_group(const model::Cluster& cluster, const kube::Resource& role, yaml::Value group, Report& report) {
  if (has_variable(group)) return;
  const std::optional<std::string_view> meant = group_without_version(group.text());
  if (!meant) return;
  report
      .at(group.span(), fmt::format("{} gives Kyverno rights in the API group {}, which does not exist: groups have no "
                                    "version here",
                                    role.title(), group.text()))
      .label("no such group")
      .about(cluster, role, group)
      .fix(meant->empty() ? std::string("write \"\"") : fmt::format("write {}", *meant), Safety::safe, role,
           yaml::set_scalar(group, *meant, yaml::WriteAs::string));
}

void check_resource(const model::Cluster& cluster, const kube::Resource& role, yaml::Value groups, yaml::Value resource,
                    Report& report) {
  if (has_variable(resource)) return;
  std::optional<std::string> meant;
  for (const yaml::Value group : groups.items()) {
    const std::string_view name = group_without_version(group.text()).value_or(group.text());
    const kube::KindInfo* known = nullptr;
    for (const kube::KindInfo& info : kube::kinds()) {
      if (info.group == name && info.plural == resource.text()) known = &info;
    }
    if (known != nullptr) return;
    if (!meant) meant = meant_resource(name, resource.text());
  }
  if (!meant) return;
  report
      .at(resource.span(), fmt::format("{} gives Kyverno rights to {}, which is no resource: nobody gets them",
                                       role.title(), resource.text()))
      .label("resources are plural and in small letters")
      .about(cluster, role, resource)
      .fix(fmt::format("write {}", *meant), Safety::safe, role, yaml::set_scalar(resource, *meant));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const KyvernoPermissions permissions(model, member);
    for (const kube::Resource* role : permissions.roles()) {
      if (role->encrypted) continue;
      for (const yaml::Value rule : (*role)["rules"].items()) {
        for (const yaml::Value group : rule["apiGroups"].items()) check_group(member.cluster, *role, group, report);
        for (const yaml::Value resource : rule["resources"].items()) {
          check_resource(member.cluster, *role, rule["apiGroups"], resource, report);
        }
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_role_resource_misspelt) = checked({
    .summary = "a role for Kyverno names a kind or a version where resources and groups belong",
    .explanation = R"md(
## What it finds
A ClusterRole or Role that gives rights to Kyverno's controllers, with a resource in the singular or as a kind
(`replicationsource`, `ReplicationSource`), or an API group with a version (`volsync.backube/v1alpha1`).

## Why it matters
RBAC compares texts: there is no such resource and no such group, so the rule gives nothing. The API server takes the
role without a word, and Kyverno refuses the policy for want of the very right that seems to be there.

## How to fix it
Write plural names in small letters and groups without a version; the group of Secrets and ConfigMaps is `""`. `vlint
--fix` does.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kubernetes plugin/pkg/auth/authorizer/rbac, pkg/apis/rbac/v1/evaluation_helpers.go",
    .check = check,
});

}  // namespace vlint::rules
