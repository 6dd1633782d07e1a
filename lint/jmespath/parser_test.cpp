#include "lint/jmespath/parser.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

namespace vlint::jmespath {
namespace {

std::string fault_of(std::string_view text) {
  const ParseResult result = parse(text);
  return result ? "ok" : fmt::format("{} @{}", result.fault().message, result.fault().offset);
}

// `type<its text>(children)`, which shows shapes and spans at once.
std::string shape(const Expression& expression, NodeId id) {
  const Node& node = expression.node(id);
  std::string text = fmt::format("{}<{}>", static_cast<int>(node.type), expression.slice_text(node.span));
  for (const NodeId child : expression.children(node)) text += fmt::format("({})", shape(expression, child));
  return text;
}

const Node& root_of(const Expression& expression) { return expression.node(expression.root()); }

TEST_CASE("what is no expression has upstream's message and byte") {
  struct Row {
    std::string_view text;
    std::string_view expected;
  };
  for (const Row& row : {
           Row{"a-b", "SyntaxError: Unexpected token at the end of the expression: tNumber @1"},
           Row{"a/b", "SyntaxError: Unknown char: '/' @1"},
           Row{"\xC3\xA9", "SyntaxError: Unknown char: '\\u00e9' @1"},
           Row{"\xFF", "SyntaxError: Unknown char: '\\ufffd' @0"},
           Row{"#", "SyntaxError: Unknown char: '#' @0"},
           Row{".x", "SyntaxError: Invalid token: tDot @0"},
           Row{"x == 1", "SyntaxError: Invalid token: tNumber @5"},
           Row{"", "SyntaxError: Incomplete expression @0"},
           Row{"a ||", "SyntaxError: Incomplete expression @4"},
           Row{"labels[\"x\"]", "SyntaxError: Expected tStar, received: tQuotedIdentifier @7"},
           Row{"a.", "SyntaxError: Expected identifier, lbracket, or lbrace @2"},
           Row{"a{b: c}", "SyntaxError: Unexpected token: tLbrace @2"},
           Row{"a 'b'", "SyntaxError: Unexpected token at the end of the expression: tStringLiteral @3"},
           Row{"'abc", "SyntaxError: Unclosed delimiter: ' @4"},
           Row{"'abc\\'", "SyntaxError: Unclosed delimiter: ' @6"},
           Row{"`1", "SyntaxError: Unclosed delimiter: ` @2"},
           Row{"\"a", "SyntaxError: Unclosed delimiter: \" @2"},
           Row{"`foo`", "invalid character 'o' in literal false (expecting 'a') @0"},
           Row{"x == ``", "unexpected end of JSON input @5"},
           Row{"\"a\\x\"", "invalid character 'x' in string escape code @0"},
           Row{"\"f\"(x)", "SyntaxError: Can't have quoted identifier as function Name. @0"},
           Row{"{a: b,}", "SyntaxError: Expected tQuotedIdentifier or tUnquotedIdentifier @6"},
           Row{"[a,]", "SyntaxError: Invalid token: tRbracket @3"},
           Row{"f(a", "SyntaxError: Incomplete expression @3"},
           Row{"(a", "SyntaxError: Expected tRparen, received: tEOF @2"},
           Row{"a[0", "SyntaxError: Expected tRbracket, received: tEOF @3"},
           Row{"a[99999999999999999999]", "strconv.Atoi: parsing \"99999999999999999999\": value out of range @2"},
           Row{"a[-]", "strconv.Atoi: parsing \"-\": invalid syntax @2"},
           Row{"a[b:c]", "SyntaxError: Expected tStar, received: tUnquotedIdentifier @2"},
           Row{"a[0:b]", "SyntaxError: Expected tColon or tNumber, received: tUnquotedIdentifier @4"},
           Row{"a[*](x)", "SyntaxError: Error @4"},
           Row{"a\xC2\x80", "index out of range [2] with length 2 @1"},
       }) {
    CAPTURE(row.text);
    CHECK(fault_of(row.text) == row.expected);
  }
}

TEST_CASE("upstream's leniencies are kept") {
  for (const std::string_view text :
       {"f(a b)",      "f(a,)",   "{a: b c: d}", "f (a)",     " a . b ", "[0](x)",      "@(x)", "a[0](x)",
        "'length'(x)", "[1",      "[:",          "f([1)",     "a[:1 2]", "*",           "*.*",  "[]",
        "a[]",         "a[?b][]", "!!a",         "a.\"b-c\"", "a[::-1]", "a == b == c", "&a"}) {
    CAPTURE(text);
    CHECK(fault_of(text) == "ok");
  }
}

TEST_CASE("nodes know their bytes") {
  const ParseResult result = parse(" ( a.b ) || f( 'x' , \"k\" )");
  const Expression& expression = result.expression();
  const Node& root = root_of(expression);
  CHECK(root.type == NodeType::disjunction);
  CHECK(expression.slice_text(root.span) == "( a.b ) || f( 'x' , \"k\" )");
  const Node& left = expression.node(expression.children(root)[0]);
  CHECK(expression.slice_text(left.span) == "( a.b )");
  const Node& call = expression.node(expression.children(root)[1]);
  CHECK(call.text == "f");
  CHECK(expression.slice_text(call.name) == "f");
  CHECK(expression.slice_text(expression.node(expression.children(call)[0]).span) == "'x'");
  CHECK(expression.slice_text(expression.node(expression.children(call)[1]).name) == "\"k\"");

  const ParseResult hash = parse("{ \"a b\" : c }");
  const Expression& made = hash.expression();
  const Node& member = made.node(made.children(root_of(made))[0]);
  CHECK(member.text == "a b");
  CHECK(made.slice_text(member.name) == "\"a b\"");
  CHECK(made.slice_text(member.span) == "\"a b\" : c");
}

TEST_CASE("operators bind as upstream's do") {
  const auto shape_of = [](std::string_view text) {
    const ParseResult result = parse(text);
    return shape(result.expression(), result.expression().root());
  };
  const auto type = [](NodeType node) { return static_cast<int>(node); };
  CHECK(shape_of("a|b||c") == fmt::format("{}<a|b||c>({}<a>)({}<b||c>({}<b>)({}<c>))", type(NodeType::pipe),
                                          type(NodeType::field), type(NodeType::disjunction), type(NodeType::field),
                                          type(NodeType::field)));
  CHECK(shape_of("!a.b") == fmt::format("{}<!a.b>({}<!a>({}<a>))({}<b>)", type(NodeType::subexpression),
                                        type(NodeType::negation), type(NodeType::field), type(NodeType::field)));
}

TEST_CASE("raw strings know one escape only") {
  const auto text_of = [](std::string_view text) {
    const ParseResult result = parse(text);
    return result.expression().literal(root_of(result.expression())).as_string();
  };
  CHECK(text_of("'it\\'s'") == "it's");
  CHECK(text_of("'a\\nb\\\\c'") == "a\\nb\\\\c");
  CHECK(text_of("''").empty());
  CHECK(text_of("`\"a\\`b\"`") == "a`b");
}

TEST_CASE("hostile expressions end with a fault or an expression") {
  for (const std::string_view part : {"[", "!", "(", "{a:", "f(", "& ", "[?", "*.", "a[*]."}) {
    std::string text;
    while (text.size() < 100'000) text += part;
    CAPTURE(part);
    const ParseResult result = parse(text);
    REQUIRE_FALSE(result);
    CHECK(result.fault().is_limit);
  }
  for (const std::string_view part : {"a.", "a || ", "a | ", "a == ", "a[0]."}) {
    std::string text;
    while (text.size() < 100'000) text += part;
    CAPTURE(part);
    CHECK(parse(text + "a"));
  }
}

TEST_CASE("an expression can be moved") {
  ParseResult result = parse("a.b");
  const Expression moved = std::move(result).expression();
  CHECK(moved.text() == "a.b");
  CHECK(root_of(moved).type == NodeType::subexpression);
}

}  // namespace
}  // namespace vlint::jmespath
