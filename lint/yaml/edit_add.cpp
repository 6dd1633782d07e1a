// Edits that add entries and items.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/yaml/block_scalar.h"
#include "lint/yaml/characters.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/edit_guard.h"
#include "lint/yaml/layout.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {
namespace {

// Where the new member goes among those that are there.
struct Target {
  std::size_t index = 0;
  bool before = false;  // before that member, else after it
};

// What is written, and how.
class Addition {
 public:
  Addition(const Tree& tree, NodeId near, const NewValue& value) : tree_(tree), value_(value) {
    style_.house = house_style(tree, near);
  }

  // Into a mapping or sequence that has members. `value` has exactly one: the new one.
  Edits beside(NodeId collection, const std::vector<Member>& members, Target target);
  // Instead of a null value, `{}` or `[]`.
  Edits instead_of(NodeId node);

 private:
  Edits beside_in_block(const std::vector<Member>& members, Target target);
  Edits beside_in_flow(NodeId collection, const std::vector<Member>& members, Target target);
  Edits before_first(const Member& first);
  Edits instead_in_flow(NodeId node, const Place& place);
  Edits after_mark(NodeId node, const Place& place);

  // After the dash of a list, so that a block can begin on the same line; not after an anchor, which would be its
  // key's.
  bool is_after_dash(NodeId node, const Place& place) const {
    return place.parent != kNoNode && tree_.nodes[place.parent].kind == Kind::sequence &&
           tree_.anchor_of(node) == nullptr;
  }
  bool is_mapping() const { return value_.kind == NewValue::Kind::mapping; }
  std::string write_member(std::uint32_t at_column, std::uint32_t gap) const;
  std::string write_flow_member() const;
  void decide_on_literals(std::uint32_t end_of_line, std::uint32_t at_column);
  TextEdit insertion(std::uint32_t at, std::string text) const { return {tree_.span(at, at), std::move(text)}; }

