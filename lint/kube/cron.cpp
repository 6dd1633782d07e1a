#include "lint/kube/cron.h"

#include <algorithm>
#include <bit>

namespace vlint::kube {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr int kSearchYears = 5;     // robfig/cron spec.go: yearLimit
constexpr int kIntervalYears = 28;  // four years times seven days of the week
// Length of each month in the year in which it is longest; [0] is no month.
constexpr std::array<unsigned, 13> kLongestMonth = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool has(std::uint64_t values, unsigned value) { return ((values >> value) & 1U) != 0; }
int lowest(std::uint64_t values) { return std::countr_zero(values); }
int highest(std::uint64_t values) { return 63 - std::countl_zero(values); }

// Largest distance between neighbours among the values, 0 if there is only one.
int largest_step(std::uint64_t values) {
  int largest = 0;
  while (std::popcount(values) > 1) {
    const int low = lowest(values);
    values &= values - 1;
    largest = std::max(largest, lowest(values) - low);
  }
  return largest;
}

}  // namespace

std::string_view to_string(CronField field) {
  switch (field) {
    case CronField::minute:
      return "minute";
    case CronField::hour:
      return "hour";
    case CronField::day_of_month:
      return "day of month";
    case CronField::month:
      return "month";
    case CronField::day_of_week:
      return "day of week";
  }
  return "";
}

bool Cron::day_matches(sys_days day) const {
  const year_month_day date(day);
  if (!has(values(CronField::month), static_cast<unsigned>(date.month()))) return false;
  const bool of_month = has(values(CronField::day_of_month), static_cast<unsigned>(date.day()));
  const bool of_week = has(values(CronField::day_of_week), std::chrono::weekday(day).c_encoding());
  return any_day_of_month_ || any_day_of_week_ ? of_month && of_week : of_month || of_week;
}

std::optional<minutes> Cron::time_of_day_from(minutes earliest) const {
  const auto first_hour = static_cast<unsigned>(std::chrono::floor<hours>(earliest).count());
  auto first_minute = static_cast<unsigned>((earliest % hours{1}).count());
  for (unsigned hour = first_hour; hour < 24; ++hour, first_minute = 0) {
    if (!has(values(CronField::hour), hour)) continue;
    const std::uint64_t left = values(CronField::minute) >> first_minute << first_minute;
    if (left != 0) return hours{hour} + minutes{lowest(left)};
  }
  return std::nullopt;
}

std::optional<UnixSeconds> Cron::next(UnixSeconds from) const {
  if (every_) return from + *every_;
  const UnixSeconds start = from + seconds{1};
  const year last_year = year_month_day(std::chrono::floor<days>(start)).year() + std::chrono::years{kSearchYears};
  const auto first_minute = std::chrono::ceil<minutes>(start);  // fields have no seconds: runs are at second 0
  sys_days day = std::chrono::floor<days>(first_minute);
  minutes earliest = first_minute - day;
  for (; year_month_day(day).year() <= last_year; day += days{1}, earliest = minutes{0}) {
    if (!day_matches(day)) continue;
    if (const std::optional<minutes> time = time_of_day_from(earliest)) return day + *time;
  }
  return std::nullopt;
}

bool Cron::never_matches() const {
  if (every_) return false;
  if (values(CronField::minute) == 0 || values(CronField::hour) == 0) return true;
  bool some_day_of_month = false;
  for (unsigned month = 1; month <= 12; ++month) {
    const bool reached = values(CronField::day_of_month) != 0 &&
                         static_cast<unsigned>(lowest(values(CronField::day_of_month))) <= kLongestMonth[month];
    some_day_of_month = some_day_of_month || (has(values(CronField::month), month) && reached);
  }
  const bool some_day_of_week = values(CronField::day_of_week) != 0 && values(CronField::month) != 0;
  const bool both = any_day_of_month_ || any_day_of_week_;
  return both ? !(some_day_of_month && some_day_of_week) : !(some_day_of_month || some_day_of_week);
}

std::optional<seconds> Cron::interval(UnixSeconds from) const {
  if (every_) return every_;
  if (never_matches()) return std::nullopt;
  const std::uint64_t minute = values(CronField::minute);
  const std::uint64_t hour = values(CronField::hour);
  // Every day with runs has the same runs: gaps are within an hour, from hour to hour, and from day to day.
  minutes largest{largest_step(minute)};
  if (const int step = largest_step(hour); step > 0) {
    largest = std::max<minutes>(largest, hours{step} - minutes{highest(minute) - lowest(minute)});
  }
  const minutes first_run = hours{lowest(hour)} + minutes{lowest(minute)};
  const minutes last_run = hours{highest(hour)} + minutes{highest(minute)};
  const sys_days begin = std::chrono::floor<days>(from);
  const sys_days end = begin + days{kIntervalYears * 365 + kIntervalYears / 4};
  std::optional<sys_days> before;
  for (sys_days day = begin; !before || *before < end; day += days{1}) {
    if (!day_matches(day)) continue;
    if (before) largest = std::max<minutes>(largest, (day - *before) + first_run - last_run);
    before = day;
  }
  return largest;
}

}  // namespace vlint::kube
