#include "rules/common/durations.h"

#include <fmt/format.h>

#include <initializer_list>

#include "lint/base/text.h"

namespace vlint::rules {

std::optional<MeantDuration> meant_duration(std::string_view text) {
  const std::string lower = to_lower_ascii(trim(text));
  const std::size_t digits = lower.find_first_not_of("0123456789");
  constexpr std::size_t kMostDigits = 4;  // more do not fit a duration once they are hours
  if (digits == std::string::npos || digits == 0 || digits > kMostDigits) return std::nullopt;
  const long number = std::stol(lower.substr(0, digits));
  const std::string_view unit = trim(std::string_view(lower).substr(digits));
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      if (unit == name) return true;
    }
    return false;
  };
  constexpr long kHoursADay = 24;
  constexpr long kDaysAWeek = 7;
  const bool is_certain = unit.size() == 1 && lower.size() == text.size();
  if (is_one_of({"d", "day", "days"})) return MeantDuration{fmt::format("{}h", number * kHoursADay), is_certain};
  if (is_one_of({"w", "week", "weeks"}))
    return MeantDuration{fmt::format("{}h", number * kDaysAWeek * kHoursADay), is_certain};
  if (is_one_of({"h", "hr", "hrs", "hour", "hours"})) return MeantDuration{fmt::format("{}h", number), false};
  if (is_one_of({"min", "mins", "minute", "minutes"})) return MeantDuration{fmt::format("{}m", number), false};
  if (is_one_of({"s", "sec", "secs", "second", "seconds"})) return MeantDuration{fmt::format("{}s", number), false};
  return std::nullopt;
}

}  // namespace vlint::rules
