#include "lint/yaml/scalar_part.h"

#include <algorithm>
#include <cstdint>

#include "lint/yaml/block_scalar.h"
#include "lint/yaml/characters.h"

namespace vlint::yaml {
namespace {

// Bytes of the text that an escape of a double-quoted scalar stands for, and bytes it takes in the file.
struct Escape {
  std::uint32_t decoded;
  std::uint32_t raw;
};

Escape read_escape(std::string_view raw, std::size_t at) {
  const char c = at + 1 < raw.size() ? raw[at + 1] : '\0';
  const std::uint32_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits == 0) {
    const std::uint32_t decoded = c == 'N' || c == '_' ? 2 : c == 'L' || c == 'P' ? 3 : 1;
    return {decoded, 2};
  }
  std::uint32_t value = 0;
  for (std::size_t i = at + 2; i < at + 2 + digits && i < raw.size(); ++i) {
    const auto digit = static_cast<unsigned char>(raw[i]);
    value = value * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20U) - 'a' + 10U);
  }
  return {value < 0x80 ? 1U : value < 0x800 ? 2U : value < 0x10000 ? 3U : 4U, digits + 2};
}

// A run of blanks and line ends: folded when it has a line end, else as it is.
struct Gap {
  std::size_t raw;      // bytes
  std::size_t decoded;  // bytes
  bool folded;
};

Gap read_gap(std::string_view raw, std::size_t at) {
  std::size_t end = at;
  std::size_t breaks = 0;
  while (end < raw.size() && (is_blank(raw[end]) || is_break(raw[end]))) {
    if (raw[end] == '\n') ++breaks;
    ++end;
  }
  return {end - at, breaks == 0 ? end - at : breaks == 1 ? 1 : breaks - 1, breaks > 0};
}

// How far the lines of a block scalar are indented: as the least of those with text.
std::size_t indentation(std::string_view raw, std::size_t at) {
  std::size_t least = raw.size();
  for (std::size_t blanks = 0; at < raw.size(); ++at) {
    if (is_break(raw[at])) {
      blanks = 0;
    } else if (raw[at] == ' ') {
      ++blanks;
    } else {
      least = std::min(least, blanks);
      blanks = raw.size();
    }
  }
  return least;
}

// Walks a folded block scalar and its text side by side; `raw` begins at the header.
std::optional<std::size_t> folded_offset(std::string_view raw, std::string_view text, std::size_t offset) {
  std::size_t at = std::min(raw.find('\n'), raw.size());
  const std::size_t indent = indentation(raw, at);
  for (std::size_t decoded = 0; at < raw.size();) {
    if (is_break(raw[at])) {
      std::size_t blanks = 0;
      std::size_t breaks = 0;
      for (; at < raw.size() && (is_break(raw[at]) || (raw[at] == ' ' && blanks < indent)); ++at) {
        blanks = is_break(raw[at]) ? 0 : blanks + 1;
        if (raw[at] == '\n') ++breaks;
      }
      const bool is_space = decoded < text.size() && text[decoded] == ' ' && decoded > 0 && breaks == 1;
      if (is_space) ++decoded;
      while (!is_space && decoded < text.size() && text[decoded] == '\n') ++decoded;
      if (decoded > offset) return std::nullopt;
      continue;
    }
    if (decoded == offset) return at;
    if (decoded >= text.size() || text[decoded] != raw[at]) return std::nullopt;
    ++at;
    ++decoded;
  }
  return std::nullopt;
}

// Where a byte of the text stands, from the beginning of the node.
std::optional<std::size_t> offset_in_node(const Tree& tree, NodeId node, std::size_t offset) {
  const Node& n = tree.nodes[node];
  if (n.style == Style::literal) {
    const std::optional<LiteralPlace> place = find_in_literal(tree, node, offset);
    if (!place) return std::nullopt;
    return place->at - n.begin;
  }
  const std::string_view raw = tree.slice(n.begin, n.end);
  if (n.style == Style::folded) return folded_offset(raw, tree.scalar_text(node), offset);
  if (n.style == Style::plain) return raw_offset(raw, n.style, offset);
  if (raw.size() < 2) return std::nullopt;
  const std::optional<std::size_t> inside = raw_offset(raw.substr(1, raw.size() - 2), n.style, offset);
  if (!inside) return std::nullopt;
  return *inside + 1;
}

}  // namespace

std::optional<std::size_t> raw_offset(std::string_view raw, Style style, std::size_t offset) {
  std::size_t decoded = 0;
  for (std::size_t at = 0;;) {
    if (decoded == offset) return at;
    if (at >= raw.size() || decoded > offset) return std::nullopt;
    const char c = raw[at];
    if (is_blank(c) || is_break(c)) {
      const Gap gap = read_gap(raw, at);
      if (!gap.folded && offset < decoded + gap.decoded) return at + (offset - decoded);
      at += gap.raw;
      decoded += gap.decoded;
    } else if (style == Style::single_quoted && c == '\'') {
      at += 2;
      ++decoded;
    } else if (style == Style::double_quoted && c == '\\') {
      if (at + 1 < raw.size() && is_break(raw[at + 1])) return std::nullopt;
      const Escape escape = read_escape(raw, at);
      at += escape.raw;
      decoded += escape.decoded;
    } else {
      ++at;
      ++decoded;
    }
  }
}

Span part_span(Value scalar, std::size_t offset, std::size_t length) {
  const Value source = scalar.source();
  const bool is_told = source.is_scalar() && !source.tree()->is_built() && !source.is_alias() &&
                       source.text() == scalar.text() && offset + length <= scalar.text().size();
  if (!is_told) return scalar.span();
  const Tree& tree = *source.tree();
  const Node& node = tree.nodes[source.node_id()];
  const std::optional<std::size_t> begin = offset_in_node(tree, source.node_id(), offset);
  // In quotes an escape ends where the next byte begins; elsewhere a line end that follows must stay out.
  const bool is_quoted = node.style == Style::single_quoted || node.style == Style::double_quoted;
  const std::optional<std::size_t> end = length == 0 || is_quoted
                                             ? offset_in_node(tree, source.node_id(), offset + length)
                                             : offset_in_node(tree, source.node_id(), offset + length - 1);
  if (!begin || !end) return scalar.span();
  const std::size_t after = length == 0 || is_quoted ? *end : *end + 1;
  return tree.span(node.begin + static_cast<std::uint32_t>(*begin), node.begin + static_cast<std::uint32_t>(after));
}

}  // namespace vlint::yaml
