#include "lint/yaml/house_style.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "lint/yaml/edit_testing.h"

namespace vlint::yaml {
namespace {

HouseStyle style_at(const Parsed& parsed, std::string_view key) {
  NodeId node = 0;
  while (parsed.tree.nodes[node].kind != Kind::scalar || parsed.tree.scalar_text(node) != key) ++node;
  return house_style(parsed.tree, node);
}

TEST_CASE("a file without examples is written as kubectl writes") {
  const Parsed parsed("here: 1\n");
  const HouseStyle style = style_at(parsed, "here");
  CHECK(style.step == 2);
  CHECK(style.dash_indent == 0);
  CHECK(style.quotes == Style::single_quoted);
  CHECK(style.line_end == "\n");
}

TEST_CASE("the nearest example counts, first in the same mapping, then around it") {
  const Parsed parsed(
      "far:\n    deep: 'x'\n    list:\n      - a\n"
      "near:\n  inner:\n     here: 1\n     own:\n        x: \"y\"\n     items:\n     - z\n");
  const HouseStyle here = style_at(parsed, "here");
  CHECK(here.step == 3);
  CHECK(here.dash_indent == 0);
  CHECK(here.quotes == Style::double_quoted);
  const HouseStyle deep = style_at(parsed, "deep");
  CHECK(deep.dash_indent == 2);
  CHECK(deep.quotes == Style::single_quoted);
  CHECK(deep.step == 4);
}

TEST_CASE("a document without examples looks at those around it") {
  const Parsed parsed("a:\n    b: \"x\"\n    c:\n      - d\n---\nhere: 1\n---\ne:\n   f: 1\n");
  const HouseStyle style = style_at(parsed, "here");
  CHECK(style.step == 4);
  CHECK(style.dash_indent == 2);
  CHECK(style.quotes == Style::double_quoted);
}

TEST_CASE("line ends are those of the place") {
  CHECK(house_line_end("a\r\nb\nc", 0) == "\r\n");
  CHECK(house_line_end("a\r\nb\nc", 3) == "\n");
  CHECK(house_line_end("a\r\nb", 3) == "\r\n");
  CHECK(house_line_end("a", 0) == "\n");
}

}  // namespace
}  // namespace vlint::yaml
