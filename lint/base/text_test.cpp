#include "lint/base/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace vlint {
namespace {

using Views = std::vector<std::string_view>;

constexpr std::size_t kTooFar = 99;

// The textbook table without a band or a cut-off, to compare with.
std::size_t plain_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

TEST_CASE("code points are read with their size") {
  struct Row {
    std::string_view text;
    char32_t value;
    int size;
    bool valid;
  };
  const Row rows[] = {
      {"a", 'a', 1, true},
      {std::string_view("\0", 1), 0, 1, true},
      {"\x7F", 0x7F, 1, true},
      {"\xC2\x80", 0x80, 2, true},
      {"é", 0xE9, 2, true},
      {"\xE0\xA0\x80", 0x800, 3, true},
      {"€", 0x20AC, 3, true},
      {"\xED\x9F\xBF", 0xD7FF, 3, true},
      {"\xEE\x80\x80", 0xE000, 3, true},
      {"\xF0\x90\x80\x80", 0x10000, 4, true},
      {"😀", 0x1F600, 4, true},
      {"\xF4\x8F\xBF\xBF", 0x10FFFF, 4, true},
      {"\x80", 0xFFFD, 1, false},              // continuation without a lead
      {"\xC0\x80", 0xFFFD, 1, false},          // overlong NUL
      {"\xC1\xBF", 0xFFFD, 1, false},          // overlong DEL
      {"\xE0\x9F\xBF", 0xFFFD, 1, false},      // overlong in three bytes
      {"\xF0\x8F\xBF\xBF", 0xFFFD, 1, false},  // overlong in four bytes
      {"\xED\xA0\x80", 0xFFFD, 1, false},      // surrogate
      {"\xF4\x90\x80\x80", 0xFFFD, 1, false},  // above U+10FFFF
      {"\xF5\x80\x80\x80", 0xFFFD, 1, false},
      {"\xFF", 0xFFFD, 1, false},
      {"\xE2\x82", 0xFFFD, 1, false},      // cut short
      {"\xE2\x82g", 0xFFFD, 1, false},     // third byte is no continuation
      {"\xC3(", 0xFFFD, 1, false},         // second byte is no continuation
      {"\xF0\x9F\x98", 0xFFFD, 1, false},  // cut short
  };
  for (const Row& row : rows) {
    CAPTURE(quoted(row.text));
    const CodePoint point = code_point_at(row.text, 0);
    CHECK(point.value == row.value);
    CHECK(point.size == row.size);
    CHECK(point.valid == row.valid);
  }
}

TEST_CASE("characters are counted, stray bytes as one each") {
  CHECK(count_code_points("") == 0);
  CHECK(count_code_points("abc") == 3);
  CHECK(count_code_points("naïve 😀") == 7);
  CHECK(count_code_points("0123456789abcdef é 0123456789") == 29);
  CHECK(count_code_points("\xFF\xFE") == 2);
}

TEST_CASE("the first byte that is not UTF-8 is found") {
  CHECK(find_invalid_utf8("") == std::nullopt);
  CHECK(find_invalid_utf8("plain text that is longer than eight bytes, and é, €, 😀") == std::nullopt);
  CHECK(find_invalid_utf8("\xFF") == 0U);
  CHECK(find_invalid_utf8("0123456\xC3") == 7U);
  CHECK(find_invalid_utf8("01234567\xE9 caf") == 8U);
  CHECK(find_invalid_utf8("é\xED\xA0\x80") == 2U);
}

TEST_CASE("trim takes ASCII blanks from both ends") {
  CHECK(trim("") == "");
  CHECK(trim(" \t\r\n\v\f ") == "");
  CHECK(trim("  a b\n") == "a b");
  CHECK(trim("a") == "a");
  CHECK(trim("\xC2\xA0x") == "\xC2\xA0x");
}

TEST_CASE("split keeps empty parts and join puts them together again") {
  struct Row {
    std::string_view text;
    Views parts;
  };
  const Row rows[] = {{"", {""}}, {"a", {"a"}}, {"a,b", {"a", "b"}}, {",", {"", ""}}, {"a,,b,", {"a", "", "b", ""}}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(split(row.text, ',') == row.parts);
    CHECK(join(row.parts, ",") == row.text);
  }
  CHECK(join(Views{}, ", ") == "");
  CHECK(join(std::vector<std::string>{"a", "b"}, ", ") == "a, b");
}

TEST_CASE("only ASCII letters are put in lower case") { CHECK(to_lower_ascii("AbZ09[É") == "abz09[É"); }

TEST_CASE("quoted text is safe to print and short") {
  CHECK(quoted("a b") == "\"a b\"");
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("é\n\t\r\x1B\x7F\xFF\xC2\x85") == "\"é\\n\\t\\r\\x1B\\x7F\\xFF\\xC2\\x85\"");
  CHECK(quoted("abc", 3) == "\"abc\"");
  CHECK(quoted("ééé", 2) == "\"éé…\"");
  CHECK(quoted(std::string(1000, 'x')).size() < 70);
}

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
  struct Row {
    std::string_view a;
    std::string_view b;
    std::size_t distance;
  };
  const Row rows[] = {
      {"", "", 0},
      {"abc", "abc", 0},
      {"", "abc", 3},
      {"abc", "", 3},
      {"abc", "abd", 1},
      {"abc", "bc", 1},
      {"abc", "xabc", 1},
      {"ab", "ba", 1},
      {"abcd", "acbd", 1},
      {"ca", "abc", 3},
      {"a", "b", 1},
      {"kitten", "sitting", 3},
      {"schedlue", "schedule", 1},
      {"abcdef", "badcfe", 3},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a);
    CAPTURE(row.b);
    CHECK(plain_distance(row.a, row.b) == row.distance);
    for (std::size_t max = 0; max <= 8; ++max) {
      CAPTURE(max);
      const std::size_t expected = row.distance <= max ? row.distance : kTooFar;
      CHECK(edit_distance(row.a, row.b, max).value_or(kTooFar) == expected);
      CHECK(edit_distance(row.b, row.a, max).value_or(kTooFar) == expected);
    }
  }
}

