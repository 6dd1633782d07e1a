#include <fmt/format.h>

#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    const yaml::Value field = (*schedule.resource)["spec"]["useOwnerReferencesInBackup"];
    if (schedule.one_off || field.as_bool() != true) return;
    report
        .at(field.span(), fmt::format("the Backups of Schedule {} are deleted together with it, when it is renamed, "
                                      "moved or pruned",
                                      schedule.name))
        .label("makes the Schedule their owner")
        .about(member.cluster, *schedule.resource, field)
        .fix("let Backups outlive their Schedule", Safety::unsafe, *schedule.resource,
             yaml::set_scalar(field, "false", yaml::WriteAs::typed));
  });
}

}  // namespace

VLINT_RULE(velero_backups_owned_by_schedule) = checked({
    .summary = "a Schedule owns its Backups, so they vanish with it",
    .explanation = R"md(
## What it finds
`spec.useOwnerReferencesInBackup: true` of a Schedule.

## Why it matters
Kubernetes deletes what a deleted object owns. When a GitOps tool prunes the Schedule, or a new name makes a new one of
it, all Backup objects of the old one go at once. What lies in the bucket stays, and Velero reads it back in the course of
time, without the owner; until then there is nothing to restore from.

## How to fix it
Remove the field or set it to `false`, which `vlint --fix --unsafe-fixes` does. Backups made before keep their owner.

## When to ignore it
When Backups are to go with their Schedule, as in an environment that is made and deleted as a whole.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/builder/backup_builder.go FromSchedule",
    .check = check,
});

}  // namespace vlint::rules
