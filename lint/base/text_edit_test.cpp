#include "lint/base/text_edit.h"

#include <doctest/doctest.h>

#include <cstdint>

namespace vlint {
namespace {

constexpr FileId kFile{0};

TextEdit edit(std::uint32_t begin, std::uint32_t end, std::string text) {
  return {{kFile, begin, end}, std::move(text)};
}

std::string numbered(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += std::to_string(i) + "\n";
  return text;
}

// Applies a unified diff by the book: every context and removed line must stand where its hunk says.
std::string patched(std::string_view before, std::string_view diff) {
  const auto take_line = [](std::string_view& text) {
    const std::size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline == std::string_view::npos ? newline : newline + 1);
    text.remove_prefix(line.size());
    return line;
  };
  std::string result;
  std::size_t line_number = 1;
  take_line(diff);
  take_line(diff);
  while (!diff.empty()) {
    std::string_view line = take_line(diff);
    if (line.substr(0, 4) == "@@ -") {
      const auto start = static_cast<std::size_t>(std::stoul(std::string(line.substr(4))));
      const bool has_old_lines = line.find(",0 +") == std::string_view::npos;
      for (; line_number < start + (has_old_lines ? 0 : 1); ++line_number) result += take_line(before);
      continue;
    }
    const char mark = line.front();
    line.remove_prefix(1);
    if (diff.substr(0, 2) == "\\ ") {
      take_line(diff);
      line.remove_suffix(1);
    }
    if (mark != '+') {
      REQUIRE(take_line(before) == line);
      ++line_number;
    }
    if (mark != '-') result += line;
  }
  return result + std::string(before);
}

TEST_CASE("edits conflict when they share a byte or put two texts at one place") {
  struct Row {
    TextEdit a, b;
    bool conflict;
  };
  const Row rows[] = {
      {edit(1, 3, "x"), edit(1, 3, "x"), false},  // one edit
      {edit(1, 3, "x"), edit(1, 3, "y"), true},           {edit(1, 3, "x"), edit(2, 4, "x"), true},
      {edit(1, 5, "x"), edit(2, 3, "x"), true},           {edit(1, 3, "x"), edit(3, 4, "y"), false},
      {edit(2, 2, "x"), edit(2, 2, "y"), true},           {edit(2, 2, "x"), edit(2, 2, "x"), false},
      {edit(2, 2, "x"), edit(1, 3, "y"), true},  // inside
      {edit(1, 1, "x"), edit(1, 3, "y"), false},          {edit(3, 3, "x"), edit(1, 3, "y"), false},
      {edit(1, 3, "x"), {{FileId{1}, 1, 3}, "y"}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a.where.begin);
    CAPTURE(row.b.where.begin);
    CHECK(conflict(row.a, row.b) == row.conflict);
    CHECK(conflict(row.b, row.a) == row.conflict);
  }
}

TEST_CASE("edits are applied in any order and equal ones once") {
  CHECK(*apply_edits("abcdef", {}) == "abcdef");
  CHECK(*apply_edits("abcdef", {edit(4, 5, "E"), edit(0, 1, "A"), edit(4, 5, "E")}) == "AbcdEf");
  CHECK(*apply_edits("abcdef", {edit(1, 3, "")}) == "adef");
  CHECK(*apply_edits("abcdef", {edit(6, 6, "!")}) == "abcdef!");
  CHECK(*apply_edits("", {edit(0, 0, "a")}) == "a");
}

TEST_CASE("an insertion comes before a replacement that begins there and after one that ends there") {
  CHECK(*apply_edits("abcdef", {edit(2, 4, "X"), edit(2, 2, "<"), edit(4, 4, ">")}) == "ab<X>ef");
}

TEST_CASE("edits that conflict or do not fit are refused") {
  CHECK(apply_edits("abcdef", {edit(1, 3, "x"), edit(2, 4, "y")}).error() ==
        "two edits change the same text at byte 2");
  CHECK(apply_edits("abcdef", {edit(0, 6, "x"), edit(1, 2, "a"), edit(3, 4, "b")}).error() ==
        "two edits change the same text at byte 1");
  CHECK(apply_edits("abc", {edit(2, 4, "x")}).error() == "an edit of bytes 2 to 4 does not fit a text of 3 bytes");
  CHECK_FALSE(apply_edits("abc", {edit(2, 1, "x")}).ok());
  CHECK(apply_edits("abc", {edit(0, 1, "x"), {{FileId{1}, 1, 2}, "y"}}).error() == "the edits are of several files");
}

TEST_CASE("equal texts have no diff") { CHECK(unified_diff("a.yaml", "a\n", "a\n").empty()); }

TEST_CASE("a diff has three lines of context") {
  std::string after = numbered(1, 20);
  after.replace(after.find("10\n"), 3, "ten\n");
  CHECK(unified_diff("apps/a.yaml", numbered(1, 20), after) ==
        "--- a/apps/a.yaml\n"
        "+++ b/apps/a.yaml\n"
        "@@ -7,7 +7,7 @@\n"
        " 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n");
}

TEST_CASE("changes six lines apart share a hunk and farther ones do not") {
  CHECK(unified_diff("a", numbered(1, 9), "one\n" + numbered(2, 7) + "eight\n9\n") ==
        "--- a/a\n+++ b/a\n"
        "@@ -1,9 +1,9 @@\n"
        "-1\n+one\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+eight\n 9\n");
  CHECK(unified_diff("a", numbered(1, 9), "one\n" + numbered(2, 8) + "nine\n") ==
        "--- a/a\n+++ b/a\n"
        "@@ -1,4 +1,4 @@\n"
        "-1\n+one\n 2\n 3\n 4\n"
        "@@ -6,4 +6,4 @@\n"
        " 6\n 7\n 8\n-9\n+nine\n");
}

TEST_CASE("insertions and deletions name the line before an empty range") {
  CHECK(unified_diff("a", "", "a\nb\n") == "--- a/a\n+++ b/a\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  CHECK(unified_diff("a", "a\n", "") == "--- a/a\n+++ b/a\n@@ -1 +0,0 @@\n-a\n");
  CHECK(unified_diff("a", "a\nc\n", "a\nb\nc\n") == "--- a/a\n+++ b/a\n@@ -1,2 +1,3 @@\n a\n+b\n c\n");
}

TEST_CASE("a missing final newline is marked on the side that lacks it") {
  CHECK(unified_diff("a", "a\nb", "a\nB") ==
        "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+B\n\\ No newline at end of file\n");
  CHECK(unified_diff("a", "a\nb", "a\nb\n") ==
        "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
  CHECK(unified_diff("a", "a\nb", "A\nb") ==
        "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n");
}

TEST_CASE("CRLF belongs to the lines") {
  CHECK(unified_diff("a", "a\r\nb\r\n", "a\r\nB\r\n") == "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+B\r\n");
}

TEST_CASE("names that git would misread are ended by a tab or quoted") {
  const auto header = [](std::string_view path) {
    const std::string diff = unified_diff(path, "a\n", "b\n");
    return diff.substr(0, diff.find('\n'));
  };
  CHECK(header("x y.yaml") == "--- a/x y.yaml\t");
  CHECK(header("say \"hi\".yaml") == "--- \"a/say \\\"hi\\\".yaml\"");
  CHECK(header("back\\slash") == "--- \"a/back\\\\slash\"");
  CHECK(header("line\nend") == "--- \"a/line\\012end\"");
  CHECK(header("caf\xC3\xA9.yaml") == "--- a/caf\xC3\xA9.yaml");
}

TEST_CASE("a small change in repeated lines gives a small diff") {
  std::string before, after;
  for (int i = 0; i < 50; ++i) before += "- name: x\n  emptyDir: {}\n";
  after = before;
  after.insert(after.size() / 2, "- name: y\n");
  const std::string diff = unified_diff("a", before, after);
  CHECK(patched(before, diff) == after);
  CHECK(diff ==
        "--- a/a\n+++ b/a\n@@ -48,6 +48,7 @@\n"
        "   emptyDir: {}\n - name: x\n   emptyDir: {}\n+- name: y\n - name: x\n   emptyDir: {}\n - name: x\n");
}

TEST_CASE("a diff rebuilds any text") {
  std::uint32_t state = 12345;  // a fixed sequence: the same cases on every run
  const auto below = [&](std::uint32_t bound) {
    state = state * 1664525U + 1013904223U;
    return (state >> 16U) % bound;
  };
  for (int round = 0; round < 2000; ++round) {
    std::string texts[2];
    for (std::string& text : texts) {
      for (std::uint32_t lines = below(30); lines > 0; --lines)
        text += std::string(1, static_cast<char>('a' + below(6))) + "\n";
      if (!text.empty() && below(3) == 0) text.pop_back();
    }
    if (texts[0] == texts[1]) continue;
    CAPTURE(texts[0]);
    CAPTURE(texts[1]);
    REQUIRE(patched(texts[0], unified_diff("a", texts[0], texts[1])) == texts[1]);
  }
}

TEST_CASE("texts that have nothing in common or only repetitions are compared in bounded time") {
  constexpr int kLines = 100'000;
  std::string pairs, odd, even;
  for (int i = 0; i < kLines; ++i) {
    odd += "x" + std::to_string(i % 7) + "\n";
    even += "x" + std::to_string((i % 100) * (i % 100) % 11) + "\n";
    // Every line occurs twice, so that one anchor at a time appears: the worst case of a patience diff.
    pairs += std::to_string(i) + "\n" + std::to_string(i + 1) + "\n";
  }
  CHECK(patched(odd, unified_diff("a", odd, even)) == even);
  CHECK(patched(pairs, unified_diff("a", pairs, "first\n" + pairs + "0\n")) == "first\n" + pairs + "0\n");
  CHECK(patched(pairs, unified_diff("a", pairs, odd)) == odd);
}

}  // namespace
}  // namespace vlint
