// How everybody reads YAML: a small view of one value of a tree. Aliases and merge keys are followed without notice, as
// the cluster's tools do, and so are the links of built trees, so that a value that stands in a file is that file's; a
// missing value can be read on and stays missing. Views must not outlive their tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/span.h"
#include "lint/yaml/scalar.h"
#include "lint/yaml/tree.h"

namespace vlint::yaml {

struct Entry;

class Value {
 public:
  Value() = default;
  // `place` is the node as written; when it is an alias or a link the value is what that stands for.
  Value(const Tree& tree, NodeId place) : tree_(&tree), node_(place), place_(place) {
    if (tree.nodes[place].kind >= Kind::alias) follow();
  }

  explicit operator bool() const { return tree_ != nullptr; }
  // The same value at the same place, whichever way it was reached.
  bool operator==(const Value& other) const {
    return tree_ == other.tree_ && node_ == other.node_ && place_ == other.place_;
  }

  bool is_mapping() const { return tree_ != nullptr && node().kind == Kind::mapping; }
  bool is_sequence() const { return tree_ != nullptr && node().kind == Kind::sequence; }
  bool is_scalar() const { return tree_ != nullptr && node().kind == Kind::scalar; }
  bool is_null() const { return is_scalar() && type() == ScalarType::null; }
  // Present and not null: what Kubernetes treats as "set".
  bool is_set() const { return tree_ != nullptr && !is_null(); }

  // The value of a key of a mapping; missing when this is no mapping or has no such key. A repeated key: the last one.
  // Own keys win over merged ones, and of a list of merged mappings the earlier ones.
  Value operator[](std::string_view key) const;
  // The same with its key.
  Entry find(std::string_view key) const;
  // The i-th item of a sequence, from 0; missing when out of range or no sequence.
  Value at(std::size_t index) const;

  // All entries of a mapping in order, merged ones last, each key once. Keys that are no scalars are left out.
  std::vector<Entry> entries() const;
  std::vector<Value> items() const;
  std::size_t size() const;  // entries as written, or items

  // A scalar's value, whatever its type: unquoted, unescaped. Empty for everything else.
  std::string_view text() const { return is_scalar() ? tree_->scalar_text(node_) : std::string_view{}; }
  ScalarType type() const;                            // of a scalar; string for anything else
  std::optional<std::string_view> as_string() const;  // only a scalar that Kubernetes reads as a string
  std::optional<bool> as_bool() const;
  std::optional<std::int64_t> as_int() const;

  // The text has a `${VAR}` of Flux or a `{{ }}` of a template: what it will be is not known. Scalars only.
  bool is_templated() const;

  // Where the value stands: for an alias the alias, not its anchor.
  Span span() const { return tree_ != nullptr ? tree_->span(place_) : Span{}; }
  // Its bytes: for an alias those at the anchor.
  Span content_span() const { return tree_ != nullptr ? tree_->span(node_) : Span{}; }
  // Reached through an alias here: editing the content would change other places too.
  bool is_alias() const { return place_ != node_; }

  const Tree* tree() const { return tree_; }
  NodeId node_id() const { return node_; }
  NodeId place() const { return place_; }
  // The link of a built tree (one of its nodes) through which this value was reached; null for none.
  const Node* link() const { return link_; }
  // The value of the file that a changed or computed value was made from: where an entry would be added or a text
  // edited. The value itself when it stands in a file; missing when it was made from nothing.
  Value source() const;

 private:
  const Node& node() const { return tree_->nodes[node_]; }
  void follow();

  const Tree* tree_ = nullptr;
  NodeId node_ = kNoNode;
  NodeId place_ = kNoNode;
  const Node* link_ = nullptr;
};
static_assert(sizeof(Value) == 24);

struct Entry {
  Value key;
  Value value;
  explicit operator bool() const { return static_cast<bool>(key); }
};

// Whether two values are the same to Kubernetes: same structure, same scalars with the same types, mappings without
// regard to order. Comments, styles and anchors do not count.
bool equal(Value a, Value b);

// The innermost node whose bytes hold `offset`, with its ancestors from the root down; empty outside of any node.
std::vector<NodeId> path_to(const Tree& tree, std::uint32_t offset);
// The ancestors of a node from the document's root down to the node itself.
std::vector<NodeId> path_to_node(const Tree& tree, NodeId node);

// A field path for people: `spec.template.spec.volumes[0].name`; keys with dots or blanks in brackets and quotes.
std::string field_path(const Tree& tree, NodeId node);

}  // namespace vlint::yaml
