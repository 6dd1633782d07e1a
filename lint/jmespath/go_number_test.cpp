#include "lint/jmespath/go_number.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

using namespace vlint::jmespath;

TEST_CASE("Numbers are printed as Go prints them") {
  struct Row {
    double number;
    std::string_view sprint;
    std::string_view fixed;
  };
  for (const Row& row :
       {Row{0, "0", "0"}, Row{1, "1", "1"}, Row{-2e6, "-2e+06", "-2000000"}, Row{999999, "999999", "999999"},
        Row{1234567.8, "1.2345678e+06", "1234567.8"}, Row{1e21, "1e+21", "1000000000000000000000"},
        Row{0.0001, "0.0001", "0.0001"}, Row{0.00001, "1e-05", "0.00001"}, Row{0.1 + 0.2, "0.30000000000000004", "0.3"},
        Row{16777217, "1.6777217e+07", "16777216"}, Row{INFINITY, "+Inf", "+Inf"}}) {
    CAPTURE(row.number);
    CHECK(go_sprint(row.number) == row.sprint);
    CHECK(go_fixed_float32(row.number) == row.fixed);
  }
}

TEST_CASE("Values are printed as Go prints maps, lists and null") {
  CHECK(go_sprint(*parse_json(R"({"b":1,"a":null,"c":["x",true]})")) == "map[a:<nil> b:1 c:[x true]]");
  CHECK(go_sprint(Json::number(1e6).as_go_type()) == "1000000");
  CHECK(go_sprint(Json::string("a b")) == "a b");
}

TEST_CASE("Integers are cut, and those that don't fit are the smallest one") {
  CHECK(go_int64(2.9) == 2);
  CHECK(go_int64(-2.9) == -2);
  CHECK(go_int64(1e30) == std::numeric_limits<std::int64_t>::min());
  CHECK(go_int64(NAN) == std::numeric_limits<std::int64_t>::min());
}
