#include "lint/velero/chart_version.h"

#include <doctest/doctest.h>

namespace vlint::velero {
namespace {

TEST_CASE("a chart installs the Velero that its release names") {
  const auto app = [](std::string_view chart) {
    const std::optional<Version> version = app_version_of_chart(chart);
    return version ? to_string(*version) : std::string("none");
  };
  CHECK(app("2.29.9") == "none");
  CHECK(app("2.32.6") == "1.9");
  CHECK(app("3.1.3") == "1.10.0");
  CHECK(app("3.1.4") == "1.10.2");
  CHECK(app("5.2.0") == "1.12.2");
  CHECK(app("7.2.2") == "1.14.1");
  CHECK(app("8.3.0") == "1.15.2");
  CHECK(app("8.7.2") == "1.15.2");
  CHECK(app("10.0.4") == "1.16.0");
  CHECK(app("10.0.13") == "1.16.2");
  CHECK(app("11.4.0") == "1.17.1");
  CHECK(app("12.0.1") == "1.18.0");
  CHECK(app("12.0.2") == "1.18.1");
  CHECK(app("99.0.0") == "1.18.1");
  for (const char* text : {"", "x", "8", ".1", "100.0.0", "8.x"}) {
    CAPTURE(text);
    CHECK(app(text) == "none");
  }
}

}  // namespace
}  // namespace vlint::velero
