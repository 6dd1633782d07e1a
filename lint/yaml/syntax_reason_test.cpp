#include "lint/yaml/syntax_reason.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "lint/yaml/invariants.h"
#include "lint/yaml/testing.h"

namespace vlint::yaml {
namespace {

// A text with the place of the problem in «», and that of the related one in ‹›.
struct Marked {
  std::string text;
  Span where{};
  Span related{};

  explicit Marked(std::string_view marked) {
    for (std::size_t at = 0; at < marked.size();) {
      const auto here = static_cast<std::uint32_t>(text.size());
      std::size_t size = 2;
      if (marked.substr(at, 2) == "«") {
        where.begin = here;
      } else if (marked.substr(at, 2) == "»") {
        where.end = here;
      } else if (marked.substr(at, 3) == "‹") {
        related.begin = here;
        size = 3;
      } else if (marked.substr(at, 3) == "›") {
        related.end = here;
        size = 3;
      } else {
        text += marked[at];
        size = 1;
      }
      at += size;
    }
  }
};

constexpr std::string_view kTabs = "a tab is used as indentation; YAML allows blanks only";
constexpr std::string_view kQuote = "this quote is never closed";
constexpr std::string_view kSecondColon = "a second `: ` on one line; put the value in quotes";
constexpr std::string_view kDeeper = "this line is indented deeper than the one above, which has a value already";
constexpr std::string_view kNoColon = "a key is expected here, but the line has no `: `";
constexpr std::string_view kOneBlank = "this line is indented by 1 blank, which fits no line above";
constexpr std::string_view kTwoBlanks = "this line is indented by 2 blanks, which fits no line above";
constexpr std::string_view kThreeBlanks = "this line is indented by 3 blanks, which fits no line above";
constexpr std::string_view kItemAmongKeys =
    "a list item cannot stand among the keys of a mapping; is its indentation right?";
constexpr std::string_view kKeyAmongItems = "a key cannot stand among the items of a list; is its indentation right?";
constexpr std::string_view kAfterSingle = "text after the closing quote; write `''` for a quote inside single quotes";
constexpr std::string_view kAfterDouble = "text after the closing quote; write `\\\"` for a quote inside double quotes";
constexpr std::string_view kAlias = "a plain value that begins with `*` is an alias, and this is none; quote a text";
constexpr std::string_view kAnchor = "a plain value that begins with `&` is an anchor, and this is none; quote a text";
constexpr std::string_view kTag =
    "a plain value that begins with `!` is a tag, and this is none that can be read; quote a text";
constexpr std::string_view kDirective = "a line that begins with `%` is a directive, and this is none that can be read";
constexpr std::string_view kConflict = "a merge conflict of Git is not resolved";
constexpr std::string_view kHeader = "text on the line of a `|` or `>`; it begins on the next line";

TEST_CASE("a mistake is told in plain words, where it was made") {
  const struct {
    std::string_view text;
    std::string_view message;
  } cases[] = {
      // tabs
      {"a:\n«\t»b: 1\n", kTabs},
      {"a:\n  - x\n«\t»- y\n", kTabs},
      {"a:\n  «\t»b: 1\n", kTabs},
      {"a: |\n«\t»x\n", kTabs},
      {"a: 1\n«\t»\nb: 1\n", kTabs},
      {"-«\t»- a\n", "a tab stands where YAML expects a blank"},
      // quotes
      {"a: «\"»x\nb: 1\nc: 2\n", kQuote},
      {"a: «'»x\n", kQuote},
      {"«'»\n", kQuote},
      {"a: «\"»b\\\n", kQuote},
      {"k: v\nd:\n  a: |\n    x\n  b: «\"»y\n  c: z\n", kQuote},
      {"cmd: [\"a\", «'»b]\nx: 1\n", kQuote},
      {"a: «\"»\n---\nb: 1\n", kQuote},
      {"a: 'it'«s»\nb: 1\n", kAfterSingle},
      {"a: 'x' «y» z\n", kAfterSingle},
      {"a: 'b'«c:» d\n", kAfterSingle},
      {"- 'x' «y»\n", kAfterSingle},
      {"a: \"x\" «y»\n", kAfterDouble},
      {"a: \"x\"«\"y\"»\n", kAfterDouble},
      {"a: «\"»x\nb: \"‹y›\"\n",
       "the text that this quote opens ends at a quote on a later line, where more text follows; its "
       "own closing quote is missing"},
      // colons
      {"a: b«:» c\n", kSecondColon},
      {"a: it's«:» b\n", kSecondColon},
      {"a: 'x'«:» y\n", kSecondColon},
      {"- a: é«:» ü: x\n", kSecondColon},
      {"url: http://x:y«:» z\n", kSecondColon},
      {"a: 1\n«b»\nc: 2\n", kNoColon},
      {"a: 1\n«b 2»\n", kNoColon},
      {"«a 1»\nb: 2\n", kNoColon},
      {"«apiVersion v1»\nkind: Pod\n", kNoColon},
      {"a:\n  «b»\n  c: 1\n", kNoColon},
      {"\"a\": 1\n«\"b\" 2»\n", kNoColon},
      {"a: 1\n«https://x»\nb: 2\n", kNoColon},
      {"a:\n  name«:»x\n  b: y\n", "a blank is missing after the `:`"},
      {"a: 1\nname«:»x\nb: 2\n", "a blank is missing after the `:`"},
      {"a:\n- b\n  c\n«-d»\n", "a blank is missing after the `-`"},
      // indentation
      {"a: 1\n «b»: 2\n", kDeeper},
      {"a:\n  b: 1\n   «c»: 2\n", kDeeper},
      {"a: \"v\"\n «b: 2»\n", kDeeper},
      {"a: v # c\n  «b: 2»\n", kDeeper},
      {"a: x\n «b»:\n  - c\n", kDeeper},
      {"é:\n  - ü\n   «b»: [\n", kDeeper},
      {"a:\n  - b: c\n      «d»: e\n", kDeeper},
      {"a: some text\n  that goes on\n  «b»: c\n",
       "`: ` in a value of several lines; quote the value, or mend this line's indentation"},
      {"a:\n  b: 1\n «c: 2»\n", kOneBlank},
      {"a:\n    b: 1\n  «c: 2»\nd: 1\n", kTwoBlanks},
      {"a:\n  - b: 1\n    c: 2\n   «d: 3»\n", kThreeBlanks},
      {"a:\n  - b: 1\n   «d: 3»\n", kThreeBlanks},
      {"a:\n  - b\n «- c»\n", kOneBlank},
      {"- - a\n «- b»\n", kOneBlank},
      {"a:\n  - b\n  «c: 1»\n", kKeyAmongItems},
      {"- a\n«b: 1»\n", kKeyAmongItems},
      {"a: 1\n«- b»\n", kItemAmongKeys},
      {"a:\n - b\n«- c»\n", kItemAmongKeys},
      {"- a: 1\n  «- b»\n", kItemAmongKeys},
      {" ‹a›: 1\n«b: 2»\n", "this line is indented less than the first line of the document"},
      {"a: |\n  x\n «y»\n", "this line is indented less than the text of the block scalar above"},
      {"a:\n  b: |\n  «x»\n", "the text of the block scalar above must be indented deeper than its key"},
      {"a: «-» b\n", "a list cannot begin on this line; put its `- ` on the next one"},
      {"a: «?» b\n", "a `? ` key cannot begin here; quote a text that begins with `? `"},
      // brackets
      {"a: «[»1, 2\nb: 3\n", "this `[` is never closed"},
      {"a: «{»x: 1\nb: 3\n", "this `{` is never closed"},
      {"a: «[»\n---\nb: 1\n", "this `[` is never closed"},
      {"a: [1, «[»2\nb: 3\n", "this `[` is never closed"},
      {"a: ‹[›1 2 «}»\n", "expected `]` before this `}`"},
      {"a: {b: ‹[›c«}»\n", "expected `]` before this `}`"},
      {"a: {b: ‹[›c, '}', \"]\" # ]\n«}»\n", "expected `]` before this `}`"},
      {"a: ‹[›\"x\" «\"y\"»]\n", "a comma is missing before this"},
      {"a: ‹[›\n  \"x\"\n  «\"y\"»\n]\n", "a comma is missing before this"},
      {"a: ‹{›x: 1 y«:» 2}\n", "a comma is missing before this"},
      {"a: ‹[›a,«,» b]\n", "a value is missing here"},
      {"a: ‹{›«,»}\n", "a value is missing here"},
      {"a: [a, b]«]»\n", "this `]` closes nothing"},
      {"a: {a: b}«}»\n", "this `}` closes nothing"},
      {"a: 1\n«}»\n", "this `}` closes nothing"},
      // what begins no plain value
      {"a: «@x»\n", "a plain value cannot begin with `@`; quote it"},
      {"a: «%x»\n", "a plain value cannot begin with `%`; quote it"},
      {"a: «`x`»\n", "a plain value cannot begin with a backtick; quote it"},
      {"a: «]»\n", "a plain value cannot begin with `]`; quote it"},
      {"a: «,»b\n", "a plain value cannot begin with `,`; quote it"},
      {"a: «*»\n", kAlias},
      {"a: «*.txt»\n", kAlias},
      {"[«**/*.go»]\n", kAlias},
      {"a: «&»\n", kAnchor},
      {"a: «&&»\n", kAnchor},
      {"a: «!!»\n", kTag},
      {"a: «!u!x» y\n", kTag},
      {"a: «![x»]\n", kTag},
      {"a: «!<x» y\n", kTag},
      {"a: &x «&y» z\n", "unexpected text after a value"},
      {"a: &x «*y»\n", "unexpected text after a value"},
      // escapes
      {"a: \"«\\d»\"\n", "an unknown escape in double quotes; write `\\\\` for a backslash, or use single quotes"},
      {"a: \"«\\é»\"\n", "an unknown escape in double quotes; write `\\\\` for a backslash, or use single quotes"},
      {"a: \"\\x«Z»Z\"\n", "a broken `\\x` or `\\u` escape in double quotes"},
      {"a: \"\\u«D»800\"\n", "an escape in double quotes that is no Unicode character"},
      // block scalars
      {"a: |«x»\n", kHeader},
      {"a: > «x» y\n  z\n", kHeader},
      {"a: |1«0»\n x\n", kHeader},
      {"a: |«0»\n x\n", "the indentation of a block scalar is 1 to 9"},
      // documents and directives
      {"a: 1\n...\n«b: 2»\n", "text after the end of the document; begin a new one with `---`"},
      {"[a]\n«b»\n", "text after the end of the document; begin a new one with `---`"},
      {"«%x»\n", kDirective},
      {"«%»\n", kDirective},
      {"«%TAG»\n---\na: 1\n", kDirective},
      {"«%YAML 1.»\n---\na: 1\n", kDirective},
      {"«%»YAML 3.0\n---\na: 1\n", "a YAML version other than 1.1 and 1.2"},
      {"%YAML 1.1\n«%»YAML 1.1\n---\na: 1\n", "the same directive twice for one document"},
      {"%YAML 1.1\n«a: 1»\n", "a line `---` must stand between directives (`%`) and the document"},
      // Git
      {"«<<<<<<< HEAD»\na: 1\n=======\na: 2\n>>>>>>> x\n", kConflict},
      {"a:\n«<<<<<<< HEAD»\n  b: 1\n=======\n  b: 2\n>>>>>>> x\n", kConflict},
      // characters
      {"a: «\x01»\n", "a control character, which YAML forbids"},
      {"a: «\x7F»\n", "a control character, which YAML forbids"},
      {"a: «\uFFFE»\n", "a control character, which YAML forbids"},
  };
  for (const auto& c : cases) {
    const Marked marked(c.text);
    for (const std::string_view before : {"", "---\nfirst: é\n---\n"}) {
      if (!before.empty() && marked.text[0] == '%') continue;  // a directive stands before the `---`
      const std::string text = std::string(before) + marked.text + (before.empty() ? "" : "---\nlast: 1\n");
      CAPTURE(text);
      const Parsed parsed(text);
      REQUIRE(parsed.tree.problems.size() == 1);
      const Problem& problem = parsed.tree.problems[0];
      const auto shift = static_cast<std::uint32_t>(before.size());
      CHECK(problem.message == c.message);
      CHECK(problem.kind == ProblemKind::syntax);
      CHECK(problem.where.begin == marked.where.begin + shift);
      CHECK(problem.where.end == marked.where.end + shift);
      CHECK(problem.related.valid() == (marked.related.end > 0));
      if (problem.related.valid()) {
        CHECK(problem.related.begin == marked.related.begin + shift);
        CHECK(problem.related.end == marked.related.end + shift);
      }
      CHECK(broken_invariant(parsed.tree) == "");
    }
  }
}

TEST_CASE("an unmet problem of libyaml is passed on") {
  const SyntaxFault fault{.problem = "something new", .context = {}, .at = 99, .context_at = 0};
  const SyntaxReason reason = explain("k: v\n", 0, 5, fault);
  CHECK(reason.message == "not valid YAML: something new");
  CHECK(reason.begin == 3);
  CHECK(reason.end == 4);
  CHECK(explain("", 0, 0, SyntaxFault{}).message == "the text is not valid YAML");
  CHECK(explain("", 0, 0, SyntaxFault{}).end == 0);
}

TEST_CASE("a fault of any kind at any place of any text has a place inside the document") {
  constexpr std::string_view kText = "a: [é\n\t- 'b\n? {c\n";
  for (const std::string_view problem :
       {"found unexpected end of stream", "mapping values are not allowed in this context",
        "could not find expected ':'", "did not find expected key", "did not find expected '-' indicator",
        "did not find expected ',' or ']'", "did not find expected node content",
        "did not find expected <document start>", "found character that cannot start any token",
        "found unknown escape character", "did not find expected alphabetic or numeric character",
        "found undefined tag handle", "", "else"}) {
    for (std::uint32_t begin = 0; begin <= kText.size(); ++begin) {
      for (std::uint32_t at = 0; at <= kText.size() + 1; ++at) {
        SyntaxFault fault;
        fault.problem = problem;
        fault.at = at;
        fault.context_at = at / 2;
        const SyntaxReason reason = explain(kText, begin, kText.size(), fault);
        const bool inside = begin <= reason.begin && reason.begin <= reason.end && reason.end <= kText.size() &&
                            reason.related_end <= kText.size() && !reason.message.empty();
        CHECK_MESSAGE(inside, problem, " at ", at, " from ", begin);
      }
    }
  }
}

}  // namespace
}  // namespace vlint::yaml
