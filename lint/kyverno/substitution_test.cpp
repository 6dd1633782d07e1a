#include "lint/kyverno/substitution.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/testing.h"

namespace vlint::kyverno {
namespace {

using jmespath::Failure;
using jmespath::FailureKind;
using jmespath::Json;
using jmespath::Outcome;

Json json(std::string_view text) {
  const Result<Json> parsed = jmespath::parse_json(text);
  REQUIRE_MESSAGE(parsed.ok(), text);
  return parsed.value();
}

// A resolver that knows names and dotted paths, no more. "?" anywhere is not known.
Outcome look_up(const Json& data, std::string_view expression) {
  if (expression.find('?') != std::string_view::npos) return Json::unknown();
  Json at = data;
  for (const std::string_view step : split(expression, '.')) {
    const Json* next = at.find(step);
    if (next == nullptr) return Failure{FailureKind::not_found, "Unknown key \"" + std::string(step) + "\" in path"};
    at = *next;
  }
  return at;
}

constexpr std::string_view kData = R"j({"a":"x","b":{"c":"y","x":"via-a"},"n":3,"t":true,"z":null,"l":["p",1],
  "self":"{{ self }}","loop":{"k":"{{ loop }}"},"later":"{{ n }}","open":"{{","template":"{{ a }}","slash":"\\",
  "map":{"k":"{{ a }}"},"request":{"object":{"a":"new","list":["first"]},"oldObject":{"a":"old"}}})j";

std::string result_of(std::string_view document, const SubstitutionOptions& options = {}) {
  const Json data = json(kData);
  const Json parsed = json(document);
  const Substituted result = substitute(
      parsed, [&](std::string_view expression) { return look_up(data, expression); }, options);
  if (!result.ok()) return "failed: " + result.failure->message;
  if (result.value.is_unknown()) return "unknown";
  return jmespath::to_json(result.value).value();
}

TEST_CASE("variables are replaced with their type, or as text") {
  struct Row {
    std::string_view document;
    std::string_view result;
  };
  const Row rows[] = {
      {R"("{{a}}")", R"("x")"},
      {R"("{{ n }}")", "3"},
      {R"("{{ z }}")", "null"},
      {R"("{{ b }}")", R"({"c":"y","x":"via-a"})"},
      {R"("<{{ n }}>")", R"("\u003c3\u003e")"},
      {R"("-{{ z }}{{t}}")", R"("-nulltrue")"},
      {R"("-{{ l }}")", R"("-[\"p\",1]")"},
      {R"("{{ a }}{{ n }}{{ a }}")", R"("x3x")"},
      {R"("{{ b.{{ a }} }}")", R"("via-a")"},
      {R"("\\{{ a }} {{ a }}")", R"("{{ a }} x")"},
      {R"("\\{{ b.{{ a }} }}")", R"("{{ b.x }}")"},
      {R"("{{ template }}")", R"("{{ a }}")"},     // the whole text is not scanned again
      {R"("-{{ template }}")", R"("-x")"},         // inserted text is
      {R"("-{{- template }}")", R"("-{{ a }}")"},  // unless it is shallow
      {R"("{{ map }}")", R"({"k":"x"})"},          // what came in whole is walked again
      {R"("a-{{ open }}-b")", R"("a-{{-b")"},
      {R"("{{ {a: {b: n}} }}")", R"("{{ {a: {b: n}} }}")"},
      {R"("${{ n }}")", R"("$3")"},
      {R"j("$({{ n }})")j", R"j("$(3)")j"},
      {R"j("{{n}} }}")j", R"j("3 }}")j"},
      {R"j({"k-{{ a }}":"{{ n }}"})j", R"j({"k-x":3})j"},
      {R"j({"{{ z }}":1})j", R"j({"{{ z }}":1})j"},
      {R"j(["{{ n }}",{"k":["{{ a }}"]}])j", R"j([3,{"k":["x"]}])j"},
      {"5", "5"},
      {"null", "null"},
      {R"j({"a":true,"b":[]})j", R"j({"a":true,"b":[]})j"},
      {R"j("{{ a? }}")j", "unknown"},
      {R"j("-{{ a? }}-{{ n }}")j", "unknown"},
      {R"j("-{{ b.{{ a? }} }}")j", "unknown"},
      {R"j({"k-{{ a? }}":1})j", "unknown"},
      {R"j({"a":"{{ a? }}","b":"{{ n }}"})j", R"j({"a":null,"b":3})j"},
  };
  for (const Row& row : rows) {
    INFO(row.document);
    CHECK(result_of(row.document) == row.result);
  }
}

