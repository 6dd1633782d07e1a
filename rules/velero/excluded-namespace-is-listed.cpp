#include <fmt/format.h>

#include <algorithm>

#include "lint/velero/names.h"
#include "lint/velero/namespace_filter.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for (const ClusterModel& cluster : model.clusters) {
    const velero::Install& install = cluster.plan.install;
    const std::vector<velero::LabelledNamespace> labelled = velero::labelled_namespaces(cluster.cluster);
    if (labelled.empty() || !install.is_at_least(1, 10)) continue;
    for (const velero::Schedule& schedule : cluster.plan.schedules) {
      if (is_paused(schedule, install)) continue;
      for (const velero::LabelledNamespace& name_space : labelled) {
        const velero::NameList::Name* entry = find_name(schedule.backup.included_namespaces, name_space.name);
        if (entry == nullptr || name_space.excluded != Known::yes) continue;
        report
            .at(entry->value.span(),
                fmt::format("{} includes the namespace {}, which its label {} excludes, so {}", title_of(schedule),
                            name_space.name, velero::kExcludeLabel, fails_validation(schedule)))
            .label("included by name")
            .about(cluster.cluster, *schedule.resource, entry->value)
            .related(name_space.where, "excluded by this label")
            .help(fmt::format("take {} out of includedNamespaces, or the label off the Namespace", name_space.name));
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_excluded_namespace_is_listed) = checked({
    .summary = "a backup includes a namespace by name that a label excludes, so Velero refuses it",
    .explanation = R"md(
## What it finds
A name in `includedNamespaces` of a Namespace that is labelled `velero.io/exclude-from-backup: "true"`.

## Why it matters
From 1.10 Velero adds labelled namespaces to the excluded ones before it checks the lists. The same name on both sides is
a contradiction, and the whole backup ends in FailedValidation: the other namespaces of the list are not saved either.

## How to fix it
Decide for one: take the name out of `includedNamespaces`, or remove the label from the Namespace. A backup of all
namespaces (`"*"`, or no list) leaves labelled ones out without a fault.

## When to ignore it
Never: each backup of the Schedule fails.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go prepareBackupRequest",
    .check = check,
});

}  // namespace vlint::rules
