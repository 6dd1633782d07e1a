#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/base/text.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;

// Fields whose faults are faults whatever objects there are: what they name is only read.
constexpr std::array<std::string_view, 11> kReadingFields = {
    "apiversion",      "kind",      "spec", "resources", "bases", "components", "crds", "openapi", "configmapgenerator",
    "secretgenerator", "generators"};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// The YAML itself is at fault, and rules about YAML say so, or nobody does, because it is a template.
bool is_told_elsewhere(const Model& model, Span place) {
  const auto i = static_cast<std::size_t>(place.file);
  if (!place.valid() || i >= model.sources.trees.size() || model.sources.trees[i] == nullptr) return false;
  if (model.sources.roles[i] == gitops::FileRole::template_text) return true;
  const yaml::Tree& tree = *model.sources.trees[i];
  return std::any_of(tree.problems.begin(), tree.problems.end(), [&](const yaml::Problem& problem) {
    return problem.kind != yaml::ProblemKind::repeated_key &&
           &tree.document_at(problem.where.begin) == &tree.document_at(place.begin);
  });
}

// vlint stops there, and Kustomize may not.
bool is_own_limit(const Fault& fault) {
  return ends_with(fault.message, "which is the limit") || ends_with(fault.message, " MiB");
}

// A build that goes on after a fault lacks what was at fault, so that what comes later may follow from it.
bool may_follow_from_another(const Model& model, const kustomize::Build& build, const Fault& fault) {
  if (&fault == build.faults.data() || fault.kind == FaultKind::wrong_type) return false;
  const std::string field = to_lower_ascii(field_with(model, fault.where));
  if (std::find(kReadingFields.begin(), kReadingFields.end(), field) != kReadingFields.end()) return false;
  // A whole document of a file: it is no object, or no kustomization.
  const std::vector<yaml::Value> path = values_at(model, fault.where);
  const bool is_document = !path.empty() && path.front().span() == fault.where;
  return !is_document && !(fault.where.valid() && fault.where.end == 0);
}

// A kustomization that is no mapping is told twice: as a value of the wrong type, and as what ends the build.
bool is_told_before(const kustomize::Build& build, const Fault& fault) {
  return std::any_of(build.faults.data(), &fault, [&](const Fault& before) {
    return before.where == fault.where && before.message == fault.message;
  });
}

void check_build(const Model& model, const gitops::Unit& unit, Report& report) {
  for (const Fault& fault : unit.build->faults) {
    const bool is_other_type = fault.kind == FaultKind::wrong_type && fault.repair != kustomize::Repair::quote;
    if (fault.kind != FaultKind::broken_build && !is_other_type) continue;
    if (is_told_elsewhere(model, fault.where) || is_template_text(model, fault.where) || is_own_limit(fault)) continue;
    if (is_told_before(*unit.build, fault) || may_follow_from_another(model, *unit.build, fault)) continue;
    const std::string_view text = fault.message;
    const std::size_t advice = text.find("; ");
    Draft draft =
        report_fault(model, unit, fault, fmt::format("{} fails: {}", build_command(unit), text.substr(0, advice)),
                     Safety::suggestion, report);
    if (advice != std::string_view::npos) draft.help(std::string(text.substr(advice + 2)));
  }
}

void check(const Model& model, Report& report) {
  for (const gitops::Unit& unit : model.units.all) {
    if (unit.build != nullptr) check_build(model, unit, report);
  }
}

}  // namespace

VLINT_RULE(kustomize_broken_build) = checked({
    .summary = "`kustomize build` ends with an error",
    .explanation = R"md(
## What it finds
What ends `kustomize build` and has no rule of its own: a JSON patch that does not apply, a patch that is no patch, an
object without `kind` or `metadata.name`, a replacement whose source or target is not there, a Component in `resources`,
a value of another type than the field takes, an empty `kustomization.yaml`, a Flux `Kustomization` object in a file of
that name. Only folders that nothing else in the repository includes are built, with all that they include.

After the first fault of a build vlint goes on with what is left, and reports only those further faults that cannot come
from the first.

## Why it matters
Argo CD and Flux deploy nothing of a kustomization that does not build. What was deployed before stays as it was, so a
Schedule that is changed here goes on as before, and a new one never runs.

## How to fix it
The message says what Kustomize would stumble over, at the place where it stands. `vlint render DIR` shows what comes
out once it builds.

## When to ignore it
When the folder is never built as it is, such as the input of a script that completes it first.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kustomize api/internal/target/kusttarget.go, api/internal/builtins",
    .check = check,
});

}  // namespace vlint::rules
