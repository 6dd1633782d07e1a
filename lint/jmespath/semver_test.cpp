#include "lint/jmespath/semver.h"

#include <doctest/doctest.h>

#include <string_view>

using namespace vlint::jmespath;

TEST_CASE("A range says which versions it holds") {
  struct Row {
    std::string_view range;
    std::string_view version;
    bool holds;
  };
  for (const Row& row :
       {Row{">=4.1.x", "4.1.3", true}, Row{">1.0.0 <2.0.0", "1.8.6", true}, Row{"<2.0.0 || >=3.0.0", "2.1.5", false},
        Row{">1.2.x", "1.2.9", false}, Row{">1.2.x", "1.3.0", true}, Row{"<=1.x", "1.99.0", true},
        Row{"1.x.x", "1.5.5", false},  // one number only is counted up: 1.0.0 to 1.1.0
        Row{"!1.2.3", "1.2.3", false}, Row{">= 1.0.0", "1.0.0", true}, Row{">1.0.0-rc.1", "1.0.0-rc.2", true},
        Row{">1.0.0", "1.0.0-rc.2", false}, Row{"1.2.3", "1.2.3+build", true}}) {
    CAPTURE(row.range);
    const auto range = VersionRange::parse(row.range);
    REQUIRE(range.ok());
    CHECK(range->contains(*SemanticVersion::parse(row.version)) == row.holds);
  }
}

TEST_CASE("What is no range is refused") {
  for (const std::string_view text : {"", "*", "~1.2.3", "^1.2.3", "|| 1.0.0", "1.0.0 ||", ">=1.0", ">=1.0.0,<2.0.0",
                                      "1.0.0 || || 2.0.0", "=>1.2.3"}) {
    CAPTURE(text);
    CHECK_FALSE(VersionRange::parse(text).ok());
  }
}

TEST_CASE("Versions are strict") {
  for (const std::string_view text :
       {"", "v1.2.3", "1.2", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "99999999999999999999.1.1", "1.2.3.4", "1..3"}) {
    CAPTURE(text);
    CHECK_FALSE(SemanticVersion::parse(text).ok());
  }
  CHECK(*SemanticVersion::parse("1.0.0-2") < *SemanticVersion::parse("1.0.0-11"));
  CHECK(*SemanticVersion::parse("1.0.0-11") < *SemanticVersion::parse("1.0.0-a"));
  CHECK(*SemanticVersion::parse("1.0.0-a") < *SemanticVersion::parse("1.0.0-a.1"));
}
