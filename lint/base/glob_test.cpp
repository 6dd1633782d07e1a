#include "lint/base/glob.h"

#include <doctest/doctest.h>

#include <string>

namespace vlint {
namespace {

struct Match {
  std::string_view pattern;
  std::string_view text;
  bool expected;
};

TEST_CASE("a star glob knows the star only") {
  const Match rows[] = {
      {"app", "app", true},
      {"app", "apps", false},
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*", "anything", true},
      {"**", "anything", true},
      {"app-*", "app-", true},
      {"app-*", "app-prod", true},
      {"app-*", "my-app-prod", false},
      {"*-prod", "app-prod", true},
      {"*-prod", "app-production", false},
      {"*-app-*", "my-app-prod", true},
      {"*-app-*", "app-prod", false},
      {"a*b*c", "aXbXc", true},
      {"a*b*c", "abc", true},
      {"a*b*c", "acb", false},
      {"a*b*c", "abbc", true},
      {"a*bc*c", "abc", false},  // the last c is taken by the end of the pattern
      {"*ab*ab*", "ab", false},
      {"*ab*ab*", "aabab", true},
      {"a?c", "abc", false},
      {"a?c", "a?c", true},
      {"[ab]", "a", false},
      {"[ab]", "[ab]", true},
      {"a.c", "abc", false},
      {"prod*prod", "prod", true},  // the two ends overlap
      {"prod**prod", "prod", true},
      {"prod*prod", "pro", false},
      {"a*x*a", "a", false},  // with a text in the middle nothing overlaps
  };
  for (const Match& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(matches_star_glob(row.pattern, row.text) == row.expected);
  }
}

TEST_CASE("a glob matches whole texts") {
  const Match rows[] = {
      {"", "", true},
      {"", "a", false},
      {"app", "app", true},
      {"app", "ap", false},
      {"app", "appx", false},
      {"app-*", "app-prod", true},
      {"app-*", "myapp-prod", false},
      {"*-app-*", "your-app-prod", true},
      {"*.bar", "foo.bar", true},
      {"*.bar", "bar.foo", false},
      {"*.bar", "foo-bar", false},  // the dot is a dot
      {"a.b", "axb", false},
      {"**", "a/b.c", true},
      {"*/x", "a/b/x", true},  // no character separates
      {"ns?", "ns1", true},
      {"ns?", "ns10", false},
      {"ns?", "ns", false},
      {"n?1", "né1", true},
      {"ns[12]", "ns1", true},
      {"ns[12]", "ns3", false},
      {"ns[0-9]", "ns7", true},
      {"ns[0-9]", "nsa", false},
      {"ns[!12]", "ns3", true},
      {"ns[!12]", "ns2", false},
      {"ns[!12]", "ns", false},
      {"ns[!0-9]", "nsa", true},
      {"ns[!0-9]", "ns5", false},
      {"ns[^1]", "ns^", true},  // only ! negates
      {"ns[^1]", "ns2", false},
      {"[ab-d]", "-", true},  // not a range: the second character is no hyphen
      {"[ab-d]", "c", false},
      {"[]-a]", "^", true},  // a range from ] to a
      {"[!!]", "!", false},
      {"[!!]", "x", true},
      {"[a\\]]", "]", true},
      {"x\\*", "x*", true},
      {"x\\*", "xy", false},
      {"x\\", "x", true},
      {"a]b", "a]b", true},
      {"a}b,c", "a}b,c", true},
      {"{a,bc}d", "bcd", true},
      {"{a,bc}d", "abcd", false},
      {"{a,b*}-x", "bus-x", true},
      {"x{,y}", "x", true},
      {"x{,y}", "xy", true},
      {"{a,{b,c}d}e", "cde", true},
      {"{a,{b,c}d}e", "be", false},
      {"{a,b", "b", true},  // closed by the end
      {"{a[,]b,c}", "a,b", true},
      {"ab*ba", "aba", true},  // the two ends overlap
      {"ab*ba", "ab", false},
      {"a?*?a", "aa", false},
      {"*ab*ba*", "aba", false},
  };
  for (const Match& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(Glob::compile(row.pattern).ok());
    CHECK(matches_glob(row.pattern, row.text) == row.expected);
  }
}

TEST_CASE("a pattern that does not compile says why and matches nothing") {
  struct Row {
    std::string_view pattern;
    std::string_view reason;
  };
  const Row rows[] = {
      {"ns[", "is not closed"},
      {"ns[ab", "is not closed"},
      {"ns[a-", "is not closed"},
      {"ns[a-z", "is not closed"},
      {"ns[!", "is not closed"},
      {"ns[a\\]", "is not closed"},
      {"ns[]", "the list \"[]\" is empty"},
      {"ns[!]", "the list \"[!]\" is empty"},
      {"ns[a-z0-9]", "one range or one list"},
      {"ns[a-]", "is not closed"},
      {"ns[a-]]", "runs backwards"},
      {"ns[z-a]", "the range \"[z-a]\" runs backwards"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    const Result<Glob> glob = Glob::compile(row.pattern);
    REQUIRE_FALSE(glob.ok());
    CHECK_MESSAGE(glob.error().find(row.reason) != std::string::npos, glob.error());
    CHECK_FALSE(matches_glob(row.pattern, row.pattern));
  }
}

TEST_CASE("hostile patterns take linear time") {
  std::string stars;
  for (int i = 0; i < 200; ++i) stars += "*a";
  const std::string text(2000, 'a');
  CHECK_FALSE(matches_glob(stars + "b", text));
  CHECK_FALSE(matches_star_glob(stars + "b", text));
  CHECK(matches_glob(stars, text));
  CHECK(matches_star_glob(stars, text));
  CHECK_FALSE(matches_glob(std::string(100'000, '{'), "a"));
  CHECK(matches_glob(std::string(100'000, '{') + "a", "a"));
  std::string choices;
  for (int i = 0; i < 200; ++i) choices += "{a,aa,*}";
  CHECK_FALSE(matches_glob(choices + "b", text));
}

}  // namespace
}  // namespace vlint
