#include "lint/jmespath/parser.h"

#include <fmt/format.h>

#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>

namespace vlint::jmespath {
namespace {

constexpr int kMaxNesting = 500;

int binding_power(TokenType type) {
  switch (type) {
    case TokenType::pipe:
      return 1;
    case TokenType::disjunction:
      return 2;
    case TokenType::conjunction:
      return 3;
    case TokenType::equal:
    case TokenType::not_equal:
    case TokenType::less:
    case TokenType::less_or_equal:
    case TokenType::greater:
    case TokenType::greater_or_equal:
      return 5;
    case TokenType::flatten:
      return 9;
    case TokenType::star:
      return 20;
    case TokenType::filter:
      return 21;
    case TokenType::dot:
      return 40;
    case TokenType::negation:
      return 45;
    case TokenType::lbrace:
      return 50;
    case TokenType::lbracket:
      return 55;
    case TokenType::lparen:
      return 60;
    default:
      return 0;
  }
}

Comparison comparison_of(TokenType type) {
  switch (type) {
    case TokenType::not_equal:
      return Comparison::not_equal;
    case TokenType::less:
      return Comparison::less;
    case TokenType::less_or_equal:
      return Comparison::less_or_equal;
    case TokenType::greater:
      return Comparison::greater;
    case TokenType::greater_or_equal:
      return Comparison::greater_or_equal;
    default:
      return Comparison::equal;
  }
}

}  // namespace

// Each function returns a node, or nothing with `fault_` set. Names are upstream's: nud is what begins with a token,
// led what goes on with one.
class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens) : tokens_(std::move(tokens)) { out_.text_ = text; }

  ParseResult run() {
    const auto root = parse_expression(0);
    if (root && current() != TokenType::end) {
      fail(fmt::format("Unexpected token at the end of the expression: {}", name_of(current())));
      return std::move(fault_);
    }
    if (!root) return std::move(fault_);
    out_.root_ = *root;
    return std::move(out_);
  }

 private:
  using Made = std::optional<NodeId>;

  const Token& token() const { return tokens_[at_]; }
  TokenType current() const { return token().type; }
  TokenType next() const { return tokens_[at_ + 1].type; }
  std::uint32_t here() const { return token().span.begin; }
  // The end of what was read last.
  std::uint32_t read_end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].span.end; }

  std::nullopt_t fail_at(std::uint32_t position, std::string_view message) {
    fault_ = {fmt::format("SyntaxError: {}", message), position, true, false};
    return std::nullopt;
  }
  std::nullopt_t fail(std::string_view message) { return fail_at(token().position, message); }
  std::nullopt_t fail_without_offset(const Token& at, std::string message) {
    fault_ = {std::move(message), at.span.begin, false, false};
    return std::nullopt;
  }

  bool match(TokenType type) {
    if (current() == type) {
      ++at_;
      return true;
    }
    fail(fmt::format("Expected {}, received: {}", name_of(type), name_of(current())));
    return false;
  }

  NodeId add(NodeType type, std::uint32_t begin, std::initializer_list<NodeId> children = {}) {
    return add_list(type, begin, children);
  }
  template <typename List>
  NodeId add_list(NodeType type, std::uint32_t begin, const List& children) {
    Node node;
    node.type = type;
    node.span = {begin, std::max(begin, read_end())};
    node.first_child = static_cast<std::uint32_t>(out_.children_.size());
    node.child_count = static_cast<std::uint32_t>(children.size());
    out_.children_.insert(out_.children_.end(), children.begin(), children.end());
    out_.nodes_.push_back(std::move(node));
    return static_cast<NodeId>(out_.nodes_.size() - 1);
  }
  NodeId identity() { return add(NodeType::identity, read_end()); }
  std::uint32_t begin_of(NodeId node) const { return out_.nodes_[node].span.begin; }

  Made parse_expression(int power) {
    if (depth_ >= kMaxNesting) {
      fault_ = {fmt::format("the expression nests more than {} levels deep", kMaxNesting), here(), false, true};
      return std::nullopt;
    }
    ++depth_;
    const Token& first = token();
    // Nothing follows the end, and nud fails there.
    if (first.type != TokenType::end) ++at_;
    Made left = nud(first);
    while (left && power < binding_power(current())) {
      const TokenType type = current();
      ++at_;
      left = led(type, *left);
    }
    --depth_;
    return left;
  }

  Made nud(const Token& first) {
    const std::uint32_t begin = first.span.begin;
    switch (first.type) {
      case TokenType::json_literal:
        return nud_literal(first);
      case TokenType::string_literal:
        return add_literal(first, Json::string(first.value));
      case TokenType::unquoted_identifier:
        return add_named(NodeType::field, first);
      case TokenType::quoted_identifier:
        if (current() == TokenType::lparen) {
          return fail_at(first.position, "Can't have quoted identifier as function Name.");
        }
        return add_named(NodeType::field, first);
      case TokenType::star:
        return nud_star(begin);
      case TokenType::filter:
        return parse_filter(add(NodeType::identity, begin), begin);
      case TokenType::lbrace:
        return parse_multiselect_hash(begin);
      case TokenType::flatten:
        return parse_flatten(add(NodeType::identity, begin), begin);
      case TokenType::lbracket:
        return nud_bracket(begin);
      case TokenType::current:
        return add(NodeType::current, begin);
      case TokenType::expression:
        return parse_prefix(NodeType::expression, begin, 0);
      case TokenType::negation:
        return parse_prefix(NodeType::negation, begin, binding_power(TokenType::negation));
      case TokenType::lparen: {
        const Made inner = parse_expression(0);
        if (!inner || !match(TokenType::rparen)) return std::nullopt;
        out_.nodes_[*inner].span = {begin, read_end()};
        return inner;
      }
      case TokenType::end:
        return fail_at(first.position, "Incomplete expression");
      default:
        return fail_at(first.position, fmt::format("Invalid token: {}", name_of(first.type)));
    }
  }

  Made led(TokenType type, NodeId left) {
    switch (type) {
      case TokenType::dot:
        return led_dot(left);
      case TokenType::pipe:
        return parse_binary(NodeType::pipe, type, left);
      case TokenType::disjunction:
        return parse_binary(NodeType::disjunction, type, left);
      case TokenType::conjunction:
        return parse_binary(NodeType::conjunction, type, left);
      case TokenType::equal:
      case TokenType::not_equal:
      case TokenType::less:
      case TokenType::less_or_equal:
      case TokenType::greater:
      case TokenType::greater_or_equal: {
        const Made made = parse_binary(NodeType::comparator, type, left);
        if (made) out_.nodes_[*made].comparison = comparison_of(type);
        return made;
      }
      case TokenType::lparen:
        return parse_call(left);
      case TokenType::filter:
        return parse_filter(left, begin_of(left));
      case TokenType::flatten:
        return parse_flatten(left, begin_of(left));
      case TokenType::lbracket:
        return led_bracket(left);
      default:
        return fail(fmt::format("Unexpected token: {}", name_of(type)));
    }
  }

  NodeId add_named(NodeType type, const Token& name) {
    const NodeId made = add(type, name.span.begin);
    out_.nodes_[made].name = name.span;
    out_.nodes_[made].text = name.value;
    return made;
  }

  NodeId add_literal(const Token& written, Json value) {
    const NodeId made = add(NodeType::literal, written.span.begin);
    out_.nodes_[made].name = written.span;
    out_.nodes_[made].index = static_cast<std::int64_t>(out_.literals_.size());
    out_.literals_.push_back(std::move(value));
    return made;
  }

  Made nud_literal(const Token& written) {
    auto read = read_json(written.value);
    if (const auto* fault = std::get_if<JsonFault>(&read)) return fail_without_offset(written, fault->message);
    return add_literal(written, std::get<Json>(std::move(read)));
  }

  Made nud_star(std::uint32_t begin) {
    const NodeId left = add(NodeType::identity, begin);
    const Made right = current() == TokenType::rbracket ? Made(identity()) : parse_projection_right(TokenType::star);
    if (!right) return std::nullopt;
    return add(NodeType::value_projection, begin, {left, *right});
  }

  Made nud_bracket(std::uint32_t begin) {
    if (current() == TokenType::number || current() == TokenType::colon) {
      const Made right = parse_index();
      // parser.go nud: an index that can't be read is a node without a type, not an error.
      if (!right) return add(NodeType::broken, begin);
      return project_if_slice(add(NodeType::identity, begin), *right, begin);
    }
    if (current() == TokenType::star && next() == TokenType::rbracket) {
      const NodeId left = add(NodeType::identity, begin);
      at_ += 2;
      return parse_projection(left, begin);
    }
    return parse_multiselect_list(begin);
  }

  Made led_bracket(NodeId left) {
    if (current() == TokenType::number || current() == TokenType::colon) {
      const Made right = parse_index();
      if (!right) return std::nullopt;
      return project_if_slice(left, *right, begin_of(left));
    }
    if (!match(TokenType::star) || !match(TokenType::rbracket)) return std::nullopt;
    return parse_projection(left, begin_of(left));
  }

  Made led_dot(NodeId left) {
    const bool is_star = current() == TokenType::star;
    if (is_star) ++at_;
    const Made right = is_star ? parse_projection_right(TokenType::dot) : parse_dot_right(TokenType::dot);
    if (!right) return std::nullopt;
    return add(is_star ? NodeType::value_projection : NodeType::subexpression, begin_of(left), {left, *right});
  }

  Made parse_prefix(NodeType type, std::uint32_t begin, int power) {
    const Made inner = parse_expression(power);
    if (!inner) return std::nullopt;
    return add(type, begin, {*inner});
  }

  Made parse_binary(NodeType type, TokenType by, NodeId left) {
    const Made right = parse_expression(binding_power(by));
    if (!right) return std::nullopt;
    return add(type, begin_of(left), {left, *right});
  }

  Made parse_projection(NodeId left, std::uint32_t begin) {
    const Made right = parse_projection_right(TokenType::star);
    if (!right) return std::nullopt;
    return add(NodeType::projection, begin, {left, *right});
  }

  Made parse_flatten(NodeId inner, std::uint32_t begin) {
    const NodeId left = add(NodeType::flatten, begin, {inner});
    const Made right = parse_projection_right(TokenType::flatten);
    if (!right) return std::nullopt;
    return add(NodeType::projection, begin, {left, *right});
  }

  Made parse_filter(NodeId left, std::uint32_t begin) {
    const Made condition = parse_expression(0);
    if (!condition || !match(TokenType::rbracket)) return std::nullopt;
    const Made right = current() == TokenType::flatten ? Made(identity()) : parse_projection_right(TokenType::filter);
    if (!right) return std::nullopt;
    return add(NodeType::filter_projection, begin, {left, *right, *condition});
  }

  Made project_if_slice(NodeId left, NodeId right, std::uint32_t begin) {
    const bool is_slice = out_.nodes_[right].type == NodeType::slice;
    const NodeId indexed = add(NodeType::index_expression, begin, {left, right});
    return is_slice ? parse_projection(indexed, begin) : Made(indexed);
  }

  Made parse_call(NodeId callee) {
    std::vector<NodeId> arguments;
    while (current() != TokenType::rparen) {
      const Made argument = parse_expression(0);
      if (!argument) return std::nullopt;
      if (current() == TokenType::comma) ++at_;
      arguments.push_back(*argument);
    }
    ++at_;
    const NodeId made = add_list(NodeType::function, begin_of(callee), arguments);
    const Node& called = out_.nodes_[callee];
    Node& call = out_.nodes_[made];
    call.name = called.name;
    // Upstream takes the value of whatever stands before the parenthesis for the name: a string literal will do.
    switch (called.type) {
      case NodeType::field:
        call.text = called.text;
        break;
      case NodeType::function:
        call.text = called.text;
        call.callable = called.callable;
        break;
      case NodeType::literal:
        call.text = out_.literal(called).as_string();
        call.callable = out_.literal(called).is_string();
        break;
      default:
        call.callable = false;
    }
    if (!call.callable) call.name = called.span;
    return made;
  }

  // Atoi of strconv.
  std::optional<std::int64_t> read_number() {
    const Token& written = token();
    const char* end = written.value.data() + written.value.size();
    std::int64_t value = 0;
    const auto read = std::from_chars(written.value.data(), end, value);
    if (read.ec == std::errc() && read.ptr == end) return value;
    return fail_without_offset(
        written, fmt::format("strconv.Atoi: parsing \"{}\": {}", written.value,
                             read.ec == std::errc::result_out_of_range ? "value out of range" : "invalid syntax"));
  }

  // After the bracket, at a number or a colon.
  Made parse_index() {
    const std::uint32_t begin = read_end() - 1;
    if (current() == TokenType::colon || next() == TokenType::colon) return parse_slice(begin);
    const auto number = read_number();
    if (!number) return std::nullopt;
    ++at_;
    if (!match(TokenType::rbracket)) return std::nullopt;
    const NodeId made = add(NodeType::index, begin);
    out_.nodes_[made].index = *number;
    return made;
  }

  Made parse_slice(std::uint32_t begin) {
    Slice slice;
    int part = 0;
    while (current() != TokenType::rbracket && part < 3) {
      if (current() == TokenType::colon) {
        ++part;
      } else if (current() == TokenType::number) {
        const auto number = read_number();
        if (!number) return std::nullopt;
        (part == 0 ? slice.start : part == 1 ? slice.stop : slice.step) = *number;
      } else {
        return fail(fmt::format("Expected tColon or tNumber, received: {}", name_of(current())));
      }
      ++at_;
    }
    if (!match(TokenType::rbracket)) return std::nullopt;
    const NodeId made = add(NodeType::slice, begin);
    out_.nodes_[made].index = static_cast<std::int64_t>(out_.slices_.size());
    out_.slices_.push_back(slice);
    return made;
  }

  Made parse_multiselect_list(std::uint32_t begin) {
    std::vector<NodeId> items;
    while (true) {
      const Made item = parse_expression(0);
      if (!item) return std::nullopt;
      items.push_back(*item);
      if (current() == TokenType::rbracket) break;
      if (!match(TokenType::comma)) return std::nullopt;
    }
    ++at_;
    return add_list(NodeType::multiselect_list, begin, items);
  }

  // Upstream asks for no comma between two members.
  Made parse_multiselect_hash(std::uint32_t begin) {
    std::vector<NodeId> members;
    while (true) {
      const Token& key = token();
      if (key.type != TokenType::unquoted_identifier && key.type != TokenType::quoted_identifier) {
        return fail("Expected tQuotedIdentifier or tUnquotedIdentifier");
      }
      ++at_;
      if (!match(TokenType::colon)) return std::nullopt;
      const Made value = parse_expression(0);
      if (!value) return std::nullopt;
      const NodeId member = add(NodeType::key_value, key.span.begin, {*value});
      out_.nodes_[member].name = key.span;
      out_.nodes_[member].text = key.value;
      members.push_back(member);
      if (current() == TokenType::comma) {
        ++at_;
      } else if (current() == TokenType::rbrace) {
        ++at_;
        break;
      }
    }
    return add_list(NodeType::multiselect_hash, begin, members);
  }

  Made parse_dot_right(TokenType by) {
    const std::uint32_t begin = here();
    switch (current()) {
      case TokenType::quoted_identifier:
      case TokenType::unquoted_identifier:
      case TokenType::star:
        return parse_expression(binding_power(by));
      case TokenType::lbracket:
        ++at_;
        return parse_multiselect_list(begin);
      case TokenType::lbrace:
        ++at_;
        return parse_multiselect_hash(begin);
      default:
        return fail("Expected identifier, lbracket, or lbrace");
    }
  }

  Made parse_projection_right(TokenType by) {
    if (binding_power(current()) < 10) return identity();
    switch (current()) {
      case TokenType::lbracket:
      case TokenType::filter:
        return parse_expression(binding_power(by));
      case TokenType::dot:
        ++at_;
        return parse_dot_right(by);
      default:
        return fail("Error");
    }
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Expression out_;
  SyntaxFault fault_;
};

ParseResult parse(std::string_view text) {
  auto tokens = tokenize(text);
  if (auto* fault = std::get_if<SyntaxFault>(&tokens)) return std::move(*fault);
  return Parser(text, std::get<std::vector<Token>>(std::move(tokens))).run();
}

}  // namespace vlint::jmespath
