#include "lint/jmespath/go_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace vlint::jmespath {
namespace {

constexpr std::int64_t kNanosecondsInSecond = 1'000'000'000;
constexpr std::int64_t kSecondsInDay = 86'400;
constexpr std::int64_t kSecondsFromYearOneTo1970 = 62'135'596'800;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// (a × b) mod m, without a product that overflows. a and m are below 2^63.
std::uint64_t multiply_modulo(std::uint64_t a, std::uint64_t b, std::uint64_t m) {
  std::uint64_t result = 0;
  a %= m;
  for (; b > 0; b >>= 1U) {
    if ((b & 1U) != 0) result = (result + a) % m;
    a = (a + a) % m;
  }
  return result;
}

GoTime normalised(std::int64_t seconds, std::int64_t nanoseconds, std::int32_t offset) {
  seconds += floor_divide(nanoseconds, kNanosecondsInSecond);
  nanoseconds -= floor_divide(nanoseconds, kNanosecondsInSecond) * kNanosecondsInSecond;
  return {seconds, static_cast<std::int32_t>(nanoseconds), offset};
}

}  // namespace

GoDate date_of(GoTime time) {
  const std::int64_t local = time.seconds + time.offset;
  const std::int64_t days = floor_divide(local, kSecondsInDay);
  const std::int64_t second_of_day = local - days * kSecondsInDay;
  // Howard Hinnant's civil_from_days: years beyond those of std::chrono::year are possible.
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = floor_divide(shifted, 146'097);
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  GoDate date;
  date.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  date.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  date.hour = static_cast<int>(second_of_day / 3600);
  date.minute = static_cast<int>(second_of_day / 60 % 60);
  date.second = static_cast<int>(second_of_day % 60);
  date.weekday = static_cast<int>((days % 7 + 11) % 7);  // 1970-01-01 was a Thursday
  return date;
}

std::string format_rfc3339(GoTime time) {
  const GoDate date = date_of(time);
  const std::string year = date.year < 0 ? fmt::format("-{:04}", -date.year) : fmt::format("{:04}", date.year);
  std::string text =
      fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}", year, date.month, date.day, date.hour, date.minute, date.second);
  if (time.offset == 0) return text + "Z";
  const std::int32_t minutes = time.offset / 60;
  const std::int32_t magnitude = minutes < 0 ? -minutes : minutes;
  return text + fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', magnitude / 60, magnitude % 60);
}

GoTime operator+(GoTime time, kube::GoDuration duration) {
  const std::int64_t seconds = duration.nanoseconds / kNanosecondsInSecond;
  const std::int64_t rest = duration.nanoseconds % kNanosecondsInSecond;
  return normalised(time.seconds + seconds, time.nanoseconds + rest, time.offset);
}

kube::GoDuration operator-(GoTime a, GoTime b) {
  // Times come from texts, so their seconds never overflow here.
  std::int64_t seconds = a.seconds - b.seconds;
  std::int64_t rest = a.nanoseconds - b.nanoseconds;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  if (seconds > 0 && rest < 0) {
    --seconds;
    rest += kNanosecondsInSecond;
  } else if (seconds < 0 && rest > 0) {
    ++seconds;
    rest -= kNanosecondsInSecond;
  }
  if (seconds > kMax / kNanosecondsInSecond) return {kMax};
  if (seconds < kMin / kNanosecondsInSecond) return {kMin};
  const std::int64_t whole = seconds * kNanosecondsInSecond;
  if (whole > 0 && rest > kMax - whole) return {kMax};
  if (whole < 0 && rest < kMin - whole) return {kMin};
  return {whole + rest};
}

bool is_before(GoTime a, GoTime b) {
  return a.seconds != b.seconds ? a.seconds < b.seconds : a.nanoseconds < b.nanoseconds;
}

GoTime truncate(GoTime time, kube::GoDuration duration) {
  if (duration.nanoseconds <= 0) return time;
  const auto period = static_cast<std::uint64_t>(duration.nanoseconds);
  const std::int64_t since_year_one = time.seconds + kSecondsFromYearOneTo1970;
  const auto magnitude = static_cast<std::uint64_t>(since_year_one < 0 ? -since_year_one : since_year_one);
  std::uint64_t rest = multiply_modulo(magnitude, kNanosecondsInSecond, period);
  if (since_year_one < 0 && rest != 0) rest = period - rest;
  rest = (rest + static_cast<std::uint64_t>(time.nanoseconds) % period) % period;
  return time + kube::GoDuration{-static_cast<std::int64_t>(rest)};
}

}  // namespace vlint::jmespath
