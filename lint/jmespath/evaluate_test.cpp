#include "lint/jmespath/evaluate.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "lint/jmespath/parser.h"
#include "lint/yaml/testing.h"

namespace vlint::jmespath {
namespace {

std::string shown(const Evaluation& evaluation) {
  if (!evaluation.outcome.ok()) {
    return fmt::format("{} @{}-{}", evaluation.outcome.failure().message, evaluation.where.begin, evaluation.where.end);
  }
  if (evaluation.outcome.value().is_unknown()) return "unknown";
  return to_json(evaluation.outcome.value()).value();
}

std::string on(const Json& input, std::string_view text) {
  const ParseResult parsed = parse(text);
  REQUIRE_MESSAGE(parsed.ok(), text);
  return shown(evaluate(parsed.expression(), input));
}

constexpr std::string_view kInput = R"({
  "a": {"b": 1, "c": null, "d": [1, 2, 3]},
  "people": [{"name": "x", "age": 30}, {"name": "y"}, {"name": "z", "age": 20}],
  "text": "abc", "empty": {}, "none": null, "lists": [[1, 2], 3, [null]]
})";

TEST_CASE("a missing key is not found, and what swallows that") {
  const Json input = parse_json(kInput).value();
  struct Row {
    std::string_view expression;
    std::string_view expected;
  };
  for (const Row& row : {
           Row{"a.b", "1"},
           Row{"a.x", "Unknown key \"x\" in path @2-3"},
           Row{"a.x.y.z", "Unknown key \"x\" in path @2-3"},
           Row{"a.\"x y\"", "Unknown key \"x y\" in path @2-7"},
           Row{"a.c.x", "null"},
           Row{"text.x", "null"},
           Row{"a.d[9].x", "null"},
           Row{"x || 'y'", "\"y\""},
           Row{"x || y", "null"},
           Row{"x && y", "null"},
           Row{"a && x", "Unknown key \"x\" in path @5-6"},
           Row{"x == `null`", "true"},
           Row{"!x", "true"},
           Row{"x | 'y'", "\"y\""},
           Row{"a | x", "null"},
           Row{"[x, a.b]", "[null,1]"},
           Row{"a.{k: x, l: b}", R"({"k":null,"l":1})"},
           Row{"people[*].age", "[30,20]"},
           Row{"people[?age > `25`].name", "[\"x\"]"},
           Row{"people[?!age].name", "[\"y\"]"},
           Row{"x[*]", "null"},
           Row{"x[]", "null"},
           Row{"x[?y]", "null"},
           Row{"x.*", "null"},
           Row{"length(x)",
               "Invalid type for: <nil>, expected: []jmespath.JpType{\"array\", \"string\", \"object\"} @0-6"},
           Row{"none.[a]", "null"},
           Row{"empty.[a]", "[null]"},
       }) {
    CAPTURE(row.expression);
    CHECK(on(input, row.expression) == row.expected);
  }
}

