// Edits of a part of a scalar's text.
#include <algorithm>
#include <optional>

#include "lint/yaml/block_scalar.h"
#include "lint/yaml/characters.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/edit_guard.h"
#include "lint/yaml/layout.h"
#include "lint/yaml/scalar.h"
#include "lint/yaml/scalar_part.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {
namespace {

constexpr std::string_view kNotVerbatim = "this part of the text does not stand in the file as it is";

// Whether the part that begins at `from` in the file is the part that begins at `offset` in the text, byte for byte.
bool is_verbatim(std::string_view raw, std::size_t from, std::string_view whole, std::size_t offset, std::size_t length,
                 Style style) {
  const std::string_view part = raw.substr(from, length);
  const std::string_view special = style == Style::double_quoted   ? "\\\r\n"
                                   : style == Style::single_quoted ? "'\r\n"
                                                                   : "\r\n";
  return part == whole.substr(offset, length) && part.find_first_of(special) == std::string_view::npos &&
         raw_offset(raw, style, offset + length) == from + length;
}

std::string_view without_quotes(std::string_view quoted) { return quoted.substr(1, quoted.size() - 2); }

std::string spliced(std::string_view whole, std::size_t offset, std::size_t length, std::string_view text) {
  return std::string(whole.substr(0, offset)) + std::string(text) + std::string(whole.substr(offset + length));
}

// The new text as it must stand in the file; nothing when it cannot stand in a scalar of this style.
std::optional<std::string> encoded(const Tree& tree, NodeId node, std::string_view text, std::string_view new_whole,
                                   bool in_flow) {
  switch (tree.nodes[node].style) {
    case Style::double_quoted:
      return std::string(without_quotes(double_quoted(text)));
    case Style::single_quoted:
      if (!is_printable_line(text)) return std::nullopt;
      return std::string(without_quotes(single_quoted(text)));
    default: {
      const bool was_string = resolve_plain(tree.scalar_text(node)) == ScalarType::string;
      const bool stays_typed = !was_string && !new_whole.empty() && resolve_plain(new_whole) != ScalarType::string;
      const bool stays_plain = stays_typed || is_safe_plain(new_whole, in_flow);
      return stays_plain ? std::optional(std::string(text)) : std::nullopt;
    }
  }
}

// In a scalar that stands on several lines, blanks at the ends of a line are folded away, and a line must not become
// empty or, in a plain scalar, look like something else.
bool fits_on_its_line(const Tree& tree, NodeId node, std::uint32_t begin, std::uint32_t end, std::string_view text,
                      bool in_flow) {
  if (text.empty() || is_blank(text.front()) || is_blank(text.back())) return false;
  if (tree.nodes[node].style != Style::plain) return true;
  std::uint32_t from = line_begin(tree.text, begin);
  while (is_blank(tree.text[from])) ++from;
  from = std::max(from, tree.nodes[node].begin);
  const std::uint32_t to = std::min(line_end(tree.text, end), tree.nodes[node].end);
  std::string line = std::string(tree.slice(from, begin)) + std::string(text) + std::string(tree.slice(end, to));
  while (!line.empty() && is_blank(line.back())) line.pop_back();
  return is_safe_plain(line, in_flow);
}

Edits rewrite_literal(const Tree& tree, NodeId node, std::size_t offset, std::size_t length, std::string_view text) {
  const std::string_view whole = tree.scalar_text(node);
  const std::optional<LiteralPlace> place = find_in_literal(tree, node, offset);
  const bool in_one_line = place && length <= place->line_end - place->at && is_printable_line(text);
  if (!in_one_line) return set_scalar(tree, node, spliced(whole, offset, length, text), WriteAs::string);
  const auto end = place->at + static_cast<std::uint32_t>(length);
  const std::string line = std::string(tree.slice(place->line_begin, place->at)) + std::string(text) +
                           std::string(tree.slice(end, place->line_end));
  // The first line with text says how far all lines are indented, and a line of blanks may be one without text.
  const bool is_blank_now = line.find_first_not_of(" \t") == std::string::npos;
  const bool began_with_blank = place->line_begin < place->line_end && is_blank(tree.text[place->line_begin]);
  if (is_blank_now || place->line_begin == place->line_end || (is_blank(line.front()) && !began_with_blank)) {
    return set_scalar(tree, node, spliced(whole, offset, length, text), WriteAs::string);
  }
  return std::vector<TextEdit>{{tree.span(place->at, end), std::string(text)}};
}

Edits rewrite_line(const Tree& tree, NodeId node, std::size_t offset, std::size_t length, std::string_view text) {
  const Node& n = tree.nodes[node];
  const std::string_view whole = tree.scalar_text(node);
  const bool is_quoted = n.style != Style::plain;
  const std::uint32_t begin = n.begin + (is_quoted ? 1 : 0);
  const std::string_view raw = tree.slice(begin, n.end - (is_quoted ? 1 : 0));
  const std::optional<std::size_t> from = raw_offset(raw, n.style, offset);
  if (!from || !is_verbatim(raw, *from, whole, offset, length, n.style)) return Error{std::string(kNotVerbatim)};
  const bool in_flow = is_in_flow(tree, place_of(tree, node));
  const std::string new_whole = spliced(whole, offset, length, text);
  const std::optional<std::string> written = encoded(tree, node, text, new_whole, in_flow);
  const auto at = begin + static_cast<std::uint32_t>(*from);
  const auto end = at + static_cast<std::uint32_t>(length);
  if (raw.find('\n') != std::string_view::npos) {
    if (!written || !fits_on_its_line(tree, node, at, end, text, in_flow)) {
      return Error{"the new text does not fit into a scalar of several lines"};
    }
  } else if (!written) {
    return set_scalar(tree, node, new_whole);
  }
  return std::vector<TextEdit>{{tree.span(at, end), *written}};
}

}  // namespace

Edits rewrite_part(const Tree& tree, NodeId node, std::size_t offset, std::size_t length, std::string_view text) {
  if (Status status = can_change(tree, node); !status) return Error{status.error()};
  if (tree.nodes[node].kind != Kind::scalar) return Error{"the value is a mapping or a list"};
  if (place_of(tree, node).is_key) return Error{"it is a key, not a value"};
  if (Status status = can_be_text(tree, node); !status) return Error{status.error()};
  const std::string_view whole = tree.scalar_text(node);
  if (offset > whole.size() || length > whole.size() - offset) return Error{"the part lies outside of the text"};
  if (whole.substr(offset, length) == text) return std::vector<TextEdit>{};
  const Node& n = tree.nodes[node];
  if (n.style == Style::folded) return Error{"the text is folded"};
  if (n.style == Style::literal) return rewrite_literal(tree, node, offset, length, text);
  if (n.begin == n.end) return set_scalar(tree, node, text);
  return rewrite_line(tree, node, offset, length, text);
}

}  // namespace vlint::yaml
