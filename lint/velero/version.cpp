#include "lint/velero/version.h"

#include <fmt/format.h>

namespace vlint::velero {
namespace {

// Reads up to four digits at the front and removes them. Longer numbers are no version numbers (dates, hashes).
std::optional<int> take_number(std::string_view& text) {
  std::size_t digits = 0;
  int value = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (++digits > 4) return std::nullopt;
    value = value * 10 + (text[digits - 1] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

// Other programs' numbering ("2024.1.3") is not Velero's.
constexpr int kHighestMajor = 9;

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  take(text, 'v');
  const std::optional<int> major = take_number(text);
  if (!major || *major > kHighestMajor || !take(text, '.')) return std::nullopt;
  const std::optional<int> minor = take_number(text);
  if (!minor) return std::nullopt;
  Version version{*major, *minor, std::nullopt};
  if (take(text, '.')) {
    version.patch = take_number(text);
    if (!version.patch) return std::nullopt;
  }
  const bool has_suffix = !text.empty();
  if (has_suffix && text.front() != '-' && text.front() != '+' && text.front() != '_') return std::nullopt;
  return version;
}

std::string to_string(const Version& version) {
  return version.patch ? fmt::format("{}.{}.{}", version.major, version.minor, *version.patch)
                       : fmt::format("{}.{}", version.major, version.minor);
}

}  // namespace vlint::velero