TEST_CASE("edit distance within a cut-off equals the full table on all short words of two letters") {
  std::vector<std::string> words = {""};
  for (std::size_t i = 0; words[i].size() < 5; ++i) {
    words.push_back(words[i] + 'a');
    words.push_back(words[i] + 'b');
  }
  std::size_t wrong = 0;
  for (const std::string& a : words) {
    for (const std::string& b : words) {
      const std::size_t full = plain_distance(a, b);
      for (std::size_t max = 0; max <= 5; ++max) {
        const std::size_t expected = full <= max ? full : kTooFar;
        if (edit_distance(a, b, max).value_or(kTooFar) != expected) ++wrong;
      }
    }
  }
  CHECK(words.size() == 63);
  CHECK(wrong == 0);
}

TEST_CASE("edit distance of long texts costs the band only") {
  std::string a(200'000, 'a');
  std::string b = a;
  b[100'000] = 'b';
  CHECK(edit_distance(a, b, 2) == 1U);
  CHECK(edit_distance(a, std::string(200'000, 'c'), 2) == std::nullopt);
}

TEST_CASE("the closest candidate is named only when it is the one closest") {
  struct Row {
    std::string_view word;
    Views candidates;
    std::size_t max;
    std::optional<std::string_view> expected;
  };
  const Row rows[] = {
      {"schedlue", {"template", "schedule", "paused"}, 2, "schedule"},
      {"schedule", {"schedule", "schedules"}, 2, "schedule"},
      {"xyz", {"schedule"}, 2, std::nullopt},
      {"cat", {"bat", "hat"}, 2, std::nullopt},  // tie
      {"cat", {"bat", "hat", "cats", "cat"}, 2, "cat"},
      {"cat", {"bat", "bat"}, 1, "bat"},  // the same word twice is no tie
      {"cat", {"dog", "bat"}, 3, "bat"},
      {"cat", {"bat", "dog"}, 3, "bat"},
      {"cat", {}, 3, std::nullopt},
      {"cat", {"cut"}, 0, std::nullopt},
      {"cat", {"cat"}, 0, "cat"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    CAPTURE(join(row.candidates, ","));
    CHECK(closest(row.word, row.candidates, row.max) == row.expected);
    Views reversed(row.candidates.rbegin(), row.candidates.rend());
    CHECK(closest(row.word, reversed, row.max) == row.expected);
  }
}

}  // namespace
}  // namespace vlint
