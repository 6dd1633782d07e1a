#include "lint/jmespath/json.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "lint/yaml/testing.h"

namespace vlint::jmespath {
namespace {

std::string compact(std::string_view text) {
  const Result<Json> json = parse_json(text);
  return json ? to_json(*json).value() : "error: " + json.error();
}

std::string of_yaml(std::string text) {
  const yaml::Parsed parsed(std::move(text));
  return to_json(from_yaml(parsed.root())).value();
}

TEST_CASE("JSON is read and printed as encoding/json does") {
  struct Row {
    std::string_view text;
    std::string_view expected;
  };
  for (const Row& row : {
           Row{" { \"b\" : [ 1 , true , null ] , \"a\" : \"x\" } ", R"({"a":"x","b":[1,true,null]})"},
           Row{R"({"a":1,"a":2})", R"({"a":2})"},
           Row{"[]", "[]"},
           Row{"{}", "{}"},
           Row{"[1e21,1e20,1e-7,0.000001,1.50,-0,12345678901234567890]",
               "[1e+21,100000000000000000000,1e-7,0.000001,1.5,-0,12345678901234567000]"},
           Row{"1e-400", "0"},
           Row{R"("\u00e9\ud83d\ude00\ud800 \/\b\f")", "\"é😀\xEF\xBF\xBD /\\b\\f\""},
           Row{"\"a<b>&\xE2\x80\xA8\x7F\\u0001\"", "\"a\\u003cb\\u003e\\u0026\\u2028\x7F\\u0001\""},
           Row{"\"\xFF\"", "\"\xEF\xBF\xBD\""},
           Row{"", "error: unexpected end of JSON input (at byte 0)"},
           Row{"foo", "error: invalid character 'o' in literal false (expecting 'a') (at byte 1)"},
           Row{"[1,", "error: unexpected end of JSON input (at byte 3)"},
           Row{"[1 2]", "error: invalid character '2' after array element (at byte 3)"},
           Row{"[,]", "error: invalid character ',' looking for beginning of value (at byte 1)"},
           Row{"1 2", "error: invalid character '2' after top-level value (at byte 2)"},
           Row{"01", "error: invalid character '1' after top-level value (at byte 1)"},
           Row{"{a:1}", "error: invalid character 'a' looking for beginning of object key string (at byte 1)"},
           Row{R"({"a" 1})", "error: invalid character '1' after object key (at byte 5)"},
           Row{R"({"a":1 2})", "error: invalid character '2' after object key:value pair (at byte 7)"},
           Row{"\"\\x\"", "error: invalid character 'x' in string escape code (at byte 2)"},
           Row{"\"a\nb\"", "error: invalid character '\\n' in string literal (at byte 2)"},
           Row{"1.x", "error: invalid character 'x' after decimal point in numeric literal (at byte 2)"},
           Row{"1e400", "error: json: cannot unmarshal number 1e400 into Go value of type float64 (at byte 0)"},
           Row{"\xC3\xA9", "error: invalid character 'Ã' looking for beginning of value (at byte 0)"},
       }) {
    CAPTURE(row.text);
    CHECK(compact(row.text) == row.expected);
  }
}

TEST_CASE("deep JSON is refused, not crashed on") {
  CHECK(compact(std::string(100'000, '[')) == "error: exceeded max depth (at byte 1000)");
  CHECK(compact(std::string(1000, '[') + std::string(1000, ']')).size() == 2000);
}

TEST_CASE("infinities and NaN can't be printed") {
  CHECK_FALSE(to_json(Json::number(std::numeric_limits<double>::infinity())));
  CHECK_FALSE(to_json(Json::array({Json::number(std::nan(""))})));
}

TEST_CASE("YAML becomes what the API server sees") {
  CHECK(of_yaml("a: yes\nb: 0x10\nc: 1.5\nd: ~\ne: '1'\nf: [x, 010]\n") ==
        R"({"a":true,"b":16,"c":1.5,"d":null,"e":"1","f":["x",8]})");
  CHECK(of_yaml("yes: 1\n0x10: 2\n") == R"({"16":2,"true":1})");
  CHECK(of_yaml("base: &b {x: 1}\nother:\n  <<: *b\n  z: 2\n") == R"({"base":{"x":1},"other":{"x":1,"z":2}})");
  CHECK(of_yaml("a: 18446744073709551615\n") == R"({"a":18446744073709552000})");
}

TEST_CASE("what Git doesn't tell is unknown") {
  const auto is_unknown = [](std::string text) {
    const yaml::Parsed parsed(std::move(text));
    return from_yaml(parsed.root()["a"]).is_unknown();
  };
  CHECK(is_unknown("a: ${X}"));
  CHECK(is_unknown("a: pre-${_x:=default}"));
  CHECK(is_unknown("a: ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]"));
  CHECK(is_unknown("a: {'${X}': 1, b: 2}"));
  CHECK_FALSE(is_unknown("a: ${1}"));
  CHECK_FALSE(is_unknown("a: $${X}"));
  CHECK_FALSE(is_unknown("a: '{{ request.name }}'"));
  CHECK_FALSE(is_unknown("a: ENC"));
  CHECK_FALSE(is_unknown("a: ''"));
}

TEST_CASE("values keep their places") {
  const yaml::Parsed parsed("a:\n  - b: x\n");
  const Json root = from_yaml(parsed.root());
  const Json& b = root.find("a")->items()[0].members()[0].second;
  CHECK(b.origin().span().begin == 10);
  CHECK(root.find("a")->origin() == parsed.root()["a"]);
  CHECK_FALSE(Json::string("x").origin());
}

TEST_CASE("equality is deep and knows what is unknown") {
  const auto json = [](std::string_view text) { return parse_json(text).value(); };
  CHECK(json(R"({"a":[1,{"b":null}]})") == json(R"({"a":[1.0,{"b":null}]})"));
  CHECK_FALSE(json("1") == json("\"1\""));
  CHECK_FALSE(json("0") == json("false"));
  CHECK_FALSE(json("[]") == json("{}"));
  CHECK_FALSE(Json::number(std::nan("")) == Json::number(std::nan("")));
  CHECK_FALSE(Json::number(0).as_go_type() == Json::number(0));
  CHECK(Json::number(0).as_go_type() == Json::number(0).as_go_type());
  CHECK_FALSE(Json::unknown() == Json::unknown());

  const Json partly = Json::array({Json::number(1), Json::unknown()});
  CHECK(equal(partly, json("[1,2]")) == Known::unknown);
  CHECK(equal(partly, json("[3,2]")) == Known::no);
  CHECK(equal(partly, json("[1]")) == Known::no);
  CHECK(equal(partly, json("\"x\"")) == Known::no);
  CHECK(equal(json("{\"a\":1}"), Json::object({{"b", Json::unknown()}})) == Known::no);
}

TEST_CASE("objects are sorted and have each key once") {
  const Json object = Json::object({{"b", Json::number(1)}, {"a", Json::number(2)}, {"b", Json::number(3)}});
  CHECK(to_json(object).value() == R"({"a":2,"b":3})");
  CHECK(object.find("b")->as_number() == 3);
  CHECK(object.find("c") == nullptr);
  CHECK(Json::string("x").find("a") == nullptr);
}

TEST_CASE("depth and weight grow with the value, shared parts counted each time") {
  Json value = Json::string("0123456789");
  for (int i = 0; i < 60; ++i) value = Json::array({value, value});
  CHECK(value.depth() == 60);
  CHECK(value.weight() > 1'000'000'000);
  CHECK_FALSE(value.has_unknown());
  CHECK(Json::array({Json::object({{"a", Json::unknown()}})}).has_unknown());
}

}  // namespace
}  // namespace vlint::jmespath
