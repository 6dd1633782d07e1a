// Text as a terminal may show it: nothing that moves the cursor, changes colours or reorders characters gets through,
// and every character has a known number of columns.
//
// Knows nothing of findings. Widths follow East Asian Width as terminals do: wide and full-width characters and emoji
// take two columns, combining marks none, everything else one. Joined emoji are counted part by part.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vlint {

// One character of a text, ready to be shown.
struct Glyph {
  std::string shown;  // the character itself, or an escape such as \x1b, \u202e, or blanks for a tab
  unsigned columns = 1;
  std::size_t bytes = 1;  // of the source text
};

// The character that begins at `offset`, which must lie inside the text. A tab is four blanks.
Glyph glyph_at(std::string_view text, std::size_t offset);

// The text on one line: control characters, line ends, direction overrides and bytes that are not UTF-8 are escaped.
std::string printable(std::string_view text);

unsigned display_width(std::string_view text);

// Printable lines of at most `columns` columns, broken at blanks; a longer word gets a line of its own. Line ends in
// the text break lines too. At least one line.
std::vector<std::string> wrap(std::string_view text, unsigned columns);

// "1 error", "2 errors".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace vlint
