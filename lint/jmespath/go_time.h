// Points in time as Go's package time reads and prints them: RFC 3339, and layouts written as the reference time
// (2006-01-02 15:04:05 -0700).
//
// A time zone is an offset here; names of zones are read and not known (the local zone is taken for UTC, as in a
// container), so an abbreviation such as CET stands for no offset, as in Go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lint/base/result.h"
#include "lint/kube/go_duration.h"

namespace vlint::jmespath {

struct GoTime {
  std::int64_t seconds = 0;      // since 1970-01-01T00:00:00Z
  std::int32_t nanoseconds = 0;  // 0 to 999,999,999
  std::int32_t offset = 0;       // of its zone, seconds east of Greenwich; only printing looks at it
};

// The calendar of a point in time, in its own zone.
struct GoDate {
  std::int64_t year = 0;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int weekday = 0;  // 0 is Sunday
};

inline constexpr std::string_view kRfc3339 = "2006-01-02T15:04:05Z07:00";

// time.Parse. Error: Go's sentence, which quotes the text and names the part of the layout.
Result<GoTime> parse_time(std::string_view layout, std::string_view text);

// Time.Format(time.RFC3339): whole seconds, `Z` for no offset.
std::string format_rfc3339(GoTime time);

GoDate date_of(GoTime time);

// Time.Add.
GoTime operator+(GoTime time, kube::GoDuration duration);
// Time.Sub: at most what a duration can hold, about 292 years.
kube::GoDuration operator-(GoTime a, GoTime b);
// Time.Before.
bool is_before(GoTime a, GoTime b);
// Time.Truncate: down to a multiple of the duration since the year 1; unchanged when that is not above zero.
GoTime truncate(GoTime time, kube::GoDuration duration);

}  // namespace vlint::jmespath
