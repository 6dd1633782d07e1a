#include "lint/yaml/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "lint/base/text.h"
#include "lint/yaml/characters.h"

namespace vlint::yaml {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t count_digits(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 11> kTrue = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                                    "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse = {"n",     "N",     "no",  "No",  "NO", "false",
                                                     "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kNan = {".nan", ".NaN", ".NAN"};
constexpr std::array<std::string_view, 6> kInfinity = {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"};
constexpr std::array<std::string_view, 3> kMinusInfinity = {"-.inf", "-.Inf", "-.INF"};

std::string without_underscores(std::string_view text) {
  std::string plain(text);
  plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
  return plain;
}

enum class IntegerRange : std::uint8_t { none, fits_signed, fits_unsigned, beyond };

struct Integer {
  IntegerRange range = IntegerRange::none;
  std::int64_t value = 0;  // when range is fits_signed
};

struct Sign {
  bool present = false;
  bool negative = false;
};

// Go's strconv.ParseInt and, where that is out of range, ParseUint and big.Int. ParseUint takes no sign, and its error
// is the one that go-yaml looks at, so a signed integer is either in range or none.
Integer parse_digits(std::string_view digits, unsigned base, Sign sign) {
  if (digits.empty()) return {};
  std::uint64_t magnitude = 0;
  bool overflow = false;
  for (const char c : digits) {
    const char low = lower(c);
    const unsigned digit = is_digit(c)                ? static_cast<unsigned>(c - '0')
                           : low >= 'a' && low <= 'z' ? static_cast<unsigned>(low - 'a' + 10)
                                                      : 99U;
    if (digit >= base) return {};
    overflow = overflow || magnitude > (std::numeric_limits<std::uint64_t>::max() - digit) / base;
    magnitude = magnitude * base + digit;
  }
  constexpr std::uint64_t kMaxSigned = std::numeric_limits<std::int64_t>::max();
  if (!overflow && magnitude <= kMaxSigned) {
    const auto value = static_cast<std::int64_t>(magnitude);
    return {IntegerRange::fits_signed, sign.negative ? -value : value};
  }
  if (!overflow && sign.negative && magnitude == kMaxSigned + 1) {
    return {IntegerRange::fits_signed, std::numeric_limits<std::int64_t>::min()};
  }
  if (sign.present) return {};
  return {overflow ? IntegerRange::beyond : IntegerRange::fits_unsigned, 0};
}

Sign take_sign(std::string_view& text) {
  const Sign sign{!text.empty() && (text.front() == '+' || text.front() == '-'), !text.empty() && text.front() == '-'};
  if (sign.present) text.remove_prefix(1);
  return sign;
}

// An integer as go-yaml reads it: without its underscores, the base by prefix (0x 0o 0b, and 0 alone for octal).
Integer parse_integer(std::string_view text) {
  const std::string plain = without_underscores(text);
  std::string_view digits = plain;
  const Sign sign = take_sign(digits);
  unsigned base = 10;
  if (digits.size() > 1 && digits.front() == '0') {
    const char prefix = lower(digits[1]);
    base = prefix == 'x' ? 16 : prefix == 'b' ? 2 : 8;
    digits.remove_prefix(prefix == 'x' || prefix == 'b' || prefix == 'o' ? 2 : 1);
  }
  const Integer integer = parse_digits(digits, base, sign);
  if (integer.range != IntegerRange::none || sign.present || plain.substr(0, 2) != "0b") return integer;
  const Sign inner_sign = take_sign(digits);  // go-yaml tries binary numbers once more, and takes `0b-1` then
  return parse_digits(digits, 2, inner_sign);
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool has_float_shape(std::string_view text) {
  std::size_t at = !text.empty() && (text.front() == '+' || text.front() == '-') ? 1 : 0;
  const std::size_t whole = count_digits(text, at);
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = count_digits(text, at + 1);
    if (whole == 0 && fraction == 0) return false;
    at += 1 + fraction;
  } else if (whole == 0) {
    return false;
  }
  if (at < text.size() && lower(text[at]) == 'e') {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = count_digits(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}

// Whether a number of float shape without a sign that no double can hold is too large, and not too small.
bool is_too_large(std::string_view text) {
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  // Only the sign of the decimal exponent of the first digit counts, so exponents beyond any text's length can be cut.
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  std::int64_t exponent = 0;
  for (const char c : text.substr(e)) {
    if (is_digit(c)) exponent = std::min(kHuge, exponent * 10 + (c - '0'));
  }
  if (e + 1 < text.size() && text[e + 1] == '-') exponent = -exponent;
  return exponent + static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) > 0;
}

// Go's strconv.ParseFloat for texts of float shape: nothing when beyond the range of doubles, 0 when too small.
std::optional<double> parse_float(std::string_view text) {
  if (!has_float_shape(text)) return std::nullopt;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    if (is_too_large(text)) return std::nullopt;
    value = 0;
  }
  return negative ? -value : value;
}

bool begins_number(std::string_view text) {
  return !text.empty() && (is_digit(text.front()) || text.front() == '+' || text.front() == '-');
}

// Go's rule for `_` in numbers: each stands between two digits.
bool underscores_are_between_digits(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '_') continue;
    if (at == 0 || at + 1 == text.size() || !is_digit(text[at - 1]) || !is_digit(text[at + 1])) return false;
  }
  return true;
}

// go-yaml drops all underscores of numbers, but not of those that begin with a point.
std::optional<double> parse_finite_float(std::string_view text) {
  if (begins_number(text)) return parse_float(without_underscores(text));
  const bool begins_with_point = !text.empty() && text.front() == '.';
  if (begins_with_point && underscores_are_between_digits(text)) return parse_float(without_underscores(text));
  return std::nullopt;
}

// --- quoting ---

// Characters that a person sees and every reader keeps: no controls, no line ends (also those of YAML 1.1: NEL, LS,
// PS), no byte-order mark, no non-characters.
bool is_visible(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  if (c == 0x2028 || c == 0x2029 || c == 0xFEFF) return false;
  return (c & 0xFFFEU) != 0xFFFEU;
}

bool all_visible(std::string_view text, bool with_tabs = false) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (!c.valid || (!is_visible(c.value) && !(with_tabs && c.value == '\t'))) return false;
    at += c.size;
  }
  return true;
}

