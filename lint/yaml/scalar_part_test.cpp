#include "lint/yaml/scalar_part.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "lint/yaml/testing.h"

namespace vlint::yaml {
namespace {

// What stands in the file where `part` stands in the text of `x`.
std::string shown(const std::string& yaml, std::string_view part) {
  const Parsed parsed(yaml);
  const Value scalar = parsed.root()["x"];
  const std::size_t offset = scalar.text().find(part);
  CHECK_MESSAGE(offset != std::string_view::npos, yaml);
  if (offset == std::string_view::npos) return "";
  const Span span = part_span(scalar, offset, part.size());
  return std::string(parsed.tree.slice(span.begin, span.end));
}

TEST_CASE("a part of a scalar is found in the file in every style") {
  struct Row {
    std::string yaml;
    std::string_view part;
    std::string_view shown;
  };
  const Row rows[] = {
      {"x: a concat b\n", "concat", "concat"},
      {"x: a\n  concat b\n", "concat", "concat"},
      {"x: 'it''s concat(b)'\n", "concat", "concat"},
      {"x: 'it''s'\n", "it's", "it''s"},
      {"x: \"\\t\\\"a\\\" concat\"\n", "concat", "concat"},
      {"x: \"l.\\\"a/b\\\" c\"\n", "l.\"a/b\"", "l.\\\"a/b\\\""},
      {"x: \"caf\\u00e9 x\"\n", "caf\xC3\xA9", "caf\\u00e9"},
      {"x: |\n  one\n    two concat\n", "concat", "concat"},
      {"x: |\n  one\n  two\n", "one\ntwo", "one\n  two"},
      {"x: |\n  one\n  two\n", "one", "one"},
      {"x: >-\n  one\n  concat(a,\n  b)\n\n  last\n", "concat", "concat"},
      {"x: >-\n  one\n  concat(a,\n  b)\n\n  last\n", "(a, b)", "(a,\n  b)"},
      {"x: >-\n  one\n\n\n  two\n  last\n", "last", "last"},
      {"x: >\n  one\n    more\n  last\n", "last", "last"},
      {"x: >\r\n  one\r\n  two\r\n", "two", "two"},
      {"x: >2\n    deep\n  last\n", "last", "last"},
  };
  for (const Row& row : rows) {
    INFO(row.yaml);
    CHECK(shown(row.yaml, row.part) == row.shown);
  }
}

TEST_CASE("where a part can't be told it is the whole scalar") {
  CHECK(shown("x: \"a\\u00e9b\"\n", "\xA9") == "\"a\\u00e9b\"");
  CHECK(shown("a: &t concat b\nx: *t\n", "concat") == "*t");
}

}  // namespace
}  // namespace vlint::yaml
