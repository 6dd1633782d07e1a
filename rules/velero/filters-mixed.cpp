#include <fmt/format.h>

#include <optional>

#include "rules/common/schedules.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

struct Filter {
  std::string_view field;
  Span where;
  yaml::Value value = {};  // of a field of the backup
};

std::optional<Filter> old_filter(const velero::BackupSpec& spec) {
  for (const NamedList& list : {NamedList{"includedResources", spec.included_resources},
                                NamedList{"excludedResources", spec.excluded_resources}}) {
    if (list.is_set()) return Filter{list.field, list.list.field.span(), list.list.field};
  }
  const velero::BoolField& cluster = spec.include_cluster_resources;
  if (cluster.set && cluster.value != Known::unknown)
    return Filter{"includeClusterResources", cluster.field.span(), cluster.field};
  return std::nullopt;
}

std::optional<Filter> new_filter(const velero::BackupSpec& spec) {
  for (const NamedList& list : {NamedList{"includedNamespaceScopedResources", spec.included_namespace_scoped_resources},
                                NamedList{"excludedNamespaceScopedResources", spec.excluded_namespace_scoped_resources},
                                NamedList{"includedClusterScopedResources", spec.included_cluster_scoped_resources},
                                NamedList{"excludedClusterScopedResources", spec.excluded_cluster_scoped_resources}}) {
    if (list.is_set()) return Filter{list.field, list.list.field.span(), list.list.field};
  }
  return std::nullopt;
}

// Filters by scope that stand in the ConfigMap of the volume policies.
std::optional<Filter> filter_in_policy(const ClusterModel& member, const velero::Schedule& schedule) {
  if (!schedule.volume_policies || !schedule.volume_policies->include_exclude) return std::nullopt;
  const kube::Resource* map = find_policy_map(member.cluster, schedule);
  return map == nullptr ? std::nullopt
                        : std::optional(Filter{"the includeExcludePolicy of its volume policies", map->place()});
}

std::string_view help_for(const Filter& old_one) {
  if (old_one.field == "includedResources") {
    return "write the types in includedNamespaceScopedResources and includedClusterScopedResources";
  }
  if (old_one.field == "excludedResources") {
    return "write the types in excludedNamespaceScopedResources and excludedClusterScopedResources";
  }
  return old_one.value.as_bool() == true ? "write includedClusterScopedResources: [\"*\"] instead"
                                         : "write excludedClusterScopedResources: [\"*\"] instead";
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const std::optional<Filter> old_one = old_filter(schedule.backup);
    std::optional<Filter> new_one = new_filter(schedule.backup);
    if (!new_one) new_one = filter_in_policy(cluster, schedule);
    if (!old_one || !new_one) return;
    report
        .at(old_one->where, fmt::format("{} has {} together with {}, which Velero refuses in one backup, so {}",
                                        title_of(schedule), old_one->field, new_one->field, fails_validation(schedule)))
        .label("a filter of the old kind")
        .about(cluster.cluster, *schedule.resource, old_one->value)
        .related(new_one->where, "a filter by scope")
        .help(std::string(help_for(*old_one)));
  });
}

}  // namespace

VLINT_RULE(velero_filters_mixed) = checked({
    .summary = "a backup mixes old resource filters with filters by scope, so Velero refuses it",
    .explanation = R"md(
## What it finds
`includedResources`, `excludedResources` or `includeClusterResources` in a backup that also has one of
`includedNamespaceScopedResources`, `excludedNamespaceScopedResources`, `includedClusterScopedResources` and
`excludedClusterScopedResources`, or whose volume policies have an `includeExcludePolicy`. An empty list is no filter.

## Why it matters
Velero takes one family or the other. A backup with both ends in FailedValidation before anything is saved.

## How to fix it
Keep the filters by scope and write the types of the old ones there: `includeClusterResources: true` is
`includedClusterScopedResources: ["*"]`, and `false` is `excludedClusterScopedResources: ["*"]`.

## When to ignore it
Never: no version of Velero takes both. A Schedule that is paused is not looked at.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go prepareBackupRequest",
    .check = check,
});

}  // namespace vlint::rules
