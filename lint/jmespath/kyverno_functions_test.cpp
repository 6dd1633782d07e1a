#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lint/jmespath/function.h"

using namespace vlint::jmespath;

namespace {

const Function* find(std::string_view name) {
  const auto functions = kyverno_functions();
  const auto found = std::find_if(functions.begin(), functions.end(),
                                  [name](const Function& function) { return function.name == name; });
  return found == functions.end() ? nullptr : &*found;
}

// The arguments as a JSON array.
Outcome call(std::string_view name, std::string_view arguments) {
  const auto list = parse_json(arguments);
  REQUIRE(list.ok());
  std::vector<Argument> values;
  for (const Json& item : list->items()) values.push_back({item, nullptr});
  const Function* const function = find(name);
  REQUIRE(function != nullptr);
  return function->run(values);
}

// The result as JSON, "unknown", or the failure's kind.
std::string answer(const Outcome& outcome) {
  if (!outcome.ok()) {
    switch (outcome.failure().kind) {
      case FailureKind::type:
        return "type";
      case FailureKind::value:
        return "value";
      case FailureKind::limit:
        return "limit";
      default:
        return "other failure";
    }
  }
  return outcome.value().is_unknown() ? "unknown" : *to_json(outcome.value());
}

struct Row {
  std::string_view function;
  std::string_view arguments;
  std::string_view answer;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.function);
    CAPTURE(row.arguments);
    CHECK(answer(call(row.function, row.arguments)) == row.answer);
  }
}

}  // namespace

TEST_CASE("The functions are sorted by name, each once") {
  const auto functions = kyverno_functions();
  CHECK(functions.size() == 51);
  CHECK(std::adjacent_find(functions.begin(), functions.end(),
                           [](const Function& a, const Function& b) { return a.name >= b.name; }) == functions.end());
}

TEST_CASE("What changes from call to call is marked and unknown") {
  for (const Function& function : kyverno_functions()) {
    const bool changes = function.name == "random" || function.name.starts_with("time_now");
    CHECK(function.is_nondeterministic == changes);
  }
  check({{"random", R"(["[a-z]{5}"])", "unknown"},
         {"random", R"([""])", "value"},
         {"time_now", "[]", "unknown"},
         {"time_now_utc", "[]", "unknown"},
         {"time_since", R"(["", "2024-01-01T00:00:00Z", ""])", "unknown"},
         {"time_since", R"(["", "2024", ""])", "value"},
         {"x509_decode", R"(["-----BEGIN"])", "unknown"}});
}

