#include "lint/velero/version.h"

#include <doctest/doctest.h>

namespace vlint::velero {
namespace {

TEST_CASE("versions are read from options and image tags") {
  struct Row {
    const char* text;
    std::optional<Version> expected;
  };
  for (const Row& row : {
           Row{"1.18", Version{1, 18, std::nullopt}},
           Row{"v1.18.1", Version{1, 18, 1}},
           Row{"1.16.2-debian-12-r0", Version{1, 16, 2}},
           Row{"v1.17.0-rc.1", Version{1, 17, 0}},
           Row{"v1.15.2_fips", Version{1, 15, 2}},
           Row{"main", std::nullopt},
           Row{"latest", std::nullopt},
           Row{"", std::nullopt},
           Row{"1", std::nullopt},
           Row{"1.", std::nullopt},
           Row{"1.18.", std::nullopt},
           Row{"1.18.1.2", std::nullopt},
           Row{"1.18x", std::nullopt},
           Row{"2024.1.3", std::nullopt},
           Row{"1.99999999999", std::nullopt},
           Row{"sha256-abc", std::nullopt},
       }) {
    CAPTURE(row.text);
    CHECK(parse_version(row.text) == row.expected);
  }
}

TEST_CASE("a version without patch counts as the newest of its line") {
  CHECK(at_least({1, 18, std::nullopt}, 1, 18, 1));
  CHECK_FALSE(at_least({1, 18, 0}, 1, 18, 1));
  CHECK(at_least({1, 18, 1}, 1, 18, 1));
  CHECK(at_least({1, 17, 9}, 1, 16));
  CHECK_FALSE(at_least({1, 17, std::nullopt}, 1, 18));
  CHECK(at_least({2, 0, std::nullopt}, 1, 18, 1));
}

TEST_CASE("a version prints as it was read") {
  CHECK(to_string(Version{1, 18, std::nullopt}) == "1.18");
  CHECK(to_string(kNewestVersion) == "1.18.1");
}

}  // namespace
}  // namespace vlint::velero
