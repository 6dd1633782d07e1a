#include "lint/kustomize/writer.h"

#include <doctest/doctest.h>

#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {
namespace {

std::string written(const std::string& text) {
  const FileSet none(std::vector<SourceFile>{});
  Sources sources(FileAccess::in_memory(none));
  const ParsedText& parsed = sources.parsed_made(text, {});
  if (parsed.documents.empty()) return "no document";
  try {
    return write_yaml(parsed.documents.front());
  } catch (const Failure& failure) {
    return "error: " + failure.fault.message;
  }
}

}  // namespace

TEST_CASE("scalars are printed as Kustomize prints them") {
  struct Case {
    const char* in;
    const char* out;
  };
  const Case cases[] = {
      // Texts that YAML 1.1 reads as something else.
      {"'y'", "\"y\""},
      {"'on'", "\"on\""},
      {"no", "\"no\""},
      {"'012'", "\"012\""},
      {"'1e3'", "\"1e3\""},
      {"'12:30:45'", "\"12:30:45\""},
      {"12:30:45", "\"12:30:45\""},
      {"'null'", "\"null\""},
      {"'~'", "\"~\""},
      {"''", "\"\""},
      {"'<<'", "<<"},
      {"'='", "="},
      // Texts that need quotes for their characters.
      {"'- a'", "'- a'"},
      {"'a: b'", "'a: b'"},
      {"'a #b'", "'a #b'"},
      {"a#b", "a#b"},
      {"' a'", "' a'"},
      {"'*a'", "'*a'"},
      {"'{a}'", "'{a}'"},
      {"'it''s'", "it's"},
      {"\"a\\tb\"", "\"a\\tb\""},
      // Values.
      {"010", "8"},
      {"0o10", "8"},
      {"0x1F", "31"},
      {"1_000", "1000"},
      {"1.0", "1"},
      {"1e3", "1000"},
      {"18446744073709551616", "1.8446744073709552e+19"},
      {"True", "true"},
      {"yes", "\"yes\""},
      {"2020-01-01", "\"2020-01-01T00:00:00Z\""},
      {".inf", "error"},
      {"!!binary aGVsbG8=", "hello"},
      {"null", "null"},
      // Texts of several lines.
      {"\"a\\nb\"", "|-\n  a\n  b"},
      {"\"a\\nb\\n\"", "|\n  a\n  b"},
      {"\"a\\nb\\n\\n\"", "|+\n  a\n  b\n"},
      {"\"a \\nb\"", "\"a \\nb\""},
      {"\"a\\r\\nb\"", "\"a\\r\\nb\""},
      {"\"\\U0001F600\"", "\"\\U0001F600\""},
      {"\"\\xe4\"", "\xC3\xA4"},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.in));
    const std::string out = written(std::string("v: ") + c.in + "\n");
    if (std::string_view(c.out) == "error") {
      CHECK(out.substr(0, 7) == "error: ");
    } else {
      CHECK(out == std::string("v: ") + c.out + "\n");
    }
  }
}

TEST_CASE("collections are printed as Kustomize prints them") {
  CHECK(written("{b: 1, a10: 2, a9: 3, _x: 4, A: 5}") == "_x: 4\nA: 5\na9: 3\na10: 2\nb: 1\n");
  CHECK(written("a: [1, [2, 3], {b: c}]") == "a:\n- 1\n- - 2\n  - 3\n- b: c\n");
  CHECK(written("a: {}\nb: []\n") == "a: {}\nb: []\n");
  CHECK(written("a: &x [1]\nb: *x\n") == "a:\n- 1\nb:\n- 1\n");
  CHECK(written("a: {b: 1}\nc:\n  <<: {d: 2}\n  e: 3\n") == "a:\n  b: 1\nc:\n  d: 2\n  e: 3\n");
  CHECK(written("a: {1: x}\n").substr(0, 7) == "error: ");
  CHECK(written("a: {b: 1, b: 2}\n").substr(0, 7) == "error: ");
}

TEST_CASE("long plain lines are folded after 80 columns") {
  const std::string word = "abcdefghi ";
  std::string text;
  for (int i = 0; i < 12; ++i) text += word;
  text.pop_back();
  CHECK(written("v: " + text + "\n") ==
        "v: abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi\n  abcdefghi abcdefghi "
        "abcdefghi abcdefghi\n");
}

}  // namespace vlint::kustomize
