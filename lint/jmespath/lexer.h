// An expression's text as tokens. Source: go-jmespath lexer.go, with its oddities.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lint/jmespath/ast.h"

namespace vlint::jmespath {

enum class TokenType : std::uint8_t {
  unknown,  // a single `=`
  star,
  dot,
  filter,   // [?
  flatten,  // []
  lparen,
  rparen,
  lbracket,
  rbracket,
  lbrace,
  rbrace,
  disjunction,  // ||
  pipe,
  number,
  unquoted_identifier,
  quoted_identifier,
  comma,
  colon,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  equal,
  not_equal,
  json_literal,
  string_literal,
  current,     // @
  expression,  // &
  conjunction,
  negation,
  end,
};

// As upstream's messages name it: "tUnquotedIdentifier".
std::string_view name_of(TokenType type);

struct Token {
  TokenType type = TokenType::end;
  ByteRange span;              // with quotes
  std::uint32_t position = 0;  // what upstream calls its position: for literals the byte after the quote
  std::string value;           // unescaped; of a JSON literal the JSON text
};

// Why a text is no expression. Messages are upstream's: "SyntaxError: Unknown char: '/'", or those of encoding/json and
// strconv for a literal or an index that doesn't parse.
struct SyntaxFault {
  std::string message;
  std::uint32_t offset = 0;         // a byte, at most the text's size
  bool has_upstream_offset = true;  // false: upstream names none, `offset` is the token's first byte
  bool is_limit = false;            // nested deeper than vlint reads; upstream may accept it
};

// The last token is `end`.
std::variant<std::vector<Token>, SyntaxFault> tokenize(std::string_view text);

}  // namespace vlint::jmespath