  const Tree& tree_;
  const NewValue& value_;
  WriteStyle style_;
};

std::string blanks(std::uint32_t count) { return std::string(count, ' '); }

std::string Addition::write_member(std::uint32_t at_column, std::uint32_t gap) const {
  return is_mapping() ? write_block_entry(value_.entries.front(), at_column, style_)
                      : write_block_item(value_.items.front(), at_column, gap, style_);
}

std::string Addition::write_flow_member() const {
  WriteStyle flow = style_;
  flow.in_flow = true;
  return is_mapping() ? write_flow_entry(value_.entries.front(), flow) : write_flow(value_.items.front(), flow);
}

// A block scalar at the end of what is added would take lines below that are indented as deep, be they comments or
// nothing but blanks, and must be ended by a line end that the file may not have.
void Addition::decide_on_literals(std::uint32_t end_of_line, std::uint32_t at_column) {
  std::uint32_t below = next_line(tree_.text, end_of_line);
  style_.literals = end_of_line < tree_.text.size();
  for (; below < tree_.text.size() && is_blank_line(tree_.text, below); below = next_line(tree_.text, below)) {
    if (line_end(tree_.text, below) - below > at_column) style_.literals = false;
  }
  const Comment* comment = comment_from(tree_, below);
  const bool comment_below = comment != nullptr && line_begin(tree_.text, comment->begin) == below &&
                             is_first_on_line(tree_.text, comment->begin);
  if (comment_below && comment->begin - below > at_column) style_.literals = false;
}

Edits Addition::beside(NodeId collection, const std::vector<Member>& members, Target target) {
  if (Status status = can_edit_members(tree_, collection); !status) return Error{status.error()};
  return tree_.nodes[collection].style == Style::flow ? beside_in_flow(collection, members, target)
                                                      : beside_in_block(members, target);
}

Edits Addition::beside_in_block(const std::vector<Member>& members, Target target) {
  if (target.before) return before_first(members.front());
  const Member& neighbour = members[target.index];
  const std::uint32_t at_column = column(tree_.text, members.front().begin);
  const std::uint32_t at = member_line_end(tree_, neighbour);
  if (lacks_line_end(tree_, neighbour.value)) {
    return Error{"the block scalar before it ends with the file, without a line end"};
  }
  if (Status status = has_no_tab_below(tree_, at); !status) return Error{status.error()};
  // Items follow the gap between dash and value of their neighbour.
  std::uint32_t gap = 1;
  if (!is_mapping()) {
    const std::uint32_t value_begin = outer_begin(tree_, neighbour.value);
    const bool same_line = value_begin < line_end(tree_.text, neighbour.begin) && value_begin > neighbour.after_mark;
    if (same_line) gap = value_begin - neighbour.after_mark;
  }
  decide_on_literals(at, at_column);
  return std::vector<TextEdit>{
      insertion(at, std::string(style_.house.line_end) + blanks(at_column) + write_member(at_column, gap))};
}

Edits Addition::before_first(const Member& first) {
  const std::uint32_t at_column = column(tree_.text, first.begin);
  std::uint32_t at = first.begin;
  if (is_first_on_line(tree_.text, at)) {
    at = leading_comments(tree_, line_begin(tree_.text, at), at_column) + at_column;
  }
  return std::vector<TextEdit>{
      insertion(at, write_member(at_column, 1) + std::string(style_.house.line_end) + blanks(at_column))};
}

Edits Addition::beside_in_flow(NodeId collection, const std::vector<Member>& members, Target target) {
  const std::uint32_t close = tree_.nodes[collection].end - 1;
  style_.json = is_mapping() ? tree_.nodes[members.front().first].style == Style::double_quoted
                             : std::all_of(members.begin(), members.end(), [&](const Member& member) {
                                 return tree_.nodes[member.value].style == Style::double_quoted;
                               });
  const Member& neighbour = members[target.index];
  const std::string text = write_flow_member();
  const bool begins_line = is_first_on_line(tree_.text, neighbour.begin);
  const std::string next_begin = std::string(style_.house.line_end) + blanks(column(tree_.text, neighbour.begin));
  if (target.before) {
    return std::vector<TextEdit>{insertion(neighbour.begin, text + "," + (begins_line ? next_begin : " "))};
  }

  const bool is_last = target.index + 1 == members.size();
  const std::uint32_t next = is_last ? close : members[target.index + 1].begin;
  const std::uint32_t comma = find_indicator(tree_, neighbour.end, next, ',');
  const std::uint32_t mark = comma == kNoOffset ? neighbour.end : comma + 1;
  const std::uint32_t end_of_line = line_end(tree_.text, mark);
  // `{a:,` would be the key `a:` to some readers.
  const std::string separator = tree_.text[neighbour.end - 1] == ':' ? " ," : ",";
  if (begins_line && next > end_of_line && line_begin(tree_.text, mark) <= neighbour.end) {
    // One member a line: after the comment of the line.
    if (comma != kNoOffset) return std::vector<TextEdit>{insertion(end_of_line, next_begin + text + ",")};
    if (end_of_line == neighbour.end) {
      return std::vector<TextEdit>{insertion(end_of_line, separator + next_begin + text)};
    }
    return std::vector<TextEdit>{insertion(neighbour.end, separator), insertion(end_of_line, next_begin + text)};
  }
  const bool one_a_line = begins_line && is_last && members.size() > 1;
  return std::vector<TextEdit>{
      insertion(neighbour.end, separator + (one_a_line ? next_begin : std::string(" ")) + text)};
}

Edits Addition::instead_of(NodeId node) {
  const Node& n = tree_.nodes[node];
  if (tree_.tag_of(node) != nullptr) return Error{"the empty value has a tag"};
  const Place place = place_of(tree_, node);
  if (place.is_key) return Error{"it is a key, not a value"};
  if (is_in_flow(tree_, place) || has_comment(tree_, n.begin, n.end)) return instead_in_flow(node, place);
  if (Status status = has_no_tab_below(tree_, n.end); !status) return Error{status.error()};
  if (n.begin == n.end) return after_mark(node, place);
  // A value on a line of its own, or after a dash, is replaced where it stands; one after a key gives way to new lines.
  const std::uint32_t own_column = column(tree_.text, n.begin);
  const std::uint32_t end_of_line = line_end(tree_.text, n.end);
  if (!is_first_on_line(tree_.text, n.begin) && !is_after_dash(node, place)) return after_mark(node, place);
  decide_on_literals(end_of_line, own_column);
  style_.literals = style_.literals && end_of_line == n.end;
  std::string text = write_block(value_, own_column, style_);
  const std::size_t first_line = std::min(text.find_first_of("\r\n"), text.size());
  if (end_of_line == n.end || first_line == text.size()) {
    return std::vector<TextEdit>{{tree_.span(node), std::move(text)}};
  }
  return std::vector<TextEdit>{{tree_.span(node), text.substr(0, first_line)},
                               insertion(end_of_line, text.substr(first_line))};
}

Edits Addition::instead_in_flow(NodeId node, const Place& place) {
  const Node& n = tree_.nodes[node];
  if (has_comment(tree_, n.begin, n.end)) {  // it stays, in the brackets
    const bool needs_blank = tree_.text[n.begin + 1] == '#';
    return std::vector<TextEdit>{insertion(n.begin + 1, write_flow_member() + (needs_blank ? " " : ""))};
  }
  style_.json = place.key != kNoNode && tree_.nodes[place.key].style == Style::double_quoted;
  std::string text = write_flow(value_, style_);
  if (n.begin != n.end) return std::vector<TextEdit>{{tree_.span(node), std::move(text)}};
  const bool lacks_colon = place.key != kNoNode && members(tree_, place.parent)[place.index].after_mark == kNoOffset;
  if (lacks_colon && tree_.nodes[place.key].begin == tree_.nodes[place.key].end) return Error{"the key has no text"};
  return std::vector<TextEdit>{insertion(n.begin, (lacks_colon ? ": " : " ") + text)};
}

// After `key:` or `-` (and an anchor): what follows on lines of its own goes below the comment of the line.
Edits Addition::after_mark(NodeId node, const Place& place) {
  const Node& n = tree_.nodes[node];
  if (place.parent == kNoNode && n.begin == n.end) return Error{"the document is empty"};
  const std::uint32_t end_of_line = line_end(tree_.text, n.end);
  const bool after_dash = is_after_dash(node, place);
  std::uint32_t at_column = 0;
  if (after_dash) {
    at_column = column(tree_.text, n.begin) + 1;
  } else if (place.parent != kNoNode) {
    if (Status status = can_edit_members(tree_, place.parent); !status) return Error{status.error()};
    const std::uint32_t mark_column = column(tree_.text, members(tree_, place.parent)[place.index].begin);
    const bool in_mapping = tree_.nodes[place.parent].kind == Kind::mapping;
    at_column = mark_column + (!in_mapping ? 2 : is_mapping() ? style_.house.step : style_.house.dash_indent);
  }
  decide_on_literals(end_of_line, after_dash ? at_column - 2 : at_column);
  style_.literals = style_.literals && (!after_dash || end_of_line == n.end);
  std::string text = write_block(value_, at_column, style_);
  std::uint32_t begin = n.begin;  // with the blanks before `{}` or `~`
  while (n.begin != n.end && is_blank(tree_.text[begin - 1])) --begin;
  if (!after_dash) text = std::string(style_.house.line_end) + blanks(at_column) + text;
  const std::size_t first_line = after_dash ? std::min(text.find_first_of("\r\n"), text.size()) : 0;
  const std::string here = (after_dash ? " " : "") + text.substr(0, first_line);
  const std::string below = text.substr(first_line);
  if (n.end == end_of_line) return std::vector<TextEdit>{{tree_.span(begin, n.end), here + below}};
  std::vector<TextEdit> edits;
  if (begin != n.end || !here.empty()) edits.push_back({tree_.span(begin, n.end), here});
  if (!below.empty()) edits.push_back(insertion(end_of_line, below));
  return edits;
}

bool is_null(const Tree& tree, NodeId node) {
  return tree.nodes[node].kind == Kind::scalar && Value(tree, node).is_null();
}

// Where a key belongs among keys in order; nothing when they are in no order.
std::optional<Target> sorted_target(const Tree& tree, const std::vector<Member>& members, std::string_view key) {
  std::optional<std::size_t> last_before;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string_view text = Value(tree, members[i].first).text();
    if (i > 0 && Value(tree, members[i - 1].first).text() >= text) return std::nullopt;
    if (text < key) last_before = i;
  }
  return last_before ? Target{*last_before, false} : Target{0, true};
}

