// Where things stand in a file's text: lines and columns, the gaps between tokens, and the bytes and lines that belong
// to one entry of a mapping or one item of a sequence.
//
// Everything comes from the spans of the tree. Text is looked at only in gaps, where by construction there is nothing
// but blanks, line ends, comments and indicators (`-` `:` `,` `?`). Knows nothing of edits (edit.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/yaml/tree.h"

namespace vlint::yaml {

inline constexpr std::uint32_t kNoOffset = 0xFFFFFFFFU;

// --- lines: all offsets and columns count bytes from 0; a byte-order mark stands before the first line ---

std::uint32_t line_begin(std::string_view text, std::uint32_t at);
// Before the line end, LF or CRLF.
std::uint32_t line_end(std::string_view text, std::uint32_t at);
// After the line end; the size of the text when this is the last line.
std::uint32_t next_line(std::string_view text, std::uint32_t at);
std::uint32_t column(std::string_view text, std::uint32_t at);
bool is_first_on_line(std::string_view text, std::uint32_t at);
// The line has nothing but blanks; `line` is its beginning.
bool is_blank_line(std::string_view text, std::uint32_t line);

// --- gaps ---

// The first comment that begins at or after `at`; null when there is none.
const Comment* comment_from(const Tree& tree, std::uint32_t at);
bool has_comment(const Tree& tree, std::uint32_t begin, std::uint32_t end);
// Whether one of the blank lines right below the line that holds `at`, or the comment line after them, has a tab at its
// beginning. libyaml takes such lines after plain scalars only.
bool has_tab_line_below(const Tree& tree, std::uint32_t at);
// The first `indicator` in a gap between two tokens, comments left out; kNoOffset when there is none.
std::uint32_t find_indicator(const Tree& tree, std::uint32_t begin, std::uint32_t end, char indicator);

// --- nodes ---

bool is_block_scalar(const Node& node);
// No text at all: the value of `key:`, without an anchor or tag.
bool is_absent(const Tree& tree, NodeId node);
// A mapping in a flow sequence without braces: `[a: b]`.
bool is_bare_pair(const Tree& tree, NodeId node);
// The node whose text ends last before node `next` begins: the one before it, or the key of that one if it is the
// absent value of a key without a colon. With Node::next, the last text of a subtree.
NodeId text_before(const Tree& tree, NodeId next);
// With anchor and tag.
std::uint32_t outer_begin(const Tree& tree, NodeId node);

// What stands after the `|` or `>` of a block scalar.
struct BlockHeader {
  std::uint32_t begin;
  std::uint32_t end;
  char indentation = 0;  // a digit, or 0
  char chomping = 0;     // `+` keeps the blank lines at the end, `-` drops the last line end; or 0
};
BlockHeader block_header(const Tree& tree, NodeId block_scalar);
// The column of a block scalar's text, when it has text and no indentation of its own in the header.
std::optional<std::uint32_t> text_column(const Tree& tree, NodeId block_scalar);

// --- members: the entries of a mapping, the items of a sequence ---

struct Member {
  NodeId first;              // the key, or the item
  NodeId value;              // the same as `first` in a sequence
  std::uint32_t begin;       // of the key or of the dash; of the item in a flow sequence
  std::uint32_t after_mark;  // after the colon or the dash; kNoOffset without one
  std::uint32_t end;
};
std::vector<Member> members(const Tree& tree, NodeId collection);

// Where the last line of a node's content ends (before the line end): with the blank lines that belong to the text of a
// block scalar, and with the comment at the end of the line.
std::uint32_t content_line_end(const Tree& tree, NodeId node, std::uint32_t end);
// The same for a whole member of a block collection, with the comment lines right below it that are indented deeper.
std::uint32_t member_line_end(const Tree& tree, const Member& member);
// The first of the comment lines that stand right above `line` in the same column, without a blank line between: they
// belong to the member that begins there. `line` itself when there are none.
std::uint32_t leading_comments(const Tree& tree, std::uint32_t line, std::uint32_t wanted_column);

// Where a node stands in its parent.
struct Place {
  NodeId parent = kNoNode;  // kNoNode for the root of a document
  NodeId key = kNoNode;     // of a value in a mapping
  std::size_t index = 0;    // of the member
  bool is_key = false;
};
Place place_of(const Tree& tree, NodeId node);
bool is_in_flow(const Tree& tree, const Place& place);

}  // namespace vlint::yaml
