#include <fmt/format.h>

#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

std::string_view values_of(kube::CronField field) {
  switch (field) {
    case kube::CronField::minute:
      return "minutes of an hour";
    case kube::CronField::hour:
      return "hours of a day";
    case kube::CronField::day_of_month:
      return "days of a month";
    case kube::CronField::month:
      return "months of a year";
    case kube::CronField::day_of_week:
      return "days of a week";
  }
  return "values";
}

std::string_view runs_once(kube::CronField field) {
  switch (field) {
    case kube::CronField::minute:
      return "once in each hour";
    case kube::CronField::hour:
      return "once in each day";
    case kube::CronField::day_of_month:
      return "on one day of each month";
    case kube::CronField::month:
      return "in one month of each year";
    case kube::CronField::day_of_week:
      return "on one day of each week";
  }
  return "once";
}

std::string help_for(const kube::WrappingStep& step) {
  constexpr std::uint64_t kMinutesAnHour = 60;
  if (step.field == kube::CronField::minute && step.step % kMinutesAnHour == 0) {
    return fmt::format("write @every {}h", step.step / kMinutesAnHour);
  }
  if (step.field == kube::CronField::minute) return fmt::format("write @every {}m", step.step);
  if (step.field == kube::CronField::hour) return fmt::format("write @every {}h", step.step);
  return "name the values one by one";
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    if (!schedule.cron || !schedule.cron->ok()) return;
    for (const kube::WrappingStep& step : (*schedule.cron)->steps_that_wrap()) {
      const std::string_view text = schedule.cron_field.text().substr(step.offset, step.size);
      report
          .at(schedule.cron_field.span(),
              fmt::format("{} in the cron expression of Schedule {} steps beyond the {}, so that field matches {}",
                          text, schedule.name, values_of(step.field), runs_once(step.field)))
          .label(fmt::format("{} never comes to a second value", text))
          .about(member.cluster, *schedule.resource, schedule.cron_field)
          .help(help_for(step));
    }
  });
}

}  // namespace

VLINT_RULE(velero_schedule_step_overflow) = checked({
    .summary = "a step in a Schedule's cron expression is larger than its field",
    .explanation = R"md(
## What it finds
A step that goes beyond the values of its field: `*/90` minutes, `*/36` hours.

## Why it matters
Steps count from the first value of the field and start anew with each hour or day. `*/90 * * * *` is minute 0 of each
hour, so it runs hourly, and `0 */36 * * *` runs daily: more backups than were meant, in less time than they may need.

## How to fix it
For an interval that is no part of an hour or a day write `@every 90m` or `@every 36h`. It counts from the last backup,
not from midnight.

## When to ignore it
When one run an hour (a day, a month) is what is wanted; `0` says the same and says it plainly.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "robfig/cron v3 standard parser",
    .check = check,
});

}  // namespace vlint::rules
