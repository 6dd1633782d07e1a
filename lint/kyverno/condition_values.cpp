#include "lint/kyverno/condition_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "lint/base/text.h"
#include "lint/jmespath/go_number.h"
#include "lint/jmespath/wildcard.h"
#include "lint/kube/go_duration.h"
#include "lint/kube/quantity.h"

namespace vlint::kyverno {
namespace {

using jmespath::Json;

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_letter(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }

// time.Duration(number) * time.Second, which wraps around.
std::int64_t seconds_of(double number) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(jmespath::go_int64(number)) * kSecond);
}

// Duration.Seconds.
double in_seconds(std::int64_t nanoseconds) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return static_cast<double>(nanoseconds / kSecond) + static_cast<double>(nanoseconds % kSecond) / 1e9;
}

std::optional<std::int64_t> duration_text(const Json& value) {
  if (!value.is_string() || value.as_string() == "0") return std::nullopt;
  return read_duration(value);
}

enum class PatternOperator : std::uint8_t { equal, not_equal, more, more_equal, less, less_equal, range, not_range };

// One end of a range: a sign (a bar counts as one), digits, perhaps a fraction, letters. What it takes is cut off.
std::optional<std::string_view> cut_endpoint(std::string_view& rest) {
  const std::string_view whole = rest;
  const auto skip = [&rest](auto predicate) {
    const auto end = std::find_if_not(rest.begin(), rest.end(), predicate);
    const auto size = static_cast<std::size_t>(end - rest.begin());
    rest.remove_prefix(size);
    return size;
  };
  if (!rest.empty() && std::string_view("-|+").find(rest[0]) != std::string_view::npos) rest.remove_prefix(1);
  if (skip(is_digit) == 0) return std::nullopt;
  if (rest.size() > 1 && rest[0] == '.' && is_digit(rest[1])) {
    rest.remove_prefix(1);
    skip(is_digit);
  }
  skip(is_letter);
  return whole.substr(0, whole.size() - rest.size());
}

struct Ends {
  std::string_view low;
  std::string_view high;
};

std::optional<Ends> read_ends(std::string_view pattern, std::string_view between) {
  const auto low = cut_endpoint(pattern);
  if (!low || !pattern.starts_with(between)) return std::nullopt;
  pattern.remove_prefix(between.size());
  const auto high = cut_endpoint(pattern);
  if (!high || !pattern.empty()) return std::nullopt;
  return Ends{*low, *high};
}

// operator.GetOperatorFromStringPattern.
PatternOperator operator_of(std::string_view pattern) {
  if (pattern.size() < 2) return PatternOperator::equal;
  if (pattern.starts_with(">=")) return PatternOperator::more_equal;
  if (pattern.starts_with("<=")) return PatternOperator::less_equal;
  if (pattern.starts_with('>')) return PatternOperator::more;
  if (pattern.starts_with('<')) return PatternOperator::less;
  if (pattern.starts_with('!')) return PatternOperator::not_equal;
  if (read_ends(pattern, "!-")) return PatternOperator::not_range;
  if (read_ends(pattern, "-")) return PatternOperator::range;
  return PatternOperator::equal;
}

bool holds(PatternOperator op, std::strong_ordering order) {
  switch (op) {
    case PatternOperator::equal:
      return order == 0;
    case PatternOperator::not_equal:
      return order != 0;
    case PatternOperator::more:
      return order > 0;
    case PatternOperator::more_equal:
      return order >= 0;
    case PatternOperator::less:
      return order < 0;
    case PatternOperator::less_equal:
      return order <= 0;
    case PatternOperator::range:
    case PatternOperator::not_range:
      break;
  }
  return false;
}

