// Edits of whole scalars: values and keys.
#include <fmt/format.h>

#include <optional>

#include "lint/base/text.h"
#include "lint/yaml/block_scalar.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/edit_guard.h"
#include "lint/yaml/layout.h"
#include "lint/yaml/scalar.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {
namespace {

// Whether the new text is to be read as a string; an error when the node's tag does not allow that.
Result<bool> wants_string(const Tree& tree, NodeId node, std::string_view text, WriteAs as) {
  const bool looks_like_string = resolve_plain(text) == ScalarType::string;
  bool wanted = as == WriteAs::string || looks_like_string;
  if (as == WriteAs::before) wanted = wanted || Value(tree, node).type() == ScalarType::string;
  if (tree.tag_of(node) == nullptr) return wanted;
  if (Status status = can_be_text(tree, node); !status) return Error{status.error()};
  if (!wanted && as == WriteAs::typed) return Error{"the tag of the value makes it a string"};
  return true;
}

std::string in_style(const Tree& tree, NodeId node, std::string_view text, bool flow) {
  switch (tree.nodes[node].style) {
    case Style::single_quoted:
      return single_quoted(text);
    case Style::double_quoted:
      return double_quoted(text);
    default:
      return is_safe_plain(text, flow) ? std::string(text) : write_string(text, house_quotes(tree, node), flow);
  }
}

// A value where there is only `key:` or `-`, perhaps with an anchor or tag.
Edits fill_absent(const Tree& tree, NodeId node, const Place& place, const std::string& written) {
  if (place.parent == kNoNode) return Error{"the document is empty"};
  const std::uint32_t at = tree.nodes[node].begin;
  const bool lacks_colon = place.key != kNoNode && members(tree, place.parent)[place.index].after_mark == kNoOffset;
  if (!lacks_colon) return std::vector<TextEdit>{{tree.span(at, at), " " + written}};
  if (tree.nodes[place.key].begin == tree.nodes[place.key].end) return Error{"the key has no text"};
  if (is_in_flow(tree, place)) return std::vector<TextEdit>{{tree.span(at, at), ": " + written}};
  return Error{"the key is explicit (`? key`) and has no value"};
}

Edits replace_node(const Tree& tree, NodeId node, std::string text) {
  const Node& n = tree.nodes[node];
  if (tree.slice(n.begin, n.end) == text) return std::vector<TextEdit>{};
  const bool loses_plain = n.style == Style::plain && (text.front() == '\'' || text.front() == '"');
  if (loses_plain) {
    if (Status status = has_no_tab_below(tree, n.end); !status) return Error{status.error()};
  }
  return std::vector<TextEdit>{{tree.span(node), std::move(text)}};
}

}  // namespace

Edits set_scalar(const Tree& tree, NodeId node, std::string_view text, WriteAs as) {
  if (Status status = can_change(tree, node); !status) return Error{status.error()};
  if (tree.nodes[node].kind != Kind::scalar) return Error{"the value is a mapping or a list"};
  const Place place = place_of(tree, node);
  if (place.is_key) return Error{"it is a key, not a value"};
  const Result<bool> is_string = wants_string(tree, node, text, as);
  if (!is_string) return Error{is_string.error()};
  if (is_block_scalar(tree.nodes[node])) {
    if (!*is_string) return Error{"a block scalar can hold only a string"};
    return set_block_scalar(tree, node, text);
  }
  if (!*is_string && text == tree.scalar_text(node) && tree.nodes[node].style == Style::plain) {
    return std::vector<TextEdit>{};
  }
  const std::string typed = text.empty() ? "null" : std::string(text);
  std::string written = *is_string ? in_style(tree, node, text, is_in_flow(tree, place)) : typed;
  const bool is_empty = tree.nodes[node].begin == tree.nodes[node].end;
  return is_empty ? fill_absent(tree, node, place, written) : replace_node(tree, node, std::move(written));
}

Edits rename_key(const Tree& tree, NodeId key, std::string_view new_key) {
  if (Status status = can_change(tree, key); !status) return Error{status.error()};
  if (Status status = check_key(new_key); !status) return Error{status.error()};
  const Place place = place_of(tree, key);
  if (!place.is_key || tree.nodes[key].kind != Kind::scalar) return Error{"it is no key"};
  if (tree.is_merge_key(key)) return Error{"it is a merge key (`<<`)"};
  if (tree.tag_of(key) != nullptr || tree.nodes[key].begin == tree.nodes[key].end || is_block_scalar(tree.nodes[key])) {
    return Error{"the key has a tag, or is no usual text"};
  }
  if (tree.scalar_text(key) == new_key) return std::vector<TextEdit>{};
  if (Value(tree, place.parent)[new_key]) return Error{fmt::format("the key {} is there already", quoted(new_key))};
  return replace_node(tree, key, in_style(tree, key, new_key, is_in_flow(tree, place)));
}

}  // namespace vlint::yaml
