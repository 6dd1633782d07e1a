// Blanks and line ends as YAML 1.1, and so libyaml, sees them. Not for lines as people count them (line_table.h).
#pragma once

#include <cstddef>
#include <string_view>

namespace vlint::yaml {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_break(char c) { return c == '\n' || c == '\r'; }

// Bytes of the line end that begins at `at`: LF and CR 1, NEL (U+0085) 2, LS and PS (U+2028, U+2029) 3; else 0.
constexpr std::size_t break_size(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c >= 0) return is_break(c) ? 1 : 0;
  if (c == '\xC2') return text.substr(at + 1, 1) == "\x85" ? 2 : 0;
  if (c == '\xE2') return text.substr(at + 1, 2) == "\x80\xA8" || text.substr(at + 1, 2) == "\x80\xA9" ? 3 : 0;
  return 0;
}

// Whether a line end stands right before `at`.
constexpr bool ends_with_break(std::string_view text, std::size_t at) {
  for (std::size_t size = 1; size <= 3 && size <= at; ++size) {
    if (break_size(text, at - size) == size) return true;
  }
  return false;
}

// Whether `---` or `...` stands at `at`, which begins a line, followed by a blank or the end of the line: a mark that
// ends the document wherever it stands, also inside a block scalar or a quoted text (YAML 1.2, c-forbidden).
constexpr bool is_document_mark(std::string_view text, std::size_t at, std::string_view mark) {
  return text.substr(at, 3) == mark && (at + 3 == text.size() || is_blank(text[at + 3]) || is_break(text[at + 3]));
}

}  // namespace vlint::yaml
