#include "lint/yaml/scalar.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace vlint::yaml {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

TEST_CASE("words of YAML 1.1 are booleans and nulls in the letter cases of go-yaml") {
  for (const char* word : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}) {
    CAPTURE(word);
    CHECK(resolve_plain(word) == ScalarType::boolean);
    CHECK(plain_bool(word) == true);
  }
  for (const char* word : {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
    CAPTURE(word);
    CHECK(resolve_plain(word) == ScalarType::boolean);
    CHECK(plain_bool(word) == false);
  }
  for (const char* word : {"", "~", "null", "Null", "NULL"}) {
    CAPTURE(word);
    CHECK(resolve_plain(word) == ScalarType::null);
    CHECK(plain_bool(word) == std::nullopt);
  }
  for (const char* word : {"yEs", "tRUE", "oN", "nULL", "~~", "none", "<<", "=", "t", "f", " true", "true "}) {
    CAPTURE(word);
    CHECK(resolve_plain(word) == ScalarType::string);
    CHECK(plain_bool(word) == std::nullopt);
  }
}

TEST_CASE("integers have bases by prefix, signs and underscores") {
  struct Case {
    const char* text;
    std::int64_t value;
  };
  const std::vector<Case> cases = {
      {"0", 0},
      {"-0", 0},
      {"+7", 7},
      {"12", 12},
      {"010", 8},
      {"-010", -8},
      {"0o10", 8},
      {"0O10", 8},
      {"0x1F", 31},
      {"0XfF", 255},
      {"-0x1f", -31},
      {"0b101", 5},
      {"-0b101", -5},
      {"0B11", 3},
      {"1_000", 1000},
      {"1__0_", 10},
      {"-_1", -1},
      {"0x_f", 15},
      {"0_7", 7},
      {"0b-1", -1},
      {"0b+1", 1},
      {"0_b1", 1},
      {"00", 0},
      {"9223372036854775807", kMax},
      {"+0x7fffffffffffffff", kMax},
      {"-9223372036854775808", kMin},
      {"-0x8000000000000000", kMin},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(resolve_plain(c.text) == ScalarType::integer);
    CHECK(plain_int(c.text) == c.value);
    CHECK(plain_float(c.text) == std::nullopt);
  }
}

TEST_CASE("integers that no int64 holds stay integers up to uint64 and with a base prefix") {
  for (const char* text : {"9223372036854775808", "18446744073709551615", "0xffffffffffffffffff"}) {
    CAPTURE(text);
    CHECK(resolve_plain(text) == ScalarType::integer);
    CHECK(plain_int(text) == std::nullopt);
  }
  CHECK(resolve_plain("18446744073709551616") == ScalarType::floating);
  CHECK(resolve_plain("-9223372036854775809") == ScalarType::floating);
  CHECK(resolve_plain("+0xffffffffffffffffff") == ScalarType::string);
}

