#include "lint/velero/embedded_yaml.h"

#include <doctest/doctest.h>

#include <string>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

// The place, in the manifest, of the value at `key` of the text in `data.p`.
std::string place_of(const std::string& data, std::string_view key) {
  const World world("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n" + data);
  const EmbeddedYaml text(world.cluster().resources().front()["data"]["p"]);
  return std::string(world.text(text.outer(text.root()[key])));
}

TEST_CASE("places in a literal scalar are told to the byte") {
  CHECK(place_of("  p: |\n    version: v1\n    a: long value\n", "a") == "long value");
  CHECK(place_of("  p: |-\n        version: v1\n\n        # a comment\n        a: {b: c}\n", "a") == "{b: c}");
  CHECK(place_of("  p: |2\n      version: v1\n      a: x\n", "a") == "x");
  CHECK(place_of("  p: |\r\n    version: v1\r\n    a: x\r\n", "a") == "x");
  CHECK(place_of("  p: |\n    a:\n    - one\n    - two\n", "a") == "- one\n    - two");
}

TEST_CASE("in other styles the place is the whole scalar") {
  CHECK(place_of("  p: \"a: x\"\n", "a") == "\"a: x\"");
  CHECK(place_of("  p: >\n    a: x\n", "a") == ">\n    a: x");
}

TEST_CASE("a text that is no YAML has a problem and no root") {
  const World world("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  p: |\n    a: [b\n");
  const EmbeddedYaml text(world.cluster().resources().front()["data"]["p"]);
  CHECK_FALSE(text.root());
  REQUIRE(text.problem() != nullptr);
  CHECK(text.outer(text.problem()->where).valid());
}

TEST_CASE("only the first document counts") {
  const World world(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  p: |\n    # first\n    ---\n    a: 1\n    ---\n  "
      "  b: [\n");
  const EmbeddedYaml text(world.cluster().resources().front()["data"]["p"]);
  CHECK(text.root()["a"].text() == "1");
  CHECK(text.problem() == nullptr);
}

TEST_CASE("an empty text has no root and no problem") {
  const World world("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {p: ''}\n");
  const EmbeddedYaml text(world.cluster().resources().front()["data"]["p"]);
  CHECK_FALSE(text.root());
  CHECK(text.problem() == nullptr);
}

}  // namespace
}  // namespace vlint::velero
