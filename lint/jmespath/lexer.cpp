#include "lint/jmespath/lexer.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "lint/base/text.h"

namespace vlint::jmespath {
namespace {

bool starts_identifier(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<TokenType> single(char c) {
  switch (c) {
    case '.':
      return TokenType::dot;
    case '*':
      return TokenType::star;
    case ',':
      return TokenType::comma;
    case ':':
      return TokenType::colon;
    case '{':
      return TokenType::lbrace;
    case '}':
      return TokenType::rbrace;
    case ']':
      return TokenType::rbracket;
    case '(':
      return TokenType::lparen;
    case ')':
      return TokenType::rparen;
    case '@':
      return TokenType::current;
    default:
      return std::nullopt;
  }
}

// A character that is one token alone and another one with the character after it.
struct Pair {
  char first;
  char second;
  TokenType both;
  TokenType alone;
};
constexpr std::array kPairs = {
    Pair{'|', '|', TokenType::disjunction, TokenType::pipe},
    Pair{'<', '=', TokenType::less_or_equal, TokenType::less},
    Pair{'>', '=', TokenType::greater_or_equal, TokenType::greater},
    Pair{'!', '=', TokenType::not_equal, TokenType::negation},
    Pair{'=', '=', TokenType::equal, TokenType::unknown},
    Pair{'&', '&', TokenType::conjunction, TokenType::expression},
};

// strconv.QuoteRuneToASCII.
std::string quote_character(CodePoint character) {
  const auto value = static_cast<unsigned>(character.value);
  switch (value) {
    case '\a':
      return "'\\a'";
    case '\b':
      return "'\\b'";
    case '\f':
      return "'\\f'";
    case '\v':
      return "'\\v'";
    case '\\':
      return "'\\\\'";
    default:
      break;
  }
  if (value >= 0x20 && value < 0x7F) return fmt::format("'{}'", static_cast<char>(value));
  if (value < 0x80) return fmt::format("'\\x{:02x}'", value);
  return value < 0x10000 ? fmt::format("'\\u{:04x}'", value) : fmt::format("'\\U{:08x}'", value);
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::variant<std::vector<Token>, SyntaxFault> run() {
    while (at_ < text_.size()) {
      if (!read_token()) return std::move(fault_);
    }
    add(TokenType::end, at_, at_, "");
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void add(TokenType type, std::size_t begin, std::size_t position, std::string value) {
    Token token;
    token.type = type;
    token.span = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
    token.position = static_cast<std::uint32_t>(position);
    token.value = std::move(value);
    tokens_.push_back(std::move(token));
  }

  void take(TokenType type, std::size_t size) {
    const std::size_t begin = at_;
    at_ += size;
    add(type, begin, begin, std::string(text_.substr(begin, size)));
  }

  bool fail(std::string message, std::size_t offset, bool has_upstream_offset = true) {
    fault_ = {std::move(message), static_cast<std::uint32_t>(offset), has_upstream_offset, false};
    return false;
  }

  bool read_token() {
    const char c = text_[at_];
    if (starts_identifier(c)) return read_identifier();
    if (const auto type = single(c)) {
      take(*type, 1);
      return true;
    }
    if (c == '-' || is_digit(c)) {
      std::size_t size = 1;
      while (is_digit(peek(size))) ++size;
      take(TokenType::number, size);
      return true;
    }
    for (const Pair& pair : kPairs) {
      if (c != pair.first) continue;
      const bool both = peek(1) == pair.second;
      take(both ? pair.both : pair.alone, both ? 2 : 1);
      return true;
    }
    switch (c) {
      case '[':
        if (peek(1) == '?' || peek(1) == ']') {
          take(peek(1) == '?' ? TokenType::filter : TokenType::flatten, 2);
        } else {
          take(TokenType::lbracket, 1);
        }
        return true;
      case '"':
        return read_quoted_identifier();
      case '\'':
        return read_raw_string();
      case '`':
        return read_literal();
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        ++at_;
        return true;
      default:
        break;
    }
    const CodePoint character = code_point_at(text_, at_);
    return fail(fmt::format("SyntaxError: Unknown char: {}", quote_character(character)), at_ + character.size - 1);
  }

  bool read_identifier() {
    std::size_t size = 1;
    while (starts_identifier(peek(size)) || is_digit(peek(size))) ++size;
    // Upstream's table of characters ends just before this one, and reading it there is a panic.
    if (text_.substr(at_ + size, 2) == "\xC2\x80") {
      return fail("index out of range [2] with length 2", at_ + size, false);
    }
    take(TokenType::unquoted_identifier, size);
    return true;
  }

  // The bytes up to the closing quote, at which `at_` stands then; a backslash hides the character after it.
  std::optional<std::string_view> read_until(char quote) {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote) {
      // The character after a backslash may be of several bytes; none of them is a quote.
      at_ += text_[at_] == '\\' && at_ + 1 < text_.size() ? 2 : 1;
    }
    if (at_ >= text_.size()) {
      fail(fmt::format("SyntaxError: Unclosed delimiter: {}", quote), text_.size());
      return std::nullopt;
    }
    return text_.substr(begin, at_ - begin);
  }

  bool read_quoted_identifier() {
    const std::size_t begin = at_;
    const auto content = read_until('"');
    if (!content) return false;
    ++at_;
    const auto decoded = read_json(text_.substr(begin, at_ - begin));
    if (const auto* fault = std::get_if<JsonFault>(&decoded)) return fail(fault->message, begin, false);
    add(TokenType::quoted_identifier, begin, begin, std::get<Json>(decoded).as_string());
    return true;
  }

  bool read_literal() {
    const std::size_t begin = at_;
    const auto content = read_until('`');
    if (!content) return false;
    std::string value;
    for (std::size_t i = 0; i < content->size(); ++i) {
      if ((*content)[i] == '\\' && i + 1 < content->size() && (*content)[i + 1] == '`') continue;
      value += (*content)[i];
    }
    ++at_;
    add(TokenType::json_literal, begin, begin + 1, std::move(value));
    return true;
  }

  // Only `\'` is an escape, and a backslash does not hide a backslash.
  bool read_raw_string() {
    const std::size_t begin = at_++;
    std::string value;
    while (at_ < text_.size() && text_[at_] != '\'') {
      if (text_[at_] == '\\' && peek(1) == '\'') ++at_;
      value += text_[at_++];
    }
    if (at_ >= text_.size()) return fail("SyntaxError: Unclosed delimiter: '", text_.size());
    ++at_;
    add(TokenType::string_literal, begin, begin + 1, std::move(value));
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  SyntaxFault fault_;
};

}  // namespace

std::string_view name_of(TokenType type) {
  constexpr std::array<std::string_view, 31> kNames = {"tUnknown",
                                                       "tStar",
                                                       "tDot",
                                                       "tFilter",
                                                       "tFlatten",
                                                       "tLparen",
                                                       "tRparen",
                                                       "tLbracket",
                                                       "tRbracket",
                                                       "tLbrace",
                                                       "tRbrace",
                                                       "tOr",
                                                       "tPipe",
                                                       "tNumber",
                                                       "tUnquotedIdentifier",
                                                       "tQuotedIdentifier",
                                                       "tComma",
                                                       "tColon",
                                                       "tLT",
                                                       "tLTE",
                                                       "tGT",
                                                       "tGTE",
                                                       "tEQ",
                                                       "tNE",
                                                       "tJSONLiteral",
                                                       "tStringLiteral",
                                                       "tCurrent",
                                                       "tExpref",
                                                       "tAnd",
                                                       "tNot",
                                                       "tEOF"};
  return kNames[static_cast<std::size_t>(type)];
}

std::variant<std::vector<Token>, SyntaxFault> tokenize(std::string_view text) { return Lexer(text).run(); }

}  // namespace vlint::jmespath