TEST_CASE("Texts") {
  check({{"equal_fold", R"(["Go", "gO"])", "true"},
         {"equal_fold", R"(["K", "\u212a"])", "true"},
         {"equal_fold", R"(["\u00b5", "\u039c"])", "true"},
         {"equal_fold", R"(["ss", "\u00df"])", "false"},
         {"to_upper", R"(["a#1stra\u00dfe \u00e9\u0436\u01c6"])", R"("A#1STRAßE ÉЖǄ")"},
         {"to_lower", R"(["ABC \u00c9\u0416\u0130"])", R"("abc éжi")"},
         {"replace", R"(["aaa", "a", "b", 2])", R"("bba")"},
         {"replace", R"(["aaa", "a", "b", -1])", R"("bbb")"},
         {"replace", R"(["aaa", "a", "b", 0])", R"("aaa")"},
         {"replace", R"(["日本", "", "-", -1])", R"("-日-本-")"},
         {"replace_all", R"(["a-b-c", "-", ""])", R"("abc")"},
         {"trim", R"(["¡¡Hello!¡", "!¡"])", R"("Hello")"},
         {"trim_prefix", R"(["prefix-a", "prefix-"])", R"("a")"},
         {"trim_prefix", R"(["a", "b"])", R"("a")"},
         {"split", R"(["a/b/", "/"])", R"(["a","b",""])"},
         {"split", R"(["日本", ""])", R"(["日","本"])"},
         {"split", R"(["", "/"])", R"([""])"},
         {"truncate", R"(["日本語", 2])", R"("日本")"},
         {"truncate", R"(["abc", 2.9])", R"("ab")"},
         {"truncate", R"(["abc", -1])", R"("")"},
         {"truncate", R"(["abc", 1e30])", R"("")"},  // int(1e30) is negative
         {"to_boolean", R"(["TrUe"])", "true"},
         {"to_boolean", R"(["yes"])", "value"},
         {"path_canonicalize", R"(["/a/../b/./c//"])", R"("/b/c")"},
         {"path_canonicalize", R"(["/../.."])", R"("/")"},
         {"path_canonicalize", R"(["a/../../b"])", R"("../b")"},
         {"path_canonicalize", R"(["a/.."])", R"(".")"},
         {"path_canonicalize", R"([""])", R"("")"},
         {"pattern_match", R"(["12*", 123])", "true"},
         {"pattern_match", R"(["a?c", "ac"])", "false"}});
}

TEST_CASE("Regular expressions") {
  check({{"regex_match", R"j(["^[0-9]+$", 5])j", "true"},
         {"regex_match", R"j(["(?=a)", "a"])j", "value"},
         {"regex_match", R"j(["\\C", "a"])j", "value"},
         {"regex_match", R"j(["[]a]b", "]b"])j", "true"},
         {"regex_replace_all", R"j(["a(.)", "abac", "x$1"])j", R"("xbxc")"},
         {"regex_replace_all", R"j(["a(.)", "abac", "x${1}y"])j", R"("xbyxcy")"},
         {"regex_replace_all", R"j(["a(.)", "abac", "x$1y"])j", R"("xx")"},  // no group is named 1y
         {"regex_replace_all", R"j(["a(?P<n>.)", "ab", "$n-$$-${n"])j", R"("b-$-${n")"},
         {"regex_replace_all", R"j(["a(?<n>.)", "ab", "${n}"])j", R"("b")"},
         {"regex_replace_all", R"j(["x*", "axb", "-"])j", R"("-a-b-")"},
         {"regex_replace_all", R"j(["", "日", "-"])j", R"("-日-")"},
         {"regex_replace_all", R"j(["[^a-z0-9-]", "A_b.c", "-"])j", R"("--b-c")"},
         {"regex_replace_all_literal", R"j(["a(.)", "ab", "$1"])j", R"("$1")"},
         {"regex_replace_all", R"j(["(", "a", ""])j", "value"}});
  const Outcome wrong = call("regex_match", R"j(["(?=a)", "a"])j");
  CHECK(wrong.failure().message == "error parsing regexp: invalid or unsupported Perl syntax: `(?=`");
}

TEST_CASE("No text grows without end") {
  const std::string large = '"' + std::string(1 << 14, 'a') + '"';
  CHECK(answer(call("replace_all", "[" + large + R"(,"a",)" + large + "]")) == "limit");
  CHECK(answer(call("regex_replace_all", R"(["a",)" + large + "," + large + "]")) == "limit");
}

TEST_CASE("Compare gives a Go integer") {
  const Outcome outcome = call("compare", R"(["a", "b"])");
  REQUIRE(outcome.ok());
  CHECK(outcome.value().is_go_int());
  CHECK(outcome.value().as_number() == -1);
}

TEST_CASE("Numbers, quantities and durations") {
  check({{"add", "[1, 2]", "3"},
         {"add", R"(["1Gi", "512Mi"])", R"("1536Mi")"},
         {"add", R"(["12Ki", "13"])", R"("12301")"},
         {"add", R"(["1h", "30s"])", R"("1h0m30s")"},
         {"add", R"(["1h", "30m"])", "type"},  // 30 milli
         {"add", R"([1, "1"])", "type"},
         {"add", R"([null, 1])", "type"},
         {"add", R"(["0", "1Ki"])", R"("1Ki")"},
         {"add", R"(["1e3", "1"])", R"("1001")"},
         {"add", R"(["1e3", "1e3"])", R"("2e3")"},
         {"add", R"(["1e2147483647", "1"])", "limit"},
         {"subtract", R"(["10Gi", "1Gi"])", R"("9Gi")"},
         {"subtract", R"(["1Ki", "1"])", R"("1023")"},
         {"subtract", R"(["1Mi", "1.5Mi"])", R"("-512Ki")"},
         {"subtract", R"(["12s", "13s"])", R"("-1s")"},
         {"multiply", R"(["10Gi", 0.5])", R"("5Gi")"},
         {"multiply", R"([2.5, "12Ki"])", R"("30Ki")"},
         {"multiply", R"(["1E", 1000])", R"("1")"},  // 10^21 has no suffix
         {"multiply", R"(["12s", 1.5])", R"("18s")"},
         {"multiply", R"(["1Ki", "1Ki"])", "type"},
         {"divide", R"(["10Gi", 4])", R"("2560Mi")"},
         {"divide", R"(["10M", 2000000])", R"("0")"},  // at the scale of millions nothing is left
         {"divide", R"(["1k", 3])", R"("333")"},
         {"divide", R"(["12Ki", "200"])", "61.44"},
         {"divide", R"(["12s", "5s"])", "2.4"},
         {"divide", R"(["12s", 5])", R"("2.4s")"},
         {"divide", R"([14, "5s"])", "type"},
         {"divide", R"(["4Ki", 0])", "value"},
         {"divide", R"(["4s", "0s"])", "value"},
         {"modulo", "[7, 4]", "3"},
         {"modulo", "[-7, 4]", "-3"},
         {"modulo", "[7, 1.5]", "value"},
         {"modulo", "[7, 0]", "value"},
         {"modulo", R"(["12Ki", "5Ki"])", R"("2Ki")"},
         {"modulo", R"(["4.5", "1"])", "value"},
         {"modulo", R"(["13s", "5s"])", R"("3s")"},
         {"modulo", R"(["13s", 2])", "type"},
         {"sum", R"([["12s", "13s", "1s"]])", R"("26s")"},
         {"sum", R"([["12Ki"]])", R"("12Ki")"},
         {"sum", R"([[12, "13Ki"]])", "type"},
         {"sum", "[[]]", "value"},
         {"round", "[9.414675, 2]", "9.41"},
         {"round", "[-2.5, 0]", "-3"},
         {"round", "[14, 1.5]", "value"},
         {"round", "[14, -2]", "value"},
         {"semver_compare", R"(["1.2.3", ">=1.0.0"])", "true"},
         {"semver_compare", R"(["v1.2.3", ">=1.0.0"])", "false"},
         {"semver_compare", R"(["v1.2.3", "<1.0.0"])", "true"},  // it counts as 0.0.0
         {"semver_compare", R"(["1.2.3", "~1.2"])", "value"}});
}

TEST_CASE("Codes and formats") {
  check({{"base64_encode", R"(["Hello, world!"])", R"("SGVsbG8sIHdvcmxkIQ==")"},
         {"base64_decode", R"(["SGVsbG8s\nIHdvcmxkIQ=="])", R"("Hello, world!")"},
         {"base64_decode", R"([""])", R"("")"},
         {"base64_decode", R"(["YR=="])", R"("a")"},  // bits behind the last byte don't matter
         {"base64_decode", R"(["YQ"])", "value"},
         {"base64_decode", R"(["YQ==YQ=="])", "value"},
         {"base64_decode", R"(["-_-_"])", "value"},
         {"md5", R"([""])", R"("d41d8cd98f00b204e9800998ecf8427e")"},
         {"md5", R"(["a"])", R"("0cc175b9c0f1b6a831c399e269772661")"},
         {"md5", R"(["12345678901234567890123456789012345678901234567890123456789012345678901234567890"])",
          R"("57edf4a22be3c955ac49da2e2107b67a")"},
         {"sha1", R"(["abc"])", R"("a9993e364706816aba3e25717850c26c9cd0d89d")"},
         {"sha1", R"(["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"])",
          R"("84983e441c3bd26ebaae4aa1f95129e5e54670f1")"},
         {"sha256", R"(["a"])", R"("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb")"},
         {"parse_json", R"(["{\"a\": [1, null]}"])", R"({"a":[1,null]})"},
         {"parse_json", R"([""])", "value"},
         {"parse_yaml", R"(["a: b\nc: [1, yes]\n---\nd: e"])", R"({"a":"b","c":[1,true]})"},
         {"parse_yaml", R"([""])", "null"},
         {"parse_yaml", R"(["a: ["])", "value"},
         {"parse_yaml", R"(["a: .inf"])", "value"}});
}

TEST_CASE("Parsed YAML has no places") {
  const Outcome outcome = call("parse_yaml", R"(["a: [b]"])");
  REQUIRE(outcome.ok());
  CHECK_FALSE(outcome.value().origin());
  CHECK_FALSE(outcome.value().find("a")->items().at(0).origin());
}

TEST_CASE("Images and addresses") {
  check({{"image_normalize", R"(["nginx"])", R"("docker.io/nginx:latest")"},
         {"image_normalize", R"(["localhost:5000/a/b:v1"])", R"("localhost:5000/a/b:v1")"},
         {"image_normalize", R"(["a_b/c"])", R"("docker.io/a_b/c:latest")"},
         {"image_normalize", R"(["x:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])",
          R"("docker.io/x@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")"},
         {"image_normalize", R"(["x@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])", "value"},
         {"image_normalize", R"(["Nginx"])", "value"},
         {"image_normalize", R"([""])", "value"},
         {"is_external_url", R"(["http://10.1.1.1"])", "false"},
         {"is_external_url", R"(["http://172.31.0.1:80/x"])", "false"},
         {"is_external_url", R"(["http://172.32.0.1"])", "true"},
         {"is_external_url", R"(["http://www.google.com@192.168.1.3"])", "false"},
         {"is_external_url", R"(["http://[fd12:3456:789a:1::1]"])", "false"},
         {"is_external_url", R"(["http://[::ffff:10.0.0.1]/"])", "false"},
         {"is_external_url", R"(["http://[2001:db8::ff00:42:8329]"])", "true"},
         {"is_external_url", R"(["http://localhost"])", "false"},
         {"is_external_url", R"(["http://example.org"])", "unknown"},
         {"is_external_url", R"(["file:///x"])", "value"}});
}

TEST_CASE("Objects and lists") {
  check({{"lookup", R"([{"a": 1}, "a"])", "1"},
         {"lookup", R"([{"a": 1}, "b"])", "null"},
         {"lookup", R"([["x", "y"], 1])", R"("y")"},
         {"lookup", R"([["x"], -1])", "null"},
         {"lookup", R"([["x"], 1.5])", "value"},
         {"lookup", R"([["x"], "0"])", "type"},
         {"lookup", R"([{"a": 1}, 0])", "type"},
         {"items", R"([{"b": 1, "a": [2]}, "k", "v"])", R"([{"k":"a","v":[2]},{"k":"b","v":1}])"},
         {"items", R"([["x"], "k", "v"])", R"([{"k":0,"v":"x"}])"},
         {"items", R"([{"a": 1}, "k", "k"])", R"([{"k":1}])"},
         {"object_from_lists", R"([["a", 1.5, true, "a"], [1, 2, 3, 4, 5]])", R"({"1.5":2,"a":4,"true":3})"},
         {"object_from_lists", R"([["a", "b"], [1]])", R"({"a":1,"b":null})"},
         {"object_from_lists", R"([[null], [1]])", "type"},
         {"label_match", R"([{"a": "b"}, {"a": "b", "c": "d"}])", "true"},
         {"label_match", R"([{"a": "*"}, {"a": "b"}])", "false"},
         {"label_match", R"([{}, {}])", "true"}});
  CHECK(call("items", R"([[], "k", "v"])").value().is_go_list_of_maps());
}

TEST_CASE("An unknown part leaves the rest known") {
  const Json partly = Json::object({{"a", Json::unknown()}, {"b", Json::number(1)}});
  const auto run = [](std::string_view name, std::vector<Json> values) {
    std::vector<Argument> arguments;
    for (Json& value : values) arguments.push_back({std::move(value), nullptr});
    REQUIRE(find(name)->takes_unknown);
    return answer(find(name)->run(arguments));
  };
  CHECK(run("lookup", {partly, Json::string("a")}) == "unknown");
  CHECK(run("lookup", {partly, Json::string("b")}) == "1");
  CHECK(run("lookup", {Json::unknown(), Json::string("b")}) == "unknown");
  const Json wanted = *parse_json(R"({"a":"x","b":1})");
  CHECK(run("label_match", {wanted, partly}) == "unknown");
  CHECK(run("label_match", {*parse_json(R"({"a":"x","b":2})"), partly}) == "false");
  CHECK(run("label_match", {*parse_json(R"({"b":1})"), partly}) == "true");
  CHECK(run("object_from_lists", {Json::array({Json::unknown()}), Json::array({})}) == "unknown");
}

TEST_CASE("Times") {
  check({{"time_add", R"(["2024-01-01T00:00:00Z", "24h"])", R"("2024-01-02T00:00:00Z")"},
         {"time_add", R"(["2024-01-01T00:00:00Z", "1d"])", "value"},
         {"time_add", R"(["2024-01-01", "1h"])", "value"},
         {"time_diff", R"(["2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z"])", R"("-24h0m0s")"},
         {"time_before", R"(["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"])", "true"},
         {"time_after", R"(["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"])", "false"},
         {"time_between", R"(["2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z"])", "true"},
         {"time_between", R"(["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z"])", "false"},
         {"time_parse", R"(["1702691171", "1702691171"])", R"("2023-12-16T01:46:11Z")"},
         {"time_parse", R"(["1", "x"])", "value"},
         {"time_parse", R"(["1", "9223372036854775807"])", "limit"},
         {"time_since", R"(["2006-01-02", "2024-01-01", "2024-01-03"])", R"("48h0m0s")"},
         {"time_to_cron", R"(["2024-01-07T12:34:56+05:00"])", R"("34 12 7 1 0")"},
         {"time_truncate", R"(["2024-01-01T12:34:56Z", "1h"])", R"("2024-01-01T12:00:00Z")"},
         {"time_utc", R"(["2024-01-01T00:00:00+02:00"])", R"("2023-12-31T22:00:00Z")"}});
}