TEST_CASE("a text around an unknown value is the same text when the value is") {
  const auto text_with = [](std::string_view document, std::string_view identity) {
    const Json parsed = Json::string(std::string(document));
    const Substituted result = substitute(parsed, [&](std::string_view) { return Json::unknown(identity); });
    REQUIRE(result.ok());
    REQUIRE(result.value.is_unknown());
    return result.value.identity();
  };
  CHECK(!text_with("s3:{{ a }}/x", "{{ store }}").empty());
  CHECK(text_with("s3:{{ a }}/x", "1") == text_with("s3:{{ a }}/x", "1"));
  CHECK(text_with("s3:{{ a }}/x", "1") != text_with("s3:{{ a }}/x", "2"));
  CHECK(text_with("s3:{{ a }}/x", "1") != text_with("s3:{{ a }}/y", "1"));
  CHECK(text_with("s3:{{ a }}/x", "").empty());
}

TEST_CASE("substitution stops with upstream's message") {
  struct Row {
    std::string_view document;
    std::string_view message;
  };
  const Row rows[] = {
      {R"j({"spec":{"k":"{{ q }}"}})j", "failed to resolve q at path /spec/k: Unknown key \"q\" in path"},
      {R"j("{{ }}")j", "failed to resolve  at path : invalid query (nil)"},
      {R"j({"{{ n }}":"v"})j", "expected string after substituting variables in key \"{{ n }}\""},
      {R"j("-{{- n }}")j", "interface conversion: interface {} is float64, not string"},
      {R"j("{{ a? }}{{ q }}")j", "failed to resolve q at path : Unknown key \"q\" in path"},
      {R"j("-{{ self }}")j", "the variables expand without end"},
      {R"j("{{ loop }}")j", "the variables expand without end"},
  };
  for (const Row& row : rows) {
    INFO(row.document);
    CHECK(result_of(row.document) == "failed: " + std::string(row.message));
  }
}

TEST_CASE("references are paths in the document") {
  struct Row {
    std::string_view document;
    std::string_view result;
  };
  const Row rows[] = {
      {R"j({"a":"v","b":"$(/a)"})j", R"j({"a":"v","b":"v"})j"},
      {R"j({"a":"v","b":"<- $(./../a) $(../a)"})j", R"j({"a":"v","b":"\u003c- v v"})j"},
      {R"j({"(a)":"v","b":"$(../a)"})j", R"j({"(a)":"v","b":"v"})j"},
      {R"j({"a":5,"b":"$(>=../a)"})j", R"j({"a":5,"b":"\u003e=5.000000"})j"},
      {R"j({"a":"{{ n }}","b":"x$(../a)"})j", R"j({"a":3,"b":"x3"})j"},  // before variables
      {R"j("\\$(POD)")j", R"j("$(POD)")j"},
      {R"j("${POD} $(a b)")j", R"j("${POD} $(a b)")j"},
      {R"j({"a":{"k":"v","l":"w"},"b":"$(/a)"})j", R"j({"a":{"k":"v","l":"w"},"b":null})j"},  // some key: not known
      {R"j("$(POD)")j", "failed: got nil resolved variable $(POD) at path : <nil>"},
      {R"j({"a":5,"b":"$(/a)"})j", "failed: NotResolvedReferenceErr,reference $(/a) not resolved at path /b"},
      {R"j("$(>)())")j", "failed: got nil resolved variable $(>)()) at path : <nil>"},
  };
  for (const Row& row : rows) {
    INFO(row.document);
    CHECK(result_of(row.document) == row.result);
  }
}

