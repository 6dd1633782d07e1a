#include "lint/kyverno/condition.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace vlint;
using namespace vlint::kyverno;
using jmespath::Json;

namespace {

Json json(std::string_view text) {
  auto value = jmespath::parse_json(text);
  REQUIRE(value.ok());
  return std::move(value).value();
}

struct Row {
  std::string_view key;
  std::string_view op;
  std::string_view value;
  bool holds;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.op);
    CAPTURE(row.value);
    const ConditionOutcome outcome = judge_condition(json(row.key), row.op, json(row.value));
    CHECK_FALSE(outcome.failure);
    CHECK(outcome.holds == known(row.holds));
  }
}

}  // namespace

TEST_CASE("Equals compares durations, then quantities, then a pattern") {
  check({{R"("1h")", "Equals", R"("60m")", true},
         {R"("1h")", "Equals", "3600", true},
         {R"("1Gi")", "Equals", R"("1024Mi")", true},
         {R"("1Gi")", "Equals", R"("hourly")", false},
         {R"("hourly")", "Equals", R"("h*")", true},
         {R"("h*")", "Equals", R"("hourly")", false},
         {R"("")", "Equals", R"("")", true},
         {R"("true")", "Equals", "true", false},
         {"true", "Equals", "true", true},
         {"1", "Equals", R"("1.0")", true},
         {R"("1")", "Equals", "1", false},
         {R"({"a": 1})", "Equals", R"({"a": 1})", true},
         {R"([1, 2])", "Equals", "[2, 1]", false},
         {R"("x")", "equals", R"("x")", true}});
}

TEST_CASE("NotEquals is the contrary, but for a null key") {
  check({{R"("hourly")", "NotEquals", R"("")", true},
         {R"({})", "NotEquals", R"("")", true},
         {R"("1h")", "NotEquals", R"("60m")", false},
         {"null", "NotEquals", R"("x")", false},
         {"null", "Equals", "null", false}});
}

