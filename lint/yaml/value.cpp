#include "lint/yaml/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace vlint::yaml {
namespace {

// Calls fn(key, value) for the entries as written; fn returns false to stop.
template <typename Fn>
void for_each_written(const Tree& tree, NodeId mapping, Fn&& fn) {
  for (NodeId key = mapping + 1; key < tree.nodes[mapping].next;) {
    const NodeId value = tree.nodes[key].next;
    if (!fn(key, value)) return;
    key = tree.nodes[value].next;
  }
}

bool has_text(const Tree& tree, NodeId key, std::string_view wanted) {
  if (tree.nodes[key].kind == Kind::scalar) return tree.scalar_text(key) == wanted;
  const Value content(tree, key);
  return content.is_scalar() && content.text() == wanted;
}

// The mappings that `<<` names, earlier ones first.
std::vector<NodeId> merged_mappings(const Tree& tree, NodeId value) {
  const NodeId content = tree.resolve(value);
  if (tree.nodes[content].kind == Kind::mapping) return {content};
  std::vector<NodeId> result;
  if (tree.nodes[content].kind != Kind::sequence) return result;
  for (NodeId item = content + 1; item < tree.nodes[content].next; item = tree.nodes[item].next) {
    if (tree.nodes[tree.resolve(item)].kind == Kind::mapping) result.push_back(tree.resolve(item));
  }
  return result;
}

// A mapping and all that it merges, in the order in which their keys win, each once. Of the mappings in one list the
// earlier wins, of two `<<` keys the later (go-yaml decode.go, merge).
class MergeOrder {
 public:
  MergeOrder(const Tree& tree, NodeId mapping) : tree_(tree) { visit(mapping); }

  const std::vector<NodeId>& mappings() const { return mappings_; }

 private:
  // As deep as the document is nested, which parsing limits.
  void visit(NodeId mapping) {
    if (!seen_.insert(mapping).second) return;
    mappings_.push_back(mapping);
    if ((tree_.nodes[mapping].flags & kIrregular) == 0) return;
    std::vector<NodeId> merges;
    for_each_written(tree_, mapping, [&](NodeId key, NodeId value) {
      if (tree_.is_merge_key(key)) merges.push_back(value);
      return true;
    });
    for (auto merge = merges.rbegin(); merge != merges.rend(); ++merge) {
      for (const NodeId merged : merged_mappings(tree_, *merge)) visit(merged);
    }
  }