TEST_CASE("values are what upstream makes them") {
  const Json input = parse_json(kInput).value();
  struct Row {
    std::string_view expression;
    std::string_view expected;
  };
  for (const Row& row : {
           Row{"`0` && 'zero is true'", "\"zero is true\""},
           Row{"empty || 'x'", "\"x\""},
           Row{"lists[]", "[1,2,3]"},  // the null goes with the projection
           Row{"a.d[-1]", "3"},
           Row{"a.d[::-1]", "[3,2,1]"},
           Row{"a.d[5:0:-1]", "[3,2]"},
           Row{"a.d[1:]", "[2,3]"},
           Row{"a.d[0:9:9223372036854775807]", "[1]"},
           Row{"a.d[::-9223372036854775808]", "[3]"},
           Row{"a.d[::0]", "Invalid slice, step cannot be 0 @3-8"},
           Row{"'1' == `1`", "false"},
           Row{"'1' < '2'", "null"},
           Row{"`1` < `2`", "true"},
           Row{"a.*", "[1,[1,2,3]]"},
           // A map's values come with as many nulls before them.
           Row{"`{\"k\": 1}`.*.type(@)", "[\"null\",\"number\"]"},
           Row{"map(&age, people)", "[30,null,20]"},
           Row{"sort_by(people, &name)[0].name", "\"x\""},
           Row{"sort_by(people, &age)", "error in sort_by comparison @0-7"},
           Row{"max_by(people[?age], &age).name", "\"x\""},
           Row{"merge(a, `{\"b\": 2}`).b", "2"},
           Row{"merge(none)", "interface conversion: interface {} is not map[string]interface {} @0-5"},
           Row{"nope(a)", "unknown function: nope @0-4"},
           Row{"to_string(`1.50`)", "\"1.5\""},
           Row{"to_number('1_000')", "1000"},
           Row{"to_number('0x10')", "null"},
           Row{"reverse('a\u00e9b')", "\"b\u00e9a\""},
           Row{"length('\u00e9')", "1"},
           Row{"contains(people, people[0])",
               "runtime error: comparing uncomparable type map[string]interface {} @0-8"},
           Row{"'length'(text)", "3"},
           Row{"@(text)", "interface conversion: the name is no string @0-1"},
           Row{"[1", "Unknown AST node: ASTEmpty @0-2"},
           Row{"join('-', ['a', 'b'])", "\"a-b\""},
           Row{"join('', ['a', `1`])", "Invalid type for: [a 1], expected: []jmespath.JpType{\"array[string]\"} @0-4"},
       }) {
    CAPTURE(row.expression);
    CHECK(on(input, row.expression) == row.expected);
  }
}

TEST_CASE("an unknown stays unknown unless the answer doesn't depend on it") {
  const yaml::Parsed parsed(
      "u: ${U}\nk: known\npart: [x, '${U}']\nmap: {a: '${U}', b: 2}\nitems: [{name: a}, {name: '${U}'}]\n");
  const Json input = from_yaml(parsed.root());
  struct Row {
    std::string_view expression;
    std::string_view expected;
  };
  for (const Row& row : {
           Row{"u", "unknown"},
           Row{"u.x.y", "unknown"},
           Row{"u[0]", "unknown"},
           Row{"u || 'x'", "unknown"},
           Row{"'a' || u", "\"a\""},
           Row{"u && 'x'", "unknown"},
           Row{"`null` && u", "null"},
           Row{"!u", "unknown"},
           Row{"u == 'x'", "unknown"},
           Row{"part == 'x'", "false"},
           Row{"part == `[1, 2]`", "false"},
           Row{"u < 'x'", "null"},
           Row{"u < `1`", "unknown"},
           Row{"part[0]", "\"x\""},
           Row{"part[1]", "unknown"},
           Row{"part[*]", "unknown"},
           Row{"part && 'x'", "\"x\""},
           Row{"map.b", "2"},
           Row{"map.c", "Unknown key \"c\" in path @4-5"},
           Row{"items[*].name", "unknown"},
           Row{"items[?name == 'a']", "unknown"},
           Row{"items[0].name", "\"a\""},
           Row{"items[?k]", "[]"},
           Row{"join('', [k, u])", "unknown"},
           Row{"join(`1`, [k, u])", "Invalid type for: 1, expected: []jmespath.JpType{\"string\"} @0-4"},
           Row{"length(part)", "2"},
           Row{"length(u)", "unknown"},
           Row{"contains(part, 'x')", "true"},
           Row{"contains(part, 'y')", "unknown"},
           Row{"keys(map)", "[\"a\",\"b\"]"},
           Row{"type(part)", "\"array\""},
           Row{"not_null(k, u)", "\"known\""},
           Row{"to_string(map)", "unknown"},
           Row{"nope(u)", "unknown function: nope @0-4"},
           Row{"{x: k, y: u}.x", "\"known\""},
       }) {
    CAPTURE(row.expression);
    CHECK(on(input, row.expression) == row.expected);
  }
}

