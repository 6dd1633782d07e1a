#include "lint/jmespath/go_number.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <system_error>

#include "lint/base/text.h"

namespace vlint::jmespath {
namespace {

// strconv %g: the power of ten from which the shortest form has an exponent.
constexpr int kExponentFrom = 6;

// The shortest digits d1d2d3… and the exponent of d1.d2d3….
struct Shortest {
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

template <typename Float>
Shortest shortest(Float number) {
  std::array<char, 64> buffer{};
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  Shortest parts;
  const std::size_t e = text.find('e');
  for (const char byte : text.substr(0, e)) {
    if (byte == '-') parts.negative = true;
    if (byte >= '0' && byte <= '9') parts.digits.push_back(byte);
  }
  const bool plus = text[e + 1] == '+';
  std::from_chars(text.data() + e + (plus ? 2 : 1), text.data() + text.size(), parts.exponent);
  return parts;
}

std::string fixed(const Shortest& parts) {
  std::string text(parts.negative ? "-" : "");
  const int size = static_cast<int>(parts.digits.size());
  if (parts.exponent < 0) {
    text += "0.";
    text.append(static_cast<std::size_t>(-parts.exponent - 1), '0');
    return text + parts.digits;
  }
  const int whole = parts.exponent + 1;
  if (size <= whole) {
    text += parts.digits;
    text.append(static_cast<std::size_t>(whole - size), '0');
    return text;
  }
  return text + parts.digits.substr(0, static_cast<std::size_t>(whole)) + "." +
         parts.digits.substr(static_cast<std::size_t>(whole));
}

std::string with_exponent(const Shortest& parts, int exponent_digits) {
  std::string text(parts.negative ? "-" : "");
  text += parts.digits.substr(0, 1);
  if (parts.digits.size() > 1) text += "." + parts.digits.substr(1);
  const int magnitude = parts.exponent < 0 ? -parts.exponent : parts.exponent;
  return text + fmt::format("e{}{:0{}}", parts.exponent < 0 ? '-' : '+', magnitude, exponent_digits);
}

std::string not_finite(double number) {
  if (std::isnan(number)) return "NaN";
  return number > 0 ? "+Inf" : "-Inf";
}

void sprint(const Json& value, std::string& out) {
  switch (value.type()) {
    case Json::Type::null:
    case Json::Type::unknown:
      out += "<nil>";
      return;
    case Json::Type::boolean:
      out += value.as_boolean() ? "true" : "false";
      return;
    case Json::Type::number:
      out += value.is_go_int() ? fmt::format("{}", go_int64(value.as_number())) : go_sprint(value.as_number());
      return;
    case Json::Type::string:
      out += value.as_string();
      return;
    case Json::Type::array: {
      out += '[';
      bool first = true;
      for (const Json& item : value.items()) {
        if (!first) out += ' ';
        first = false;
        sprint(item, out);
      }
      out += ']';
      return;
    }
    case Json::Type::object: {
      out += "map[";
      bool first = true;
      for (const auto& [key, member] : value.members()) {
        if (!first) out += ' ';
        first = false;
        out += key;
        out += ':';
        sprint(member, out);
      }
      out += ']';
      return;
    }
  }
}

bool is_digit(char byte, bool hex) {
  return (byte >= '0' && byte <= '9') || (hex && ((byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F')));
}

// Without its underscores; nothing when one doesn't stand between digits (or after `0x`).
std::optional<std::string> without_underscores(std::string_view text, bool hex) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    const bool after_digit = i > 0 ? is_digit(text[i - 1], hex) : hex;
    if (!after_digit || i + 1 >= text.size() || !is_digit(text[i + 1], hex)) return std::nullopt;
  }
  return out;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) { return to_lower_ascii(text) == lower; }

// Digits without a sign; `hex` ones without their `0x`.
std::optional<double> parse_magnitude(const std::string& digits, bool hex) {
  if (digits.empty() || !(is_digit(digits.front(), hex) || digits.front() == '.')) return std::nullopt;
  const std::size_t exponent = digits.find_first_of(hex ? "pP" : "eE");
  if (hex && exponent == std::string::npos) return std::nullopt;
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto read =
      std::from_chars(digits.data(), end, value, hex ? std::chars_format::hex : std::chars_format::general);
  if (read.ptr != end) return std::nullopt;
  if (read.ec == std::errc()) return value;
  if (read.ec != std::errc::result_out_of_range) return std::nullopt;
  // Too near to zero or too great: with an exponent its sign tells, without one whether there is a whole part.
  const bool tiny =
      exponent != std::string::npos ? digits[exponent + 1] == '-' : digits.front() == '0' || digits.front() == '.';
  return tiny ? std::optional<double>(0) : std::nullopt;
}

}  // namespace

std::optional<double> go_parse_float(std::string_view text) {
  if (equals_ignoring_case(text, "nan")) return std::nan("");
  const bool negative = text.substr(0, 1) == "-";
  if (negative || text.substr(0, 1) == "+") text.remove_prefix(1);
  std::optional<double> value;
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else {
    const bool hex = equals_ignoring_case(text.substr(0, 2), "0x");
    const auto digits = without_underscores(hex ? text.substr(2) : text, hex);
    if (digits) value = parse_magnitude(*digits, hex);
  }
  return value && negative ? -*value : value;
}

std::string go_sprint(double number) {
  if (!std::isfinite(number)) return not_finite(number);
  const Shortest parts = shortest(number);
  return parts.exponent >= -4 && parts.exponent < kExponentFrom ? fixed(parts) : with_exponent(parts, 2);
}

// encoding/json encode.go floatEncoder: as ES6 does, and e-07 is made e-7.
std::string go_json_number(double number) {
  if (!std::isfinite(number)) return not_finite(number);
  const Shortest parts = shortest(number);
  return parts.exponent >= -6 && parts.exponent < 21 ? fixed(parts) : with_exponent(parts, 1);
}

std::string go_sprint(const Json& value) {
  std::string text;
  sprint(value, text);
  return text;
}

std::string go_fixed_float32(double number) {
  const float narrow = static_cast<float>(number);
  return std::isfinite(narrow) ? fixed(shortest(narrow)) : not_finite(static_cast<double>(narrow));
}

std::int64_t go_int64(double number) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (!(number >= -kLimit && number < kLimit)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(number);
}

}  // namespace vlint::jmespath
