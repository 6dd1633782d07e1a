#include "lint/kustomize/go_scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 6> kBool = {"true", "True", "TRUE", "false", "False", "FALSE"};
constexpr std::array<std::string_view, 16> kBoolV2 = {"y", "Y", "yes", "Yes", "YES", "on",  "On",  "ON",
                                                      "n", "N", "no",  "No",  "NO",  "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 12> kNoFinite = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",
                                                        "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};

std::string without_underscores(std::string_view text) {
  std::string plain(text);
  plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
  return plain;
}

// strconv.ParseInt and ParseUint with base 0, and go-yaml's own 0b and 0o with a sign.
struct Integer {
  bool negative = false;
  std::uint64_t magnitude = 0;
};
std::optional<Integer> parse_integer(std::string_view text) {
  Integer result;
  bool has_sign = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    result.negative = text.front() == '-';
    has_sign = true;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  int base = 10;
  if (text.size() > 1 && text.front() == '0') {
    const char mark = text[1];
    base = mark == 'x' || mark == 'X' ? 16 : mark == 'b' || mark == 'B' ? 2 : 8;
    const bool has_mark = base != 8 || mark == 'o' || mark == 'O';
    text.remove_prefix(has_mark ? 2 : 1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.magnitude, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  const std::uint64_t limit = std::uint64_t{1} << 63;
  if (result.negative && result.magnitude > limit) return std::nullopt;
  if (has_sign && !result.negative && result.magnitude >= limit) return std::nullopt;  // ParseUint takes no sign
  return result;
}

// ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$
bool has_float_shape(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  const std::size_t whole = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    const std::size_t fraction = digits();
    if (whole == 0 && fraction == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<double> parse_double(std::string_view text) {
  if (!has_float_shape(text)) return std::nullopt;
  const double value = std::strtod(std::string(text).c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;  // strconv.ParseFloat: value out of range
  return value;
}

struct Timestamp {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::string fraction;
  std::string zone = "Z";
};

int days_in(int year, int month) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month) - 1];
}

// go-yaml parseTimestamp: its four layouts.
std::optional<Timestamp> parse_timestamp(std::string_view text) {
  std::size_t at = 0;
  const auto number = [&](std::size_t most) -> std::optional<int> {
    std::size_t end = at;
    int value = 0;
    while (end < text.size() && end - at < most && is_digit(text[end])) value = value * 10 + (text[end++] - '0');
    if (end == at) return std::nullopt;
    at = end;
    return value;
  };
  const auto skip = [&](char c) { return at < text.size() && text[at] == c && ++at != 0; };
  Timestamp time;
  const auto take = [&](int& field, std::size_t most) {
    const auto value = number(most);
    if (value) field = *value;
    return value.has_value();
  };
  if (text.size() < 8 || !is_digit(text[3]) || text[4] != '-') return std::nullopt;
  if (!take(time.year, 4) || at != 4 || !skip('-') || !take(time.month, 2) || !skip('-') || !take(time.day, 2)) {
    return std::nullopt;
  }
  if (time.month < 1 || time.month > 12 || time.day < 1 || time.day > days_in(time.year, time.month)) {
    return std::nullopt;
  }
  if (at == text.size()) return time;
  const bool zoned = text[at] == 'T' || text[at] == 't';
  if (!zoned && text[at] != ' ') return std::nullopt;
  ++at;
  if (!take(time.hour, 2) || !skip(':') || !take(time.minute, 2) || !skip(':') || !take(time.second, 2)) {
    return std::nullopt;
  }
  if (time.hour > 23 || time.minute > 59 || time.second > 59) return std::nullopt;
  if (skip('.')) {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == from) return std::nullopt;
    time.fraction = text.substr(from, std::min<std::size_t>(at - from, 9));
    while (!time.fraction.empty() && time.fraction.back() == '0') time.fraction.pop_back();
  }
  if (zoned) {
    if (at + 1 == text.size() && text[at] == 'Z') return time;
    if (at + 6 != text.size() || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') return std::nullopt;
    time.zone = text.substr(at);
    return time;
  }
  return at == text.size() ? std::optional(time) : std::nullopt;
}

std::string rfc3339(const Timestamp& time) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}{}", time.year, time.month, time.day, time.hour,
                     time.minute, time.second, time.fraction.empty() ? "" : ".", time.fraction, time.zone);
}

