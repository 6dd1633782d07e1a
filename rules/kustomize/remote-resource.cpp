#include <fmt/format.h>

#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;
using yaml::Value;

// What would make it visible: by what stands at the place.
std::string advice(const Model& model, const Fault& fault) {
  const std::vector<Value> path = values_at(model, fault.where);
  const std::string_view kind = path.empty() ? std::string_view() : path.front()["kind"].text();
  const bool is_kustomization = kind.empty() || kind == "Kustomization" || kind == "Component";
  if (!is_kustomization && kind != "HelmChartInflationGenerator") {
    return "to have it checked, lint the built manifests: `kustomize build --enable-alpha-plugins | vlint -`";
  }
  const bool is_entry = !path.empty() && path.back().is_scalar() && path.back().span() == fault.where;
  if (is_kustomization && is_entry) return "to have it checked, keep a copy in the repository and list that";
  return "to have it checked, commit what `helm template` prints and list that, or lint the built manifests: "
         "`kustomize build --enable-helm | vlint -`";
}

void check(const Model& model, Report& report) {
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::remote) return;
    report_fault(model, unit, fault, fmt::format("{}, so what comes out of it is not checked", fault.message),
                 Safety::suggestion, report)
        .help(advice(model, fault));
  });
}

}  // namespace

VLINT_RULE(kustomize_remote_resource) = checked({
    .summary = "a part of a kustomization that vlint does not fetch or run",
    .explanation = R"md(
## What it finds
An entry of a kustomization that brings objects from elsewhere: a URL or another Git repository in `resources` or
`components`, a chart in `helmCharts`, a generator or transformer that is a plugin (ksops, a container, an executable).
vlint works offline: it fetches nothing and runs nothing.

## Why it matters
The objects are unknown, and so is what they do to backups: a StatefulSet of a chart may have volumes that no Schedule
covers. Rules that would need to know (a patch without an object, a claim that nothing backs up) are silent about the
whole kustomization. A remote base without a fixed `?ref=` also changes without a commit in this repository.

## How to fix it
Nothing is broken. To have it checked, keep a rendered copy in the repository, or lint the result in a pipeline that has
the network: `kustomize build --enable-helm apps/x | vlint -`.

## When to ignore it
Always, once it is known: `--ignore kustomize/remote-resource`, or the rule in `.vlint.yaml`.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "kustomize api/internal/git/repospec.go, api/internal/builtins/HelmChartInflationGenerator.go",
    .check = check,
});

}  // namespace vlint::rules
