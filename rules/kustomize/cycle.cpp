#include <fmt/format.h>

#include "lint/kustomize/file_access.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;

constexpr std::string_view kContains = " is or contains ";

// "apps/a includes itself"; the fault says only which folder holds which: "x is or contains y, which ...".
std::string message_of(const Model& model, const Fault& fault) {
  const std::string_view text = fault.message;
  const std::size_t between = text.find(kContains);
  const std::size_t end = text.find(", which", between);
  if (between == std::string_view::npos || end == std::string_view::npos || !shown(model, fault.where).valid()) {
    return fault.message;
  }
  const std::string_view included = text.substr(0, between);
  const std::string_view open = text.substr(between + kContains.size(), end - between - kContains.size());
  const std::string_view file = model.sources.files[fault.where.file].path;
  const std::string_view folder = kustomize::parent_path(file);
  if (included != open)
    return fmt::format("{} includes {}, the folder above {}, which is being built", file, included, open);
  if (included == (folder.empty() ? "." : folder)) return fmt::format("{} includes its own folder", file);
  return fmt::format("{} includes {}, which includes it in turn", file, included);
}

void check(const Model& model, Report& report) {
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::cycle) return;
    report_fault(model, unit, fault, fmt::format("{}, so {} fails", message_of(model, fault), build_command(unit)),
                 Safety::suggestion, report)
        .help("remove the entry that leads back, or move what both need into a third folder that both list");
  });
}

}  // namespace

VLINT_RULE(kustomize_cycle) = checked({
    .summary = "kustomizations include each other",
    .explanation = R"md(
## What it finds
An entry of `resources`, `bases` or `components` that leads back to a kustomization that is being built: to itself
(`.`), to a folder above it (`..`), or to one that includes it, directly or through others.

## Why it matters
`kustomize build` ends with "cycle detected". Nothing of the kustomizations in the circle can be deployed, nor of those
that include one of them.

## How to fix it
Decide which of them is the base, and remove its entry for the overlay. What both need belongs into a third folder that
both list. `..` is often a level too few or too many: `../base` was meant.

## When to ignore it
Never: it does not build.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "kustomize api/internal/loader/fileloader.go errIfArgEqualOrHigher",
    .check = check,
});

}  // namespace vlint::rules
