// Schedules in cron form, as the library behind Velero reads them: robfig/cron v3, ParseStandard.
//
// Answers what text is accepted, when the runs are, and which accepted texts do something else than they seem to say.
// Time zones are named and not loaded: all times are computed as if the zone were UTC, so a run in another zone is
// earlier or later by the zone's offset, and gaps are wrong by an hour where clocks change.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"

namespace vlint::kube {

using UnixSeconds = std::chrono::sys_seconds;

enum class CronField : std::uint8_t { minute, hour, day_of_month, month, day_of_week };

// "minute", "hour", "day of month", "month", "day of week".
std::string_view to_string(CronField field);

// A step larger than the number of values of its field, as in */90 minutes. Only the first value is ever reached, so
// such a schedule runs once an hour (a day, a month, a year, a week), not every 90 minutes.
struct WrappingStep {
  CronField field = CronField::minute;
  std::uint64_t step = 0;
  std::size_t offset = 0;  // in the text of the schedule: where the item starts and its length, "*/90"
  std::size_t size = 0;

  bool operator==(const WrappingStep&) const = default;
};

class Cron {
 public:
  // Exactly five fields (minute 0-59, hour 0-23, day of month 1-31, month 1-12 or JAN-DEC, day of week 0-6 or SUN-SAT,
  // names in any case) of lists, ranges and steps, with `*` or its synonym `?`; or @yearly @annually @monthly @weekly
  // @daily @midnight @hourly; or "@every " and a Go duration. In front, "CRON_TZ=Zone " or "TZ=Zone " may stand.
  // Accepts the oddities that the library accepts (a field "," that never matches, "*-5", "+5"). A zone must look like
  // an IANA name; whether it exists is not known here. Error: names the field and the reason.
  static Result<Cron> parse(std::string_view text);

  // The first run after `from`, or nullopt where the library finds none within five calendar years and returns the zero
  // time (SpecSchedule.Next). Velero then takes the schedule for overdue, always. `from` must lie in the years 1 to
  // 9999.
  std::optional<UnixSeconds> next(UnixSeconds from) const;

  // True if no date can ever match, as in "0 0 30 2 *".
  bool never_matches() const;

  // The longest time between a run and the next one, over the runs of the 28 years that begin with the day of `from`.
  // After 28 years the days of the week and the leap days of the calendar repeat, so that is the longest gap that ever
  // occurs (except around years such as 2100, which have no leap day). nullopt if the schedule never matches.
  std::optional<std::chrono::seconds> interval(UnixSeconds from) const;

  // What follows CRON_TZ= or TZ=, which may be empty (the library takes that for UTC); nullopt without such a prefix.
  const std::optional<std::string>& time_zone() const { return time_zone_; }

  // The period of "@every": whole seconds, at least one. Runs are counted from the last run, not from midnight.
  const std::optional<std::chrono::seconds>& every() const { return every_; }

  const std::vector<WrappingStep>& steps_that_wrap() const { return steps_that_wrap_; }

 private:
  friend class CronParser;

  bool day_matches(std::chrono::sys_days day) const;
  std::optional<std::chrono::minutes> time_of_day_from(std::chrono::minutes earliest) const;
  std::uint64_t values(CronField field) const { return values_[static_cast<std::size_t>(field)]; }

  std::array<std::uint64_t, 5> values_ = {};  // per field, bit n for value n
  // A field that is `*` or `?` without a step above one. If either day field is, both must match; otherwise one is
  // enough.
  bool any_day_of_month_ = false;
  bool any_day_of_week_ = false;
  std::optional<std::chrono::seconds> every_;  // if set, nothing above counts
  std::optional<std::string> time_zone_;
  std::vector<WrappingStep> steps_that_wrap_;
};

}  // namespace vlint::kube
