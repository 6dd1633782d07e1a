#include "lint/kube/go_duration.h"

#include <fmt/format.h>

#include <limits>
#include <optional>

#include "lint/base/text.h"

namespace vlint::kube {
namespace {

constexpr std::uint64_t kMicrosecond = 1'000;
constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kHour = 60 * kMinute;

// One more than the largest duration: as a magnitude it is allowed, since the smallest duration is as far below zero.
constexpr std::uint64_t kLimit = std::uint64_t{1} << 63U;

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};
constexpr Unit kUnits[] = {
    {"ns", 1},
    {"us", kMicrosecond},
    {"\u00B5s", kMicrosecond},
    {"\u03BCs", kMicrosecond},
    {"ms", kMillisecond},
    {"s", kSecond},
    {"m", kMinute},
    {"h", kHour},
};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

std::optional<std::uint64_t> unit_named(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.nanoseconds;
  }
  return std::nullopt;
}

// Takes the digits at the start of `rest`. nullopt if their value is more than kLimit.
std::optional<std::uint64_t> take_whole(std::string_view& rest) {
  std::uint64_t value = 0;
  for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1)) {
    if (value > kLimit / 10) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(rest.front() - '0');
    if (value > kLimit) return std::nullopt;
  }
  return value;
}

struct Fraction {
  std::uint64_t digits = 0;
  double scale = 1;
};

// Takes the digits after a decimal point. Digits beyond 64 bits are read and have no effect.
Fraction take_fraction(std::string_view& rest) {
  Fraction fraction;
  bool full = false;
  for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1)) {
    full = full || fraction.digits > (kLimit - 1) / 10;
    if (full) continue;
    const std::uint64_t digits = fraction.digits * 10 + static_cast<std::uint64_t>(rest.front() - '0');
    full = digits > kLimit;
    if (full) continue;
    fraction.digits = digits;
    fraction.scale *= 10;
  }
  return fraction;
}

std::string_view take_unit(std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && rest[size] != '.' && !is_digit(rest[size])) ++size;
  const std::string_view unit = rest.substr(0, size);
  rest.remove_prefix(size);
  return unit;
}

Error out_of_range(std::string_view text) {
  return Error{fmt::format("the duration {} is out of range: durations end at about 292 years", quoted(text))};
}

// One number with its unit, in nanoseconds, taken from the start of `rest`. `text` is the whole, for messages.
Result<std::uint64_t> take_component(std::string_view& rest, std::string_view text) {
  if (rest.front() != '.' && !is_digit(rest.front())) {
    return Error{fmt::format("{} is not a duration: {} stands where a number is expected, write for example 1h30m",
                             quoted(text), quoted(rest))};
  }
  const bool has_whole = is_digit(rest.front());
  const std::optional<std::uint64_t> whole = take_whole(rest);
  if (!whole) return out_of_range(text);
  Fraction fraction;
  bool has_fraction = false;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    has_fraction = !rest.empty() && is_digit(rest.front());
    fraction = take_fraction(rest);
  }
  if (!has_whole && !has_fraction)
    return Error{fmt::format("{} is not a duration: a point needs digits", quoted(text))};
  const std::string_view name = take_unit(rest);
  if (name.empty()) {
    return Error{
        fmt::format("the duration {} has a number without a unit: write h, m, s, ms, us or ns after it", quoted(text))};
  }
  const std::optional<std::uint64_t> unit = unit_named(name);
  if (!unit) {
    return Error{fmt::format("unit {} in the duration {} is unknown: Go durations know h, m, s, ms, us and ns",
                             quoted(name), quoted(text))};
  }
  if (*whole > kLimit / *unit) return out_of_range(text);
  std::uint64_t value = *whole * *unit;
  if (fraction.digits > 0) {
    // The same double arithmetic as Go's, so that the last nanosecond is the same.
    const double part = static_cast<double>(fraction.digits) * (static_cast<double>(*unit) / fraction.scale);
    value += static_cast<std::uint64_t>(part);
    if (value > kLimit) return out_of_range(text);
  }
  return value;
}

// `value` / 10^`places` without trailing zeros.
std::string decimal(std::uint64_t value, int places) {
  std::uint64_t scale = 1;
  for (int i = 0; i < places; ++i) scale *= 10;
  std::string text = fmt::format("{}", value / scale);
  const std::uint64_t rest = value % scale;
  if (rest == 0) return text;
  text += fmt::format(".{:0{}}", rest, places);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

}  // namespace

Result<GoDuration> parse_go_duration(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return GoDuration{0};
  if (rest.empty()) {
    if (text.empty()) return Error{"the duration is empty: write for example 1h30m"};
    return Error{fmt::format("the duration {} has no number: write for example 1h30m", quoted(text))};
  }
  std::uint64_t total = 0;
  while (!rest.empty()) {
    const Result<std::uint64_t> component = take_component(rest, text);
    if (!component.ok()) return Error{component.error()};
    total += *component;  // at most kLimit each: the sum wraps only where Go's wraps
    if (total > kLimit) return out_of_range(text);
  }
  if (negative) return GoDuration{static_cast<std::int64_t>(0 - total)};
  if (total == kLimit) return out_of_range(text);
  return GoDuration{static_cast<std::int64_t>(total)};
}

std::string to_string(GoDuration duration) {
  const bool negative = duration.nanoseconds < 0;
  const auto bits = static_cast<std::uint64_t>(duration.nanoseconds);
  const std::uint64_t value = negative ? 0 - bits : bits;
  const std::string_view sign = negative ? "-" : "";
  if (value == 0) return "0s";
  if (value < kMicrosecond) return fmt::format("{}{}ns", sign, value);
  if (value < kMillisecond) return fmt::format("{}{}\u00B5s", sign, decimal(value, 3));
  if (value < kSecond) return fmt::format("{}{}ms", sign, decimal(value, 6));
  const std::string seconds = decimal(value % kMinute, 9);
  if (value < kMinute) return fmt::format("{}{}s", sign, seconds);
  if (value < kHour) return fmt::format("{}{}m{}s", sign, value / kMinute, seconds);
  return fmt::format("{}{}h{}m{}s", sign, value / kHour, value % kHour / kMinute, seconds);
}

}  // namespace vlint::kube