  const Tree& tree_;
  std::vector<NodeId> mappings_;
  std::unordered_set<NodeId> seen_;  // looked up only
};

void collect_regular(const Tree& tree, NodeId mapping, std::vector<Entry>& entries) {
  for_each_written(tree, mapping, [&](NodeId key, NodeId value) {
    const Value key_value(tree, key);
    if (key_value.is_scalar()) entries.push_back({key_value, Value(tree, value)});
    return true;
  });
}

// The entries of a mapping with repeated keys or merges, each key once.
void collect_irregular(const Tree& tree, NodeId mapping, std::vector<Entry>& entries) {
  struct Place {
    std::size_t index;
    NodeId mapping;
  };
  std::unordered_map<std::string_view, Place> places;  // looked up only
  const MergeOrder order(tree, mapping);
  for (const NodeId merged : order.mappings()) {
    for_each_written(tree, merged, [&](NodeId key, NodeId value) {
      const Value key_value(tree, key);
      if (!key_value.is_scalar() || tree.is_merge_key(key)) return true;
      const auto place = places.emplace(key_value.text(), Place{entries.size(), merged});
      if (place.second) {
        entries.push_back({key_value, Value(tree, value)});
      } else if (place.first->second.mapping == merged) {
        entries[place.first->second.index] = {key_value, Value(tree, value)};
      }
      return true;
    });
  }
}

// Among the entries as written; of repeated keys the last.
Entry find_written(const Tree& tree, NodeId mapping, std::string_view wanted) {
  Entry found;
  const bool regular = (tree.nodes[mapping].flags & kIrregular) == 0;
  for_each_written(tree, mapping, [&](NodeId key, NodeId value) {
    if (!has_text(tree, key, wanted) || (!regular && tree.is_merge_key(key))) return true;
    found = {Value(tree, key), Value(tree, value)};
    return !regular;
  });
  return found;
}

Entry find_in(const Tree& tree, NodeId mapping, std::string_view wanted) {
  Entry found = find_written(tree, mapping, wanted);
  if (found || (tree.nodes[mapping].flags & kIrregular) == 0) return found;
  const MergeOrder order(tree, mapping);
  for (const NodeId merged : order.mappings()) {
    found = find_written(tree, merged, wanted);
    if (found) break;
  }
  return found;
}

// Tags that fix the type; anything else is read by the plain rules.
std::optional<ScalarType> tagged_type(const Tree& tree, NodeId node) {
  const Tag* tag = tree.tag_of(node);
  if (tag == nullptr) return std::nullopt;
  std::string_view text = tree.slice(tag->begin, tag->end);
  if (text == "!") return ScalarType::string;
  for (const std::string_view prefix : {std::string_view("!!"), std::string_view("!<tag:yaml.org,2002:")}) {
    if (text.substr(0, prefix.size()) != prefix) continue;
    text.remove_prefix(prefix.size());
    if (prefix != "!!") text.remove_suffix(1);
    if (text == "str" || text == "binary") return ScalarType::string;
    if (text == "int") return ScalarType::integer;
    if (text == "bool") return ScalarType::boolean;
    if (text == "float") return ScalarType::floating;
    if (text == "null") return ScalarType::null;
  }
  return std::nullopt;
}

bool equal_scalars(Value a, Value b) {
  const ScalarType type = a.type();
  if (type != b.type()) return false;
  if (type == ScalarType::null || a.text() == b.text()) return true;
  if (type == ScalarType::boolean) return a.as_bool() == b.as_bool();
  return type == ScalarType::integer && a.as_int() && a.as_int() == b.as_int();
}

}  // namespace

void Value::follow() {
  if (node().kind == Kind::link) {
    link_ = &node();
    tree_ = tree_->linked[link_->begin];
    place_ = link_->end;
  }
  node_ = tree_->resolve(place_);
}

Value Value::source() const {
  if (tree_ == nullptr || (node().flags & kMade) == 0) return *this;
  const MadeNode& made = tree_->made[node().begin];
  return made.tree == nullptr ? Value() : Value(*made.tree, made.place);
}

Value Value::operator[](std::string_view key) const { return find(key).value; }

Entry Value::find(std::string_view key) const { return is_mapping() ? find_in(*tree_, node_, key) : Entry{}; }

Value Value::at(std::size_t index) const {
  if (!is_sequence()) return {};
  for (NodeId item = node_ + 1; item < node().next; item = tree_->nodes[item].next) {
    if (index-- == 0) return {*tree_, item};
  }
  return {};
}

std::vector<Entry> Value::entries() const {
  std::vector<Entry> entries;
  if (!is_mapping()) return entries;
  if ((node().flags & kIrregular) == 0) {
    collect_regular(*tree_, node_, entries);
  } else {
    collect_irregular(*tree_, node_, entries);
  }
  return entries;
}

std::vector<Value> Value::items() const {
  std::vector<Value> items;
  if (!is_sequence()) return items;
  for (NodeId item = node_ + 1; item < node().next; item = tree_->nodes[item].next) items.emplace_back(*tree_, item);
  return items;
}

std::size_t Value::size() const {
  std::size_t children = 0;
  if (!is_mapping() && !is_sequence()) return children;
  for (NodeId child = node_ + 1; child < node().next; child = tree_->nodes[child].next) ++children;
  return is_mapping() ? children / 2 : children;
}

ScalarType Value::type() const {
  if (!is_scalar()) return ScalarType::string;
  if (const auto tagged = tagged_type(*tree_, node_)) return *tagged;
  return node().style == Style::plain ? resolve_plain(text()) : ScalarType::string;
}

