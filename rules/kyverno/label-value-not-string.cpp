#include <fmt/format.h>

#include <string>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

struct Place {
  const model::Cluster& cluster;
  const kyverno::Policy& policy;
  const kyverno::Rule& rule;
  std::string_view kind;  // of what is made
};

std::string_view name_of(yaml::ScalarType type) {
  switch (type) {
    case yaml::ScalarType::boolean:
      return "a boolean";
    case yaml::ScalarType::integer:
    case yaml::ScalarType::floating:
      return "a number";
    default:
      return {};
  }
}

void check_strings(const Place& place, yaml::Value mapping, std::string_view what, Report& report) {
  for (const yaml::Entry& entry : mapping.entries()) {
    const std::string_view type = entry.value.is_scalar() ? name_of(entry.value.type()) : std::string_view{};
    if (type.empty()) continue;
    report
        .at(entry.value.span(),
            fmt::format(
                "{} writes {} as the value of the {} {}, which must be a string: the API server refuses the {}, "
                "and nothing is generated",
                title_of(place.policy, place.rule), type, what, entry.key.text(), place.kind))
        .label(fmt::format("{} in YAML", type))
        .about(place.cluster, *place.policy.object, entry.value)
        .fix("put it between quotes", Safety::safe, *place.policy.object,
             yaml::set_scalar(entry.value, entry.value.text(), yaml::WriteAs::string));
  }
}

void check_part(const Place& place, yaml::Value part, Report& report) {
  for (const yaml::Entry& entry : part.entries()) {
    const std::string_view key = entry.key.text();
    if (key == "metadata") {
      check_strings(place, entry.value["labels"], "label", report);
      check_strings(place, entry.value["annotations"], "annotation", report);
    } else if (key == "moverPodLabels") {
      check_strings(place, entry.value, "pod label", report);
    } else {
      check_part(place, entry.value, report);
    }
  }
  for (const yaml::Value item : part.items()) check_part(place, item, report);
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      for (const kyverno::Rule& rule : policy.rules) {
        if (!rule.generate) continue;
        const Place place{member.cluster, policy, rule, made_kind(rule)};
        check_part(place, rule.generate->pattern.data, report);
        for (const kyverno::ForEach& each : rule.generate->for_each) check_part(place, each.pattern.data, report);
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_label_value_not_string) = checked({
    .summary = "a Kyverno rule writes a label or an annotation that is no string",
    .explanation = R"md(
## What it finds
A value of `metadata.labels`, `metadata.annotations` or `moverPodLabels` in the `data` of a `generate` rule that YAML reads
as a boolean or a number: `velero.io/exclude-from-backup: true`.

## Why it matters
Labels and annotations are strings. In a manifest the API server refuses such a value at once; in a policy nobody looks
(Kyverno checks it for `validate` and `mutate` rules only). The policy is accepted and the trigger is created, then each
write of the generated object fails, three times, and there is none.

## How to fix it
Put the value between quotes. `vlint --fix` does.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/validate.go isLabelAndAnnotationsString; "
               "k8s.io/apimachinery pkg/apis/meta/v1 ObjectMeta",
    .check = check,
});

}  // namespace vlint::rules
