#include "lint/yaml/layout.h"

#include <algorithm>

#include "lint/yaml/characters.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::uint32_t skip_blanks(std::string_view text, std::uint32_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

}  // namespace

std::uint32_t line_begin(std::string_view text, std::uint32_t at) {
  const std::size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  if (newline != std::string_view::npos) return static_cast<std::uint32_t>(newline + 1);
  return text.substr(0, 3) == kByteOrderMark ? 3 : 0;
}

std::uint32_t line_end(std::string_view text, std::uint32_t at) {
  const std::size_t newline = text.find('\n', at);
  if (newline == std::string_view::npos) return static_cast<std::uint32_t>(text.size());
  const bool crlf = newline > at && text[newline - 1] == '\r';
  return static_cast<std::uint32_t>(crlf ? newline - 1 : newline);
}

std::uint32_t next_line(std::string_view text, std::uint32_t at) {
  const std::size_t newline = text.find('\n', at);
  return static_cast<std::uint32_t>(newline == std::string_view::npos ? text.size() : newline + 1);
}

std::uint32_t column(std::string_view text, std::uint32_t at) { return at - line_begin(text, at); }

bool is_first_on_line(std::string_view text, std::uint32_t at) { return skip_blanks(text, line_begin(text, at)) >= at; }

bool is_blank_line(std::string_view text, std::uint32_t line) {
  return skip_blanks(text, line) >= line_end(text, line);
}

const Comment* comment_from(const Tree& tree, std::uint32_t at) {
  const auto found =
      std::lower_bound(tree.comments.begin(), tree.comments.end(), at,
                       [](const Comment& comment, std::uint32_t wanted) { return comment.begin < wanted; });
  return found == tree.comments.end() ? nullptr : &*found;
}

bool has_comment(const Tree& tree, std::uint32_t begin, std::uint32_t end) {
  const Comment* comment = comment_from(tree, begin);
  return comment != nullptr && comment->begin < end;
}

bool has_tab_line_below(const Tree& tree, std::uint32_t at) {
  const std::uint32_t first = next_line(tree.text, at);
  std::uint32_t end = first;
  while (end < tree.text.size() && is_blank_line(tree.text, end)) end = next_line(tree.text, end);
  const Comment* comment = comment_from(tree, end);
  if (comment != nullptr && line_begin(tree.text, comment->begin) == end) end = comment->begin;
  return tree.slice(first, end).find('\t') != std::string_view::npos;
}

std::uint32_t find_indicator(const Tree& tree, std::uint32_t begin, std::uint32_t end, char indicator) {
  const Comment* comment = comment_from(tree, begin);
  const Comment* const comments_end = tree.comments.data() + tree.comments.size();
  for (std::uint32_t at = begin; at < end; ++at) {
    if (comment != nullptr && comment != comments_end && at == comment->begin) {
      at = comment->end - 1;
      ++comment;
    } else if (tree.text[at] == indicator) {
      return at;
    }
  }
  return kNoOffset;
}

bool is_block_scalar(const Node& node) {
  return node.kind == Kind::scalar && (node.style == Style::literal || node.style == Style::folded);
}

bool is_absent(const Tree& tree, NodeId node) {
  const Node& n = tree.nodes[node];
  return n.kind == Kind::scalar && n.style == Style::plain && n.begin == n.end &&
         (n.flags & (kAnchored | kTagged)) == 0;
}

bool is_bare_pair(const Tree& tree, NodeId node) {
  const Node& n = tree.nodes[node];
  return n.kind == Kind::mapping && n.style == Style::flow && tree.text.substr(n.begin, 1) != "{";
}

NodeId text_before(const Tree& tree, NodeId next) {
  const NodeId last = next - 1;
  const bool has_no_colon = last > 0 && is_absent(tree, last) && tree.nodes[last].begin == tree.nodes[last - 1].end;
  return has_no_colon ? last - 1 : last;
}

std::uint32_t outer_begin(const Tree& tree, NodeId node) {
  std::uint32_t begin = tree.nodes[node].begin;
  if (const Anchor* anchor = tree.anchor_of(node)) begin = std::min(begin, anchor->begin);
  if (const Tag* tag = tree.tag_of(node)) begin = std::min(begin, tag->begin);
  return begin;
}

BlockHeader block_header(const Tree& tree, NodeId block_scalar) {
  const Node& node = tree.nodes[block_scalar];
  BlockHeader header{node.begin + 1, node.begin + 1};
  for (; header.end < node.end && header.end < header.begin + 2; ++header.end) {
    const char c = tree.text[header.end];
    if (c == '+' || c == '-') {
      header.chomping = c;
    } else if (c >= '1' && c <= '9') {
      header.indentation = c;
    } else {
      break;
    }
  }
  return header;
}

