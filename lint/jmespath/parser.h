// Texts to expressions. Source: go-jmespath parser.go: what it accepts, and its messages, leniencies included (optional
// commas between arguments, `[1` without its bracket). Functions are names here; whether they exist is check.h's
// matter.
#pragma once

#include <string_view>
#include <variant>

#include "lint/jmespath/ast.h"
#include "lint/jmespath/lexer.h"

namespace vlint::jmespath {

class ParseResult {
 public:
  ParseResult(Expression expression) : content_(std::move(expression)) {}  // NOLINT(google-explicit-constructor)
  ParseResult(SyntaxFault fault) : content_(std::move(fault)) {}           // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<Expression>(content_); }
  explicit operator bool() const { return ok(); }
  // Only of a text that is an expression.
  const Expression& expression() const& { return std::get<Expression>(content_); }
  Expression&& expression() && { return std::get<Expression>(std::move(content_)); }
  // Only of one that is none.
  const SyntaxFault& fault() const { return std::get<SyntaxFault>(content_); }

 private:
  std::variant<Expression, SyntaxFault> content_;
};

// One whole expression, without `{{ }}`. Takes time in proportion to the text; nesting deeper than 500 levels is a
// fault with `is_limit`.
ParseResult parse(std::string_view text);

}  // namespace vlint::jmespath
