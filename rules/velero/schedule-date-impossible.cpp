#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const velero::Schedule& schedule : plan.schedules) {
      if (!schedule.cron || !schedule.cron->ok() || !(*schedule.cron)->never_matches()) continue;
      if (schedule.runs == Known::no) continue;  // paused: harmless as long as it stays so
      report
          .at(schedule.cron_field.span(),
              fmt::format("Schedule {} names a date that never comes, so Velero makes a backup every minute",
                          schedule.name))
          .label("no such day in these months")
          .about(cluster, *schedule.resource, schedule.cron_field)
          .help("for the end of a month write a day that every month has, such as 28");
    }
  }
}

}  // namespace

VLINT_RULE(velero_schedule_date_impossible) = checked({
    .summary = "a Schedule's date never comes, so Velero makes a backup every minute",
    .explanation = R"md(
## What it finds
A valid cron expression whose day does not exist in its months: `0 3 30 2 *` (30 February), `0 0 31 4 *` (31 April).

## Why it matters
One would expect that no backup is ever made. The opposite happens: the cron library answers with the zero time, which is
always in the past, so Velero thinks the Schedule is overdue at every look and makes one Backup a minute, as long as no
earlier one is running. The bucket fills, and the API server with it.

## How to fix it
Name a day that the month has. For the last day of each month use day 28, or a Schedule for each length of month.

## When to ignore it
Never. A Schedule that is to rest has `paused: true`.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/schedule_controller.go getNextRunTime; robfig/cron v3 SpecSchedule.Next",
    .check = check,
});

}  // namespace vlint::rules