Result<Target> find_target(const Tree& tree, const std::vector<Member>& members, std::string_view key, Where where) {
  const Target end{members.size() - 1, false};
  switch (where.kind) {
    case Where::Kind::end:
      return end;
    case Where::Kind::sorted:
      return sorted_target(tree, members, key).value_or(end);
    case Where::Kind::after:
      break;
  }
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.first == where.key; });
  if (found == members.end()) return Error{"the key to write after is not in the mapping"};
  return Target{static_cast<std::size_t>(found - members.begin()), false};
}

}  // namespace

Edits add_entry(const Tree& tree, NodeId mapping, std::string_view key, const NewValue& value, Where where) {
  if (Status status = can_change(tree, mapping); !status) return Error{status.error()};
  const NewValue added = NewValue::mapping({{std::string(key), value}});
  if (Status status = check(added); !status) return Error{status.error()};
  Addition addition(tree, mapping, added);
  if (is_null(tree, mapping)) return addition.instead_of(mapping);
  if (tree.nodes[mapping].kind != Kind::mapping) return Error{"the value is no mapping"};
  if (Value(tree, mapping)[key]) return Error{fmt::format("the key {} is there already", quoted(key))};
  const std::vector<Member> present = members(tree, mapping);
  if (present.empty()) return addition.instead_of(mapping);
  const Result<Target> target = find_target(tree, present, key, where);
  if (!target) return Error{target.error()};
  return addition.beside(mapping, present, *target);
}

