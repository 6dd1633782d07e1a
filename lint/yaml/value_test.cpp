#include "lint/yaml/value.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/testing.h"

namespace vlint::yaml {
namespace {

// "k=v j=w"
std::string entries_of(Value mapping) {
  std::vector<std::string> parts;
  for (const Entry& entry : mapping.entries()) {
    parts.push_back(std::string(entry.key.text()) + "=" + std::string(entry.value.text()));
  }
  return join(parts, " ");
}

std::string_view slice(const Parsed& parsed, Span span) { return parsed.files.text(span); }

TEST_CASE("a missing value can be read on and stays missing") {
  const Value missing;
  CHECK_FALSE(missing);
  CHECK_FALSE(missing["a"]["b"]);
  CHECK_FALSE(missing.at(0));
  CHECK_FALSE(missing.find("a"));
  CHECK(missing.entries().empty());
  CHECK(missing.items().empty());
  CHECK(missing.size() == 0);
  CHECK(missing.text().empty());
  CHECK_FALSE(missing.is_null());
  CHECK_FALSE(missing.is_set());
  CHECK_FALSE(missing.as_string());
  CHECK_FALSE(missing.is_templated());
  CHECK_FALSE(missing.span().valid());
  CHECK_FALSE(missing.content_span().valid());

  const Parsed parsed("a: {b: [c]}\n");
  CHECK_FALSE(parsed.root()["x"]);
  CHECK_FALSE(parsed.root().at(0));
  CHECK_FALSE(parsed.root()["a"]["b"]["c"]);
  CHECK_FALSE(parsed.root()["a"]["b"].at(1));
  CHECK_FALSE(parsed.root()["a"]["b"].at(0)["c"]);
  CHECK(parsed.root()["a"]["b"].at(0).text() == "c");
}

TEST_CASE("null is present and not set") {
  const Parsed parsed("a:\nb: ~\nc: null\nd: ''\ne: !!null x\nf: !!str\n");
  for (const std::string_view key : {"a", "b", "c", "e"}) {
    CAPTURE(key);
    CHECK(parsed.root()[key]);
    CHECK(parsed.root()[key].is_null());
    CHECK_FALSE(parsed.root()[key].is_set());
  }
  for (const std::string_view key : {"d", "f"}) {
    CAPTURE(key);
    CHECK_FALSE(parsed.root()[key].is_null());
    CHECK(parsed.root()[key].as_string() == "");
  }
}

TEST_CASE("a scalar has the type that go-yaml gives it") {
  const struct {
    std::string_view text;
    ScalarType type;
  } cases[] = {
      {"yes", ScalarType::boolean},
      {"'yes'", ScalarType::string},
      {"\"1\"", ScalarType::string},
      {"|\n 1", ScalarType::string},
      {"1", ScalarType::integer},
      {"1.5", ScalarType::floating},
      {"2024-01-01", ScalarType::string},
      {"!!str 1", ScalarType::string},
      {"! 1", ScalarType::string},
      {"!!int '1'", ScalarType::integer},
      {"!!bool 'yes'", ScalarType::boolean},
      {"!!float 1", ScalarType::floating},
      {"!!binary aGk=", ScalarType::string},
      {"!mine 1", ScalarType::integer},
      {"!<tag:yaml.org,2002:str> 1", ScalarType::string},
      {"!<tag:example.org:str> 1", ScalarType::integer},
      {"[1]", ScalarType::string},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const Parsed parsed("k: " + std::string(c.text) + "\n");
    CHECK(parsed.root()["k"].type() == c.type);
  }
}

TEST_CASE("typed readers answer only for their type") {
  const Parsed parsed("s: a\nq: 'true'\nb: on\ni: 0x10\nbig: 99999999999999999999\nt: !!int '7'\nl: [a]\n");
  const Value root = parsed.root();
  CHECK(root["s"].as_string() == "a");
  CHECK(root["q"].as_string() == "true");
  CHECK_FALSE(root["q"].as_bool());
  CHECK(root["b"].as_bool() == true);
  CHECK_FALSE(root["b"].as_string());
  CHECK(root["i"].as_int() == 16);
  CHECK_FALSE(root["i"].as_string());
  CHECK_FALSE(root["big"].as_int());
  CHECK(root["t"].as_int() == 7);
  CHECK_FALSE(root["l"].as_string());
  CHECK(root["l"].text().empty());
}

TEST_CASE("aliases are followed, and say where they stand") {
  const Parsed parsed("a: &n {k: v}\nb: *n\nc: &m v\n*m : w\n");
  const Value alias = parsed.root()["b"];
  CHECK(alias.is_mapping());
  CHECK(alias["k"].text() == "v");
  CHECK(alias.is_alias());
  CHECK(slice(parsed, alias.span()) == "*n");
  CHECK(slice(parsed, alias.content_span()) == "{k: v}");
  CHECK_FALSE(alias["k"].is_alias());
  CHECK(alias.node_id() == parsed.root()["a"].node_id());
  CHECK(alias.place() != parsed.root()["a"].place());
  CHECK(parsed.root()["v"].text() == "w");
  CHECK(slice(parsed, parsed.root().find("v").key.span()) == "*m");
  CHECK(entries_of(parsed.root()) == "a= b= c=v v=w");
}

TEST_CASE("merge keys give what is not there") {
  const struct {
    std::string_view merged;  // value of `m` after the anchors below
    std::string_view entries;
  } cases[] = {
      {"{<<: *a}", "x=1 y=2"},
      {"{<<: *a, y: 9}", "y=9 x=1"},
      {"{y: 9, <<: *a}", "y=9 x=1"},
      {"{z: 0, <<: [*a, *b]}", "z=0 x=1 y=2 w=4"},  // of a list the earlier wins
      {"{<<: [*b, *a]}", "y=3 w=4 x=1"},
      {"{<<: *a, <<: *b}", "y=3 w=4 x=1"},  // of two merges the later
      {"{<<: {x: 5}}", "x=5"},
      {"{<<: [{x: 5}, *a]}", "x=5 y=2"},
      {"{<<: *c}", "v=6 y=3 w=4 x=1"},  // merges of merges
      {"{<<: *r}", "x=8"},              // a repeated key in what is merged
      {"{x: 7, <<: *r, x: 9}", "x=9"},
      {"{'<<': *a}", "<<="},
      {"{!!str <<: *a}", "<<="},
      {"{!!merge <<: *a}", "x=1 y=2"},
      {"{<<: []}", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.merged);
    const Parsed parsed("a: &a {x: 1, y: 2}\nb: &b {y: 3, w: 4}\nc: &c {<<: [*b, *a], v: 6}\nr: &r {x: 7, x: 8}\nm: " +
                        std::string(c.merged) + "\n");
    const Value merged = parsed.root()["m"];
    CHECK(entries_of(merged) == c.entries);
    for (const Entry& entry : merged.entries()) {
      CHECK(merged[entry.key.text()] == entry.value);
      CHECK(merged.find(entry.key.text()).key == entry.key);
    }
    CHECK_FALSE(merged["none"]);
  }
}

TEST_CASE("looking for a key takes no longer than the merges are long") {
  std::string text = "- &n0 {k: v}\n";  // 2^39 ways lead to it
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*n" + std::to_string(i - 1);
    text += "- &n" + std::to_string(i) + " {<<: [" + before + ", " + before + "]}\n";
  }
  Limits limits;
  limits.alias_nodes = std::size_t{1} << 60;
  const Parsed parsed(text, limits);
  REQUIRE(parsed.tree.problems.empty());
  CHECK_FALSE(parsed.root().at(39)["j"]);
  CHECK(parsed.root().at(39)["k"].text() == "v");
  CHECK(entries_of(parsed.root().at(39)) == "k=v");
}

TEST_CASE("sizes count what is written") {
  const Parsed parsed("a: &n {x: 1, y: 2}\nb: {<<: *n, x: 3, x: 4}\nc: [1, [2, 3], {}]\nd: []\ne: text\n");
  CHECK(parsed.root()["a"].size() == 2);
  CHECK(parsed.root()["b"].size() == 3);
  CHECK(parsed.root()["c"].size() == 3);
  CHECK(parsed.root()["c"].items().size() == 3);
  CHECK(parsed.root()["c"].at(1).at(1).text() == "3");
  CHECK(parsed.root()["d"].size() == 0);
  CHECK(parsed.root()["e"].size() == 0);
}

TEST_CASE("texts that something fills in later are templated") {
  const struct {
    std::string_view text;
    bool templated;
  } cases[] = {
      {"'a'", false},    {"'${VAR}'", true},   {"'a-${VAR:=x}-b'", true}, {"'{{ .Values.a }}'", true},
      {"'$VAR'", false}, {"'$${VAR}'", false}, {"'$${A}${B}'", true},     {"'{ {'", false},
      {"'$'", false},    {"'${'", true},       {"[\"${VAR}\"]", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(Parsed("k: " + std::string(c.text) + "\n").root()["k"].is_templated() == c.templated);
  }
}

TEST_CASE("equal values mean the same, whatever the style and the order of keys") {
  const struct {
    std::string_view a;
    std::string_view b;
    bool same;
  } cases[] = {
      {"{x: 1, y: [a, b]}", "\n  y:\n  - a\n  - 'b'\n  x: 1", true},
      {"a", "\"a\"", true},
      {"1", "'1'", false},
      {"[a, b]", "[b, a]", false},
      {"[a]", "[a, a]", false},
      {"{x: 1}", "{x: 1, y: 2}", false},
      {"{x: 1}", "{y: 1}", false},
      {"{}", "[]", false},
      {"{x: 1, x: 2}", "{x: 2}", true},
      {"{<<: {x: 1}, y: 2}", "{x: 1, y: 2}", true},
      {"&n a", "a", true},
      {"", "~", true},
      {"yes", "true", true},
      {"yes", "no", false},
      {"0x10", "16", true},
      {"16", "17", false},
      {"99999999999999999999", "99999999999999999998", false},
      {"1.0", "1", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.a);
    CAPTURE(c.b);
    const Parsed parsed("a: " + std::string(c.a) + "\nb: " + std::string(c.b) + "\n");
    REQUIRE(parsed.tree.documents[0].root != kNoNode);
    CHECK(equal(parsed.root()["a"], parsed.root()["b"]) == c.same);
    CHECK(equal(parsed.root()["b"], parsed.root()["a"]) == c.same);
  }
  CHECK(equal({}, {}));
  CHECK_FALSE(equal({}, Parsed("a").root()));
}

TEST_CASE("a place in the file leads to the nodes around it") {
  const Parsed parsed("a:\n  - b: c\n---\nd: e\n");
  const auto path_at = [&](std::uint32_t offset) {
    std::vector<std::string_view> path;
    for (const NodeId node : path_to(parsed.tree, offset)) path.push_back(slice(parsed, parsed.tree.span(node)));
    return join(path, " > ");
  };
  CHECK(path_at(0) == "a:\n  - b: c > a");
  CHECK(path_at(1) == "a:\n  - b: c");
  CHECK(path_at(5) == "a:\n  - b: c > - b: c");
  CHECK(path_at(7) == "a:\n  - b: c > - b: c > b: c > b");
  CHECK(path_at(10) == "a:\n  - b: c > - b: c > b: c > c");
  CHECK(path_at(11) == "");
  CHECK(path_at(13) == "");
  CHECK(path_at(16) == "d: e > d");
  CHECK(path_at(99) == "");
  CHECK(path_to(Parsed("k: [").tree, 1).empty());
}

TEST_CASE("a node has a path of ancestors and a name") {
  const Parsed parsed(
      "---\n---\nspec:\n  template:\n    volumes:\n    - name: a\n    - name: b\n      x.y/z: c\n      '': d\n---\n- "
      "[p, q]\n");
  const Tree& tree = parsed.tree;
  const auto name_of_text = [&](std::string_view text) {
    for (NodeId node = 0; node < tree.nodes.size(); ++node) {
      if (tree.nodes[node].kind == Kind::scalar && tree.scalar_text(node) == text) return field_path(tree, node);
    }
    return std::string("not found");
  };
  CHECK(name_of_text("a") == "spec.template.volumes[0].name");
  CHECK(name_of_text("b") == "spec.template.volumes[1].name");
  CHECK(name_of_text("c") == "spec.template.volumes[1][\"x.y/z\"]");
  CHECK(name_of_text("d") == "spec.template.volumes[1][\"\"]");
  CHECK(name_of_text("volumes") == "spec.template.volumes");
  CHECK(name_of_text("q") == "[0][1]");
  CHECK(field_path(tree, tree.documents[1].root) == "");

  for (NodeId node = 0; node < tree.nodes.size(); ++node) {
    const std::vector<NodeId> path = path_to_node(tree, node);
    REQUIRE(!path.empty());
    CHECK(path.back() == node);
    for (std::size_t i = 1; i < path.size(); ++i) {
      CHECK(path[i - 1] < path[i]);
      CHECK(tree.nodes[path[i]].next <= tree.nodes[path[i - 1]].next);
    }
  }
}

}  // namespace
}  // namespace vlint::yaml
