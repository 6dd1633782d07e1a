// Edits of values wherever they were read: in a file, or in an object that was built from files.
#include "lint/yaml/edit.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {
namespace {

// The text of a folded or quoted scalar that holds YAML: its nodes all stand where the scalar stands.
bool has_one_place(const Tree& tree, NodeId node) {
  const NodeId root = tree.root_of(node);
  if (root == kNoNode || tree.nodes[root].next == root + 1) return false;
  return tree.nodes[root].begin == tree.nodes[root + 1].begin && tree.nodes[root].end == tree.nodes[root + 1].end;
}

// The value in a file that an edit of `value` has to change.
Result<Value> editable(Value value) {
  const Value source = value.source();
  if (!source || source.tree()->is_built()) return Error{"no file holds the value: the build made it"};
  if (value.is_scalar() && (!source.is_scalar() || source.text() != value.text())) {
    return Error{"the build computes the value from what the file says"};
  }
  if (has_one_place(*source.tree(), source.place())) {
    return Error{"the value stands in a text in quotes, or one that is folded"};
  }
  return source;
}

// The collection that holds a node of a file; none for a document's root.
std::optional<NodeId> parent_of(const Tree& tree, NodeId node) {
  const std::vector<NodeId> path = path_to_node(tree, node);
  if (path.size() < 2) return std::nullopt;
  return path[path.size() - 2];
}

}  // namespace

Edits set_scalar(Value value, std::string_view text, WriteAs as) {
  const Result<Value> at = editable(value);
  if (!at.ok()) return Error{at.error()};
  return set_scalar(*at->tree(), at->place(), text, as);
}

Edits rewrite_part(Value value, std::size_t offset, std::size_t length, std::string_view text) {
  const Result<Value> at = editable(value);
  if (!at.ok()) return Error{at.error()};
  return rewrite_part(*at->tree(), at->place(), offset, length, text);
}

Edits rename_key(Value key, std::string_view new_key) {
  const Result<Value> at = editable(key);
  if (!at.ok()) return Error{at.error()};
  return rename_key(*at->tree(), at->place(), new_key);
}

Edits add_entry(Value mapping, std::string_view key, const NewValue& value, Where where) {
  const Result<Value> at = editable(mapping);
  if (!at.ok()) return Error{at.error()};
  return add_entry(*at->tree(), at->place(), key, value, where);
}

Edits append_item(Value sequence, const NewValue& value) {
  const Result<Value> at = editable(sequence);
  if (!at.ok()) return Error{at.error()};
  return append_item(*at->tree(), at->place(), value);
}

Edits ensure_path(Value mapping, std::span<const std::string_view> path, std::string_view key, const NewValue& value) {
  const Result<Value> at = editable(mapping);
  if (!at.ok()) return Error{at.error()};
  return ensure_path(*at->tree(), at->place(), path, key, value);
}

Result<Removal> remove_entry(Value key, OnlyChild only_child) {
  const Result<Value> at = editable(key);
  if (!at.ok()) return Error{at.error()};
  const std::optional<NodeId> mapping = parent_of(*at->tree(), at->place());
  if (!mapping) return Error{"it is no key of a mapping"};
  return remove_entry(*at->tree(), *mapping, at->place(), only_child);
}

Result<Removal> remove_item(Value item, OnlyChild only_child) {
  const Result<Value> at = editable(item);
  if (!at.ok()) return Error{at.error()};
  const Tree& tree = *at->tree();
  const std::optional<NodeId> sequence = parent_of(tree, at->place());
  if (!sequence || tree.nodes[*sequence].kind != Kind::sequence) return Error{"it is no item of a list"};
  std::size_t index = 0;
  for (NodeId node = *sequence + 1; node != at->place(); node = tree.nodes[node].next) ++index;
  return remove_item(tree, *sequence, index, only_child);
}

}  // namespace vlint::yaml