// Words that some YAML reader takes for a boolean, null or a special number, in any letter case.
bool is_reserved_word(std::string_view text) {
  if (text.size() > 5) return false;
  const std::string word = to_lower_ascii(text);
  if (word == "+.inf" || word == "-.inf") return true;
  static constexpr std::array<std::string_view, 13> kWords = {"null", "true", "false", "yes",  "no", "on", "off",
                                                              "y",    "n",    ".nan",  ".inf", "~",  "="};
  return word == "<<" || is_one_of(word, kWords);
}

// YAML 1.1 numbers to base 60: [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?
bool is_sexagesimal(std::string_view text) {
  std::size_t at = text.front() == '+' || text.front() == '-' ? 1 : 0;
  if (count_digits(text, at) == 0) return false;
  while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) ++at;
  if (at == text.size() || text[at] != ':') return false;
  while (at < text.size() && text[at] == ':') {
    const std::size_t digits = count_digits(text, at + 1);
    if (digits == 0 || digits > 2 || (digits == 2 && text[at + 1] > '5')) return false;
    at += 1 + digits;
  }
  if (at == text.size()) return true;
  return text[at] == '.' && text.find_first_not_of("0123456789_", at + 1) == std::string_view::npos;
}

// Dates and times of YAML 1.1: [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}, alone or before `T`, `t` or a blank.
bool is_timestamp(std::string_view text) {
  std::size_t at = 4;
  if (count_digits(text, 0) != 4) return false;
  for (int part = 0; part < 2; ++part) {
    if (at >= text.size() || text[at] != '-') return false;
    const std::size_t digits = count_digits(text, at + 1);
    if (digits == 0 || digits > 2) return false;
    at += 1 + digits;
  }
  return at == text.size() || lower(text[at]) == 't' || is_blank(text[at]);
}

// What is a number or a date to some reader, though go-yaml may have it a string (`1e999`, `1:30`,
// `-0xFFFFFFFFFFFFFFFFF`).
bool is_number_for_some(std::string_view text) {
  if (text.front() == '.') return has_float_shape(text) || has_float_shape(without_underscores(text));
  if (!begins_number(text)) return false;
  const std::string plain = without_underscores(text);
  if (has_float_shape(plain) || is_sexagesimal(text) || is_timestamp(text)) return true;
  std::string_view digits = plain;
  if (!is_digit(digits.front())) digits.remove_prefix(1);
  if (digits.size() < 3 || digits.front() != '0') return false;
  static constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
  switch (lower(digits[1])) {
    case 'x':
      return digits.find_first_not_of(kHexDigits, 2) == std::string_view::npos;
    case 'o':
      return digits.find_first_not_of(kHexDigits.substr(0, 8), 2) == std::string_view::npos;
    case 'b':
      return digits.find_first_not_of(kHexDigits.substr(0, 2), 2) == std::string_view::npos;
    default:
      return false;
  }
}

