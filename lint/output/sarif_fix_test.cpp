#include "lint/output/sarif_fix.h"

#include <doctest/doctest.h>

#include <cstdint>

namespace vlint {
namespace {

// A text with edits marked: `[old|new]` replaces, `[|new]` inserts, `[old|]` deletes.
struct Marked {
  std::string text;
  std::vector<TextEdit> edits;
};

Marked unmarked(std::string_view marked) {
  Marked result;
  for (std::size_t at = 0; at < marked.size();) {
    if (marked[at] != '[') {
      result.text += marked[at++];
      continue;
    }
    const std::size_t bar = marked.find('|', at);
    const std::size_t end = marked.find(']', bar);
    const auto begin = static_cast<std::uint32_t>(result.text.size());
    result.text += marked.substr(at + 1, bar - at - 1);
    result.edits.push_back({{FileId{0}, begin, static_cast<std::uint32_t>(result.text.size())},
                            std::string(marked.substr(bar + 1, end - bar - 1))});
    at = end + 1;
  }
  return result;
}

std::string marked(std::string_view text, const std::vector<TextEdit>& edits) {
  std::string result;
  std::size_t at = 0;
  for (const TextEdit& edit : edits) {
    result += text.substr(at, edit.where.begin - at);
    result += '[';
    result += text.substr(edit.where.begin, edit.where.size());
    result += '|' + edit.text + ']';
    at = edit.where.end;
  }
  return result + std::string(text.substr(at));
}

std::optional<std::vector<TextEdit>> canonical(const std::string& text, const std::vector<TextEdit>& edits) {
  const FileSet files(std::vector<SourceFile>{SourceFile{"a.yaml", text}});
  Places places(files);
  return canonical_edits(FileId{0}, edits, places);
}

std::string canonical(std::string_view text) {
  const Marked given = unmarked(text);
  const auto edits = canonical(given.text, given.edits);
  return edits ? marked(given.text, *edits) : "refused";
}

TEST_CASE("edits are moved to where every reader applies them alike") {
  struct Row {
    std::string_view given;
    std::string_view written;
  };
  const Row rows[] = {
      // a scalar stays where it is
      {"a:\n  b: [1|2]\n", "a:\n  b: [1|2]\n"},
      {"[a|b]: 1\n", "[a|b]: 1\n"},
      {"x: 1\n[a|b]: 1\n", "x: 1\n[a|b]: 1\n"},
      // a line is inserted from the end of the line before
      {"a:\n[|  x: 1\n]  b: 1\n", "a:[|\n  x: 1]\n  b: 1\n"},
      {"a:[|\n  x: 1]\n  b: 1\n", "a:[|\n  x: 1]\n  b: 1\n"},
      {"a:\n  [|x: 1\n  ]b: 1\n", "a:\n  [|x: 1\n  ]b: 1\n"},  // begins at a token
      {"a: 1\n[|x: 1\n]", "a: 1[|\nx: 1]\n"},
      {"a: 1[|\nx: 1]", "a: 1[|\nx: 1]"},
      {"[|x: 1\n]a: 1\n", "[|x: 1\n]a: 1\n"},  // line 1 has no line before
      // a line is removed from the end of the line before
      {"a:\n[  b: 1\n|]  c: 1\n", "a:[\n  b: 1|]\n  c: 1\n"},
      {"a: 1\n[b: 1\n|]", "a: 1[\nb: 1|]\n"},
      {"[a: 1\n|]b: 1\n", "[a: 1\n|]b: 1\n"},
      {"a:\n[  b: 1|]", "a:[\n  b: 1|\n]"},  // the line end stays, as was said
      {"a:[\n  b: 1|]\n", "a:[\n  b: 1|]\n"},
      // a line that is rewritten keeps its indentation and its line end
      {"a:\n[  b: 1\n|  b: 2\n]c: 1\n", "a:\n  [b: 1|b: 2]\nc: 1\n"},
      {"a:\n[  b: 1|  b: 2]\n", "a:\n  [b: 1|b: 2]\n"},
      {"a:\n[  b: 1\n|  b: 2\n  c: 3\n]", "a:\n  [b: 1|b: 2\n  c: 3]\n"},
      // a change of the indentation itself
      {"a:\n[  |    ]b: 1\n", "a:\n  [|  ]b: 1\n"},
      {"a:\n[    |  ]b: 1\n", "a:[\n    |\n  ]b: 1\n"},
      {"a:\n [ |x]b: 1\n", "a:[\n  |\n x]b: 1\n"},
      {"a:\n   [|x]\nb: 1\n", "a:\n   [|x]\nb: 1\n"},     // at the end of a line of blanks
      {"a:\n [|x]  \nb: 1\n", "a:[\n |\n x]  \nb: 1\n"},  // inside of one
      {"a:\n\n[|x: 1\n]\nb: 1\n", "a:\n[|\nx: 1]\n\nb: 1\n"},
      // CRLF
      {"a:\r\n[|  x: 1\r\n]  b: 1\r\n", "a:[|\r\n  x: 1]\r\n  b: 1\r\n"},
      {"a:\r\n[  b: 1\r\n|]  c: 1\r\n", "a:[\r\n  b: 1|]\r\n  c: 1\r\n"},
      {"a:\r\n[  b: 1\r\n|  b: 2\r\n]", "a:\r\n  [b: 1|b: 2]\r\n"},
      {"a:\r\n[|  x: 1\n]  b: 1\r\n", "a:[\r\n|\r\n  x: 1\n]  b: 1\r\n"},  // a foreign line end is kept
      {"a: 1\r[|x]\nb: 1\r\n", "a: 1[\r\n|\rx\n]b: 1\r\n"},
      {"a: [1\r|2]\nb: 1\r\n", "a: [1\r\n|2\n]b: 1\r\n"},
      // edits that meet are one
      {"a: [1|2][ |]# x\n", "a: [1 |2]# x\n"},
      {"a: 1[|\nx: 1]\n[b: 1\n|]c: 1\n", "a: 1[\nb: 1|\nx: 1]\nc: 1\n"},
      {"a: 1\n[b: 1\n|][c: 1\n|]d: 1\n", "a: 1[\nb: 1\nc: 1|]\nd: 1\n"},
      {"[a: 1\n|][|x: 1\n]b: 1\n", "[a: 1|x: 1]\nb: 1\n"},
      {"[a: 1\n|]b: 1\n[c: 1\n|]", "[a: 1\n|]b: 1[\nc: 1|]\n"},
      {"a: [1|2]\nb: 1\nc: [3|4]\n", "a: [1|2]\nb: 1\nc: [3|4]\n"},
      // nothing
      {"a: [1|1]\n", "a: 1\n"},
      {"a: 1[|]\n", "a: 1\n"},
      {"[|a]", "[|a]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.given);
    CHECK(canonical(row.given) == row.written);
  }
}

TEST_CASE("edits that SARIF cannot write are refused") {
  const std::string bom = "\xEF\xBB\xBF";
  CHECK(canonical("a: \xC3[|x]\xA9\n") == "refused");      // half a character
  CHECK(canonical("a: \xFF[|x]\n") == "refused");          // a file that is not UTF-8
  CHECK(canonical("a: [1|\xFF]\n") == "refused");          // nor is the text
  CHECK(canonical("[|x]" + bom + "a: 1\n") == "refused");  // before a byte-order mark
  CHECK(canonical(bom + "[|x: 1\n]a: 1\n") == bom + "[|x: 1\n]a: 1\n");
  CHECK(canonical("a: [1|password: hunter2]\n") == "refused");  // a credential
  CHECK_FALSE(canonical("abc", {{{FileId{0}, 0, 2}, "x"}, {{FileId{0}, 1, 3}, "y"}}).has_value());
  CHECK_FALSE(canonical("abc", {{{FileId{0}, 2, 4}, "x"}}).has_value());
}

TEST_CASE("the canonical form does the same and keeps its promises") {
  std::uint32_t state = 2024;  // a fixed sequence: the same cases on every run
  const auto below = [&](std::uint32_t bound) {
    state = state * 1664525U + 1013904223U;
    return (state >> 16U) % bound;
  };
  const std::string_view pieces[] = {"a: 1", "  ", "\n", "\n", "\r\n", "\xF0\x9F\x93\xB7", "- x", "\t", "    b:"};
  const auto random_text = [&](std::uint32_t length) {
    std::string text;
    for (std::uint32_t i = 0; i < length; ++i) text += pieces[below(9)];
    return text;
  };
  for (int round = 0; round < 5000; ++round) {
    const std::string text = (below(4) == 0 ? "\xEF\xBB\xBF" : "") + random_text(below(16));
    std::vector<TextEdit> edits;
    for (std::uint32_t i = below(4); i > 0; --i) {
      const std::uint32_t begin = below(static_cast<std::uint32_t>(text.size()) + 1);
      const std::uint32_t size = below(4) == 0 ? 0 : below(static_cast<std::uint32_t>(text.size()) - begin + 1);
      edits.push_back({{FileId{0}, begin, begin + size}, random_text(below(4))});
    }
    const Result<std::string> expected = apply_edits(text, edits);
    const auto written = canonical(text, edits);
    if (!written) continue;
    CAPTURE(marked(text, *written));
    REQUIRE(expected.ok());
    REQUIRE(*apply_edits(text, *written) == *expected);
    for (std::size_t i = 0; i < written->size(); ++i) {
      const Span& where = (*written)[i].where;
      REQUIRE((i == 0 || (*written)[i - 1].where.end < where.begin));
      const std::size_t line = where.begin == 0 ? 0 : text.rfind('\n', where.begin - 1) + 1;
      const std::size_t line_end = std::min(text.find_first_of("\r\n", line), text.size());
      const std::size_t token = std::min(text.find_first_not_of(" \t", line), line_end);
      const bool is_first_line = text.find('\n') >= where.begin;
      REQUIRE((is_first_line || where.begin >= token));
      for (const std::uint32_t at : {where.begin, where.end}) {
        REQUIRE_FALSE((at > 0 && at < text.size() && text[at - 1] == '\r' && text[at] == '\n'));
      }
    }
  }
}

}  // namespace
}  // namespace vlint
