#include <fmt/format.h>

#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/durations.h"

namespace vlint::rules {
namespace {

std::string help_for(std::string_view text) {
  // What the parser takes is refused for the zone in front of it.
  if (kube::Cron::parse(text).ok()) return "write the time in UTC, or upgrade Velero to 1.15";
  return "Velero takes five fields (minute, hour, day of month, month, day of week 0-6), @daily and its like, or "
         "@every "
         "24h";
}

// What was most likely meant, where that is one text: days and weeks of @every, and Sunday as 7.
std::optional<std::string> meant_by(std::string_view text) {
  constexpr std::string_view kEvery = "@every ";
  constexpr std::string_view kSunday = " 7";
  std::string meant;
  if (text.substr(0, kEvery.size()) == kEvery) {
    const std::optional<MeantDuration> duration = meant_duration(text.substr(kEvery.size()));
    if (duration) meant = fmt::format("{}{}", kEvery, duration->text);
  } else if (text.size() > kSunday.size() && text.substr(text.size() - kSunday.size()) == kSunday) {
    meant = fmt::format("{}0", text.substr(0, text.size() - 1));
  }
  return !meant.empty() && kube::Cron::parse(meant).ok() ? std::optional(meant) : std::nullopt;
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const velero::Schedule& schedule : plan.schedules) {
      if (!schedule.cron || schedule.cron->ok()) continue;
      const yaml::Value field = schedule.cron_field;
      Draft draft = report.at(field ? field.span() : schedule.resource->place(),
                              fmt::format("Schedule {} never makes a backup, because its cron expression is invalid: "
                                          "{}",
                                          schedule.name, schedule.cron->error()));
      draft.label("Velero refuses this").about(cluster, *schedule.resource, field);
      if (const std::optional<std::string> meant = meant_by(field.text())) {
        draft.fix(fmt::format("write {}", *meant), Safety::unsafe, *schedule.resource,
                  yaml::set_scalar(field, *meant, yaml::WriteAs::string));
      } else {
        draft.help(help_for(field.text()));
      }
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
`vlint --fix --unsafe-fixes` turns the days and weeks of `@every` into hours, and day of week 7 into 0.

## When to ignore it
When the value is replaced before it reaches the cluster by something that vlint does not know.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/controller/schedule_controller.go; robfig/cron v3 "
               "standard parser; velero issues 30, 1623, 8224",
    .check = check,
});

}  // namespace vlint::rules
