#include "lint/output/display.h"

#include <doctest/doctest.h>

namespace vlint {
namespace {

TEST_CASE("printable escapes what is no text") {
  struct Row {
    std::string_view text;
    std::string_view shown;
    unsigned columns;
  };
  const Row rows[] = {
      {"plain: text", "plain: text", 11},
      {"a\tb", "a    b", 6},
      {"\x1b[31m", "\\x1b[31m", 8},
      {"a\nb\r", "a\\x0ab\\x0d", 10},
      {"\x7F", "\\x7f", 4},
      {"\xC2\x85", "\\u0085", 6},                   // a control character of two bytes
      {"\xE2\x80\xAE", "\\u202e", 6},               // right-to-left override
      {"\xEF\xBB\xBF", "\\ufeff", 6},               // byte-order mark
      {"\xFF\xC3", "\\xff\\xc3", 8},                // no UTF-8
      {"\xED\xA0\x80", "\\xed\\xa0\\x80", 12},      // a surrogate
      {"\xF3\xA0\x80\xA0", "\\ue0020", 7},          // a tag character
      {"\xC3\xA9", "\xC3\xA9", 1},                  // é
      {"e\xCC\x81", "e\xCC\x81", 1},                // e and an accent
      {"\xE5\x82\x99", "\xE5\x82\x99", 2},          // 備
      {"\xF0\x9F\x93\xB7", "\xF0\x9F\x93\xB7", 2},  // 📷
      {"\xEF\xBC\xA1", "\xEF\xBC\xA1", 2},          // full-width A
      {"\xEA\xB0\x80", "\xEA\xB0\x80", 2},          // 가
      {"", "", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.shown);
    CHECK(printable(row.text) == row.shown);
    CHECK(display_width(row.text) == row.columns);
  }
}

TEST_CASE("wrap breaks at blanks and keeps paragraphs") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrap("one two three", 6) == Lines{"one", "two", "three"});
  CHECK(wrap("a verylongword b", 5) == Lines{"a", "verylongword", "b"});
  CHECK(wrap("  one   two  ", 20) == Lines{"one two"});
  CHECK(wrap("first\n\nsecond\n", 20) == Lines{"first", "", "second"});
  CHECK(wrap("\xE5\x82\x99\xE4\xBB\xBD x", 5) == Lines{"\xE5\x82\x99\xE4\xBB\xBD", "x"});
  CHECK(wrap("bell \x07", 20) == Lines{"bell \\x07"});
  CHECK(wrap("", 20) == Lines{""});
}

TEST_CASE("counted agrees with its number") {
  CHECK(counted(0, "file") == "0 files");
  CHECK(counted(1, "file") == "1 file");
  CHECK(counted(2, "file") == "2 files");
}

}  // namespace
}  // namespace vlint
