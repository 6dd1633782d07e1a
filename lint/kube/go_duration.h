// Durations as Go programs read and print them: time-to-live of a backup, timeouts, `@every` of a schedule.
//
// Not a calendar: Go durations know no days, since days can be of different lengths.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lint/base/result.h"

namespace vlint::kube {

struct GoDuration {
  std::int64_t nanoseconds = 0;

  constexpr auto operator<=>(const GoDuration&) const = default;
};

// Go's time.ParseDuration, to the bit: an optional sign, then numbers with an optional fraction and a unit each, as in
// "1h30m", "-1.5h", "0". Units: h, m, s, ms, us (also µs), ns. No blanks. Error: what is wrong with the text, also when
// the duration does not fit 64 bits of nanoseconds (about 292 years).
Result<GoDuration> parse_go_duration(std::string_view text);

// Go's Duration.String: "720h0m0s", "1m0s", "1.5s", "1.2ms", "0s".
std::string to_string(GoDuration duration);

}  // namespace vlint::kube
