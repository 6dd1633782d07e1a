#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"

namespace vlint::rules {
namespace {

std::string help_for(std::string_view text) {
  // What the parser takes is refused for the zone in front of it.
  if (kube::Cron::parse(text).ok()) return "write the time in UTC, or upgrade Velero to 1.15";
  return "Velero takes five fields (minute, hour, day of month, month, day of week 0-6), @daily and its like, or "
         "@every "
         "24h";
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const velero::Schedule& schedule : plan.schedules) {
      if (!schedule.cron || schedule.cron->ok()) continue;
      const yaml::Value field = schedule.cron_field;
      report
          .at(field ? field.span() : schedule.resource->place(),
              fmt::format("Schedule {} never makes a backup, because its cron expression is invalid: {}", schedule.name,
                          schedule.cron->error()))
          .label("Velero refuses this")
          .about(cluster, *schedule.resource, field)
          .help(help_for(field.text()));
    }
  }
}

}  // namespace

VLINT_RULE(velero_schedule_cron_invalid) = checked({
    .summary = "a Schedule's cron expression is one that Velero refuses",
    .explanation = R"md(
## What it finds
A `spec.schedule` that Velero's cron parser does not take: empty, six fields, day of week 7, hour 24, `L`, `W`, `#`, `H`,
`@reboot`, an `@Daily` in capitals, `@every 1d` (Go durations know no days), quotes inside the string, and up to Velero
1.14 a `CRON_TZ=` prefix.

## Why it matters
The Schedule goes into the phase FailedValidation and never makes a backup. `kubectl get schedules` shows it, but nothing
else does: no Backup fails, because none is made.

## How to fix it
Write five fields: `0 2 * * *`. Sunday is 0, midnight is hour 0, and a weekly interval is `@every 168h` or `0 2 * * 0`.

## When to ignore it
When the value is replaced before it reaches the cluster by something that vlint does not know.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/schedule_controller.go; robfig/cron v3 "
               "standard parser; velero issues 30, 1623, 8224",
    .check = check,
});

}  // namespace vlint::rules
