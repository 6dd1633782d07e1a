#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/base/text.h"
#include "lint/kustomize/file_access.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;

// Endings of the files that a file of this name is made from, by a template engine or by hand.
constexpr std::array<std::string_view, 8> kTemplateEndings = {"j2",     "jinja", "jinja2", "tmpl",
                                                              "gotmpl", "tpl",   "erb",    "template"};
constexpr std::array<std::string_view, 8> kStartingPoints = {"example", "sample", "dist", "enc",
                                                             "sops",    "gpg",    "age",  "asc"};

// Whether one of the names is `name` with one of the endings.
template <class Endings>
bool has_with_ending(const std::vector<std::string>& names, std::string_view name, const Endings& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return std::find(names.begin(), names.end(), fmt::format("{}.{}", name, ending)) != names.end();
  });
}

enum class Origin : std::uint8_t {
  unknown,
  made_from_template,  // before anything is built: what is linted here is the input of that
  made_by_hand,        // from an example, or decrypted
};

// What lies beside a path that leads nowhere: vlint reads no templates, so they are looked for on the disk.
Origin origin_of(const Model& model, const Fault& fault) {
  const std::vector<yaml::Value> path = values_at(model, fault.where);
  if (model.sources.root.empty() || path.empty() || !path.back().is_scalar()) return Origin::unknown;
  const std::string_view folder = kustomize::parent_path(model.sources.files[fault.where.file].path);
  const std::string target =
      kustomize::join_path(folder, fault.subject.empty() ? path.back().text() : std::string_view(fault.subject));
  const kustomize::FileAccess access = kustomize::FileAccess::on_disk(model.sources.root, nullptr);
  if (access.resolve(target).kind == kustomize::EntryKind::folder) {
    const std::vector<std::string> names = access.list(target);
    return has_with_ending(names, "kustomization.yaml", kTemplateEndings) ? Origin::made_from_template
                                                                          : Origin::unknown;
  }
  const std::vector<std::string> names = access.list(kustomize::parent_path(target));
  const std::string_view name = std::string_view(target).substr(target.rfind('/') + 1);
  if (has_with_ending(names, name, kTemplateEndings)) return Origin::made_from_template;
  // secret.env from secret.env.example, secret.yaml from secret.sops.yaml
  const std::size_t dot = std::min(name.rfind('.'), name.size());
  const std::string encrypted = fmt::format("{}.enc{}", name.substr(0, dot), name.substr(dot));
  const std::string with_sops = fmt::format("{}.sops{}", name.substr(0, dot), name.substr(dot));
  const bool has_source = has_with_ending(names, name, kStartingPoints) ||
                          std::find(names.begin(), names.end(), encrypted) != names.end() ||
                          std::find(names.begin(), names.end(), with_sops) != names.end();
  return has_source ? Origin::made_by_hand : Origin::unknown;
}

void check(const Model& model, Report& report) {
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::missing_file || is_template_text(model, fault.where)) return;
    const Origin origin = origin_of(model, fault);
    if (origin == Origin::made_from_template) return;
    // The file of a secret is often kept out of Git on purpose, and is made before the build.
    const bool is_of_secret = to_lower_ascii(field_with(model, fault.where)) == "secretgenerator";
    const bool may_come_later = origin == Origin::made_by_hand || (is_of_secret && fault.suggestion.empty());
    Fault shown_fault = fault;
    if (may_come_later) shown_fault.repair = kustomize::Repair::none;
    Draft draft = report_fault(model, unit, shown_fault,
                               fmt::format("{}, so {} fails{}", message_without_guess(fault), build_command(unit),
                                           may_come_later ? " until somebody puts it there" : ""),
                               Safety::unsafe, report);
    if (may_come_later) {
      draft.severity(Severity::note);
    } else if (!fault.suggestion.empty()) {
      draft.label(fmt::format("did you mean {}?", fault.suggestion));
    }
    if (fault.message.rfind("there is no kustomization.yaml", 0) == 0) {
      draft.help("a folder can be listed only with a kustomization of its own: give it one, or list its files");
    }
  });
}

}  // namespace

VLINT_RULE(kustomize_missing_file) = checked({
    .summary = "a kustomization names a file or folder that is not there",
    .explanation = R"md(
## What it finds
An entry of `resources`, `components`, `patches`, `configMapGenerator` or any other field that names a file that is not
there, or a folder that is not there or has no `kustomization.yaml` of its own. A file on the disk counts as there, also
when Git ignores it.

A file of a `secretGenerator` is often kept out of Git on purpose, and so is one whose example or encrypted form lies
beside it (`app.env.example`, `secret.sops.yaml`): then the finding is a note. A file that a template beside it becomes
(`kustomization.yaml.j2`) is not missing.

## Why it matters
`kustomize build` stops at the first missing file. Argo CD and Flux then deploy nothing of the whole kustomization: the
Schedule or the ReplicationSource that stands in it never reaches the cluster, and what was deployed before stays as it
was.

## How to fix it
Correct the path, which counts from the folder of the kustomization that names it, or add the file: it was never
committed, or `.gitignore` has a line too many. Where one path that exists is near to what stands there,
`vlint --unsafe-fixes` writes it: a guess, so look at it.

## When to ignore it
When something makes the file before each build: a decrypted secret, a Git submodule that is not checked out here.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kustomize api/internal/target/kusttarget.go LoadKustFile, accumulateResources",
    .check = check,
});

}  // namespace vlint::rules
