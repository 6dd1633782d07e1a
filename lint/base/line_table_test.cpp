#include "lint/base/line_table.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "lint/base/text.h"

namespace vlint {
namespace {

TEST_CASE("bytes become lines and columns") {
  const struct {
    std::string_view text;
    std::uint32_t offset;
    std::uint32_t line;
    std::uint32_t column;
    std::uint32_t utf16_column;
  } cases[] = {
      {"", 0, 1, 1, 1},
      {"ab\ncd\n", 0, 1, 1, 1},
      {"ab\ncd\n", 2, 1, 3, 3},  // the line end belongs to its line
      {"ab\ncd\n", 3, 2, 1, 1},
      {"ab\ncd\n", 6, 3, 1, 1},
      {"ab\ncd", 5, 2, 3, 3},
      {"ab\r\ncd", 3, 1, 4, 4},
      {"ab\r\ncd", 4, 2, 1, 1},
      {"ab\rcd", 3, 1, 4, 4},  // a CR alone ends no line in an editor
      {"éü\né", 4, 1, 3, 3},
      {"é\nüé", 5, 2, 2, 2},
      {"😀b", 4, 1, 2, 3},
      {"a\n😀😀b", 10, 2, 3, 5},
      {"é", 1, 1, 2, 2},  // inside of a character: after it
      {"a\xFFz", 2, 1, 3, 3},
      {"a\x80\x80z", 3, 1, 4, 4},  // each stray byte is a character
      {"\xEF\xBB\xBF"
       "ab",
       0, 1, 1, 1},  // a byte-order mark takes no column
      {"\xEF\xBB\xBF"
       "ab",
       3, 1, 1, 1},
      {"\xEF\xBB\xBF"
       "ab",
       4, 1, 2, 2},
      {"\xEF\xBB\xBF\nab", 4, 2, 1, 1},
      {"ab", 99, 1, 3, 3},  // beyond the end: the end
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CAPTURE(c.offset);
    const Position position = LineTable(c.text).at(c.offset);
    CHECK(position.line == c.line);
    CHECK(position.column == c.column);
    CHECK(position.utf16_column == c.utf16_column);
  }
}

TEST_CASE("the position keeps its byte offset") {
  CHECK(LineTable("ab\ncd").at(4).offset == 4);
  CHECK(LineTable("\xEF\xBB\xBF"
                  "ab")
            .at(0)
            .offset == 3);
  CHECK(LineTable("ab").at(99).offset == 2);
}

TEST_CASE("lines come without their ends") {
  const LineTable table("\xEF\xBB\xBFone\r\n\ntwo\rthree\nfour\r");
  CHECK(table.line_count() == 4);
  CHECK(table.line(1) == "one");
  CHECK(table.line(2) == "");
  CHECK(table.line(3) == "two\rthree");
  CHECK(table.line(4) == "four\r");  // no LF follows, so the CR is text
  CHECK(table.line_begin(1) == 3);
  CHECK(table.line_begin(3) == 9);
  CHECK(LineTable("").line_count() == 1);
  CHECK(LineTable("").line(1) == "");
  CHECK(LineTable("a\n").line_count() == 2);
  CHECK(LineTable("a\n").line(2) == "");
}

TEST_CASE("long lines of any characters are counted as short ones") {
  // 1 to 4 bytes each, in an order that puts characters over the borders of every block
  std::string text = "first\n";
  for (int i = 0; i < 3000; ++i) text += i % 4 == 0 ? "a" : i % 4 == 1 ? "é" : i % 4 == 2 ? "€" : "😀";
  const LineTable table(text);
  std::uint32_t column = 1;
  std::uint32_t utf16_column = 1;
  for (std::uint32_t at = 6; at < text.size();) {
    const CodePoint character = code_point_at(text, at);
    const Position position = table.at(at);
    REQUIRE(position.line == 2);
    REQUIRE(position.column == column);
    REQUIRE(position.utf16_column == utf16_column);
    column += 1;
    utf16_column += character.size == 4 ? 2 : 1;
    at += character.size;
  }
  CHECK(table.at(static_cast<std::uint32_t>(text.size())).column == 3001);
}

TEST_CASE("many places on one very long line take no time") {
  const std::string text = "é" + std::string(1 << 20, 'x');
  const LineTable table(text);
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < 100'000; ++i) sum += table.at(2 + i * 10).column;
  CHECK(sum == 100'000ULL * 2 + 10ULL * 99'999 * 100'000 / 2);
}

}  // namespace
}  // namespace vlint
