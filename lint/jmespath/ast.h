// A parsed expression as plain data: nodes in one list, each with the bytes that it was written with.
//
// The shapes are those of go-jmespath parser.go, so that evaluation can follow its interpreter node by node.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/jmespath/json.h"

namespace vlint::jmespath {

using NodeId = std::uint32_t;

// Bytes of the expression's text, half open.
struct ByteRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool operator==(const ByteRange&) const = default;
};

enum class NodeType : std::uint8_t {
  broken,             // what upstream makes of an index that it can't read (`[1`): no syntax error, but no value either
  comparator,         // left, right
  current,            // @
  expression,         // &: the expression
  function,           // its arguments
  field,              //
  filter_projection,  // left, right, condition
  flatten,            // left
  identity,           // what is not written: the left side of a leading `*`, the right side of a bare projection
  index,              //
  index_expression,   // left, index or slice
  key_value,          // of a multi-select hash: the value
  literal,            //
  multiselect_hash,   // key_value nodes
  multiselect_list,   // the items
  disjunction,        // left, right
  conjunction,        // left, right
  negation,           // what is negated
  pipe,               // left, right
  projection,         // left, right
  subexpression,      // left, right
  slice,              //
  value_projection,   // left, right
};

enum class Comparison : std::uint8_t { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

struct Slice {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> stop;
  std::optional<std::int64_t> step;
};

struct Node {
  NodeType type = NodeType::broken;
  Comparison comparison = Comparison::equal;
  // A function only: false for what can't be called (`[0](x)`), which compiles; upstream panics when it gets there.
  bool callable = true;
  ByteRange span;          // with the parentheses around it
  ByteRange name;          // of a field, a function's name and a key: the bytes of the name, with its quotes
  std::string text;        // the name
  std::int64_t index = 0;  // of an index; into literals() or slices() for these
  std::uint32_t first_child = 0;
  std::uint32_t child_count = 0;
};

class Expression {
 public:
  const std::string& text() const { return text_; }
  NodeId root() const { return root_; }
  const Node& node(NodeId id) const { return nodes_[id]; }
  // In the order of NodeType's comments.
  std::span<const NodeId> children(const Node& node) const {
    return std::span(children_).subspan(node.first_child, node.child_count);
  }
  const Json& literal(const Node& node) const { return literals_[static_cast<std::size_t>(node.index)]; }
  const Slice& slice(const Node& node) const { return slices_[static_cast<std::size_t>(node.index)]; }
  std::string_view slice_text(ByteRange range) const {
    return std::string_view(text_).substr(range.begin, range.end - range.begin);
  }
  std::size_t node_count() const { return nodes_.size(); }

 private:
  friend class Parser;

  std::string text_;
  std::vector<Node> nodes_;
  std::vector<NodeId> children_;
  std::vector<Json> literals_;
  std::vector<Slice> slices_;
  NodeId root_ = 0;
};

}  // namespace vlint::jmespath
