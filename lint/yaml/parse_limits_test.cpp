// Texts that are too much, or no text: limits, bombs, bytes that are not UTF-8.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/parse_testing.h"
#include "lint/yaml/testing.h"

namespace vlint::yaml {
namespace {

TEST_CASE("files that are no YAML for vlint have one problem and one broken document") {
  const auto utf16 = [](std::string_view text) {
    std::string wide;
    for (const char c : text) {
      wide += c;
      wide += '\0';
    }
    return wide;
  };
  const struct {
    std::string text;
    std::string_view problem;
  } cases[] = {
      {std::string("k: \0v\n", 6), "syntax 3 <NUL> a NUL byte at offset 3: the file is binary, not YAML"},
      {"\xFF\xFE" + utf16("k: v"), "unread 0 <> the file is UTF-16, and vlint reads UTF-8 only"},
      {"\xFE\xFF", "unread 0 <> the file is UTF-16, and vlint reads UTF-8 only"},
      {std::string("\0GITCRYPT\0abc", 13), "unread 0 <> the file is encrypted by git-crypt"},
      {std::string(100, 'x'),
       "limit 0 <> the file has 100 bytes, more than the 0 MiB that vlint reads (--max-file-size raises the limit)"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    Limits limits;
    if (c.text.size() == 100) limits.file_bytes = 99;
    const Parsed parsed(c.text, limits);
    const std::vector<std::string> problems = problems_of(parsed.tree);
    REQUIRE(problems.size() == 1);
    CHECK(replace_all(problems[0], std::string_view("\0", 1), "NUL") == c.problem);
    REQUIRE(parsed.tree.documents.size() == 1);
    CHECK(parsed.tree.documents[0].broken);
    CHECK(check(parsed.tree) == "");
  }
}

TEST_CASE("a file of exactly the limit is read") {
  Limits limits;
  limits.file_bytes = 5;
  CHECK(Parsed("k: v\n", limits).tree.problems.empty());
  CHECK(Parsed("k: v\n\n", limits).tree.problems.size() == 1);
}

TEST_CASE("the default limit of a file is 16 MiB") {
  const std::string comment(std::size_t{16} << 20, '#');
  CHECK(Parsed(comment).tree.problems.empty());
  CHECK(join(problems_of(Parsed(comment + "#").tree), "\n") ==
        join(
            std::vector<std::string>{
                "limit 0 <> the file has 16777217 bytes, more than the 16 MiB that vlint reads (--max-file-size "
                "raises the limit)"},
            "\n"));
}

TEST_CASE("nesting has a limit") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(Parsed(nested(200)).tree.problems.empty());
  CHECK(
      problems_of(Parsed(nested(201)).tree) ==
      std::vector<std::string>{
          "limit 200 <[> nested deeper than 200 levels, so the document is not read (--max-nesting raises the limit)"});
  Limits limits;
  limits.nesting = 3;
  CHECK(Parsed("a:\n  b:\n    c: d\n", limits).tree.problems.empty());
  CHECK(Parsed("a:\n  b:\n    c: [d]\n", limits).tree.problems.size() == 1);
  CHECK(Parsed("---\na: {b: {c: {d: e}}}\n---\nk: v\n", limits).root(1)["k"].text() == "v");
  // as deep as what an alias stands for
  CHECK(Parsed("a: &n {b: {c: d}}\ne: *n\n", limits).tree.problems.empty());
  CHECK(join(problems_of(Parsed("a: &n {b: {c: d}}\ne: {f: *n}\n", limits).tree), "\n") ==
        join(std::vector<std::string>{"limit 25 <*n> nested deeper than 3 levels, so the document is not read "
                                      "(--max-nesting raises the limit)"},
             "\n"));
  CHECK(Parsed("- &n1 []\n- &n2 [*n1]\n- &n3 [*n2]\n", limits).tree.problems.size() == 1);
}

// nodes of a document: n[0] is a list of 10 texts, and each further one a list of 10 aliases of the one before
std::string billion_laughs(int levels) {
  std::string text = "- &n0 [" + join(std::vector<std::string>(10, "lol"), ", ") + "]\n";
  for (int i = 1; i < levels; ++i) {
    text += fmt::format("- &n{} [{}]\n", i, join(std::vector<std::string>(10, fmt::format("*n{}", i - 1)), ", "));
  }
  return text;
}

TEST_CASE("aliases have a limit") {
  CHECK(Parsed(billion_laughs(4)).tree.problems.empty());
  const Parsed bomb("---\n" + billion_laughs(9) + "---\nk: v\n");
  REQUIRE(bomb.tree.problems.size() == 1);
  CHECK(bomb.tree.problems[0].kind == ProblemKind::limit);
  CHECK(bomb.tree.problems[0].message ==
        "aliases add more than 100000 nodes to this file, so the document is not read (--max-alias-nodes raises the "
        "limit)");
  CHECK(bomb.tree.documents[0].broken);
  CHECK(bomb.root(1)["k"].text() == "v");

  SUBCASE("the documents of a file share it, but a larger file may add more") {
    Limits limits;
    limits.alias_nodes = 100;
    const std::string document = "---\na: &n [1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: [*n, *n, *n]\n";  // 17 nodes, 27 added
    const auto broken_of = [&](int count) {
      std::string text;
      for (int i = 0; i < count; ++i) text += document;
      const Parsed parsed(text, limits);
      return std::count_if(parsed.tree.documents.begin(), parsed.tree.documents.end(),
                           [](const Document& d) { return d.broken; });
    };
    CHECK(broken_of(10) == 0);  // 270 added, 170 and 100 allowed
    CHECK(broken_of(11) == 1);
    CHECK(broken_of(100) == 90);  // nodes that are not read allow nothing
  }
  SUBCASE("many nodes that no alias added are no fault") {
    Limits limits;
    limits.alias_nodes = 10;
    std::string text = "a: &n v\nb: *n\nc:\n";
    for (int i = 0; i < 1000; ++i) text += "- v\n";
    CHECK(Parsed(text, limits).tree.problems.empty());
  }
}

TEST_CASE("directives have a limit") {
  const auto with_tags = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("%TAG !t{}! tag:x:\n", i);
    return text + "---\nk: !t0!t v\n---\nj: 5%\n";
  };
  CHECK(Parsed(with_tags(100)).tree.problems.empty());
  const Parsed many(with_tags(101));
  CHECK(join(problems_of(many.tree), "") ==
        "limit 0 <> more than 100 lines begin with `%`, so the document is not read");
  CHECK(many.root(1)["j"].text() == "5%");
}

TEST_CASE("merges of merges are a bomb too") {
  std::string text = "- &n0 {k: v}\n";
  for (int i = 1; i < 40; ++i) text += fmt::format("- &n{} {{<<: [*n{}, *n{}]}}\n", i, i - 1, i - 1);
  const Parsed parsed(text);
  REQUIRE(parsed.tree.problems.size() == 1);
  CHECK(parsed.tree.problems[0].kind == ProblemKind::limit);
}

TEST_CASE("bytes that are not UTF-8 are shown where they stand") {
  const struct {
    std::string_view text;
    std::uint32_t at;
  } cases[] = {
      {"k: v\nj: \xE9\n", 8},        {"é: \xC3\n", 4},  // cut off by the line end
      {"k: v\n---\nj: w\xFF\n", 13},                    // in the second document
      {"k: \xC0\x80\n", 3},                             // overlong
      {"k: \xED\xA0\x80\n", 3},                         // a surrogate
      {"k: v # \xE9\n", 7},                             // in a comment
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const Parsed parsed{std::string(c.text)};
    REQUIRE(parsed.tree.problems.size() == 1);
    CHECK(parsed.tree.problems[0].where.begin == c.at);
    CHECK(parsed.tree.problems[0].message.find("not UTF-8") != std::string::npos);
    CHECK(parsed.tree.documents.back().broken);
    CHECK(check(parsed.tree) == "");
  }
}

TEST_CASE("streams of very many documents, keys and comments are read") {
  std::string documents;
  for (int i = 0; i < 200'000; ++i) documents += "---\n";
  const Parsed many(documents);
  CHECK(many.tree.documents.size() == 200'000);
  CHECK(many.tree.problems.empty());

  std::string keys;
  for (int i = 0; i < 100'000; ++i) keys += fmt::format("? k{} # c\n", i);
  const Parsed wide(keys);
  CHECK(wide.root().size() == 100'000);
  CHECK(wide.tree.comments.size() == 100'000);
}

}  // namespace
}  // namespace vlint::yaml