Tag resolve(std::string_view text, bool v2) {
  if (is_one_of(text, kNull)) return Tag::null;
  if (is_one_of(text, kBool) || (v2 && is_one_of(text, kBoolV2))) return Tag::boolean;
  if (is_one_of(text, kNoFinite)) return Tag::floating;
  const char first = text.front();
  if (first == '.') return parse_double(text) ? Tag::floating : Tag::string;
  if (!is_digit(first) && first != '+' && first != '-') return Tag::string;
  if (parse_timestamp(text)) return Tag::timestamp;
  const std::string plain = without_underscores(text);
  if (parse_integer(plain)) return Tag::integer;
  if (parse_double(plain)) return Tag::floating;
  return Tag::string;
}

// The shortest decimal digits that give the value back, and the place of the point, as strconv has them.
struct Decimal {
  bool negative = false;
  std::string digits;
  int exponent = 0;  // value = 0.digits × 10^exponent
};
Decimal decimal_of(double value) {
  Decimal result;
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view shortest(buffer, static_cast<std::size_t>(end - buffer));
  if (shortest.front() == '-') {
    result.negative = true;
    shortest.remove_prefix(1);
  }
  const std::size_t mark = shortest.find('e');
  for (const char c : shortest.substr(0, mark)) {
    if (c != '.') result.digits += c;
  }
  int exponent = 0;
  std::string_view power = shortest.substr(mark + 1);
  if (power.front() == '+') power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  result.exponent = exponent + 1;
  return result;
}

std::string fixed(const Decimal& d) {
  std::string text = d.negative ? "-" : "";
  const int size = static_cast<int>(d.digits.size());
  if (d.exponent <= 0) {
    text += "0." + std::string(static_cast<std::size_t>(-d.exponent), '0') + d.digits;
  } else if (d.exponent >= size) {
    text += d.digits + std::string(static_cast<std::size_t>(d.exponent - size), '0');
  } else {
    text += d.digits.substr(0, static_cast<std::size_t>(d.exponent)) + "." +
            d.digits.substr(static_cast<std::size_t>(d.exponent));
  }
  return text;
}

std::string scientific(const Decimal& d, bool two_digits) {
  std::string text = d.negative ? "-" : "";
  text += d.digits.substr(0, 1);
  if (d.digits.size() > 1) text += "." + d.digits.substr(1);
  const int exponent = d.exponent - 1;
  text += fmt::format("e{}{}", exponent < 0 ? '-' : '+',
                      two_digits ? fmt::format("{:02}", std::abs(exponent)) : fmt::format("{}", std::abs(exponent)));
  return text;
}

JsonScalar number(std::string text) { return {JsonScalar::Type::number, false, std::move(text)}; }
JsonScalar invalid(std::string why) { return {JsonScalar::Type::invalid, false, std::move(why)}; }

JsonScalar number_to_json(std::string_view text, bool as_float) {
  if (is_one_of(text, kNoFinite)) return invalid(fmt::format("{} has no form in JSON", text));
  const std::string plain = text.empty() || text.front() == '.' ? std::string(text) : without_underscores(text);
  if (const auto integer = parse_integer(plain)) {
    if (as_float) {
      const double magnitude = static_cast<double>(integer->magnitude);
      return number(json_float(integer->negative ? -magnitude : magnitude));
    }
    const bool negative = integer->negative && integer->magnitude != 0;
    return number(fmt::format("{}{}", negative ? "-" : "", integer->magnitude));
  }
  const auto value = parse_double(plain);
  return value ? number(json_float(*value)) : invalid(fmt::format("{} is no number", quoted(text)));
}

