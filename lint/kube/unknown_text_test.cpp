#include "lint/kube/unknown_text.h"

#include <doctest/doctest.h>

using namespace vlint;

TEST_CASE("a text for an unknown value says whether two such values are the same") {
  CHECK(kube::unknown_text("store#key") == kube::unknown_text("store#key"));
  CHECK(kube::unknown_text("store#key") != kube::unknown_text("store#other"));
  CHECK(kube::unknown_text("store#key").find("store") == std::string::npos);
  CHECK(kube::identity_in(kube::unknown_text("store#key")) != "");
  CHECK(kube::identity_in(kube::unknown_text("")) == "");
  CHECK(kube::identity_in("${VAR}") == "");
}