Edits append_item(const Tree& tree, NodeId sequence, const NewValue& value) {
  if (Status status = can_change(tree, sequence); !status) return Error{status.error()};
  const NewValue added = NewValue::sequence({value});
  if (Status status = check(added); !status) return Error{status.error()};
  Addition addition(tree, sequence, added);
  if (is_null(tree, sequence)) return addition.instead_of(sequence);
  if (tree.nodes[sequence].kind != Kind::sequence) return Error{"the value is no list"};
  const std::vector<Member> present = members(tree, sequence);
  if (present.empty()) return addition.instead_of(sequence);
  return addition.beside(sequence, present, {present.size() - 1, false});
}

Edits ensure_path(const Tree& tree, NodeId mapping, std::span<const std::string_view> path, std::string_view key,
                  const NewValue& value) {
  NodeId at = mapping;
  for (std::size_t depth = 0; depth <= path.size(); ++depth) {
    if (Status status = can_change(tree, at); !status) return Error{status.error()};
    const bool is_key = depth == path.size();
    const Value found = Value(tree, at)[is_key ? key : path[depth]];
    if (!found) {
      NewValue missing = value;
      for (std::size_t i = path.size(); i > depth; --i) {
        missing = NewValue::mapping({{std::string(i == path.size() ? key : path[i]), std::move(missing)}});
      }
      return add_entry(tree, at, is_key ? key : path[depth], missing);
    }
    at = found.place();
  }
  if (!value.is_scalar() || (tree.nodes[at].kind != Kind::scalar && tree.nodes[at].kind != Kind::alias)) {
    return Error{fmt::format("the key {} is there already", quoted(key))};
  }
  return set_scalar(tree, at, value.text, value.kind == NewValue::Kind::string ? WriteAs::string : WriteAs::typed);
}

}  // namespace vlint::yaml
