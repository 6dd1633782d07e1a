#include "lint/engine/registry.h"

#include <doctest/doctest.h>

#include "lint/engine/test_support.h"

using namespace vlint;
using vlint::testing::kRules;

TEST_CASE("a pattern is an id, a group, or everything") {
  CHECK(selects("test/value", "test/value"));
  CHECK(selects("test/*", "test/value"));
  CHECK(selects("*", "test/value"));
  CHECK_FALSE(selects("tes/*", "test/value"));
  CHECK_FALSE(selects("test/val", "test/value"));
  CHECK_FALSE(selects("/*", "test/value"));
}

TEST_CASE("--select chooses, --ignore takes away") {
  CHECK(select_rules(kRules, {}, {})->size() == 5);
  CHECK(select_rules(kRules, {"yaml/*"}, {})->size() == 2);
  CHECK(select_rules(kRules, {"yaml/*"}, {"yaml/syntax-error"})->size() == 1);
  CHECK(select_rules(kRules, {}, {"*"})->empty());
}

TEST_CASE("a pattern that names no rule is an error that says what was meant") {
  CHECK(select_rules(kRules, {"test/valeu"}, {}).error() ==
        "no rule is named \"test/valeu\"; did you mean test/value?");
  CHECK(select_rules(kRules, {}, {"value"}).error() == "no rule is named \"value\"; did you mean test/value?");
  CHECK(select_rules(kRules, {"entirely/else"}, {}).error() ==
        "no rule is named \"entirely/else\"; `vlint rules` lists them");
}
