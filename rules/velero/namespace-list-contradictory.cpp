#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const velero::BackupSpec& spec = schedule.backup;
    const ListPair lists{{"includedNamespaces", spec.included_namespaces},
                         {"excludedNamespaces", spec.excluded_namespaces},
                         "namespaces",
                         false,
                         Safety::safe};
    report_contradictions(cluster.cluster, schedule, lists, report);
  });
}

}  // namespace

VLINT_RULE(velero_namespace_list_contradictory) = checked({
    .summary = "a backup's lists of namespaces contradict each other, so Velero refuses it",
    .explanation = R"md(
## What it finds
`includedNamespaces` with `"*"` beside other names, `"*"` in `excludedNamespaces`, and a name that stands in both lists.

## Why it matters
Velero checks the lists before it backs anything up, and a backup whose lists contradict each other ends in
FailedValidation. The Schedule goes on making such backups, each of them empty.

## How to fix it
`"*"` takes every namespace and stands alone; `vlint --fix` removes what stands beside it. To back up a few namespaces
name them in `includedNamespaces` and leave `excludedNamespaces` out. A name in both lists has to leave one of them.

## When to ignore it
Never: no version of Velero takes such lists. A Schedule that is paused is not looked at.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/collections/includes_excludes.go ValidateNamespaceIncludesExcludes",
    .check = check,
});

}  // namespace vlint::rules
