#include <fmt/format.h>

#include <chrono>

#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

// "744 hours", "31 days": what a person would say.
std::string in_words(std::chrono::seconds length) {
  constexpr long long kHour = 3600;
  constexpr long long kDay = 24 * kHour;
  const long long count = length.count();
  const auto with_unit = [](long long number, std::string_view unit) {
    return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
  };
  if (count % kDay == 0) return with_unit(count / kDay, "day");
  if (count % kHour == 0) return with_unit(count / kHour, "hour");
  constexpr long long kMinute = 60;
  return count % kMinute == 0 ? with_unit(count / kMinute, "minute") : with_unit(count, "second");
}

void check(const Model& model, Report& report) {
  // 28 years from any day have all that a calendar can do.
  constexpr kube::UnixSeconds kFrom = std::chrono::sys_days{std::chrono::year{2024} / 1 / 1};
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    if (schedule.one_off || !schedule.cron || !schedule.cron->ok() || !schedule.ttl) return;
    const std::optional<std::chrono::seconds> gap = (*schedule.cron)->interval(kFrom);
    const auto kept =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds(schedule.ttl->nanoseconds));
    if (!gap || kept.count() <= 0 || kept >= *gap) return;
    const bool is_own = schedule.backup.ttl.is_set() && kube::parse_go_duration(schedule.backup.ttl.text()).ok() &&
                        kube::parse_go_duration(schedule.backup.ttl.text())->nanoseconds != 0;
    const yaml::Value field = is_own ? schedule.backup.ttl : schedule.cron_field;
    Draft draft =
        report.at(field.span(),
                  fmt::format("Schedule {} keeps a backup for {} and makes the next one up to {} later, so at times "
                              "there is none to restore",
                              schedule.name, in_words(kept), in_words(*gap)));
    draft.label(is_own ? "shorter than the time between two backups" : "longer than the ttl that the server gives")
        .about(member.cluster, *schedule.resource, field)
        .help("keep at least two backups: a ttl of twice the time between them");
    if (is_own) draft.related(schedule.cron_field.span(), "when backups are made");
    if (!is_own) draft.related(member.plan.install.flags.default_backup_ttl.where, "how long the server keeps backups");
  });
}

}  // namespace

VLINT_RULE(velero_ttl_shorter_than_interval) = checked({
    .summary = "a Schedule's backups expire before the next one is made",
    .explanation = R"md(
## What it finds
A Schedule whose `ttl` (or the one that the server gives, 720h by default) is shorter than the longest time between two of
its runs: a weekly backup with `ttl: 72h`, or a monthly one without a ttl, since a month has up to 744 hours.

## Why it matters
Velero deletes the only backup, its files and snapshots, before there is another one. In the days between there is
nothing to restore; and when a run fails, the gap is twice as long.

## How to fix it
Set `ttl` to a multiple of the time between two runs.

## When to ignore it
When the Schedule is a copy for a short time beside another one that covers the same.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/gc_controller.go, pkg/controller/schedule_controller.go",
    .check = check,
});

}  // namespace vlint::rules