std::optional<std::uint32_t> text_column(const Tree& tree, NodeId block_scalar) {
  if (block_header(tree, block_scalar).indentation != 0) return std::nullopt;
  const std::uint32_t end = tree.nodes[block_scalar].end;
  for (std::uint32_t line = next_line(tree.text, tree.nodes[block_scalar].begin); line < end;
       line = next_line(tree.text, line)) {
    if (!is_blank_line(tree.text, line)) return skip_blanks(tree.text, line) - line;
  }
  return std::nullopt;
}

std::vector<Member> members(const Tree& tree, NodeId collection) {
  std::vector<Member> result;
  const Node& parent = tree.nodes[collection];
  std::uint32_t gap = parent.begin;  // where the gap before the next member begins
  for (NodeId at = collection + 1; at < parent.next;) {
    Member member{at, at, outer_begin(tree, at), kNoOffset, 0};
    if (parent.kind == Kind::mapping) {
      member.value = tree.nodes[at].next;
      const std::uint32_t colon = find_indicator(tree, tree.nodes[at].end, outer_begin(tree, member.value), ':');
      if (colon != kNoOffset) member.after_mark = colon + 1;
    } else {
      if (parent.style == Style::block) {
        const std::uint32_t dash = find_indicator(tree, gap, member.begin, '-');
        if (dash != kNoOffset) member.begin = dash;
        member.after_mark = member.begin + 1;
      }
    }
    member.end = tree.nodes[member.value].end;
    result.push_back(member);
    gap = member.end;
    at = tree.nodes[member.value].next;
  }
  return result;
}

std::uint32_t content_line_end(const Tree& tree, NodeId node, std::uint32_t end) {
  const std::uint32_t size = static_cast<std::uint32_t>(tree.text.size());
  std::uint32_t last = line_end(tree.text, end);
  const NodeId scalar = text_before(tree, tree.nodes[node].next);
  if (!is_block_scalar(tree.nodes[scalar])) return last;
  const bool keeps_all = block_header(tree, scalar).chomping == '+';
  // A line of blanks is text when it is longer than the indentation.
  const std::uint32_t indentation = text_column(tree, scalar).value_or(0);
  for (std::uint32_t line = next_line(tree.text, last); line < size && is_blank_line(tree.text, line);
       line = next_line(tree.text, line)) {
    const std::uint32_t end_of_blanks = line_end(tree.text, line);
    if (keeps_all || end_of_blanks - line > indentation) last = end_of_blanks;
  }
  return last;
}

std::uint32_t member_line_end(const Tree& tree, const Member& member) {
  std::uint32_t last = content_line_end(tree, member.value, member.end);
  const std::uint32_t own_column = column(tree.text, member.begin);
  for (;;) {
    const std::uint32_t below = next_line(tree.text, last);
    const Comment* comment = comment_from(tree, below);
    if (comment == nullptr || line_begin(tree.text, comment->begin) != below || below == last) return last;
    if (!is_first_on_line(tree.text, comment->begin) || comment->begin - below <= own_column) return last;
    last = line_end(tree.text, comment->begin);
  }
}

std::uint32_t leading_comments(const Tree& tree, std::uint32_t line, std::uint32_t wanted_column) {
  const Comment* const first = tree.comments.data();
  const Comment* above = comment_from(tree, line);
  if (above == nullptr) above = first + tree.comments.size();
  while (above != first) {
    --above;
    const std::uint32_t begin = line_begin(tree.text, above->begin);
    const bool is_own = next_line(tree.text, above->begin) == line && line > begin &&
                        is_first_on_line(tree.text, above->begin) && above->begin - begin == wanted_column;
    if (!is_own) break;
    line = begin;
  }
  return line;
}

Place place_of(const Tree& tree, NodeId node) {
  const std::vector<NodeId> path = path_to_node(tree, node);
  Place place;
  if (path.size() < 2) return place;
  place.parent = path[path.size() - 2];
  std::size_t position = 0;
  NodeId previous = kNoNode;
  for (NodeId child = place.parent + 1; child != node; child = tree.nodes[child].next) {
    previous = child;
    ++position;
  }
  if (tree.nodes[place.parent].kind == Kind::mapping) {
    place.is_key = position % 2 == 0;
    place.key = place.is_key ? kNoNode : previous;
    place.index = position / 2;
  } else {
    place.index = position;
  }
  return place;
}

bool is_in_flow(const Tree& tree, const Place& place) {
  return place.parent != kNoNode && tree.nodes[place.parent].style == Style::flow;
}

}  // namespace vlint::yaml