TEST_CASE("what is made of the same unknown values is the same value") {
  const auto base = [](std::string_view store) { return Json::object({{"KEY", Json::unknown(store)}}); };
  const auto identity = [](const Json& input, std::string_view text) {
    const Evaluation evaluation = evaluate(parse(text).expression(), input);
    REQUIRE(evaluation.outcome.ok());
    return identity_of(evaluation.outcome.value());
  };
  const Json one = Json::object({{"base", base("store#1")}, {"name", Json::string("data")}});
  const Json same = Json::object({{"base", base("store#1")}, {"name", Json::string("data")}, {"other", Json()}});
  const Json other_store = Json::object({{"base", base("store#2")}, {"name", Json::string("data")}});
  const Json other_name = Json::object({{"base", base("store#1")}, {"name", Json::string("logs")}});
  const Json nothing_known = Json::object({{"base", base("")}, {"name", Json::string("data")}});
  constexpr std::string_view kPath = "base64_encode(join('', [base64_decode(base.KEY), name]))";

  CHECK(!identity(one, kPath).empty());
  CHECK(identity(one, kPath) == identity(same, kPath));
  CHECK(identity(one, kPath) != identity(other_store, kPath));
  CHECK(identity(one, kPath) != identity(other_name, kPath));
  CHECK(identity(nothing_known, kPath).empty());
  CHECK(identity(one, "random(base.KEY)").empty());
  CHECK(identity(Json::unknown("object"), "a.b") == identity(Json::unknown("object"), "a.b"));
  CHECK(identity(Json::unknown("object"), "a.b") != identity(Json::unknown("object"), "a.c"));
  CHECK(equal(Json::unknown("x"), Json::unknown("x")) == Known::yes);
  CHECK(equal(Json::unknown("x"), Json::unknown("y")) == Known::unknown);
  CHECK(equal(Json::unknown(), Json::unknown()) == Known::unknown);
}

TEST_CASE("what is only selected keeps its place") {
  const yaml::Parsed manifest("spec:\n  volumes: [{name: data}, {name: logs}]\n");
  const Json input = from_yaml(manifest.root());
  const auto origin = [&](std::string_view text) {
    const ParseResult parsed = parse(text);
    return evaluate(parsed.expression(), input).outcome.value().origin();
  };
  const yaml::Value logs = manifest.root()["spec"]["volumes"].at(1)["name"];
  CHECK(origin("spec.volumes[1].name") == logs);
  CHECK(origin("spec.volumes[?name == 'logs'] | [0].name") == logs);
  CHECK(origin("reverse(spec.volumes)[0].name || 'x'") == logs);
  CHECK(origin("spec.volumes") == manifest.root()["spec"]["volumes"]);
  CHECK_FALSE(origin("to_upper(spec.volumes[1].name)"));
}

TEST_CASE("hostile expressions end") {
  const Json input = parse_json(kInput).value();
  std::string doubled = "a";
  for (int i = 0; i < 60; ++i) doubled += " | [@, @]";
  CHECK(on(input, doubled).find("makes a value that is too big") != std::string::npos);
  std::string nested = "a";
  for (int i = 0; i < 5000; ++i) nested += " | [@]";
  CHECK(on(input, nested).find("makes a value that is too big") != std::string::npos);
  std::string flattened = "a.d";
  for (int i = 0; i < 30; ++i) flattened += " | [@, @][]";
  CHECK(on(input, flattened).find("makes a value that is too big") != std::string::npos);
  std::string chain = "a";
  for (int i = 0; i < 30000; ++i) chain += " || a";
  CHECK(on(input, chain).substr(0, 5) == "{\"b\":");
  std::string loops = "@";
  for (int i = 0; i < 6; ++i)
    loops = "map(&" + loops + ", `[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]`)";
  CHECK(on(input, loops).find("takes more than 5000000 steps") != std::string::npos);
}

}  // namespace
}  // namespace vlint::jmespath