TEST_CASE("floats") {
  struct Case {
    const char* text;
    double value;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Case> cases = {
      {"1e3", 1000},
      {"1E3", 1000},
      {"1e+3", 1000},
      {"-1.5e-1", -0.15},
      {"1.", 1},
      {".5", 0.5},
      {"-.5", -0.5},
      {"+.5", 0.5},
      {"08", 8},
      {"-09", -9},
      {"1_0.5_", 10.5},
      {".5_0", 0.5},
      {".inf", infinity},
      {"+.Inf", infinity},
      {"-.INF", -infinity},
      {"1e-999", 0},
      {"-1e-999", 0},
      {"0e999", 0},
      {"1e308", 1e308},
      {"0.00001e309", 1e304},
      {"18446744073709551616", 18446744073709551616.0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(resolve_plain(c.text) == ScalarType::floating);
    REQUIRE(plain_float(c.text).has_value());
    CHECK(*plain_float(c.text) == c.value);
    CHECK(plain_int(c.text) == std::nullopt);
  }
  for (const char* text : {".nan", ".NaN", ".NAN"}) {
    CHECK(resolve_plain(text) == ScalarType::floating);
    CHECK(std::isnan(plain_float(text).value_or(0)));
  }
}

TEST_CASE("what only looks like a number, and every date, is a string") {
  for (const char* text : {"1e999",      "-1e999", "1.5.0",   "1:30", "0x",    "0xg",   "0b2",
                           "0o8",        "1e",     "1e+",     "--1",  "+-1",   "+",     "-",
                           ".",          "-.",     "._5",     ".5_",  ".e5",   "_1",    "1k",
                           "2001-01-01", "1-2",    "inf",     "nan",  "-.nan", "+.nan", "2001-01-01T10:00:00Z",
                           "10 ",        "1 0",    "Infinity"}) {
    CAPTURE(text);
    CHECK(resolve_plain(text) == ScalarType::string);
    CHECK(plain_int(text) == std::nullopt);
    CHECK(plain_float(text) == std::nullopt);
  }
}

TEST_CASE("safe plain scalars") {
  for (const char* text : {"a",
                           "nginx:1.25",
                           "http://x/y?z=1",
                           "-c",
                           "--flag=1",
                           "a#b",
                           "a b",
                           "10.0.0.1",
                           "1.2.3",
                           "1k",
                           "720h0m0s",
                           "0 2 * * *",
                           "a, b",
                           "x]",
                           "$(VAR)",
                           "${VAR}",
                           "a'b",
                           "a\"b",
                           "\xC3\xA9t\xC3\xA9",
                           "8080:80",
                           "C:\\x",
                           "a:b",
                           "yesno",
                           "...a",
                           "---a",
                           "\xF0\x9F\x98\x80",
                           "2001-1"}) {
    CAPTURE(text);
    CHECK(is_safe_plain(text));
    CHECK(quote_as_needed(text) == text);
  }
}

TEST_CASE("texts that need quotes, and the quotes they get") {
  struct Case {
    std::string text;
    std::string quoted;
  };
  const std::vector<Case> cases = {
      {"", "''"},
      {"~", "'~'"},
      {"Yes", "'Yes'"},
      {"nULL", "'nULL'"},
      {"off", "'off'"},
      {"=", "'='"},
      {"<<", "'<<'"},
      {"1", "'1'"},
      {"1_000", "'1_000'"},
      {"0o7", "'0o7'"},
      {"1e3", "'1e3'"},
      {"1e999", "'1e999'"},
      {".5", "'.5'"},
      {"-.inf", "'-.inf'"},
      {"1:30", "'1:30'"},
      {"12:30:45.5", "'12:30:45.5'"},
      {"2001-01-01", "'2001-01-01'"},
      {"2001-1-1T10:00:00Z", "'2001-1-1T10:00:00Z'"},
      {"2001-01-01 10:00:00", "'2001-01-01 10:00:00'"},
      {"a: b", "'a: b'"},
      {"a:", "'a:'"},
      {"a #b", "'a #b'"},
      {"#a", "'#a'"},
      {" a", "' a'"},
      {"a ", "'a '"},
      {"- a", "'- a'"},
      {"-", "'-'"},
      {"---", "'---'"},
      {"--- a", "'--- a'"},
      {"...", "'...'"},
      {"*a", "'*a'"},
      {"&a", "'&a'"},
      {"!a", "'!a'"},
      {"|", "'|'"},
      {">a", "'>a'"},
      {"%a", "'%a'"},
      {"@a", "'@a'"},
      {"`a", "'`a'"},
      {"[a", "'[a'"},
      {"{a}", "'{a}'"},
      {"]", "']'"},
      {",a", "',a'"},
      {"?a", "'?a'"},
      {":a", "':a'"},
      {"'a'", "'''a'''"},
      {"\"a", "'\"a'"},
      {"a\tb", "\"a\\tb\""},
      {"a\nb", "\"a\\nb\""},
      {"a\r\n\"\\", "\"a\\r\\n\\\"\\\\\""},
      {"\x01", "\"\\u0001\""},
      {"\x7F", "\"\\u007F\""},
      {"\xC2\x85", "\"\\u0085\""},
      {"\xE2\x80\xA8", "\"\\u2028\""},
      {"\xEF\xBB\xBF", "\"\\uFEFF\""},
      {"a\xFFz", "\"a\\uFFFDz\""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK_FALSE(is_safe_plain(c.text));
    CHECK(quote_as_needed(c.text) == c.quoted);
  }
}

TEST_CASE("flow collections need more quotes") {
  for (const char* text : {"a, b", "a]", "a[0]", "{a", "a}", "a?b"}) {
    CAPTURE(text);
    CHECK_FALSE(is_safe_plain(text, true));
    CHECK(quote_as_needed(text, true) == "'" + std::string(text) + "'");
  }
  CHECK(quote_as_needed("nginx:1.25", true) == "nginx:1.25");
}

TEST_CASE("printable lines") {
  for (const char* text : {"", "a\tb", "  x: y # z", "\xC3\xA9"}) CHECK(is_printable_line(text));
  for (const char* text : {"a\n", "a\r", "\x01", "\x7F", "\xC2\x85", "\xE2\x80\xA8", "\xEF\xBB\xBF", "\xFF"}) {
    CHECK_FALSE(is_printable_line(text));
  }
}

TEST_CASE("quoting on demand") {
  CHECK(single_quoted("it's") == "'it''s'");
  CHECK(single_quoted("a\nb") == "\"a\\nb\"");
  CHECK(double_quoted("a'b\xC3\xA9") == "\"a'b\xC3\xA9\"");
  CHECK(double_quoted("") == "\"\"");
}

}  // namespace
}  // namespace vlint::yaml
