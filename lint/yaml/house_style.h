// How a file is written near a place, so that what is added looks as if it had always been there.
//
// Asks the mapping or sequence at the place first, then its surroundings step by step, then the document, then the
// documents around it.
#pragma once

#include <cstdint>
#include <string_view>

#include "lint/yaml/tree.h"

namespace vlint::yaml {

struct HouseStyle {
  std::uint32_t step = 2;               // columns that a mapping inside a mapping is indented
  std::uint32_t dash_indent = 0;        // columns between a key and the dashes of its list; kubectl writes 0
  Style quotes = Style::single_quoted;  // or double_quoted
  std::string_view line_end = "\n";     // or "\r\n"
};

// Time: the nodes of the document.
HouseStyle house_style(const Tree& tree, NodeId near);

// Only what HouseStyle::quotes is.
Style house_quotes(const Tree& tree, NodeId near);

// The line end of the line that holds `at`, or of the one before when it is the last and has none.
std::string_view house_line_end(std::string_view text, std::uint32_t at);

}  // namespace vlint::yaml
