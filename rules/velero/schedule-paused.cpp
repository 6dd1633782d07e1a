#include <fmt/format.h>

#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const velero::Schedule& schedule : plan.schedules) {
      if (schedule.one_off || !is_paused(schedule, plan.install)) continue;
      const yaml::Value paused = (*schedule.resource)["spec"]["paused"];
      report.at(paused.span(), fmt::format("Schedule {} is paused and makes no backups", schedule.name))
          .label("no backups until this is false")
          .about(cluster, *schedule.resource, paused);
    }
  }
}

}  // namespace

VLINT_RULE(velero_schedule_paused) = checked({
    .summary = "a Schedule is paused, so it makes no backups",
    .explanation = R"md(
## What it finds
`spec.paused: true` of a Schedule, from Velero 1.10 on. This rule is off unless it is selected.

## Why it matters
A pause is made for an hour, and Git keeps it for years. Nothing fails meanwhile: there are only no new backups, and the
old ones expire.

## How to fix it
Remove `paused` when the reason for it is gone.

## When to ignore it
When the Schedule is meant to rest, as in a standby cluster.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/schedule_controller.go",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
