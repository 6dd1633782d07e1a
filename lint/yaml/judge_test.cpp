#include "lint/yaml/judge.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "lint/yaml/edit_testing.h"

namespace vlint::yaml {
namespace {

Status agree_on(std::string text) {
  const Parsed parsed(std::move(text));
  return agree(parsed.tree);
}

TEST_CASE("both parsers read usual files alike") {
  for (const char* text : {
           "",
           "# nothing\n",
           "---\n",
           "---\n# nothing\n---\na: 1\n---\n",
           "a: 1\n...\n---\nb: 2\n...\n",
           "%YAML 1.2\n---\na: 1\n",
           "\xEF\xBB\xBF"
           "a: 1\n",
           "a: 1\r\nb: |\r\n  x\r\n  y\r\n",
           "a: |\n  x",
           "a: |+\n  x\n\n",
           "a: >-\n  x\n  y\n\n  z\n",
           "a: 'it''s\n  two'\nb: \"x\\ty\\u00e9\\\n  z\"\n",
           "- # comment\n  a: 1\n- - x\n  -\n",
           "a: &x {b: [1, 'c'], d}\ne: *x\nf: {<<: *x, g: ~}\n",
           "a: &x 1\nb: &x 2\nc: *x\n",
           "a: !!str 5\nb: !mine [c]\nc: !!str\n",
           "a: >+\n  x\n\n\nb: >+\n  y\n\n",
           "a: 'x\n\n\n  '\nb: \"\n\n\"\n",
           "? a\n: b\n? c\n",
           "yes: no\n~: null\nNULL: Null\n",
       }) {
    CAPTURE(text);
    const Status agreed = agree_on(text);
    CHECK_MESSAGE(agreed.ok(), agreed.error());
  }
}

TEST_CASE("texts that end in other blank lines only where yaml-cpp miscounts them") {
  CHECK(agree_on("a: |+\n  x\n\n").ok());
  const Parsed parsed("a: |+\n  x\n\n");
  Tree tree = parsed.tree;
  tree.text = "a: |+\n  x\n\n\n";
  tree.documents.front().end = 11;
  CHECK(agree(tree).error() ==
        "line 1, column 4: yaml-cpp reads it otherwise: the text \"x\\n\\n\\n\", not \"x\\n\\n\"");
}

TEST_CASE("a broken document is passed over, and its neighbours are read") {
  CHECK(agree_on("a: 1\n---\nb: [\n---\nc: 1\n").ok());
}

TEST_CASE("texts on which yaml-cpp loops for ever are never given to it, and end soon if they were") {
  for (const char* text : {",", ",\n---\na: 1\n", "]", "}", "a: 1\n---\n,\n", "- ,", ", a: 1"}) {
    CAPTURE(text);
    CHECK(agree_on(text).ok());
  }
}

// The first scalar that is written like this.
NodeId node_of(const Tree& tree, std::string_view written) {
  NodeId node = 0;
  while (tree.nodes[node].kind != Kind::scalar || tree.slice(tree.nodes[node].begin, tree.nodes[node].end) != written) {
    ++node;
  }
  return node;
}

// A tree changed by hand stands for one that libyaml would have read otherwise than yaml-cpp.
TEST_CASE("a disagreement is told with its place") {
  struct Case {
    void (*change)(Tree&);
    const char* error;
  };
  const std::vector<Case> cases = {
      {[](Tree& tree) { tree.nodes[node_of(tree, "10")].end -= 1; },
       "line 2, column 4: yaml-cpp reads it otherwise: the text \"10\", not \"1\""},
      {[](Tree& tree) { tree.nodes[node_of(tree, "10")].kind = Kind::sequence; },
       "line 2, column 4: yaml-cpp reads it otherwise: a scalar"},
      {[](Tree& tree) { tree.nodes[node_of(tree, "10")].style = Style::literal; },
       "line 2, column 4: yaml-cpp reads it otherwise: a scalar with other quotes"},
      {[](Tree& tree) { tree.nodes[node_of(tree, "null")].style = Style::literal; },
       "line 3, column 4: yaml-cpp reads it otherwise: null, not \"null\""},
      {[](Tree& tree) { tree.nodes[node_of(tree, "y") - 1].next -= 1; },
       "line 4, column 11: yaml-cpp reads it otherwise: more values"},
      {[](Tree& tree) { tree.nodes[node_of(tree, "y") - 1].next += 1; },
       "line 5, column 1: yaml-cpp reads it otherwise: the list ends too early"},
      {[](Tree& tree) { tree.anchors.clear(), tree.nodes[node_of(tree, "z")].flags = 0; },
       "line 4, column 11: yaml-cpp reads it otherwise: another anchor"},
      {[](Tree& tree) { tree.aliases.front().target = node_of(tree, "y"); },
       "line 5, column 4: yaml-cpp reads it otherwise: an alias of another anchor"},
      {[](Tree& tree) { tree.documents.back().root = kNoNode; },
       "line 1, column 1: yaml-cpp sees something where libyaml sees nothing"},
      {[](Tree& tree) { tree.text = "---\na: 10\nb: ]ull\n"; },
       "line 3, column 4: yaml-cpp refuses it: illegal flow end"},
  };
  for (const Case& c : cases) {
    const Parsed parsed("---\na: 10\nb: null\nc: [y, &n z]\nd: *n\n");
    Tree tree = parsed.tree;
    REQUIRE(agree(tree).ok());
    c.change(tree);
    const Status agreed = agree(tree);
    REQUIRE_FALSE(agreed.ok());
    CHECK(agreed.error() == c.error);
  }
}

}  // namespace
}  // namespace vlint::yaml
