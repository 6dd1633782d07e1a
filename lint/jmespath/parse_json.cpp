// encoding/json's scanner.go and decode.go: what they accept, refuse and say.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "lint/base/text.h"
#include "lint/jmespath/json.h"

namespace vlint::jmespath {
namespace {

constexpr int kMaxDepth = 1000;  // encoding/json allows 10000

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// scanner.go quoteChar: the byte, not the character.
std::string quote_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  switch (c) {
    case '\'':
      return "'\\''";
    case '"':
      return "'\"'";
    case '\\':
      return "'\\\\'";
    case '\n':
      return "'\\n'";
    case '\r':
      return "'\\r'";
    case '\t':
      return "'\\t'";
    case '\b':
      return "'\\b'";
    case '\f':
      return "'\\f'";
    default:
      break;
  }
  if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && byte < 0xA0)) {
    return byte < 0x80 ? fmt::format("'\\x{:02x}'", byte) : fmt::format("'\\u{:04x}'", byte);
  }
  std::string text = "'";
  append_utf8(text, byte);
  return text + "'";
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::variant<Json, JsonFault> read() {
    std::optional<Json> value = read_value();
    if (value) {
      skip_blanks();
      if (at_ < text_.size()) value = fail("after top-level value");
    }
    if (!value) return fault_;
    return *std::move(value);
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  // A blank at the end, as the decoder feeds its scanner to end a number.
  char peek() const { return done() ? ' ' : text_[at_]; }

  void skip_blanks() {
    while (!done() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }

  std::nullopt_t fail(std::string_view where) {
    fault_.offset = at_;
    fault_.message =
        done() ? "unexpected end of JSON input" : fmt::format("invalid character {} {}", quote_byte(text_[at_]), where);
    return std::nullopt;
  }

  std::optional<Json> read_value() {
    skip_blanks();
    if (done()) return fail("");
    switch (text_[at_]) {
      case '{':
        return read_object();
      case '[':
        return read_array();
      case '"':
        if (auto text = read_string()) return Json::string(*std::move(text));
        return std::nullopt;
      case 't':
        return read_word("true", Json::boolean(true));
      case 'f':
        return read_word("false", Json::boolean(false));
      case 'n':
        return read_word("null", Json());
      default:
        break;
    }
    if (text_[at_] == '-' || is_digit(text_[at_])) return read_number();
    return fail("looking for beginning of value");
  }

  std::optional<Json> read_word(std::string_view word, Json value) {
    for (std::size_t i = 0; i < word.size(); ++i, ++at_) {
      if (done() || text_[at_] != word[i]) return fail(fmt::format("in literal {} (expecting '{}')", word, word[i]));
    }
    return value;
  }

  bool read_digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  std::optional<Json> read_number() {
    const std::size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!read_digits()) {
      return fail("in numeric literal");
    }
    if (peek() == '.') {
      ++at_;
      if (!read_digits()) return fail("after decimal point in numeric literal");
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!read_digits()) return fail("in exponent of numeric literal");
    }
    const std::string_view digits = text_.substr(begin, at_ - begin);
    double value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end.ec == std::errc::result_out_of_range && !is_tiny(digits)) {
      fault_ = {fmt::format("json: cannot unmarshal number {} into Go value of type float64", digits), begin};
      return std::nullopt;
    }
    if (end.ec == std::errc::result_out_of_range) value = digits.front() == '-' ? -0.0 : 0.0;
    return Json::number(value);
  }

  // Of a number that a double can't hold: too near to zero, which reads as zero, rather than too great.
  static bool is_tiny(std::string_view digits) {
    std::string_view mantissa = digits.substr(0, digits.find_first_of("eE"));
    if (mantissa.front() == '-') mantissa.remove_prefix(1);
    const std::size_t e = digits.find_first_of("eE");
    if (e != std::string_view::npos) return digits[e + 1] == '-';
    return mantissa.front() == '0';
  }

  // At `\uXXXX`.
  std::optional<char32_t> read_hex() {
    at_ += 2;
    char32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = done() ? '\0' : text_[at_];
      const int digit = is_digit(c)              ? c - '0'
                        : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                        : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                                 : -1;
      if (digit < 0) return fail("in \\u hexadecimal character escape");
      value = value * 16 + static_cast<char32_t>(digit);
    }
    return value;
  }

  bool read_unicode_escape(std::string& out) {
    const auto first = read_hex();
    if (!first) return false;
    char32_t value = *first;
    if (value >= 0xD800 && value < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      const std::size_t before = at_;
      const auto second = read_hex();
      if (!second) return false;
      if (*second >= 0xDC00 && *second < 0xE000) {
        append_utf8(out, 0x10000 + ((value - 0xD800) << 10) + (*second - 0xDC00));
        return true;
      }
      at_ = before;
    }
    if (value >= 0xD800 && value < 0xE000) value = 0xFFFD;
    append_utf8(out, value);
    return true;
  }

  bool read_escape(std::string& out) {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    switch (c) {
      case '"':
      case '\\':
      case '/':
        out += c;
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u':
        return read_unicode_escape(out);
      default:
        ++at_;
        fail("in string escape code");
        return false;
    }
    at_ += 2;
    return true;
  }

  // At the quote.
  std::optional<std::string> read_string() {
    ++at_;
    std::string out;
    while (true) {
      if (done()) return fail("");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (static_cast<unsigned char>(c) < 0x20) return fail("in string literal");
      if (c == '\\') {
        if (!read_escape(out)) return std::nullopt;
        continue;
      }
      const CodePoint character = code_point_at(text_, at_);
      if (character.valid) {
        out += text_.substr(at_, character.size);
      } else {
        append_utf8(out, 0xFFFD);
      }
      at_ += character.size;
    }
  }

  bool enter() {
    if (++depth_ <= kMaxDepth) return true;
    fault_ = {"exceeded max depth", at_};
    return false;
  }

  std::optional<Json> read_array() {
    if (!enter()) return std::nullopt;
    ++at_;
    Json::Array items;
    skip_blanks();
    if (peek() == ']') {
      ++at_;
      --depth_;
      return Json::array({});
    }
    while (true) {
      auto item = read_value();
      if (!item) return std::nullopt;
      items.push_back(*std::move(item));
      skip_blanks();
      if (peek() == ']') break;
      if (peek() != ',') return fail("after array element");
      ++at_;
    }
    ++at_;
    --depth_;
    return Json::array(std::move(items));
  }

  std::optional<Json> read_object() {
    if (!enter()) return std::nullopt;
    ++at_;
    Json::Object members;
    skip_blanks();
    if (peek() == '}') {
      ++at_;
      --depth_;
      return Json::object({});
    }
    while (true) {
      skip_blanks();
      if (peek() != '"') return fail("looking for beginning of object key string");
      auto key = read_string();
      if (!key) return std::nullopt;
      skip_blanks();
      if (peek() != ':') return fail("after object key");
      ++at_;
      auto value = read_value();
      if (!value) return std::nullopt;
      members.emplace_back(*std::move(key), *std::move(value));
      skip_blanks();
      if (peek() == '}') break;
      if (peek() != ',') return fail("after object key:value pair");
      ++at_;
    }
    ++at_;
    --depth_;
    return Json::object(std::move(members));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  JsonFault fault_;
};

}  // namespace

std::variant<Json, JsonFault> read_json(std::string_view text) { return Reader(text).read(); }

Result<Json> parse_json(std::string_view text) {
  auto read = read_json(text);
  if (auto* value = std::get_if<Json>(&read)) return std::move(*value);
  const JsonFault& fault = std::get<JsonFault>(read);
  return Error{fmt::format("{} (at byte {})", fault.message, fault.offset)};
}

}  // namespace vlint::jmespath
