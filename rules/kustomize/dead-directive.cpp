#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/yaml/edit.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;
using yaml::Value;

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

std::string advice(std::string_view directive) {
  if (begins(directive, "$setElementOrder/"))
    return "remove it: Kustomize has an order of its own, the patch's items first";
  if (begins(directive, "$deleteFromPrimitiveList/")) {
    return "write the whole list, or remove the items by a JSON patch with `op: remove`";
  }
  if (directive == "$retainKeys") return "remove it, and set each field that is to go to null";
  return "this list is replaced as a whole here: write what is to stay of it, or use a JSON patch with `op: remove`";
}

// An order that is carried out by nobody can go. Only a patch in a file of its own: an inline patch is one text.
void offer_removal(const Model& model, const Fault& fault, Draft& draft) {
  if (!begins(fault.subject, "$setElementOrder/")) return;
  const std::vector<Value> path = values_at(model, fault.where);
  if (path.size() < 2 || path.back().text() != fault.subject || !path[path.size() - 2].is_mapping()) return;
  Result<yaml::Removal> removal = yaml::remove_entry(*path.back().tree(), path[path.size() - 2].node_id(),
                                                     path.back().node_id(), yaml::OnlyChild::leave_empty);
  if (!removal.ok()) return;
  const Safety safety = removal->removes_comments ? Safety::unsafe : Safety::safe;
  draft.fix("remove the directive", safety, std::move(removal).value().edits);
}

void check(const Model& model, Report& report) {
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::dead_directive) return;
    Draft draft =
        report_fault(model, unit, fault, fmt::format("{}, which the API server refuses or drops", fault.message),
                     Safety::unsafe, report);
    draft.label("no directive here").help(advice(fault.subject));
    offer_removal(model, fault, draft);
  });
}

}  // namespace

VLINT_RULE(kustomize_dead_directive) = checked({
    .summary = "a directive of a merge patch that Kustomize does not carry out",
    .explanation = R"md(
## What it finds
`$setElementOrder/…`, `$retainKeys` or `$deleteFromPrimitiveList/…` in a strategic merge patch, and `$patch` inside a list
that Kustomize replaces as a whole, such as any list of a custom resource. It is found in what is built, so a directive
that does its work is no finding.

## Why it matters
kubectl carries these directives out, Kustomize does not: they stay in the object as fields. What they should have done
is not done (the item is not deleted, the other keys are not dropped), and with server-side validation the object is
refused for an unknown field. Patches that were copied from `kubectl edit` or an audit log often have them.

## How to fix it
Remove `$setElementOrder`; `vlint --fix` does it in a patch file. Instead of `$retainKeys` set the fields that are to go
to null. Instead of `$deleteFromPrimitiveList`, or `$patch: delete` in a list of a custom resource, write the list as it
should be, or a JSON patch with `op: remove`.

## When to ignore it
When another tool reads the patch from the built object and carries it out.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kustomize kyaml/yaml/merge2; kustomize issues 2954, 2980",
    .check = check,
});

}  // namespace vlint::rules
