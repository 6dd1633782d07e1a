#include "lint/kube/label_selector.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "lint/base/text.h"

namespace vlint::kube {
namespace {

using Op = SelectorOperator;

LabelSelector read(std::string_view text) {
  CAPTURE(text);
  const Result<LabelSelector> selector = parse_label_selector(text);
  REQUIRE(selector.ok());
  return *selector;
}

TEST_CASE("selector texts are read") {
  struct Row {
    std::string_view text;
    std::vector<Requirement> requirements;
  };
  const Row rows[] = {
      {"", {}},
      {"  \t", {}},
      {"a=b", {{"a", Op::equals, {"b"}}}},
      {"a==b", {{"a", Op::equals, {"b"}}}},
      {" a = b ", {{"a", Op::equals, {"b"}}}},
      {"a!=b", {{"a", Op::not_equals, {"b"}}}},
      {"a=", {{"a", Op::equals, {""}}}},
      {"a=,b", {{"a", Op::equals, {""}}, {"b", Op::exists, {}}}},
      {"a!=", {{"a", Op::not_equals, {""}}}},
      {"a", {{"a", Op::exists, {}}}},
      {"!a", {{"a", Op::does_not_exist, {}}}},
      {"! a", {{"a", Op::does_not_exist, {}}}},
      {"a in (x,y)", {{"a", Op::in, {"x", "y"}}}},
      {"a in(y , x,y)", {{"a", Op::in, {"x", "y"}}}},
      {"a in (x,)", {{"a", Op::in, {"", "x"}}}},
      {"a in (,x)", {{"a", Op::in, {"", "x"}}}},
      {"a in (x,,y)", {{"a", Op::in, {"", "x", "y"}}}},
      {"a in ()", {{"a", Op::in, {""}}}},
      {"a in (,)", {{"a", Op::in, {""}}}},
      {"a notin (x)", {{"a", Op::not_in, {"x"}}}},
      {"a>5", {{"a", Op::greater_than, {"5"}}}},
      {"a < 5", {{"a", Op::less_than, {"5"}}}},
      {"in in (in,notin)", {{"in", Op::in, {"in", "notin"}}}},
      {"notin=in", {{"notin", Op::equals, {"in"}}}},
      {"b=1,!c,a in (x)", {{"a", Op::in, {"x"}}, {"b", Op::equals, {"1"}}, {"c", Op::does_not_exist, {}}}},
      {"app.kubernetes.io/name=web", {{"app.kubernetes.io/name", Op::equals, {"web"}}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(read(row.text).requirements == row.requirements);
  }
}

TEST_CASE("a selector text with an error is refused with its reason") {
  struct Row {
    std::string_view text;
    std::string_view reason;
  };
  const Row rows[] = {
      {"a=b,", "in the label selector \"a=b,\" the text ends where a label key or ! is expected"},
      {",a", "in the label selector \",a\" \",\" stands where a label key or ! is expected"},
      {"a,,b", "\",\" stands where a label key or ! is expected"},
      {"!", "the text ends where a label key is expected"},
      {"!!a", "\"!\" stands where a label key is expected"},
      {"!a=b", "\"=\" stands where a comma or the end is expected"},
      {"=b", "\"=\" stands where a label key or ! is expected"},
      {"a b", "\"b\" stands where one of = == != in notin > < is expected"},
      {"a IN (b)", "\"IN\" stands where one of = == != in notin > < is expected"},
      {"a===b", "\"=\" stands where a value is expected"},
      {"a=!b", "\"!\" stands where a value is expected"},
      {"a=b c", "\"c\" stands where a comma or the end is expected"},
      {"a in", "the text ends where ( is expected"},
      {"a in b", "\"b\" stands where ( is expected"},
      {"a in (b", "the text ends where a comma or ) is expected"},
      {"a in (b c)", "\"c\" stands where a comma or ) is expected"},
      {"a in (", "the text ends where a value or a comma is expected"},
      {"a in (b,", "the text ends where a value or a comma is expected"},
      {"a in (b,,)", "\")\" stands where a value or a comma is expected"},
      {"a in (b)c", "\"c\" stands where a comma or the end is expected"},
      {"a in (b=c)", "\"=\" stands where a comma or ) is expected"},
      {"a>b", "label \"a\" is compared with \"b\", which is not an integer"},
      {"a>", "label \"a\" is compared with \"\", which is not an integer"},
      {"-a=b", "label key \"-a\" is not valid"},
      {"a/b/c", "label key \"a/b/c\" has more than one /"},
      {"a=-b", "label value \"-b\" is not valid"},
      {"a<+5", "label value \"+5\" is not valid"},
      {"a in (b,c/d)", "label value \"c/d\" is not valid"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Result<LabelSelector> selector = parse_label_selector(row.text);
    REQUIRE_FALSE(selector.ok());
    CHECK_MESSAGE(selector.error().find(row.reason) != std::string::npos, selector.error());
  }
}

TEST_CASE("selectors take objects by their labels") {
  const std::vector<Label> labels = {{"app", "web"}, {"empty", ""}, {"size", "10"}, {"tier", "front"}};
  struct Row {
    std::string_view selector;
    bool expected;
  };
  const Row rows[] = {
      {"", true},
      {"app=web", true},
      {"app=we", false},
      {"app=web,tier=front", true},
      {"app=web,tier=back", false},
      {"missing=", false},
      {"empty=", true},
      {"app!=web", false},
      {"app!=db", true},
      {"missing!=web", true},  // an object without the label too
      {"app in (db,web)", true},
      {"app in (db)", false},
      {"missing in (web)", false},
      {"app notin (db)", true},
      {"app notin (db,web)", false},
      {"missing notin (db)", true},  // an object without the label too
      {"app", true},
      {"empty", true},
      {"missing", false},
      {"!app", false},
      {"!missing", true},
      {"size>9", true},
      {"size>10", false},
      {"size<11", true},
      {"app>1", false},  // the label is no integer
      {"missing<5", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.selector);
    CHECK(matches(read(row.selector), labels) == row.expected);
  }
  CHECK(matches(LabelSelector{}, {}));
  CHECK(matches(read("!app"), {}));
  CHECK_FALSE(matches(read("app"), {}));
}

TEST_CASE("requirements are checked for the number of their values") {
  struct Row {
    Requirement requirement;
    std::string_view error;  // empty: none
  };
  const Row rows[] = {
      {{"a", Op::in, {"x", "y"}}, ""},
      {{"a", Op::in, {}}, "the requirement on label \"a\" has 0 values, but in takes at least one"},
      {{"a", Op::not_in, {}}, "the requirement on label \"a\" has 0 values, but notin takes at least one"},
      {{"a", Op::exists, {}}, ""},
      {{"a", Op::exists, {"x"}}, "the requirement on label \"a\" has 1 values, but exists takes none"},
      {{"a", Op::does_not_exist, {"x"}}, "the requirement on label \"a\" has 1 values, but ! takes none"},
      {{"a", Op::equals, {"x"}}, ""},
      {{"a", Op::equals, {}}, "the requirement on label \"a\" has 0 values, but = takes exactly one"},
      {{"a", Op::not_equals, {"x", "y"}}, "the requirement on label \"a\" has 2 values, but != takes exactly one"},
      {{"a", Op::greater_than, {"5"}}, ""},
      {{"a", Op::less_than, {"5", "6"}}, "the requirement on label \"a\" has 2 values, but lt takes exactly one"},
      {{"a", Op::less_than, {"five"}}, "label \"a\" is compared with \"five\", which is not an integer"},
      {{"", Op::exists, {}}, "the label key is empty"},
  };
  for (const Row& row : rows) {
    const Status status = check_requirement(row.requirement);
    CHECK((status.ok() ? "" : status.error()) == row.error);
  }
}

TEST_CASE("label keys are checked as Kubernetes checks them") {
  const std::string longest(63, 'a');
  const std::string longest_prefix = longest + '.' + longest + '.' + longest + '.' + std::string(61, 'a');
  REQUIRE(longest_prefix.size() == 253);
  const std::string good[] = {"a",
                              "A",
                              "1",
                              "a-b_c.D",
                              "example.com/name",
                              "a/b",
                              "k8s.io/1",
                              longest,
                              longest_prefix + "/x",
                              std::string(100, 'a') + "/x"};
  for (const std::string& key : good) {
    CAPTURE(key);
    CHECK(check_label_key(key).ok());
  }
  struct Row {
    std::string key;
    std::string_view reason;
  };
  const Row bad[] = {
      {"", "the label key is empty"},
      {"-a", "both ends"},
      {"a-", "both ends"},
      {"a b", "both ends"},
      {"é", "both ends"},
      {"a\n", "label key \"a\\n\" is not valid"},
      {longest + "a", "at most 63"},
      {"/a", "has nothing before its /"},
      {"a/", "has nothing after its /"},
      {"a/b/c", "more than one /"},
      {"A/b", "as in a DNS name"},
      {"a_b/c", "as in a DNS name"},
      {"a..b/c", "as in a DNS name"},
      {"-a.b/c", "as in a DNS name"},
      {longest_prefix + "a/x", "more than 253"},
  };
  for (const Row& row : bad) {
    CAPTURE(row.key);
    const Status status = check_label_key(row.key);
    REQUIRE_FALSE(status.ok());
    CHECK_MESSAGE(status.error().find(row.reason) != std::string::npos, status.error());
  }
}

TEST_CASE("label values are checked as Kubernetes checks them") {
  for (const std::string_view value : {"", "a", "A.b-c_d", "0"}) CHECK(check_label_value(value).ok());
  CHECK(check_label_value(std::string(63, 'x')).ok());
  CHECK(check_label_value(std::string(64, 'x')).error().find("at most 63") != std::string::npos);
  for (const std::string_view value : {"-a", "a.", "a/b", "a b", "_"}) CHECK_FALSE(check_label_value(value).ok());
}

}  // namespace
}  // namespace vlint::kube
