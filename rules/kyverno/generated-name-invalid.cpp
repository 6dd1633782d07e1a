#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

// Kinds whose names are DNS labels, not subdomains. kubernetes pkg/apis/core/validation: ValidateNamespaceName,
// ValidateServiceName.
bool has_label_name(const kube::Resource& object) { return object.is("", "Namespace") || object.is("", "Service"); }

// Kinds whose names are only parts of a path. kubernetes pkg/apis/rbac/validation.
bool has_path_name(const kube::Resource& object) { return object.group == "rbac.authorization.k8s.io"; }

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// k8s.io/apimachinery pkg/util/validation: IsDNS1123Subdomain, IsDNS1123Label. Empty for a name that is valid.
std::string fault_of_name(const kube::Resource& object) {
  const std::string_view name = object.name;
  constexpr std::size_t kLabel = 63;
  constexpr std::size_t kSubdomain = 253;
  const std::size_t most = has_label_name(object) ? kLabel : kSubdomain;
  if (name.size() > most) return fmt::format("it has {} characters and at most {} are allowed", name.size(), most);
  for (const std::string_view part : split(name, '.')) {
    const bool is_sound =
        !part.empty() && is_letter_or_digit(part.front()) && is_letter_or_digit(part.back()) &&
        std::all_of(part.begin(), part.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
    if (!is_sound) return "names are made of lower-case letters, digits, - and .";
  }
  if (has_label_name(object) && name.find('.') != std::string_view::npos) return "a dot is not allowed";
  return {};
}

struct Made {
  const model::Cluster& cluster;
  const kube::Resource& object;
  const kube::Resource& trigger;
  std::string rule;
};

void check_name(const Made& made, Report& report) {
  const yaml::Value name = made.object.metadata["name"];
  if (made.object.name.empty() || !kube::has_known_text(name) || has_path_name(made.object)) return;
  const std::string fault = fault_of_name(made.object);
  if (fault.empty()) return;
  report
      .at(name.span(), fmt::format("{} makes no {} for {}: the API server refuses the name {}, because {}", made.rule,
                                   made.object.kind, made.trigger.title(), quoted(made.object.name), fault))
      .label("gives a name that is refused")
      .about(made.cluster, made.object, name)
      .related(made.trigger.place(), "of this object")
      .help("shorten the text around the variable, or rename the object that triggers the rule");
}

// Labels of the policy's own data; those that Kyverno adds it cuts itself.
void check_labels(const Made& made, Report& report) {
  for (const yaml::Entry& label : made.object.metadata["labels"].entries()) {
    const std::string_view key = label.key.text();
    const bool is_read =
        label.value.is_scalar() && kube::has_known_text(label.value) && kube::has_known_text(label.key);
    if (!is_read || key.starts_with("generate.kyverno.io/") || key == "app.kubernetes.io/managed-by") continue;
    const Status sound = kube::check_label_value(label.value.text());
    if (sound.ok()) continue;
    report
        .at(label.value.span(), fmt::format("{} makes no {} for {}: the API server refuses its label {}: {}", made.rule,
                                            made.object.kind, made.trigger.title(), key, sound.error()))
        .label("gives a value that is refused")
        .about(made.cluster, made.object, label.value)
        .related(made.trigger.place(), "of this object")
        .help("write it into an annotation, or cut it: truncate(…, `63`)");
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const kyverno::Simulation& simulation = member.kyverno;
    for (const kyverno::Generation& made : simulation.generations) {
      if (made.presence != kyverno::Presence::added) continue;
      const Made one{member.cluster, member.cluster.resources()[made.resource],
                     kyverno::trigger_of(member.cluster, simulation, made.cause),
                     title_of(simulation.policy_of(made.cause), simulation.rule_of(made.cause))};
      check_name(one, report);
      if (made.clone_source == kyverno::kNoIndex) check_labels(one, report);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_generated_name_invalid) = checked({
    .summary = "a Kyverno rule gives a generated object a name or a label that the API server refuses",
    .explanation = R"md(
## What it finds
An object that a `generate` rule makes for an object of the repository whose name is too long (253 characters, 63 for a
Namespace or a Service), has capitals or underscores, or whose label has a value of more than 63 characters or with
characters that labels can't have. The policy's texts are worked out for each trigger, so the fault shows for those
triggers only for which it happens.

## Why it matters
The trigger is created and the policy is ready. The write of the generated object fails three times in Kyverno's
background controller, and then nobody tries again.

## How to fix it
Shorten what stands around the variable, or cut the value: ``truncate(request.object.metadata.name, `63`)``. Put long
values into annotations, which have no such limit.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "k8s.io/apimachinery pkg/util/validation; kyverno pkg/background/generate/generator.go; "
               "kyverno issues 4104, 7703",
    .check = check,
});

}  // namespace vlint::rules
