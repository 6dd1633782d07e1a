// Small work on text: UTF-8, trimming, splitting, joining, quoting in messages, and "did you mean".
//
// Texts are bytes. Nothing here knows of lines and columns (line_table.h), patterns (glob.h) or YAML.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vlint {

// A Unicode character and the bytes it takes. Bytes that are not UTF-8 are read one at a time as U+FFFD with
// `valid` false, as Go reads strings, so every iteration ends.
struct CodePoint {
  char32_t value = 0;
  std::uint8_t size = 1;  // bytes, 1 to 4
  bool valid = true;
};

// The character that begins at `offset`, which must lie inside the text. To go on: `offset += result.size`.
CodePoint code_point_at(std::string_view text, std::size_t offset);

// Number of characters; each byte that is not UTF-8 counts as one.
std::size_t count_code_points(std::string_view text);

// Offset of the first byte that is not UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

// Without blanks, tabs, line ends, vertical tabs and form feeds at both ends (ASCII only).
std::string_view trim(std::string_view text);

// The parts between separators. "a,,b" has three parts, "" has one, which is empty.
std::vector<std::string_view> split(std::string_view text, char separator);

// The ASCII letters in lower case; every other byte as it is.
std::string to_lower_ascii(std::string_view text);

// `parts` is any range of strings or string views.
template <typename Range>
std::string join(const Range& parts, std::string_view separator) {
  std::string joined;
  bool first = true;
  for (const auto& part : parts) {
    if (!first) joined += separator;
    joined += part;
    first = false;
  }
  return joined;
}

// The text in double quotes for a message: control characters and bytes that are not UTF-8 as \n, \t or \xNN, a text of
// more than `max_characters` cut and ended with "…". For people to read, not for programs to read back.
std::string quoted(std::string_view text, std::size_t max_characters = 60);

// How many insertions, deletions, replacements and swaps of neighbouring bytes turn `a` into `b` (optimal string
// alignment: no byte is edited twice), or nullopt if that is more than `max`. Time O(length × max), memory O(length).
std::optional<std::size_t> edit_distance(std::string_view a, std::string_view b, std::size_t max);

// The one candidate nearest to `word`, at most `max_distance` edits away. nullopt if there is none or if two different
// candidates are equally near: a wrong guess is worse than none. The order of the candidates does not matter.
std::optional<std::string_view> closest(std::string_view word, std::span<const std::string_view> candidates,
                                        std::size_t max_distance);

}  // namespace vlint
