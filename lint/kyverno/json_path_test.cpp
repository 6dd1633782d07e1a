#include "lint/kyverno/json_path.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace vlint::kyverno {
namespace {

using Path = std::vector<std::string>;

TEST_CASE("paths are written with escaped slashes") {
  CHECK(pointer(Path{}).empty());
  CHECK(pointer(Path{"spec", "", "a/b", "0"}) == "/spec/a\\/b/0");
}

TEST_CASE("a path in a policy is a path in the trigger") {
  CHECK(path_in_trigger(Path{"mutate", "overlay", "spec", "containers", "0", "image"}, "request.object") ==
        "request.object.spec.containers[0].image");
  CHECK(path_in_trigger(Path{"validate", "foreach", "0", "pattern", "metadata"}, "target") == "target.metadata");
  CHECK(path_in_trigger(Path{"a", "b", "volsync.backube/use", "(name)"}, "target") ==
        "target.\"volsync.backube/use\".\"(name)\"");
  CHECK(path_in_trigger(Path{"a", "b"}, "target") == "target");
  CHECK(path_in_trigger(Path{"a", "b", "q\"\n"}, "target") == "target.\"q\\\"\\n\"");
}

TEST_CASE("anchors and dots are taken out of paths") {
  CHECK(without_anchors(Path{"spec", "(a)", "+(b)", "=(c)", "X(d)", "<(e)", "^(f)", "()", "g(h)"}) ==
        "/spec/a/b/c/d/e/f/()/g(h)");
  CHECK(clean_path("/a/./b/../../../c//d/") == "/c/d");
  CHECK(clean_path("/") == "/");
}

TEST_CASE("patterns begin with operators") {
  struct Row {
    std::string_view pattern;
    std::string_view sign;
  };
  const Row rows[] = {{">=5", ">="}, {"<=5", "<="}, {">5", ">"},   {"<x", "<"},      {"!x", "!"},
                      {"5", ""},     {">", ""},     {"1-5", "-"},  {"1Mi-5Gi", "-"}, {"1!-5", "!-"},
                      {"a-b", ""},   {"1-", ""},    {"1-5-9", ""}, {"", ""}};
  for (const Row& row : rows) {
    INFO(row.pattern);
    CHECK(pattern_operator(row.pattern) == row.sign);
  }
}

}  // namespace
}  // namespace vlint::kyverno
