#include "lint/yaml/edit_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lint/yaml/characters.h"
#include "lint/yaml/layout.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {
namespace {

// The name after the `&` of an anchored node.
std::string_view anchor_name(const Tree& tree, NodeId node) {
  const Anchor* anchor = tree.anchor_of(node);
  return anchor == nullptr ? std::string_view{} : tree.slice(anchor->begin + 1, anchor->end);
}

// YAML 1.1 has more line ends than people and their tools count: a lone CR, NEL, LS and PS.
bool has_unusual_line_end(std::string_view text) {
  for (std::size_t at = text.find_first_of("\r\xC2\xE2"); at != std::string_view::npos;
       at = text.find_first_of("\r\xC2\xE2", at + 1)) {
    if (break_size(text, at) != 0 && text.substr(at, 2) != "\r\n") return true;
  }
  return false;
}

}  // namespace

Status can_change(const Tree& tree, NodeId node) {
  if (node >= tree.nodes.size()) return Error{"the document is empty or broken"};
  if (tree.nodes[node].kind == Kind::alias) {
    return Error{fmt::format("the value is the alias {}, and its content is used elsewhere too",
                             tree.slice(tree.nodes[node].begin, tree.nodes[node].end))};
  }
  const std::vector<NodeId> path = path_to_node(tree, node);
  for (const AliasTarget& alias : tree.aliases) {
    if (std::binary_search(path.begin(), path.end(), alias.target)) {
      return Error{fmt::format("the anchor &{} around it is used elsewhere too", anchor_name(tree, alias.target))};
    }
  }
  if (tree.text.substr(tree.nodes[node].end, 1) == "#") return Error{"a comment follows without a blank before it"};
  const Document& document = tree.document_at(tree.nodes[node].begin);
  if (has_unusual_line_end(tree.slice(document.begin, document.end))) {
    return Error{"the document has line ends other than LF and CRLF"};
  }
  return Done{};
}

Status can_remove(const Tree& tree, NodeId first, NodeId end) {
  for (const AliasTarget& alias : tree.aliases) {
    const bool target_goes = first <= alias.target && alias.target < end;
    const bool alias_goes = first <= alias.alias && alias.alias < end;
    if (target_goes && !alias_goes) {
      return Error{fmt::format("the anchor &{} inside of it is used elsewhere", anchor_name(tree, alias.target))};
    }
  }
  return Done{};
}

Status can_be_text(const Tree& tree, NodeId scalar) {
  const Tag* tag = tree.tag_of(scalar);
  if (tag == nullptr) return Done{};
  const std::string_view text = tree.slice(tag->begin, tag->end);
  if (text == "!" || text == "!!str") return Done{};
  return Error{fmt::format("the value has the tag {}", text)};
}

Status has_no_tab_below(const Tree& tree, std::uint32_t at) {
  if (has_tab_line_below(tree, at)) return Error{"a blank line below has a tab"};
  return Done{};
}

Status can_edit_members(const Tree& tree, NodeId collection) {
  if (is_bare_pair(tree, collection)) return Error{"the mapping is a pair without braces in a list"};
  const Node& node = tree.nodes[collection];
  if (node.kind != Kind::mapping) return Done{};
  std::uint32_t gap = node.style == Style::block ? line_begin(tree.text, node.begin) : node.begin;
  for (const Member& member : members(tree, collection)) {
    if (find_indicator(tree, gap, member.begin, '?') != kNoOffset) {
      return Error{"the mapping has an explicit key (`? key`)"};
    }
    gap = member.end;
  }
  return Done{};
}

}  // namespace vlint::yaml
