#include "lint/jmespath/wildcard.h"

#include <doctest/doctest.h>

#include <string>

using vlint::jmespath::has_wildcard;
using vlint::jmespath::matches_wildcard;

TEST_CASE("A star takes any run of characters and a question mark exactly one") {
  struct Row {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const Row& row : {Row{"*", "", true}, Row{"", "", true}, Row{"", "a", false}, Row{"?", "", false},
                         Row{"?*", "", false}, Row{"?*", "ab", true}, Row{"a?c", "abc", true}, Row{"a?c", "ac", false},
                         Row{"hour*", "hourly", true}, Row{"*ly", "hourly-x", false}, Row{"a*b*c", "aXbYbZc", true},
                         Row{"a*b*c", "aXcYb", false}, Row{"**a", "ba", true}, Row{"?", "日", true},
                         Row{"日*", "日本", true}, Row{"[a]", "a", false}, Row{"a\\*", "a*", false}}) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(matches_wildcard(row.pattern, row.text) == row.matches);
  }
}

TEST_CASE("Bytes that are no UTF-8 are characters, all alike") {
  CHECK(matches_wildcard("?", "\xff"));
  CHECK(matches_wildcard("\xfe", "\xff"));
  CHECK_FALSE(matches_wildcard("a", "\xff"));
}

TEST_CASE("Many stars do not make it slow") {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a*";
  CHECK_FALSE(matches_wildcard(pattern + "b", std::string(5000, 'a')));
}

TEST_CASE("A text has a wildcard if it has a star or a question mark") {
  CHECK(has_wildcard("a*"));
  CHECK(has_wildcard("?"));
  CHECK_FALSE(has_wildcard("a.b|[c]"));
}