bool is_base60(std::string_view text) {
  std::size_t at = text.front() == '+' || text.front() == '-' ? 1 : 0;
  if (at == text.size() || !is_digit(text[at])) return false;
  while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) ++at;
  std::size_t parts = 0;
  while (at < text.size() && text[at] == ':') {
    std::size_t digits = at + 1;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    const std::size_t count = digits - at - 1;
    if (count == 0 || count > 2 || (count == 2 && text[at + 1] > '5')) return false;
    at = digits;
    ++parts;
  }
  if (parts == 0) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && (is_digit(text[at]) || text[at] == '_')) ++at;
  }
  return at == text.size();
}

// unicode.IsLetter, near enough for the order of keys: ASCII, and every character beyond it.
bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0xAA; }
bool is_digit32(char32_t c) { return c >= '0' && c <= '9'; }

std::u32string runes(std::string_view text) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    result += c.value;
    at += c.size;
  }
  return result;
}

}  // namespace

Tag resolve_v3(std::string_view text) { return resolve(text, false); }
Tag resolve_v2(std::string_view text) { return resolve(text, true); }

std::string json_float(double value) {
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  const Decimal d = decimal_of(value);
  const double magnitude = std::abs(value);
  return magnitude < 1e-6 || magnitude >= 1e21 ? scientific(d, false) : fixed(d);
}

std::string yaml_number(std::string_view json_number) {
  if (const auto integer = parse_integer(json_number)) return std::string(json_number == "-0" ? "0" : json_number);
  const auto value = parse_double(json_number);
  if (!value) return std::string(json_number);
  const Decimal d = decimal_of(*value);
  // strconv.FormatFloat(f, 'g', -1, 64): scientific below 1e-4 and from 1e6 on.
  const int exponent = d.exponent - 1;
  return exponent < -4 || exponent >= 6 ? scientific(d, true) : fixed(d);
}

JsonScalar to_json(Tag tag, std::string_view text, bool through_float) {
  switch (tag == Tag::none ? resolve_v3(text) : tag) {
    case Tag::null:
      return {};
    case Tag::boolean: {
      const Tag plain = resolve_v2(text);
      if (plain != Tag::boolean) return invalid(fmt::format("{} is no boolean", quoted(text)));
      const char c = text.front();
      const bool value = c == 't' || c == 'T' || c == 'y' || c == 'Y' || text == "on" || text == "On" || text == "ON";
      return {JsonScalar::Type::boolean, value, {}};
    }
    case Tag::integer:
      if (!parse_integer(without_underscores(text))) return invalid(fmt::format("{} is no integer", quoted(text)));
      return number_to_json(text, through_float);
    case Tag::floating:
      return number_to_json(text, true);
    case Tag::timestamp: {
      const auto time = parse_timestamp(text);
      if (!time) return invalid(fmt::format("{} is no time", quoted(text)));
      return {JsonScalar::Type::string, false, rfc3339(*time)};
    }
    case Tag::binary: {
      bool ok = false;
      std::string bytes = from_base64(text, ok);
      if (!ok) return invalid("a value with the tag !!binary is no base64");
      return {JsonScalar::Type::string, false, valid_utf8(bytes)};
    }
    default:
      return {JsonScalar::Type::string, false, valid_utf8(text)};
  }
}

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    const char32_t v = c.valid ? c.value : 0xFFFD;
    if (v == '"' || v == '\\') {
      result += '\\';
      result += static_cast<char>(v);
    } else if (v == '\n' || v == '\r' || v == '\t' || v == '\b' || v == '\f') {
      result += v == '\n' ? "\\n" : v == '\r' ? "\\r" : v == '\t' ? "\\t" : v == '\b' ? "\\b" : "\\f";
    } else if (v < 0x20 || v == '<' || v == '>' || v == '&' || v == 0x2028 || v == 0x2029) {
      result += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(v));
    } else if (!c.valid) {
      result += "\\ufffd";
    } else {
      result += text.substr(at, c.size);
    }
    at += c.size;
  }
  return result + '"';
}

