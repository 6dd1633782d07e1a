#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/base/text.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;

// Whether something in the repository speaks of building without the restriction: a workflow, the values of Argo CD's
// chart, a task file. Nobody can tell then for which kustomizations.
bool may_be_unrestricted(const Model& model) {
  const FileSet& files = model.sources.files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string_view text = files[files.id_at(i)].text;
    for (const std::string_view option : {"LoadRestrictionsNone", "load_restrictor"}) {
      if (text.find(option) != std::string_view::npos) return true;
    }
  }
  return false;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// A folder outside of the repository is no fault to Kustomize, and whether it is there on other machines is not known.
bool may_be_other_checkout(const Model& model, const Fault& fault) {
  if (fault.message.find("outside of the repository") == std::string::npos) return false;
  constexpr std::array<std::string_view, 6> kFolderFields = {"resources",  "bases",        "components",
                                                             "generators", "transformers", "validators"};
  const std::string field = to_lower_ascii(field_with(model, fault.where));
  if (std::find(kFolderFields.begin(), kFolderFields.end(), field) == kFolderFields.end()) return field.empty();
  const std::vector<yaml::Value> path = values_at(model, fault.where);
  const std::string_view text = path.back().text();
  return !ends_with(text, ".yaml") && !ends_with(text, ".yml") && !ends_with(text, ".json");
}

void check(const Model& model, Report& report) {
  std::optional<bool> unrestricted;
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::leaves_root || may_be_other_checkout(model, fault)) return;
    const std::string_view what = fault.message;
    const bool is_absolute_folder = ends_with(what, " is absolute");
    if (!is_absolute_folder) {
      if (!unrestricted) unrestricted = may_be_unrestricted(model);
      if (*unrestricted) return;
    }
    const std::string_view fact = what.substr(0, what.find(", which Kustomize refuses"));
    Draft draft = report_fault(
        model, unit, fault,
        fmt::format("{}, so {} fails", fact.substr(0, fact.find(", and nothing outside is read")), build_command(unit)),
        Safety::suggestion, report);
    if (is_absolute_folder) {
      draft.help("write the path from the folder of this kustomization on");
    } else {
      draft.help(
          "give the folder of that file a kustomization (for a patch: a Component) and list the folder, or build with "
          "`--load-restrictor LoadRestrictionsNone`");
    }
  });
}

}  // namespace

VLINT_RULE(kustomize_leaves_root) = checked({
    .summary = "a kustomization reads a file outside of its folder",
    .explanation = R"md(
## What it finds
A path to a file (a manifest, a patch, a file of a generator) that leads out of the folder of the kustomization that
names it, such as `../shared/schedule.yaml`, also by a symbolic link; and an absolute path to a folder.

## Why it matters
Kustomize refuses it: "security; file '...' is not in or below". Folders that have a kustomization may lie anywhere,
files must not. Argo CD then deploys nothing of the whole kustomization, and what was deployed before stays as it was.

vlint says nothing where the restriction is known to be off: in a repository with Flux Kustomization objects, with
`--load-restrictor LoadRestrictionsNone` in `argocd-cm`, or anywhere in a YAML file (a workflow, the values of a chart).

## How to fix it
Put a `kustomization.yaml` beside the file and list the folder. A patch that several overlays share goes into a
Component (`kind: Component`), which they list in `components`. A file of a generator moves into the folder, or its
generator to where the file is.

## When to ignore it
When all who build it pass `--load-restrictor LoadRestrictionsNone`, in a script that vlint does not read.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kustomize api/internal/loader/loadrestrictions.go RestrictionRootOnly; fluxcd/pkg/kustomize: "
               "LoadRestrictionsNone",
    .check = check,
});

}  // namespace vlint::rules
