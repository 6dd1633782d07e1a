#include "lint/kube/quantity.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace vlint::kube {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

Quantity read(std::string_view text) {
  CAPTURE(text);
  const Result<Quantity> quantity = Quantity::parse(text);
  REQUIRE(quantity.ok());
  return *quantity;
}

TEST_CASE("quantities have a value in whole units, rounded away from zero") {
  struct Row {
    std::string_view text;
    std::int64_t value;
  };
  const Row rows[] = {
      {"0", 0},
      {"000", 0},
      {"-0", 0},
      {"1", 1},
      {"+7", 7},
      {"-7", -7},
      {"007", 7},
      {"1Ki", 1024},
      {"10Gi", 10'737'418'240},
      {"1Mi", 1'048'576},
      {"1Ti", 1'099'511'627'776},
      {"1Pi", 1'125'899'906'842'624},
      {"7Ei", 8'070'450'532'247'928'832},
      {"1k", 1'000},
      {"1M", 1'000'000},
      {"1G", 1'000'000'000},
      {"1T", 1'000'000'000'000},
      {"1P", 1'000'000'000'000'000},
      {"1E", 1'000'000'000'000'000'000},
      {"1e3", 1'000},
      {"1E3", 1'000},
      {"1e+3", 1'000},
      {"1200e-2", 12},
      {"1.5Gi", 1'610'612'736},
      {"0.5Ki", 512},
      {".5Ki", 512},
      {"5.k", 5'000},
      {"100m", 1},
      {"1500m", 2},
      {"2000m", 2},
      {"-1500m", -2},
      {"1n", 1},
      {"0.0000000001", 1},
      {"999999999.9999999999", 1'000'000'000},
      {"1.1Ki", 1127},
      {"9223372036854775807", kMax},
      {"9223372036854775808", kMax},
      {"-9223372036854775808", kMin},
      {"-9223372036854775809", kMin},
      {"8Ei", kMax},
      {"-8Ei", -kMax},  // a binary suffix caps the amount, not the value
      {"100E", kMax},
      {"1e2147483647", kMax},
      {"1e-2147483648", 1},
      {".", 0},
      {"-", 0},
      {"k", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(read(row.text).value() == row.value);
  }
}

TEST_CASE("quantities are compared by value, however they are written") {
  struct Row {
    std::string_view smaller;
    std::string_view larger;
  };
  const Row smaller_first[] = {
      {"1", "2"},     {"9", "10"},    {"999m", "1"},     {"1k", "1Ki"},   {"1000Mi", "1Gi"},  {"1Gi", "1.1Gi"},
      {"0", "1n"},    {"-1", "0"},    {"-2", "-1"},      {"-1Gi", "1"},   {"9.99e3", "1e4"},  {"100E", "1e21"},
      {"1n", "1.1n"}, {"123", "124"}, {"1234", "12340"}, {"8Ei", "100E"}, {"1e100", "1e101"}, {"-100E", "-8Ei"},
  };
  for (const Row& row : smaller_first) {
    CAPTURE(row.smaller);
    CAPTURE(row.larger);
    CHECK(read(row.smaller) < read(row.larger));
    CHECK(read(row.larger) > read(row.smaller));
    CHECK(read(row.smaller) != read(row.larger));
  }
  const Row equal[] = {
      {"1024", "1Ki"},   {"1.5Gi", "1536Mi"}, {"1", "1000m"}, {"1e3", "1k"},  {"0", "-0"},
      {"0.10", "100m"},  {"0Ki", "0"},        {"0.1n", "1n"}, {"1.1n", "2n"}, {"-0.1n", "-1n"},
      {"8Ei", "9000Pi"}, {"1E", "1000P"},     {"1E0", "1"},   {"5.", "5"},    {".50", "0.5"},
  };
  for (const Row& row : equal) {
    CAPTURE(row.smaller);
    CAPTURE(row.larger);
    CHECK(read(row.smaller) == read(row.larger));
    CHECK((read(row.smaller) <=> read(row.larger)) == std::strong_ordering::equal);
  }
}

TEST_CASE("sign and zero are told") {
  CHECK(read("0").is_zero());
  CHECK(read("0.000Gi").is_zero());
  CHECK_FALSE(read("1n").is_zero());
  CHECK(read("-1m").is_negative());
  CHECK_FALSE(read("-0").is_negative());
  CHECK(Quantity() == read("0"));
}

TEST_CASE("a text that is no quantity is refused with its reason") {
  struct Row {
    std::string_view text;
    std::string_view reason;
  };
  const Row rows[] = {
      {"", "the quantity is empty"},
      {" 1", "has a blank at its start or end"},
      {"1 ", "has a blank at its start or end"},
      {"10 Gi", "the quantity \"10 Gi\" has a blank before its suffix"},
      {"1,5Gi", "has a comma: write a decimal point"},
      {"1.1.1", "has more than one decimal point"},
      {"aoeu", "does not begin with a number"},
      {"Pi", "does not begin with a number"},
      {"e-12", "does not begin with a number"},
      {"10GB", "suffix \"GB\" in the quantity \"10GB\" is unknown: write G, without the letter for bytes"},
      {"10GiB", "suffix \"GiB\" in the quantity \"10GiB\" is unknown: write Gi, without the letter for bytes"},
      {"10gi", "suffix \"gi\" in the quantity \"10gi\" is unknown: did you mean Gi"},
      {"10K", "suffix \"K\" in the quantity \"10K\" is unknown: did you mean k"},
      {"10g", "suffix \"g\" in the quantity \"10g\" is unknown: did you mean G"},
      {"10B", "suffix \"B\" in the quantity \"10B\" is unknown: quantities know n, u, m, k"},
      {"1i", "suffix \"i\" in the quantity \"1i\" is unknown"},
      {"1k5", "suffix \"k5\""},
      {"3.01e", "suffix \"e\""},
      {"3.01e-", "suffix \"e-\""},
      {"1e+-3", "suffix \"e+-3\""},
      {"1e3.5", "suffix \"e3.5\""},
      {"1e99999999999999999999", "suffix \"e99999999999999999999\""},
      {"0x10", "suffix \"x10\""},
      {"10%", "suffix \"%\""},
      {"--1", "does not begin with a number"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Result<Quantity> quantity = Quantity::parse(row.text);
    REQUIRE_FALSE(quantity.ok());
    CHECK_MESSAGE(quantity.error().find(row.reason) != std::string::npos, quantity.error());
  }
}

TEST_CASE("numbers of any length are read exactly and in linear time") {
  const std::string ones(200'000, '1');
  CHECK(read(ones) < read(ones + "1"));
  CHECK(read(ones + "0") < read(ones + "1"));
  CHECK(read(ones + "Ki").value() == kMax);
  CHECK(read("0." + ones) == read("0.111111112"));
  CHECK(read("0." + std::string(200'000, '9')) == read("1"));
}

}  // namespace
}  // namespace vlint::kube