bool needs_quotes_v2(std::string_view text) {
  return resolve_v2(text) != Tag::string || (!text.empty() && is_base60(text));
}

bool natural_less(std::string_view left, std::string_view right) {
  const std::size_t shared = std::min(left.size(), right.size());
  std::size_t same = 0;
  while (same < shared && left[same] == right[same]) ++same;
  if (same == left.size() || same == right.size()) return left.size() < right.size();
  const std::u32string a = runes(left);
  const std::u32string b = runes(right);
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) continue;
    const bool a_letter = is_letter(a[i]);
    const bool b_letter = is_letter(b[i]);
    if (a_letter && b_letter) return a[i] < b[i];
    if (a_letter || b_letter) return b_letter;
    std::uint64_t a_number = 0;
    std::uint64_t b_number = 0;
    if (a[i] == '0' || b[i] == '0') {
      for (std::size_t j = i; j-- > 0 && is_digit32(a[j]);) {
        if (a[j] == '0') continue;
        a_number = b_number = 1;
        break;
      }
    }
    std::size_t a_end = i;
    std::size_t b_end = i;
    for (; a_end < a.size() && is_digit32(a[a_end]); ++a_end) a_number = a_number * 10 + (a[a_end] - '0');
    for (; b_end < b.size() && is_digit32(b[b_end]); ++b_end) b_number = b_number * 10 + (b[b_end] - '0');
    if (a_number != b_number) return static_cast<std::int64_t>(a_number) < static_cast<std::int64_t>(b_number);
    if (a_end != b_end) return a_end < b_end;
    return a[i] < b[i];
  }
  return a.size() < b.size();
}

std::string reprint_folded(std::string_view text) {
  const auto blank = [](std::string_view line) {
    return !line.empty() && (line.front() == ' ' || line.front() == '\t');
  };
  // What the printer cannot write as a block it writes in quotes, where nothing changes.
  if (text.empty() || text.back() == ' ' || text.find(" \n") != std::string_view::npos) return std::string(text);
  const std::size_t first = text.find_first_not_of('\n');
  const bool doubles = first != std::string_view::npos && !blank(text.substr(first));
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    result += line;
    std::size_t next = end;
    while (next < text.size() && text[next] == '\n') ++next;
    std::size_t breaks = next - end;
    const bool is_start = line.empty() && at == 0;
    if (breaks > 0 && !is_start && !blank(line) && doubles) ++breaks;
    at = next;
    if (next == text.size()) {
      // At the end one line end is kept, or all of them where there are several.
      result.append(next - end > 1 ? breaks : next - end, '\n');
    } else if (is_start || blank(line) || blank(text.substr(next))) {
      result.append(breaks, '\n');
    } else if (breaks == 1) {
      result += ' ';
    } else {
      result.append(breaks - 1, '\n');
    }
  }
  return result;
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < left ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) result += i <= left ? kLetters[group >> (18 - 6 * i) & 63U] : '=';
  }
  return result;
}

std::string from_base64(std::string_view text, bool& ok) {
  std::string result;
  std::uint32_t group = 0;
  int bits = 0;
  std::size_t letters = 0;
  std::size_t padding = 0;
  ok = true;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 26
                      : is_digit(c)          ? c - '0' + 52
                      : c == '+'             ? 62
                      : c == '/'             ? 63
                                             : -1;
    if (value < 0 || padding > 0) {
      ok = false;
      return {};
    }
    ++letters;
    group = (group << 6 | static_cast<std::uint32_t>(value)) & 0xFFFFFFU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      result += static_cast<char>(group >> bits & 0xFFU);
    }
  }
  if ((letters + padding) % 4 != 0 || padding > 2) ok = false;
  return result;
}

std::string valid_utf8(std::string_view text) {
  if (!find_invalid_utf8(text)) return std::string(text);
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (c.valid) {
      result += text.substr(at, c.size);
    } else {
      result += "\xEF\xBF\xBD";
    }
    at += c.size;
  }
  return result;
}

}  // namespace vlint::kustomize
