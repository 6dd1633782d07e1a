#include "lint/velero/resource_filter.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const velero::BackupSpec& spec = schedule.backup;
    // A mixture of both families is refused as such.
    if (velero::uses_old_filters(spec, cluster.plan.install.version)) {
      if (velero::uses_new_filters(spec)) return;
      const ListPair lists{
          {"includedResources", spec.included_resources}, {"excludedResources", spec.excluded_resources}, "resources"};
      report_contradictions(cluster.cluster, schedule, lists, report);
      return;
    }
    const ListPair namespaced{{"includedNamespaceScopedResources", spec.included_namespace_scoped_resources},
                              {"excludedNamespaceScopedResources", spec.excluded_namespace_scoped_resources},
                              "resources",
                              true};
    const ListPair cluster_scoped{{"includedClusterScopedResources", spec.included_cluster_scoped_resources},
                                  {"excludedClusterScopedResources", spec.excluded_cluster_scoped_resources},
                                  "resources",
                                  true};
    report_contradictions(cluster.cluster, schedule, namespaced, report);
    report_contradictions(cluster.cluster, schedule, cluster_scoped, report);
  });
}

}  // namespace

VLINT_RULE(velero_resource_list_contradictory) = checked({
    .summary = "a backup's lists of resources contradict each other, so Velero refuses it",
    .explanation = R"md(
## What it finds
In each pair of lists (`includedResources` and `excludedResources`, or those for namespace-scoped and cluster-scoped
resources): `"*"` beside other names, a name that stands on both sides, and a `"*"` among the excluded: in
`excludedResources` always, in the lists by scope when something is included too.

## Why it matters
Velero checks the lists before it backs anything up, and a backup whose lists contradict each other ends in
FailedValidation. The Schedule goes on making such backups, each of them empty.

## How to fix it
`"*"` takes every type and stands alone. To back up a few types name them in the included list and leave the excluded
one out. `vlint --fix --unsafe-fixes` removes what stands beside `"*"`.

## When to ignore it
Never: no version of Velero takes such lists. A Schedule that is paused is not looked at.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/util/collections/includes_excludes.go ValidateIncludesExcludes, "
               "ValidateScopedIncludesExcludes",
    .check = check,
});

}  // namespace vlint::rules
