#include <fmt/format.h>

#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;

// "namespace must be a text, and n is a boolean to YAML 1.1"
std::string message_of(const Fault& fault) {
  std::string message = fault.message.substr(0, fault.message.rfind("; quote it: "));
  message = message.substr(0, message.rfind(", so the objects that get it cannot be printed"));
  constexpr std::string_view kThis = ", and this is ";
  const std::size_t at = message.find(kThis);
  const std::string_view quoted = fault.suggestion;
  if (at != std::string::npos && quoted.size() > 2) {
    message.replace(at, kThis.size(), fmt::format(", and {} is ", quoted.substr(1, quoted.size() - 2)));
  }
  return message;
}

void check(const Model& model, Report& report) {
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::wrong_type || fault.repair != kustomize::Repair::quote) return;
    if (is_template_text(model, fault.where)) return;
    report_fault(model, unit, fault, fmt::format("{}, so {} fails", message_of(fault), build_command(unit)),
                 Safety::safe, report)
        .label(fmt::format("write {}", fault.suggestion));
  });
}

}  // namespace

VLINT_RULE(kustomize_yaml_1_1_scalar) = checked({
    .summary = "a text in a kustomization is a number or a boolean to YAML 1.1",
    .explanation = R"md(
## What it finds
A value without quotes in a `kustomization.yaml` that must be a text and that YAML 1.1 takes for something else: a tag
`1.20` (a number), a namespace `n` (a boolean, as are `y`, `yes`, `no`, `on` and `off`), a label `"tier": 1`, a suffix
`007`. Also keys of labels and annotations, such as `n:` or `on:`.

## Why it matters
Kustomize turns its file into JSON by the rules of YAML 1.1 and then refuses a number where a text belongs: "cannot
unmarshal number into Go struct field". Argo CD and Flux deploy nothing of the whole kustomization then. A tag is the
usual case: `newTag: v1.19` worked for years, `newTag: 1.20` does not, and would have become `1.2` if it did.

## How to fix it
Put the value in quotes. `vlint --fix` does it.

## When to ignore it
Never: it does not build.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources =
        "kustomize api/types/kustomization.go Unmarshal: sigs.k8s.io/yaml YAMLToJSON; kustomize issues 572, 4081",
    .check = check,
});

}  // namespace vlint::rules
