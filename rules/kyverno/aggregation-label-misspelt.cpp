#include <fmt/format.h>

#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/kyverno_permissions.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

void check_key(const model::Cluster& cluster, const kube::Resource& role, Report& report) {
  const std::optional<MisspeltAggregation> misspelt = misspelt_aggregation(role);
  if (!misspelt || role.metadata["labels"][misspelt->meant]) return;
  const yaml::Entry& label = misspelt->label;
  report
      .at(label.key.span(), fmt::format("{} has the label {}, which Kyverno does not look for: nobody gets its rights",
                                        role.title(), label.key.text()))
      .label("no such label")
      .about(cluster, role, label.value)
      .fix(fmt::format("write {}", misspelt->meant), Safety::safe, role, yaml::rename_key(label.key, misspelt->meant));
}

void check_value(const model::Cluster& cluster, const kube::Resource& role, Report& report) {
  for (const std::string_view key : aggregation_labels()) {
    const yaml::Value value = role.metadata["labels"][key];
    if (!value.is_scalar() || has_variable(value) || value.text() == "false") continue;
    const bool is_string = value.as_string().has_value();
    if (is_string && value.text() == "true") continue;
    if (value.as_bool() == true) {
      report
          .at(value.span(), fmt::format("{} has the label {} with the boolean true, which is no string: the API server "
                                        "refuses the role, and nobody gets its rights",
                                        role.title(), key))
          .label("needs quotes")
          .about(cluster, role, value)
          .fix("write \"true\"", Safety::safe, role, yaml::set_scalar(value, "true", yaml::WriteAs::string));
      continue;
    }
    report
        .at(value.span(), fmt::format("{} has the label {} with the value {}, and Kyverno looks for \"true\": nobody "
                                      "gets its rights",
                                      role.title(), key, value.text()))
        .label("must be \"true\"")
        .about(cluster, role, value)
        .help("write \"true\", in quotes");
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kube::Resource* role : member.cluster.of_kind("rbac.authorization.k8s.io", "ClusterRole")) {
      check_key(member.cluster, *role, report);
      check_value(member.cluster, *role, report);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_aggregation_label_misspelt) = checked({
    .summary = "a ClusterRole for Kyverno has a label that Kyverno's roles do not take it by",
    .explanation = R"md(
## What it finds
A ClusterRole with a label such as `rbac.kyverno.io/aggregate-to-background: "true"` or
`rbac.authorization.k8s.io/aggregate-to-background-controller: "true"`, which nearly is one of the four that Kyverno's
roles select, or with one of them and another value than `"true"`, which is a boolean without its quotes.

## Why it matters
The role looks right, and none of Kyverno's controllers gets a rule of it; with a boolean the API server does not even
take it. The policy that needs the rights is refused, or its rule is skipped without a word.

## How to fix it
Write `rbac.kyverno.io/aggregate-to-background-controller: "true"`, or the one of the admission, reports or cleanup
controller. `vlint --fix` corrects the key, and quotes `true`.

## When to ignore it
When the ClusterRole is bound to Kyverno's ServiceAccount, too; then the label can go.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno charts/kyverno/templates/*/clusterrole.yaml",
    .check = check,
});

}  // namespace vlint::rules
