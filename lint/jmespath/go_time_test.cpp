#include "lint/jmespath/go_time.h"

#include <doctest/doctest.h>

#include <string_view>

using namespace vlint::jmespath;

TEST_CASE("A layout reads a time") {
  struct Row {
    std::string_view layout;
    std::string_view text;
    std::string_view printed;
  };
  for (const Row& row :
       {Row{kRfc3339, "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"},
        Row{kRfc3339, "2024-01-01T12:34:56.123456789-07:30", "2024-01-01T12:34:56-07:30"},
        Row{kRfc3339, "2024-01-01T5:04:05Z", "2024-01-01T05:04:05Z"},
        Row{"2006-01-02", "2024-05-06", "2024-05-06T00:00:00Z"},
        Row{"Mon Jan 02 15:04:05 -0700 2006", "Sat Jan 02 15:04:05 -0700 2021", "2021-01-02T15:04:05-07:00"},
        Row{"02 Jan 06 15:04 MST", "02 Jan 69 15:04 GMT+3", "1969-01-02T18:04:00+03:00"},
        Row{"02 Jan 06 15:04 MST", "02 Jan 68 15:04 CET", "2068-01-02T15:04:00Z"},
        Row{"3:04PM", "12:05AM", "0000-01-01T00:05:00Z"}, Row{"3:04pm", "7:05pm", "0000-01-01T19:05:00Z"},
        Row{"2006-002", "2024-060", "2024-02-29T00:00:00Z"}, Row{"2006-__2", "2024- 61", "2024-03-01T00:00:00Z"},
        Row{"January 2, 2006", "february 29, 2024", "2024-02-29T00:00:00Z"},
        Row{"Month 01", "Month 05", "0000-05-01T00:00:00Z"}, Row{"_2006", "_2024", "2024-01-01T00:00:00Z"},
        Row{"2006-01-02T15:04:05-070000", "2024-01-01T00:00:00-030102", "2024-01-01T00:00:00-03:01"}}) {
    CAPTURE(row.layout);
    CAPTURE(row.text);
    const auto time = parse_time(row.layout, row.text);
    REQUIRE(time.ok());
    CHECK(format_rfc3339(*time) == row.printed);
  }
}

TEST_CASE("What does not fit the layout is refused with Go's sentence") {
  struct Row {
    std::string_view layout;
    std::string_view text;
    std::string_view error;
  };
  for (const Row& row :
       {Row{kRfc3339, "2024-01-01",
            R"(parsing time "2024-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T")"},
        Row{kRfc3339, "2024-13-01T00:00:00Z", R"(parsing time "2024-13-01T00:00:00Z": month out of range)"},
        Row{kRfc3339, "2023-02-29T00:00:00Z", R"(parsing time "2023-02-29T00:00:00Z": day out of range)"},
        Row{kRfc3339, "2024-01-01T00:00:00Zx", R"(parsing time "2024-01-01T00:00:00Zx": extra text: "x")"},
        Row{"2006-01-02", "x", R"(parsing time "x" as "2006-01-02": cannot parse "x" as "2006")"},
        Row{"2006-002", "2023-366", R"(parsing time "2023-366": day-of-year out of range)"}}) {
    CAPTURE(row.text);
    const auto time = parse_time(row.layout, row.text);
    REQUIRE_FALSE(time.ok());
    CHECK(time.error() == row.error);
  }
}

TEST_CASE("Times move, differ and are cut down as in Go") {
  const auto at = [](std::string_view text) { return *parse_time(kRfc3339, text); };
  const auto hours = [](std::int64_t count) { return vlint::kube::GoDuration{count * 3'600'000'000'000}; };
  CHECK(format_rfc3339(at("2024-02-28T23:00:00+02:00") + hours(2)) == "2024-02-29T01:00:00+02:00");
  CHECK((at("2024-01-02T00:00:00Z") - at("2024-01-01T00:00:00Z")) == hours(24));
  CHECK(to_string(at("9999-12-31T23:59:59Z") - at("0000-01-01T00:00:00Z")) == "2562047h47m16.854775807s");
  CHECK(format_rfc3339(truncate(at("2024-01-01T12:34:56Z"), hours(1))) == "2024-01-01T12:00:00Z");
  // Weeks are counted from the year 1, a Monday.
  CHECK(format_rfc3339(truncate(at("2026-11-21T13:00:00Z"), hours(168))) == "2026-11-16T00:00:00Z");
  CHECK(format_rfc3339(truncate(at("2026-11-21T13:00:00Z"), hours(-1))) == "2026-11-21T13:00:00Z");
  CHECK(is_before(at("2024-01-01T00:00:00+01:00"), at("2024-01-01T00:00:00Z")));
  CHECK(date_of(at("1969-12-31T23:59:59Z")).weekday == 3);
}
