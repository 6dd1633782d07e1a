#include "lint/velero/scheduled_backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "lint/base/sha256.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kScheduleName = "velero.io/schedule-name";
constexpr std::size_t kLongestLabelValue = 63;
constexpr std::size_t kHashDigits = 6;

std::string timestamp(kube::UnixSeconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

void set(kube::StringMap& map, std::string_view key, std::string_view value) {
  const auto at = std::lower_bound(map.begin(), map.end(), key,
                                   [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  if (at != map.end() && at->first == key) {
    at->second = std::string(value);
  } else {
    map.emplace(at, key, value);
  }
}

// A run that has not ended keeps the next one away; from 1.17.2 also one that has not begun.
bool blocks(std::string_view phase, const Version& version) {
  return phase == "New" || phase == "InProgress" || (phase.empty() && at_least(version, 1, 17, 2));
}

}  // namespace

ScheduledBackup backup_of_schedule(const kube::Resource& schedule, kube::UnixSeconds now) {
  ScheduledBackup backup;
  backup.name = fmt::format("{}-{}", schedule.name, timestamp(now));
  backup.name_space = schedule.name_space;
  const Value own = schedule["spec"]["template"]["metadata"]["labels"];
  backup.labels = kube::string_map(own.size() > 0 ? own : schedule.metadata["labels"]);
  set(backup.labels, kScheduleName, schedule.name);
  backup.annotations = kube::string_map(schedule.metadata["annotations"]);
  return backup;
}

std::string label_value(std::string_view name) {
  if (name.size() <= kLongestLabelValue) return std::string(name);
  return std::string(name.substr(0, kLongestLabelValue - kHashDigits)) + sha256_hex(name).substr(0, kHashDigits);
}

Reconciled reconcile(const ReconcileInput& input, const Version& version) {
  const Schedule& schedule = *input.schedule;
  const Value spec = (*schedule.resource)["spec"];
  const Value status = (*schedule.resource)["status"];
  Reconciled result;
  result.phase = std::string(status["phase"].text());
  result.last_backup = parse_utc_time(status["lastBackup"].text());
  result.last_skipped = parse_utc_time(status["lastSkipped"].text());
  if (spec["paused"].as_bool() == true) return result;

  const bool is_valid = schedule.cron && schedule.cron->ok();
  result.phase = is_valid ? "Enabled" : "FailedValidation";
  // skipImmediately counts once; then the controller sets it back.
  const bool skips =
      spec["skipImmediately"].is_set() ? spec["skipImmediately"].as_bool() == true : input.server_skips_immediately;
  if (skips && at_least(version, 1, 13)) result.last_skipped = input.now;
  if (!is_valid) return result;
  if (input.earlier_backup && blocks(*input.earlier_backup, version)) return result;

  const std::optional<kube::UnixSeconds> created =
      parse_utc_time(schedule.resource->metadata["creationTimestamp"].text());
  const kube::UnixSeconds last = std::max({result.last_backup.value_or(created.value_or(kube::UnixSeconds{})),
                                           result.last_skipped.value_or(kube::UnixSeconds{})});
  const std::optional<kube::UnixSeconds> next = (*schedule.cron)->next(last);
  // A date that never comes reads as one that is long past.
  if (next && *next >= input.now) return result;
  result.makes_backup = true;
  result.last_backup = input.now;
  return result;
}

std::optional<kube::UnixSeconds> parse_utc_time(std::string_view text) {
  const bool is_long_enough = text.size() == 19 || (text.size() == 20 && text.back() == 'Z');
  if (!is_long_enough) return std::nullopt;
  bool ok =
      text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == ' ') && text[13] == ':' && text[16] == ':';
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) {
      ok = ok && c >= '0' && c <= '9';
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const auto clock =
      std::chrono::hours(number(11, 2)) + std::chrono::minutes(number(14, 2)) + std::chrono::seconds(number(17, 2));
  if (!ok || !day.ok()) return std::nullopt;
  return std::chrono::sys_days(day) + clock;
}

}  // namespace vlint::velero