TEST_CASE("Membership knows wildcards on both sides, lists, JSON in a string, and ranges") {
  check({{R"("hourly")", "AnyIn", R"(["h*", "daily"])", true},
         {R"("h*")", "AnyIn", R"(["hourly"])", true},
         {R"("a")", "AnyIn", R"("[\"a\", \"b\"]")", true},
         {R"("a*")", "AnyIn", R"("[\"ab\"]")", false},
         {R"("1")", "AnyIn", R"("2")", false},
         {R"("1")", "AnyNotIn", R"("2")", false},  // "2" is JSON and no list
         {"5", "AnyIn", R"("1-10")", true},
         {R"("2Gi")", "AnyIn", R"("1Gi-3Gi")", true},
         {R"("30s")", "AnyIn", R"("1s-1m")", true},
         {"[1, 5, 11]", "AnyNotIn", R"("0-10")", true},
         {"[1, 5, 11]", "AllIn", R"("0-10")", false},
         {"[11, 12]", "AllNotIn", R"("0-10")", true},
         {"[1]", "AnyNotIn", R"("-5-5")", true},  // a range below zero is another pattern here
         {R"(["a", "b"])", "AnyIn", R"(["b", "c"])", true},
         {R"(["a", "b"])", "AllIn", R"(["b", "c"])", false},
         {R"(["a", "b"])", "AnyNotIn", R"(["b", "c"])", true},
         {R"(["a", "b"])", "AllNotIn", R"(["b", "c"])", false},
         {"[1]", "AnyIn", "1", true},
         {"[1]", "AllIn", "1", false},
         {"[]", "AnyIn", "[]", false},
         {"[]", "AnyNotIn", "[]", false},
         {"[]", "AllIn", "[]", true},
         {"[]", "AllNotIn", "[]", true},
         {"1000000", "AnyIn", R"(["1000000"])", false},  // a number this large is printed 1e+06
         {R"([null])", "AnyIn", R"(["<nil>"])", true},
         {"{}", "AnyNotIn", "[]", false},
         {R"("a")", "AnyNotIn", R"({})", false}});
}

TEST_CASE("In and NotIn are the older ones") {
  check({{R"(["a"])", "In", R"(["a", "b"])", true},
         {R"(["a*"])", "In", R"(["ab"])", false},
         {R"(["a", "c"])", "NotIn", R"(["a", "b"])", true},  // one that is missing is enough
         {R"(["a"])", "NotIn", R"("a")", true},
         {R"("a")", "NotIn", R"("a")", false},
         {R"("a")", "NotIn", R"("b")", false},  // "b" is no JSON
         {R"("5")", "In", R"("1-10")", false}});
  const ConditionOutcome outcome = judge_condition(json("[1]"), "In", json(R"(["1"])"));
  REQUIRE(outcome.failure);
  CHECK(outcome.failure->kind == jmespath::FailureKind::panic);
  CHECK(evaluate_condition(json("[1]"), "In", json(R"(["1"])")) == Known::no);
}

TEST_CASE("Comparisons read durations, quantities, numbers and versions") {
  check({{R"("2h")", "GreaterThan", R"("90m")", true},
         {R"("10")", "LessThan", R"("1h")", true},
         {"10", "LessThanOrEquals", R"("10s")", true},
         {R"("1Gi")", "GreaterThan", R"("1G")", true},
         {R"("100")", "GreaterThan", R"("10")", true},
         {R"("1.5")", "GreaterThan", "1", true},
         {"2", "GreaterThan", R"("1e0")", true},
         {R"("1.10.0")", "GreaterThan", R"("1.9.0")", true},
         {R"("1.10.0")", "GreaterThan", R"("1.9")", false},
         {R"("x")", "LessThan", R"("y")", false},
         {"true", "LessThan", "2", false},
         {"2", "greaterthan", "1", false},  // capitals count here
         {"3", "DurationGreaterThan", R"("2s")", true},
         {R"("1m")", "DurationLessThanOrEquals", "60", true},
         {R"("1Gi")", "DurationLessThan", R"("1h")", false}});
}

TEST_CASE("What is no operator fails") {
  const ConditionOutcome outcome = judge_condition(json("1"), "EqualTo", json("1"));
  REQUIRE(outcome.failure);
  CHECK(outcome.failure->kind == jmespath::FailureKind::value);
}

TEST_CASE("Unknown values matter where the answer depends on them") {
  const Json unknown = Json::unknown();
  CHECK(evaluate_condition(unknown, "Equals", json("1")) == Known::unknown);
  CHECK(evaluate_condition(Json(), "Equals", unknown) == Known::no);
  CHECK(evaluate_condition(json("true"), "GreaterThan", unknown) == Known::no);
  CHECK(evaluate_condition(json("{}"), "AnyIn", unknown) == Known::no);
  CHECK(evaluate_condition(json("\"a\""), "AnyIn", Json::array({unknown, Json::string("a")})) == Known::yes);
  CHECK(evaluate_condition(json("\"b\""), "AnyIn", Json::array({unknown, Json::string("a")})) == Known::unknown);
  CHECK(evaluate_condition(Json::array({unknown, Json::string("x")}), "AllIn", json(R"(["a"])")) == Known::no);
  CHECK(evaluate_condition(Json::array({unknown}), "AnyIn", json(R"(["*"])")) == Known::yes);
  CHECK(evaluate_condition(Json::object({{"a", unknown}}), "Equals", json("\"\"")) == Known::no);
  CHECK(evaluate_condition(Json::object({{"a", unknown}}), "NotEquals", json(R"({"a": 1})")) == Known::unknown);
}

TEST_CASE("Blocks of conditions") {
  const auto holds = [](std::string_view text) { return evaluate_conditions(json(text)); };
  const std::string yes = R"({"key": 1, "operator": "Equals", "value": 1})";
  const std::string no = R"({"key": 1, "operator": "Equals", "value": 2})";
  CHECK(holds("null") == Known::yes);
  CHECK(holds("[]") == Known::yes);
  CHECK(holds("{}") == Known::yes);
  CHECK(holds(R"({"any": []})") == Known::no);
  CHECK(holds(R"({"any": null})") == Known::yes);
  CHECK(holds("[" + yes + "," + yes + "]") == Known::yes);
  CHECK(holds("[" + yes + "," + no + "]") == Known::no);
  CHECK(holds(R"({"any": [)" + no + "," + yes + R"(], "all": [)" + yes + "]}") == Known::yes);
  CHECK(holds(R"({"any": [)" + yes + R"(], "all": [)" + no + "]}") == Known::no);
  CHECK(holds(R"([{"any": [)" + yes + R"(]}, {"all": [)" + no + "]}]") == Known::no);
  CHECK(holds(R"([{"key": null, "operator": "NotEquals", "value": 2}])") == Known::no);
}

TEST_CASE("Substitution takes place when a condition's turn comes") {
  const Substitute fails_on_x = [](const Json& value) -> jmespath::Outcome {
    if (value == Json::string("x")) return jmespath::Failure{jmespath::FailureKind::not_found, "no x"};
    if (value == Json::string("u")) return Json::unknown();
    return value;
  };
  const auto judge = [&fails_on_x](std::string_view text) { return judge_conditions(json(text), fails_on_x); };
  const std::string yes = R"({"key": 1, "operator": "Equals", "value": 1})";
  const std::string no = R"({"key": 1, "operator": "Equals", "value": 2})";
  const std::string fault = R"({"key": "x", "operator": "Equals", "value": 1})";
  const std::string unknown = R"({"key": "u", "operator": "Equals", "value": 1})";
  CHECK(judge(R"({"any": [)" + yes + "," + fault + "]}").holds == Known::yes);
  CHECK(judge(R"({"all": [)" + no + "," + fault + "]}").holds == Known::no);
  CHECK_FALSE(judge(R"({"all": [)" + no + "," + fault + "]}").failure);
  const ConditionOutcome failed = judge(R"({"any": [)" + no + "," + fault + "]}");
  REQUIRE(failed.failure);
  CHECK(failed.failure->kind == jmespath::FailureKind::not_found);
  CHECK(failed.failure->message == "failed to substitute variables in condition key: no x");
  CHECK(judge(R"({"any": [)" + no + R"(], "all": [)" + fault + "]}").failure);  // both parts are looked at
  CHECK(judge(R"({"any": [)" + unknown + "," + yes + "]}").holds == Known::yes);
  CHECK(judge(R"({"all": [)" + unknown + "," + no + "]}").holds == Known::no);
  CHECK(judge(R"({"all": [)" + unknown + "," + fault + "]}").holds == Known::unknown);
  CHECK_FALSE(judge(R"({"all": [)" + unknown + "," + fault + "]}").failure);
}

TEST_CASE("Admission takes operators in their exact spelling") {
  CHECK(operator_facts("Equals").is_operator);
  CHECK_FALSE(operator_facts("equals").is_operator);
  CHECK(operator_facts("equals").exact == "Equals");
  CHECK(operator_facts("AnyInn").nearest == "AnyIn");
  CHECK(operator_facts("AnyInn").exact.empty());
  CHECK(operator_facts("Matches").nearest.empty());
  CHECK(operator_facts("NotIn").is_deprecated);
  REQUIRE(operator_facts("NotIn").instead.size() == 2);
  CHECK(operator_facts("NotIn").instead[0] == "AllNotIn");
  REQUIRE(operator_facts("DurationLessThan").instead.size() == 1);
  CHECK(operator_facts("DurationLessThan").instead[0] == "LessThan");
  CHECK_FALSE(operator_facts("LessThan").is_deprecated);
  CHECK(condition_operators().size() == 18);
}
