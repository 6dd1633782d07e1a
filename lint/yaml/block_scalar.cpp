#include "lint/yaml/block_scalar.h"

#include <algorithm>
#include <string>

#include "lint/base/text.h"
#include "lint/yaml/characters.h"
#include "lint/yaml/house_style.h"
#include "lint/yaml/layout.h"
#include "lint/yaml/scalar.h"

namespace vlint::yaml {
namespace {

struct Line {
  std::uint32_t begin;
  std::uint32_t end;  // before the line end
};

// The lines of the scalar in the file, those of blanks at its end included that belong to its text.
std::vector<Line> lines_of(const Tree& tree, NodeId node) {
  std::vector<Line> lines;
  const std::uint32_t end = content_line_end(tree, node, tree.nodes[node].end);
  for (std::uint32_t at = next_line(tree.text, tree.nodes[node].begin); at <= end && at < tree.text.size();
       at = next_line(tree.text, at)) {
    lines.push_back({at, line_end(tree.text, at)});
  }
  return lines;
}

std::size_t trailing_newlines(std::string_view text) {
  const std::size_t last = text.find_last_not_of('\n');
  return last == std::string_view::npos ? text.size() : text.size() - 1 - last;
}

// The lines of a text without what chomping is about: the newlines at its end.
std::vector<std::string_view> text_lines(std::string_view text) {
  text.remove_suffix(trailing_newlines(text));
  return split(text, '\n');
}

// Why the lines cannot stand in the block scalar; empty when they can.
std::string refusal(const std::vector<std::string_view>& lines, bool folded) {
  if (!std::all_of(lines.begin(), lines.end(), is_printable_line)) return "the new text cannot stand in a block scalar";
  const auto first = std::find_if(lines.begin(), lines.end(), [](std::string_view line) { return !line.empty(); });
  if (first == lines.end()) return "a block scalar cannot hold an empty text cleanly";
  if (is_blank(first->front())) return "the new text begins with a blank";
  if (folded && lines.size() > 1) return "a folded block scalar can take only one line of text";
  return "";
}

// Lines before and after the change that are the same, so that they can stay as they are.
struct Common {
  std::size_t front;
  std::size_t back;
};

Common common_lines(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
  const std::size_t most = std::min(before.size(), after.size());
  Common common{0, 0};
  while (common.front < most && before[common.front] == after[common.front]) ++common.front;
  while (common.front + common.back < most &&
         before[before.size() - 1 - common.back] == after[after.size() - 1 - common.back]) {
    ++common.back;
  }
  return common;
}

// A block scalar as it is, and what it is to become.
struct Change {
  BlockHeader header;
  std::uint32_t indentation;
  std::vector<Line> lines;               // in the file
  std::vector<std::string_view> before;  // of the text
  std::vector<std::string_view> after;
  bool folded;
  std::size_t newlines_before;
  std::size_t newlines_after;
};

// Replaces the lines that differ, from the end of the line before the first one to the end of the last one, so that
// lines can be added and removed likewise.
TextEdit replace_lines(const Tree& tree, const Change& change) {
  const Common common = change.folded ? Common{0, 0} : common_lines(change.before, change.after);
  // A folded text of one line may stand on several; blank lines that are kept at its end are not among them.
  const std::size_t blank_lines = std::max<std::size_t>(change.newlines_before, 1) - 1;
  const std::size_t count = change.folded ? change.lines.size() - blank_lines : change.before.size();
  const std::uint32_t header_end = line_end(tree.text, change.header.begin);
  const std::uint32_t from = common.front == 0 ? header_end : change.lines[common.front - 1].end;
  const std::uint32_t to = count == common.back ? header_end : change.lines[count - 1 - common.back].end;
  const std::string_view eol = house_line_end(tree.text, change.header.begin);
  std::string replacement;
  for (std::size_t i = common.front; i + common.back < change.after.size(); ++i) {
    replacement += eol;
    if (!change.after[i].empty()) replacement += std::string(change.indentation, ' ');
    replacement += change.after[i];
  }
  return {tree.span(from, std::max(from, to)), std::move(replacement)};
}

}  // namespace

Result<std::vector<TextEdit>> set_block_scalar(const Tree& tree, NodeId node, std::string_view text) {
  const std::string_view old_text = tree.scalar_text(node);
  const std::optional<std::uint32_t> indentation = text_column(tree, node);
  if (!indentation) return Error{"the block scalar has no text, or an indentation of its own in the header"};
  const Change change{block_header(tree, node),    *indentation,           lines_of(tree, node),
                      text_lines(old_text),        text_lines(text),       tree.nodes[node].style == Style::folded,
                      trailing_newlines(old_text), trailing_newlines(text)};
  if (std::string why = refusal(change.after, change.folded); !why.empty()) return Error{std::move(why)};
  if (change.folded && change.before.size() > 1) return Error{"a folded block scalar of several lines"};
  if (!change.folded && change.before.size() > change.lines.size())
    return Error{"the lines of the block scalar are not clear"};
  std::vector<TextEdit> edits;
  if (change.newlines_after != change.newlines_before) {
    // Blank lines that are kept, and the line end that a file's last line lacks, are not the header's alone.
    const bool lacks_end = change.lines.back().end == tree.text.size();
    if (change.newlines_after > 1 || change.newlines_before > 1 || lacks_end || change.header.chomping == '+') {
      return Error{"the line ends at the end of the block scalar cannot be changed cleanly"};
    }
    edits.push_back({tree.span(change.header.begin, change.header.end), change.newlines_after == 0 ? "-" : ""});
  }
  if (change.before != change.after) edits.push_back(replace_lines(tree, change));
  return edits;
}

bool lacks_line_end(const Tree& tree, NodeId node) {
  const NodeId last = text_before(tree, tree.nodes[node].next);
  return is_block_scalar(tree.nodes[last]) && block_header(tree, last).chomping != '-' &&
         content_line_end(tree, last, tree.nodes[last].end) == tree.text.size();
}

std::optional<LiteralPlace> find_in_literal(const Tree& tree, NodeId node, std::size_t offset) {
  const std::string_view text = tree.scalar_text(node);
  const std::vector<Line> lines = lines_of(tree, node);
  std::size_t begin = 0;
  for (const Line& line : lines) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::uint32_t raw_size = line.end - line.begin;
    if (end - begin > raw_size) return std::nullopt;
    if (offset <= end) {
      const std::uint32_t text_begin = line.end - static_cast<std::uint32_t>(end - begin);
      return LiteralPlace{text_begin + static_cast<std::uint32_t>(offset - begin), text_begin, line.end};
    }
    begin = end + 1;
    if (begin > text.size()) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace vlint::yaml
