#include <fmt/format.h>

#include <algorithm>

#include "lint/velero/include_exclude.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

bool is_1_18_0(const velero::Install& install) {
  return knows_version(install) && install.version.minor == 18 && install.version.patch == 0;
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const velero::Install& install = cluster.plan.install;
    const velero::BackupSpec& spec = schedule.backup;
    if (!is_1_18_0(install) || spec.included_namespaces.is_set()) return;
    const auto& names = spec.excluded_namespaces.names;
    const auto pattern = std::find_if(names.begin(), names.end(), [](const velero::NameList::Name& name) {
      return name.known && velero::is_namespace_pattern(name.text);
    });
    if (pattern == names.end()) return;
    const yaml::NewValue everything = yaml::NewValue::sequence({yaml::NewValue::string("*")});
    Draft draft =
        report.at(pattern->value.span(), fmt::format("{} excludes the namespaces {} and includes none by name, for "
                                                     "which Velero 1.18.0 backs up nothing at all",
                                                     title_of(schedule), pattern->text));
    draft.label("leaves nothing in Velero 1.18.0")
        .about(cluster.cluster, *schedule.resource, pattern->value)
        .related(install.version_where, "the version of Velero");
    if (spec.included_namespaces.field) {
      draft.help("write includedNamespaces: [\"*\"], or upgrade Velero to 1.18.1");
      return;
    }
    draft.fix("include all namespaces by \"*\"", Safety::safe, *schedule.resource,
              yaml::add_entry(spec.root, "includedNamespaces", everything));
  });
}

}  // namespace

VLINT_RULE(velero_excluded_pattern_empties_backup) = checked({
    .summary = "a pattern among the excluded namespaces makes Velero 1.18.0 back up nothing",
    .explanation = R"md(
## What it finds
A pattern such as `kube-*` in `excludedNamespaces` of a backup without `includedNamespaces`, where the version of Velero
is known to be 1.18.0.

## Why it matters
Velero 1.18.0 expands both lists as soon as one of them has a pattern, and the empty list of included namespaces expands
to no namespace. The backup is Completed and holds nothing.

## How to fix it
Write `includedNamespaces: ["*"]`, which `vlint --fix` adds, or upgrade Velero to 1.18.1.

## When to ignore it
When Velero is upgraded in another repository before this Schedule reaches the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/collections/includes_excludes.go; velero issue 9566, pull request 9684",
    .check = check,
});

}  // namespace vlint::rules
