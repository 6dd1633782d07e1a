// Edits that remove entries and items.
#include <algorithm>

#include "lint/yaml/characters.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/edit_guard.h"
#include "lint/yaml/layout.h"

namespace vlint::yaml {
namespace {

constexpr std::string_view kUnclearCommas = "the commas around it are not clear";

struct Bytes {
  std::uint32_t begin;
  std::uint32_t end;
};

// One member of a collection that is to go, with its neighbours.
struct Candidate {
  NodeId collection;
  std::vector<Member> members;
  std::size_t index;

  const Member& member() const { return members[index]; }
  bool is_last() const { return index + 1 == members.size(); }
};

TextEdit deletion(const Tree& tree, Bytes bytes) { return {tree.span(bytes.begin, bytes.end), ""}; }

Removal removal(const Tree& tree, std::vector<TextEdit> edits) {
  Removal result{std::move(edits), false};
  for (const TextEdit& edit : result.edits) {
    const std::uint32_t begin = edit.where.begin;
    result.removes_comments =
        result.removes_comments || (edit.where.size() > 0 && has_comment(tree, begin, edit.where.end));
  }
  return result;
}

std::uint32_t previous_line(std::string_view text, std::uint32_t line) { return line_begin(text, line - 1); }

// Of blank lines above and below what goes, those below go too, as far as there are as many above; at the end of the
// file those above.
Bytes with_blank_lines(const Tree& tree, Bytes lines) {
  const std::string_view text = tree.text;
  std::uint32_t above = lines.begin;
  std::uint32_t below = lines.end;
  const std::uint32_t first_line = line_begin(text, 0);
  while (above > first_line && is_blank_line(text, previous_line(text, above))) {
    above = previous_line(text, above);
    if (below < text.size() && is_blank_line(text, below)) below = next_line(text, below);
  }
  return lines.end == text.size() ? Bytes{above, below} : Bytes{lines.begin, below};
}

// After a block scalar, what follows the lines that go must not become a part of its text: blank lines go too, comments
// that are indented as deep are a reason to refuse.
Result<Bytes> after_block_scalar(const Tree& tree, NodeId scalar, Bytes lines) {
  const std::string_view text = tree.text;
  const bool keeps = block_header(tree, scalar).chomping == '+';
  for (std::uint32_t line = lines.end; line < text.size() && is_blank_line(text, line); line = next_line(text, line)) {
    if (keeps || line_end(text, line) > line) lines.end = next_line(text, line);
  }
  std::uint32_t below = lines.end;
  while (below < text.size() && is_blank_line(text, below)) below = next_line(text, below);
  const Comment* comment = comment_from(tree, below);
  const bool comment_below =
      comment != nullptr && line_begin(text, comment->begin) == below && is_first_on_line(text, comment->begin);
  if (comment_below && comment->begin - below >= text_column(tree, scalar).value_or(1)) {
    return Error{"a comment below would become a part of the block scalar above"};
  }
  return lines;
}

// Blank lines with tabs are not taken by libyaml wherever they stand, so they go too.
Result<Bytes> with_tab_lines(const Tree& tree, Bytes lines) {
  while (lines.end < tree.text.size() && is_blank_line(tree.text, lines.end)) {
    lines.end = next_line(tree.text, lines.end);
  }
  if (Status status = has_no_tab_below(tree, lines.end - 1); !status) return Error{status.error()};
  return lines;
}

// The lines of a member that begins on a line of its own.
Result<Bytes> whole_lines(const Tree& tree, const Member& member) {
  const std::uint32_t line = line_begin(tree.text, member.begin);
  const Bytes lines{leading_comments(tree, line, member.begin - line),
                    next_line(tree.text, member_line_end(tree, member))};
  if (has_tab_line_below(tree, lines.end - 1)) return with_tab_lines(tree, lines);
  // In the order of nodes the one before is the deepest and last of what stands before.
  const NodeId before = member.first > 0 ? text_before(tree, member.first) : member.first;
  if (is_block_scalar(tree.nodes[before]) && before != member.first) return after_block_scalar(tree, before, lines);
  return with_blank_lines(tree, lines);
}

Result<Removal> remove_from_block(const Tree& tree, const Candidate& candidate) {
  const Member& member = candidate.member();
  if (is_first_on_line(tree.text, member.begin)) {
    const Result<Bytes> lines = whole_lines(tree, member);
    if (!lines) return Error{lines.error()};
    return removal(tree, {deletion(tree, *lines)});
  }
  // The first one, on the line of a dash: the next one slides up, or the comment before it.
  const std::uint32_t below = member_line_end(tree, member);
  const std::uint32_t next = candidate.members[candidate.index + 1].begin;
  const Comment* comment = comment_from(tree, below);
  const std::uint32_t end = comment != nullptr && comment->begin < next ? comment->begin : next;
  return removal(tree, {deletion(tree, {member.begin, end})});
}

// Whether nothing else stands on the lines from `begin` to `end`, comments left out.
bool alone_on_lines(const Tree& tree, Bytes bytes) {
  std::uint32_t at = bytes.end;
  while (at < tree.text.size() && is_blank(tree.text[at])) ++at;
  const Comment* comment = comment_from(tree, at);
  const bool ends_line = at == line_end(tree.text, bytes.end) || (comment != nullptr && comment->begin == at);
  return ends_line && is_first_on_line(tree.text, bytes.begin);
}

// The lines of a member that stands on lines of its own; without a comma after it, the one before goes too.
Result<Removal> remove_flow_lines(const Tree& tree, const Candidate& candidate, std::uint32_t end, bool has_comma) {
  const Member& member = candidate.member();
  const std::uint32_t line = line_begin(tree.text, member.begin);
  const std::uint32_t begin = leading_comments(tree, line, member.begin - line);
  std::vector<TextEdit> edits;
  if (!has_comma && candidate.index > 0) {
    const std::uint32_t comma = find_indicator(tree, candidate.members[candidate.index - 1].end, member.begin, ',');
    if (comma == kNoOffset) return Error{std::string(kUnclearCommas)};
    if (comma < begin) edits.push_back(deletion(tree, {comma, comma + 1}));
  }
  edits.push_back(deletion(tree, {begin, next_line(tree.text, end)}));
  return removal(tree, std::move(edits));
}

// With the comma after it, else with the one before.
Result<Removal> remove_from_flow(const Tree& tree, const Candidate& candidate) {
  const Member& member = candidate.member();
  const std::uint32_t close = tree.nodes[candidate.collection].end - 1;
  const std::uint32_t next = candidate.is_last() ? close : candidate.members[candidate.index + 1].begin;
  const std::uint32_t comma = find_indicator(tree, member.end, next, ',');
  const std::uint32_t end = comma == kNoOffset ? member.end : comma + 1;
  if (alone_on_lines(tree, {member.begin, end})) {
    return remove_flow_lines(tree, candidate, end, comma != kNoOffset);
  }
  if (candidate.is_last()) {
    const Member& previous = candidate.members[candidate.index - 1];
    const std::uint32_t comma_before = find_indicator(tree, previous.end, member.begin, ',');
    if (comma_before == kNoOffset) return Error{std::string(kUnclearCommas)};
    if (has_comment(tree, previous.end, member.end)) {
      return removal(tree,
                     {deletion(tree, {comma_before, comma_before + 1}), deletion(tree, {member.begin, member.end})});
    }
    // `{a:}` would be the text `a:` to some readers, so the blank after the colon stays.
    const std::uint32_t begin = tree.text[previous.end - 1] == ':' ? comma_before : previous.end;
    return removal(tree, {deletion(tree, {begin, member.end})});
  }
  if (!has_comment(tree, member.begin, next)) return removal(tree, {deletion(tree, {member.begin, next})});
  if (comma == kNoOffset) return Error{std::string(kUnclearCommas)};
  return removal(tree, {deletion(tree, {member.begin, end})});
}

// After the colon or dash of a collection's place, and its anchor and tag.
std::uint32_t end_of_mark(const Tree& tree, NodeId collection, const Place& place) {
  std::uint32_t end = members(tree, place.parent)[place.index].after_mark;
  if (const Anchor* anchor = tree.anchor_of(collection)) end = std::max(end, anchor->end);
  if (const Tag* tag = tree.tag_of(collection)) end = std::max(end, tag->end);
  return end;
}

Result<Removal> leave_empty(const Tree& tree, const Candidate& candidate) {
  const Member& member = candidate.member();
  const Node& node = tree.nodes[candidate.collection];
  const std::string empty = node.kind == Kind::mapping ? "{}" : "[]";
  if (node.style == Style::flow) {
    if (has_comment(tree, node.begin, node.end)) {
      if (!alone_on_lines(tree, {member.begin, member.end})) return Error{"comments stand between the brackets"};
      return remove_flow_lines(tree, candidate, member.end, false);
    }
    return removal(tree, {{tree.span(node.begin, node.end), empty}});
  }
  const Place place = place_of(tree, candidate.collection);
  if (place.parent == kNoNode || !is_first_on_line(tree.text, member.begin)) {
    const std::uint32_t end = member_line_end(tree, member);
    if (Status status = has_no_tab_below(tree, end); !status) return Error{status.error()};
    return removal(tree, {{tree.span(member.begin, end), empty}});
  }
  const Result<Bytes> lines = whole_lines(tree, member);
  if (!lines) return Error{lines.error()};
  const std::uint32_t mark = end_of_mark(tree, candidate.collection, place);
  return removal(tree, {{tree.span(mark, mark), " " + empty}, deletion(tree, *lines)});
}

Result<Removal> remove_member(const Tree& tree, NodeId collection, std::size_t index, OnlyChild only_child) {
  for (;;) {
    if (Status status = can_edit_members(tree, collection); !status) return Error{status.error()};
    const Candidate candidate{collection, members(tree, collection), index};
    const Member& member = candidate.member();
    if (Status status = can_remove(tree, member.first, tree.nodes[member.value].next); !status) {
      return Error{status.error()};
    }
    if (candidate.members.size() > 1) {
      return tree.nodes[collection].style == Style::flow ? remove_from_flow(tree, candidate)
                                                         : remove_from_block(tree, candidate);
    }
    if (only_child == OnlyChild::leave_empty) return leave_empty(tree, candidate);
    const Place place = place_of(tree, collection);
    if (place.parent == kNoNode) return Error{"nothing would be left of the document"};
    collection = place.parent;
    index = place.index;
  }
}

}  // namespace

Result<Removal> remove_entry(const Tree& tree, NodeId mapping, NodeId key, OnlyChild only_child) {
  if (Status status = can_change(tree, mapping); !status) return Error{status.error()};
  if (tree.nodes[mapping].kind != Kind::mapping) return Error{"the value is no mapping"};
  const std::vector<Member> present = members(tree, mapping);
  const auto found =
      std::find_if(present.begin(), present.end(), [&](const Member& member) { return member.first == key; });
  if (found == present.end()) return Error{"the key is not written in this mapping; it may come from a merge (`<<`)"};
  return remove_member(tree, mapping, static_cast<std::size_t>(found - present.begin()), only_child);
}

Result<Removal> remove_item(const Tree& tree, NodeId sequence, std::size_t index, OnlyChild only_child) {
  if (Status status = can_change(tree, sequence); !status) return Error{status.error()};
  if (tree.nodes[sequence].kind != Kind::sequence) return Error{"the value is no list"};
  if (index >= members(tree, sequence).size()) return Error{"the list has no such item"};
  return remove_member(tree, sequence, index, only_child);
}

}  // namespace vlint::yaml