std::optional<std::string_view> Value::as_string() const {
  if (!is_scalar() || type() != ScalarType::string) return std::nullopt;
  return text();
}

std::optional<bool> Value::as_bool() const {
  if (!is_scalar() || type() != ScalarType::boolean) return std::nullopt;
  return plain_bool(text());
}

std::optional<std::int64_t> Value::as_int() const {
  if (!is_scalar() || type() != ScalarType::integer) return std::nullopt;
  return plain_int(text());
}

bool Value::is_templated() const {
  const std::string_view value = text();
  if (value.find("{{") != std::string_view::npos) return true;
  for (std::size_t at = value.find("${"); at != std::string_view::npos; at = value.find("${", at + 2)) {
    if (at == 0 || value[at - 1] != '$') return true;  // `$${X}` is Flux' escape for a literal `${X}`
  }
  return false;
}

bool equal(Value a, Value b) {
  if (!a || !b) return !a && !b;
  if (a.is_scalar()) return b.is_scalar() && equal_scalars(a, b);
  if (a.is_sequence()) {
    const std::vector<Value> left = a.items();
    const std::vector<Value> right = b.items();
    return b.is_sequence() && std::equal(left.begin(), left.end(), right.begin(), right.end(), equal);
  }
  if (!b.is_mapping()) return false;
  const auto sorted_entries = [](Value mapping) {
    std::vector<Entry> entries = mapping.entries();
    std::sort(entries.begin(), entries.end(),
              [](const Entry& x, const Entry& y) { return x.key.text() < y.key.text(); });
    return entries;
  };
  const std::vector<Entry> left = sorted_entries(a);
  const std::vector<Entry> right = sorted_entries(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const Entry& x, const Entry& y) {
    return x.key.text() == y.key.text() && equal(x.value, y.value);
  });
}

std::vector<NodeId> path_to_node(const Tree& tree, NodeId node) {
  std::vector<NodeId> path;
  const auto holds = [&](NodeId candidate) { return candidate <= node && node < tree.nodes[candidate].next; };
  const NodeId root = tree.root_of(node);
  if (root == kNoNode || !holds(root)) return path;
  for (NodeId at = root;;) {
    path.push_back(at);
    if (at == node) return path;
    NodeId child = at + 1;
    while (!holds(child)) child = tree.nodes[child].next;
    at = child;
  }
}

std::vector<NodeId> path_to(const Tree& tree, std::uint32_t offset) {
  std::vector<NodeId> path;
  if (tree.documents.empty()) return path;
  NodeId at = tree.document_at(offset).root;
  const auto holds = [&](NodeId node) { return tree.nodes[node].begin <= offset && offset < tree.nodes[node].end; };
  while (at != kNoNode && holds(at)) {
    path.push_back(at);
    const NodeId after = tree.nodes[at].next;
    NodeId child = at + 1;
    while (child < after && !holds(child)) child = tree.nodes[child].next;
    at = child < after ? child : kNoNode;
  }
  return path;
}

std::string field_path(const Tree& tree, NodeId node) {
  std::string text;
  const std::vector<NodeId> path = path_to_node(tree, node);
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const Node& parent = tree.nodes[path[i]];
    std::size_t index = 0;
    NodeId previous = kNoNode;
    for (NodeId child = path[i] + 1; child != path[i + 1]; child = tree.nodes[child].next) {
      ++index;
      previous = child;
    }
    if (parent.kind == Kind::sequence) {
      text += fmt::format("[{}]", index);
      continue;
    }
    const NodeId key = index % 2 == 0 ? path[i + 1] : previous;
    const std::string_view name = Value(tree, key).text();
    const bool simple = !name.empty() && name.find_first_of(". []\"'") == std::string_view::npos;
    if (simple) {
      text += text.empty() ? std::string(name) : fmt::format(".{}", name);
    } else {
      text += fmt::format("[\"{}\"]", name);
    }
  }
  return text;
}

}  // namespace vlint::yaml
