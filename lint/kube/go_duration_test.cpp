#include "lint/kube/go_duration.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

namespace vlint::kube {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

TEST_CASE("durations are read as Go reads them") {
  struct Row {
    std::string_view text;
    std::int64_t nanoseconds;
  };
  const Row rows[] = {
      {"0", 0},
      {"-0", 0},
      {"+0", 0},
      {"0s", 0},
      {"5s", 5 * kSecond},
      {"+5s", 5 * kSecond},
      {"-5s", -5 * kSecond},
      {"720h", 720 * kHour},
      {"720h0m0s", 720 * kHour},
      {"1h30m", 90 * kMinute},
      {"1m1h", 61 * kMinute},  // any order
      {"1h1h", 2 * kHour},     // any number of times
      {"1.5h", 90 * kMinute},
      {".5s", kSecond / 2},
      {"5.s", 5 * kSecond},
      {"1.0000000000000000000001s", kSecond},
      {"0.3333333333333333333h", 20 * kMinute},  // digits beyond 64 bits have no effect
      {"10ns", 10},
      {"11us", 11'000},
      {"12µs", 12'000},       // micro sign
      {"12\u03BCs", 12'000},  // Greek mu
      {"13ms", 13'000'000},
      {"39h9m14.425s", 39 * kHour + 9 * kMinute + 14'425'000'000},
      {"0.9ns", 0},
      {"9223372036854775807ns", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808ns", std::numeric_limits<std::int64_t>::min()},
      {"9223372036.854775807s", std::numeric_limits<std::int64_t>::max()},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Result<GoDuration> duration = parse_go_duration(row.text);
    REQUIRE(duration.ok());
    CHECK(duration->nanoseconds == row.nanoseconds);
  }
}

TEST_CASE("a text that is no duration is refused with its reason") {
  struct Row {
    std::string_view text;
    std::string_view message;
  };
  const Row rows[] = {
      {"", "the duration is empty: write for example 1h30m"},
      {"-", "the duration \"-\" has no number: write for example 1h30m"},
      {"30d", "unit \"d\" in the duration \"30d\" is unknown: Go durations know h, m, s, ms, us and ns"},
      {"1w", "unit \"w\" in the duration \"1w\" is unknown: Go durations know h, m, s, ms, us and ns"},
      {"30 days", "unit \" days\" in the duration \"30 days\" is unknown: Go durations know h, m, s, ms, us and ns"},
      {"1H", "unit \"H\" in the duration \"1H\" is unknown: Go durations know h, m, s, ms, us and ns"},
      {"3600", "the duration \"3600\" has a number without a unit: write h, m, s, ms, us or ns after it"},
      {"1h30", "the duration \"1h30\" has a number without a unit: write h, m, s, ms, us or ns after it"},
      {".s", "\".s\" is not a duration: a point needs digits"},
      {"h", "\"h\" is not a duration: \"h\" stands where a number is expected, write for example 1h30m"},
      {" 1h", "\" 1h\" is not a duration: \" 1h\" stands where a number is expected, write for example 1h30m"},
      {"1-h", "unit \"-h\" in the duration \"1-h\" is unknown: Go durations know h, m, s, ms, us and ns"},
      {"9223372036854775808ns",
       "the duration \"9223372036854775808ns\" is out of range: durations end at about 292 years"},
      {"-9223372036854775809ns",
       "the duration \"-9223372036854775809ns\" is out of range: durations end at about 292 years"},
      {"99999999999999999999s",
       "the duration \"99999999999999999999s\" is out of range: durations end at about 292 years"},
      {"2562048h", "the duration \"2562048h\" is out of range: durations end at about 292 years"},
      {"2562047h48m", "the duration \"2562047h48m\" is out of range: durations end at about 292 years"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Result<GoDuration> duration = parse_go_duration(row.text);
    REQUIRE_FALSE(duration.ok());
    CHECK(duration.error() == row.message);
  }
}

TEST_CASE("durations are printed as Go prints them") {
  struct Row {
    std::int64_t nanoseconds;
    std::string_view text;
  };
  const Row rows[] = {
      {0, "0s"},
      {1, "1ns"},
      {1'100, "1.1µs"},
      {2'200'000, "2.2ms"},
      {999'999'999, "999.999999ms"},
      {3'300'000'000, "3.3s"},
      {kSecond, "1s"},
      {kMinute, "1m0s"},
      {kHour, "1h0m0s"},
      {720 * kHour, "720h0m0s"},
      {4 * kMinute + 5 * kSecond + 1'000'000, "4m5.001s"},
      {5 * kHour + 6 * kMinute + 7'001'000'000, "5h6m7.001s"},
      {8 * kMinute + 1, "8m0.000000001s"},
      {-1, "-1ns"},
      {-90 * kMinute, "-1h30m0s"},
      {std::numeric_limits<std::int64_t>::max(), "2562047h47m16.854775807s"},
      {std::numeric_limits<std::int64_t>::min(), "-2562047h47m16.854775808s"},
  };
  for (const Row& row : rows) {
    CHECK(to_string(GoDuration{row.nanoseconds}) == row.text);
    const Result<GoDuration> again = parse_go_duration(row.text);
    REQUIRE(again.ok());
    CHECK(again->nanoseconds == row.nanoseconds);
  }
}

}  // namespace
}  // namespace vlint::kube