TEST_CASE("the at sign is the same place in the trigger, and DELETE looks at the old object") {
  CHECK(result_of(R"j({"mutate":{"overlay":{"a":"{{ @ }}"}}})j") == R"j({"mutate":{"overlay":{"a":"new"}}})j");
  CHECK(result_of(R"j("{{ request.object.a }}")j") == R"j("new")j");
  CHECK(result_of(R"j("{{ request.object.a }}")j", {true}) == R"j("old")j");
}

TEST_CASE("every value knows the policy's line, and every variable the place that supplied it") {
  const yaml::Parsed policy(
      "name: pvc-{{ a }}\nlabels: '{{ map }}'\nkeep: \"it''s {{ b.{{ a }} }}\"\n\"k{{ m }}\": 1\n");
  const yaml::Parsed trigger("a: x\nmap: {k: v}\nb: {x: y}\nm: 3\n");
  const Json data = jmespath::from_yaml(trigger.root());
  const Substituted result = substitute(jmespath::from_yaml(policy.root()),
                                        [&](std::string_view expression) { return look_up(data, expression); });
  REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.failure->message));
  for (const std::string_view key : {"name", "labels", "keep"}) {
    CHECK(result.value.find(key)->origin() == policy.root()[key]);
  }
  CHECK(result.value.find("labels")->find("k")->origin() == trigger.root()["map"]["k"]);
  REQUIRE(result.value.find("k3") != nullptr);

  const auto written = [&](const Supply& supply) {
    return std::string(supply.scalar.text().substr(supply.variable.begin, supply.variable.size()));
  };
  const std::vector<const Supply*> name = result.supplies_of(policy.root()["name"]);
  REQUIRE(name.size() == 1);
  CHECK(written(*name[0]) == "{{ a }}");
  CHECK(name[0]->value.origin() == trigger.root()["a"]);
  const std::vector<const Supply*> keep = result.supplies_of(policy.root()["keep"]);
  REQUIRE(keep.size() == 2);
  CHECK(written(*keep[0]) == "{{ a }}");
  CHECK(written(*keep[1]) == "{{ b.{{ a }} }}");
  CHECK(keep[1]->expression == "b.x");
  CHECK(keep[1]->path == "/keep");
  CHECK(result.supplies_of(policy.root().entries()[3].key).size() == 1);
}

TEST_CASE("a failure has its place") {
  const yaml::Parsed policy("data:\n  x: ab {{ n }} {{ nope }}\n");
  const Json data = json(kData);
  const Substituted result = substitute(jmespath::from_yaml(policy.root()),
                                        [&](std::string_view expression) { return look_up(data, expression); });
  REQUIRE(!result.ok());
  CHECK(result.failure->scalar == policy.root()["data"]["x"]);
  CHECK(result.failure->variable == TextRange{11, 21});
  CHECK(result.failure->path == "/data/x");
  CHECK(result.failure->expression == "nope");
  CHECK(result.failure->failure.kind == FailureKind::not_found);
  CHECK(result.value.is_null());
}

TEST_CASE("values that multiply come to an end") {
  // Each of thirty names stands for the next one twice, as text or in a list.
  std::string texts = "{";
  std::string lists = "{";
  for (int i = 0; i < 30; ++i) {
    const std::string next = "{{ v" + std::to_string(i + 1) + " }}";
    texts += "\"v" + std::to_string(i) + "\":\"-" + next + "-" + next + "\",";
    lists += "\"v" + std::to_string(i) + "\":[\"" + next + "\",\"" + next + "\"],";
  }
  for (const std::string& data_text : {texts + "\"v30\":\"x\"}", lists + "\"v30\":\"x\"}"}) {
    const Json data = json(data_text);
    const Substituted result = substitute(Json::string("{{ v0 }}-{{ v0 }}"),
                                          [&](std::string_view expression) { return look_up(data, expression); });
    const Substituted whole =
        substitute(Json::string("{{ v0 }}"), [&](std::string_view expression) { return look_up(data, expression); });
    REQUIRE((!result.ok() || !whole.ok()));
    CHECK((result.ok() ? whole : result).failure->failure.kind == FailureKind::limit);
  }
}

}  // namespace
}  // namespace vlint::kyverno