// Whether the first character leaves a plain scalar possible. `-` can begin one (`--flag`); `?` and `:` could as well,
// but readers differ.
bool can_begin_plain(std::string_view text) {
  static constexpr std::string_view kIndicators = ",[]{}#&*!|>'\"%@`?: \t";
  if (kIndicators.find(text.front()) != std::string_view::npos) return false;
  if (text == "-" || (text.front() == '-' && is_blank(text[1]))) return false;
  const std::string_view marker = text.substr(0, 3);
  return !(marker == "---" || marker == "...") || (text.size() > 3 && !is_blank(text[3]));
}

bool can_continue_plain(std::string_view text, bool in_flow) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ':' && (at + 1 == text.size() || is_blank(text[at + 1]))) return false;
    if (c == '#' && at > 0 && is_blank(text[at - 1])) return false;
    // go-yaml ends a plain scalar in a flow collection at `?` too.
    if (in_flow && std::string_view(",[]{}?").find(c) != std::string_view::npos) return false;
  }
  return !is_blank(text.back());
}

}  // namespace

ScalarType resolve_plain(std::string_view text) {
  if (is_one_of(text, kNull)) return ScalarType::null;
  if (plain_bool(text)) return ScalarType::boolean;
  if (plain_float(text)) return ScalarType::floating;
  // Of integers beyond 64 bits only those with a base prefix get here: decimal ones are floats to go-yaml.
  const bool is_integer = begins_number(text) && parse_integer(text).range != IntegerRange::none;
  return is_integer ? ScalarType::integer : ScalarType::string;
}

std::optional<bool> plain_bool(std::string_view text) {
  if (is_one_of(text, kTrue)) return true;
  if (is_one_of(text, kFalse)) return false;
  return std::nullopt;
}

std::optional<std::int64_t> plain_int(std::string_view text) {
  if (!begins_number(text)) return std::nullopt;
  const Integer integer = parse_integer(text);
  if (integer.range != IntegerRange::fits_signed) return std::nullopt;
  return integer.value;
}

std::optional<double> plain_float(std::string_view text) {
  if (is_one_of(text, kNan)) return std::numeric_limits<double>::quiet_NaN();
  if (is_one_of(text, kInfinity)) return std::numeric_limits<double>::infinity();
  if (is_one_of(text, kMinusInfinity)) return -std::numeric_limits<double>::infinity();
  if (begins_number(text)) {
    const IntegerRange range = parse_integer(text).range;
    if (range == IntegerRange::fits_signed || range == IntegerRange::fits_unsigned) return std::nullopt;
  }
  return parse_finite_float(text);
}

bool is_printable_line(std::string_view text) { return all_visible(text, true); }

bool is_safe_plain(std::string_view text, bool in_flow) {
  return !text.empty() && all_visible(text) && can_begin_plain(text) && can_continue_plain(text, in_flow) &&
         !is_reserved_word(text) && !is_number_for_some(text) && resolve_plain(text) == ScalarType::string;
}

std::string quote_as_needed(std::string_view text, bool in_flow) {
  return is_safe_plain(text, in_flow) ? std::string(text) : single_quoted(text);
}

std::string single_quoted(std::string_view text) {
  if (!all_visible(text)) return double_quoted(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

std::string double_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (!c.valid) {
      quoted += "\\uFFFD";  // YAML has no way to write a stray byte
      ++at;
      continue;
    }
    switch (c.value) {
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      default:
        if (is_visible(c.value)) {
          quoted += text.substr(at, c.size);
        } else {
          quoted += c.value > 0xFFFF ? fmt::format("\\U{:08X}", static_cast<std::uint32_t>(c.value))
                                     : fmt::format("\\u{:04X}", static_cast<std::uint32_t>(c.value));
        }
    }
    at += c.size;
  }
  return quoted + '"';
}

}  // namespace vlint::yaml
