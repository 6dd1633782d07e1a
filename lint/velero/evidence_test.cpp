#include "lint/velero/evidence.h"

#include <doctest/doctest.h>

#include <string>

namespace vlint::velero {
namespace {

TEST_CASE("lists are joined in order, and a shared part stands once") {
  const EvidenceList a = {{"a", {}}, {"b", {}}};
  const EvidenceList c = {{"c", {}}};
  const EvidenceList none;
  const EvidenceList joined = concat({&a, &none, &c});
  REQUIRE(joined.size() == 3);
  CHECK(joined[0].message == "a");
  CHECK(joined[2].message == "c");
  CHECK(joined.back().message == "c");
  CHECK(concat(joined, a).size() == 3);
  CHECK(concat(c, a).front().message == "c");
  CHECK(concat(none, none).empty());
  CHECK(none.begin() == none.end());
  std::string all;
  for (const Evidence& one : joined) all += one.message;
  CHECK(all == "abc");
}

}  // namespace
}  // namespace vlint::velero
