#include "lint/yaml/tree.h"

#include <algorithm>

namespace vlint::yaml {
namespace {

template <typename Row, typename Key>
const Row* find_row(const std::vector<Row>& rows, NodeId node, Key key) {
  const auto at = std::lower_bound(rows.begin(), rows.end(), node,
                                   [key](const Row& row, NodeId wanted) { return row.*key < wanted; });
  return at != rows.end() && (*at).*key == node ? &*at : nullptr;
}

}  // namespace

const Anchor* Tree::anchor_of(NodeId node) const {
  return (nodes[node].flags & kAnchored) != 0 ? find_row(anchors, node, &Anchor::node) : nullptr;
}

const Tag* Tree::tag_of(NodeId node) const {
  return (nodes[node].flags & kTagged) != 0 ? find_row(tags, node, &Tag::node) : nullptr;
}

NodeId Tree::resolve(NodeId node) const {
  if (nodes[node].kind != Kind::alias) return node;
  return find_row(aliases, node, &AliasTarget::alias)->target;
}

std::string_view Tree::scalar_text(NodeId node) const {
  const Node& scalar = nodes[node];
  if ((scalar.flags & kDecoded) != 0) {
    const DecodedText& row = *find_row(decoded, node, &DecodedText::node);
    return std::string_view(decoded_text).substr(row.begin, row.size);
  }
  const bool quoted = scalar.style == Style::single_quoted || scalar.style == Style::double_quoted;
  return quoted ? slice(scalar.begin + 1, scalar.end - 1) : slice(scalar.begin, scalar.end);
}

bool Tree::is_merge_key(NodeId key) const {
  const Node& node = nodes[key];
  if (node.kind != Kind::scalar || node.style != Style::plain || scalar_text(key) != "<<") return false;
  const Tag* tag = tag_of(key);  // go-yaml decode.go, isMerge: a tag makes it a text, but for its own
  return tag == nullptr || slice(tag->begin, tag->end) == "!!merge";
}

NodeId Tree::root_of(NodeId node) const {
  if (!is_built()) return document_at(nodes[node].begin).root;
  // Built documents all have a root, in the order of the nodes.
  const auto after = std::upper_bound(documents.begin(), documents.end(), node,
                                      [](NodeId wanted, const Document& document) { return wanted < document.root; });
  return after == documents.begin() ? kNoNode : (after - 1)->root;
}

const Document& Tree::document_at(std::uint32_t offset) const {
  const auto after = std::upper_bound(documents.begin(), documents.end(), offset,
                                      [](std::uint32_t wanted, const Document& d) { return wanted < d.begin; });
  return after == documents.begin() ? documents.front() : *(after - 1);
}

}  // namespace vlint::yaml