// As durations, else as quantities, else as texts, which have no order.
bool compare_texts(std::string_view text, PatternOperator op, std::string_view pattern) {
  const auto wanted = kube::parse_go_duration(pattern);
  const auto found = wanted ? kube::parse_go_duration(text) : Result<kube::GoDuration>(Error{});
  if (wanted && found) return holds(op, *found <=> *wanted);
  if (const auto order = compare_quantities(text, pattern)) return holds(op, *order);
  if (op == PatternOperator::equal) return jmespath::matches_wildcard(pattern, text);
  return op == PatternOperator::not_equal && !jmespath::matches_wildcard(pattern, text);
}

bool matches_part(std::string_view text, std::string_view pattern) {
  const PatternOperator op = operator_of(pattern);
  if (op == PatternOperator::range) {
    const Ends ends = *read_ends(pattern, "-");
    return compare_texts(text, PatternOperator::more_equal, ends.low) &&
           compare_texts(text, PatternOperator::less_equal, ends.high);
  }
  if (op == PatternOperator::not_range) {
    const Ends ends = *read_ends(pattern, "!-");
    return compare_texts(text, PatternOperator::less, ends.low) ||
           compare_texts(text, PatternOperator::more, ends.high);
  }
  const std::size_t sign = op == PatternOperator::equal                                             ? 0
                           : op == PatternOperator::more_equal || op == PatternOperator::less_equal ? 2
                                                                                                    : 1;
  return compare_texts(text, op, trim(pattern.substr(sign)));
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

bool matches_all_parts(std::string_view text, std::string_view pattern) {
  const auto parts = split(pattern, '&');
  return std::all_of(parts.begin(), parts.end(),
                     [text](std::string_view part) { return matches_part(text, without_blanks(part)); });
}

}  // namespace

std::optional<std::int64_t> read_duration(const Json& value) {
  if (value.is_number()) return seconds_of(value.as_number());
  if (!value.is_string()) return std::nullopt;
  const auto duration = kube::parse_go_duration(value.as_string());
  if (!duration) return std::nullopt;
  return duration->nanoseconds;
}

std::optional<DurationPair> read_durations(const Json& key, const Json& value) {
  const auto of_key = key.is_number() ? std::nullopt : duration_text(key);
  const auto of_value = value.is_number() ? std::nullopt : duration_text(value);
  if (!of_key && !of_value) return std::nullopt;
  if ((!of_key && !key.is_number()) || (!of_value && !value.is_number())) return std::nullopt;
  return DurationPair{in_seconds(of_key ? *of_key : seconds_of(key.as_number())),
                      in_seconds(of_value ? *of_value : seconds_of(value.as_number()))};
}

std::optional<std::strong_ordering> compare_quantities(std::string_view key, std::string_view value) {
  const auto left = kube::Quantity::parse(key);
  if (!left) return std::nullopt;
  const auto right = kube::Quantity::parse(value);
  if (!right) return std::nullopt;
  return *left <=> *right;
}

std::optional<double> read_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::string lower = to_lower_ascii(text);
  double number = 0;
  if (lower == "inf" || lower == "infinity") {
    number = std::numeric_limits<double>::infinity();
  } else if (lower == "nan") {
    number = std::numeric_limits<double>::quiet_NaN();
  } else {
    const bool is_hexadecimal = lower.starts_with("0x");
    const std::string_view digits = std::string_view(lower).substr(is_hexadecimal ? 2 : 0);
    if (digits.empty() || digits[0] == '-') return std::nullopt;
    if (is_hexadecimal ? digits.find('p') == std::string_view::npos : is_letter(digits[0])) return std::nullopt;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number,
                                      is_hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  }
  return negative ? -number : number;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && is_digit(text[1])) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_range(std::string_view text) { return operator_of(text) == PatternOperator::range; }

bool matches_pattern(std::string_view text, std::string_view pattern) {
  if (text == pattern) return true;
  const auto alternatives = split(pattern, '|');
  return std::any_of(alternatives.begin(), alternatives.end(), [text](std::string_view alternative) {
    return matches_all_parts(text, without_blanks(alternative));
  });
}

}  // namespace vlint::kyverno
