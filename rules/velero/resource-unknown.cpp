#include <fmt/format.h>

#include "lint/base/text.h"
#include "rules/common/resource_lists.h"

namespace vlint::rules {
namespace {

void check_list(const ClusterModel& cluster, const velero::Schedule& schedule, const NamedList& list, Report& report) {
  if (!list.is_set()) return;
  const bool is_excluded = list.field.substr(0, 8) == "excluded";
  for (const velero::NameList::Name& entry : list.list.names) {
    if (!entry.known) continue;
    const std::optional<NameFault> fault = fault_of_name(cluster.cluster, entry.text);
    if (!fault) continue;
    Draft draft =
        report.at(entry.value.span(),
                  fmt::format("{} in {} of {} names no type of resources, so it {} nothing: {}", quoted(entry.text),
                              list.field, title_of(schedule), is_excluded ? "excludes" : "takes", fault->why));
    draft.label("no such type").about(cluster.cluster, *schedule.resource, entry.value);
    if (fault->meant) {
      draft.fix(fmt::format("write {}", *fault->meant), Safety::unsafe, *schedule.resource,
                yaml::set_scalar(entry.value, *fault->meant, yaml::WriteAs::string));
    } else {
      draft.help("write names as in deployments.apps: the plural, and the group behind a dot");
    }
  }
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    for (const NamedList& list : resource_lists(schedule.backup)) check_list(cluster, schedule, list, report);
  });
}

}  // namespace

VLINT_RULE(velero_resource_unknown) = checked({
    .summary = "a resource filter of a backup names no type of resources",
    .explanation = R"md(
## What it finds
An entry of `includedResources` and the other resource lists that can be no type: several names in one text, blanks at
an end, a version or a slash (`deployments.apps/v1`, `apps/deployments`, `pods.v1`), and names that differ by one letter
from a type that every cluster has. Other unknown names may be custom resources and are not reported. Plurals, singulars
and short names are fine, in capitals too.

## Why it matters
Velero keeps a name that it can't find as a text, which no object matches. Among the included it takes nothing, so the
objects are missing in the backup; among the excluded it excludes nothing. The backup is Completed in both cases.

## How to fix it
Write the plural and, for all but core types, the group behind a dot: `deployments.apps`. Where the type meant is plain,
`vlint --fix --unsafe-fixes` writes it.

## When to ignore it
When the cluster has a custom resource of just that name, and its definition is not in the repository.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/util/collections/includes_excludes.go GetResourceIncludesExcludes; velero issue 2461",
    .check = check,
});

}  // namespace vlint::rules
