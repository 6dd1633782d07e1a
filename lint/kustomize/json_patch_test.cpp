#include "lint/kustomize/json_patch.h"

#include <doctest/doctest.h>

#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {
namespace {

std::string patched(const std::string& object, const std::string& patch) {
  const FileSet none(std::vector<SourceFile>{});
  Sources sources(FileAccess::in_memory(none));
  Arena arena;
  Editor editor(arena, 1);
  const ParsedText& left = sources.parsed_made(object, {});
  const ParsedText& right = sources.parsed_made(patch, {});
  REQUIRE(left.documents.size() == 1);
  REQUIRE(right.documents.size() == 1);
  try {
    const std::vector<JsonOperation> operations = read_json_patch(arena, right.documents.front());
    return write_yaml(apply_json_patch(editor, const_cast<Node*>(left.documents.front()), operations));
  } catch (const Failure& failure) {
    return "error: " + failure.fault.message;
  }
}

}  // namespace

TEST_CASE("operations of JSON patches") {
  struct Case {
    const char* name;
    const char* object;
    const char* patch;
    const char* expected;
  };
  const Case cases[] = {
      {"add sets a key", "{a: 1}", "[{op: add, path: /b, value: 2}]", "a: 1\nb: 2\n"},
      {"add overwrites a key", "{a: 1}", "[{op: add, path: /a, value: [2]}]", "a:\n- 2\n"},
      {"add inserts before an index", "{a: [1, 2]}", "[{op: add, path: /a/1, value: 9}]", "a:\n- 1\n- 9\n- 2\n"},
      {"add at the length appends", "{a: [1]}", "[{op: add, path: /a/1, value: 9}]", "a:\n- 1\n- 9\n"},
      {"add at `-` appends", "{a: [1]}", "[{op: add, path: /a/-, value: 9}]", "a:\n- 1\n- 9\n"},
      {"add without a value adds null", "{a: 1}", "[{op: add, path: /b}]", "a: 1\nb: null\n"},
      {"add needs the parent", "{a: 1}", "[{op: add, path: /b/c, value: 2}]",
       "error: the JSON patch does not apply: \"/b/c\" leads through /b, which the object does not have"},
      {"add beyond the end", "{a: [1]}", "[{op: add, path: /a/2, value: 9}]",
       "error: the JSON patch does not apply: \"/a/2\" is beyond the end of the list, which has 2 items"},
      {"replace of a key", "{a: {b: 1}}", "[{op: replace, path: /a/b, value: x}]", "a:\n  b: x\n"},
      {"replace of a missing key sets it", "{a: {}}", "[{op: replace, path: /a/b, value: x}]", "a:\n  b: x\n"},
      {"replace of a missing index", "{a: [1]}", "[{op: replace, path: /a/1, value: x}]",
       "error: the JSON patch does not apply: \"/a/1\" is beyond the end of the list, which has 1 items"},
      {"negative indices count from the end", "{a: [1, 2]}", "[{op: replace, path: /a/-1, value: x}]",
       "a:\n- 1\n- x\n"},
      {"a word is no index", "{a: [1, 2]}", "[{op: replace, path: /a/b, value: x}]",
       "error: the JSON patch does not apply: \"b\" in \"/a/b\" is no index of a list"},
      {"remove of a key", "{a: 1, b: 2}", "[{op: remove, path: /a}]", "b: 2\n"},
      {"remove of an item", "{a: [1, 2]}", "[{op: remove, path: /a/0}]", "a:\n- 2\n"},
      {"remove of what is missing", "{a: 1}", "[{op: remove, path: /b}]",
       "error: the JSON patch does not apply: there is no \"/b\" to remove"},
      {"test that holds", "{a: {b: [1]}}", "[{op: test, path: /a, value: {b: [1]}}, {op: remove, path: /a/b}]",
       "a: {}\n"},
      {"test that fails", "{a: 1}", "[{op: test, path: /a, value: 2}]",
       "error: the JSON patch does not apply: its test of \"/a\" fails"},
      {"a missing key equals null", "{a: 1}", "[{op: test, path: /b, value: null}, {op: remove, path: /a}]", "{}\n"},
      {"copy leaves the original", "{a: [1]}", "[{op: copy, from: /a, path: /b}, {op: add, path: /b/-, value: 2}]",
       "a:\n- 1\nb:\n- 1\n- 2\n"},
      {"copy of what is missing", "{a: 1}", "[{op: copy, from: /x, path: /b}]",
       "error: the JSON patch does not apply: there is no \"/x\""},
      {"move takes the original away", "{a: {b: 1}, c: 2}", "[{op: move, from: /a/b, path: /d}]",
       "a: {}\nc: 2\nd: 1\n"},
      {"no other operation", "{a: 1}", "[{op: merge, path: /a, value: 1}]",
       "error: the JSON patch does not apply: \"merge\" is no operation of a JSON patch"},
      {"~1 is a slash and ~0 a tilde", "{a/b: 1, c~d: 2}",
       "[{op: replace, path: /a~1b, value: 3}, {op: replace, path: /c~0d, value: 4}]", "a/b: 3\nc~d: 4\n"},
      {"without a leading slash the first part is lost", "{spec: {x: 1}}", "[{op: add, path: spec/x, value: 2}]",
       "spec:\n  x: 1\nx: 2\n"},
      {"a path must name a field", "{a: 1}", "[{op: add, path: a, value: 2}]",
       "error: the JSON patch does not apply: the path \"a\" names no field"},
      {"values are read as YAML 1.1", "{a: 1}",
       "[{op: add, path: /a, value: y}, {op: add, path: /b, value: 010}, {op: add, path: /c, value: 2020-01-01}]",
       "a: true\nb: 8\nc: \"2020-01-01\"\n"},
      {"whole numbers beyond 2^53 lose digits", "{a: 9007199254740993}", "[{op: add, path: /b, value: 1}]",
       "a: 9007199254740992\nb: 1\n"},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    CHECK(patched(c.object, c.patch) == c.expected);
  }
}

TEST_CASE("what is a JSON patch") {
  const FileSet none(std::vector<SourceFile>{});
  Sources sources(FileAccess::in_memory(none));
  const auto is_patch = [&](const char* text) {
    return looks_like_json_patch(sources.parsed_made(text, {}).documents.at(0));
  };
  CHECK(is_patch("- {op: add}\n"));
  CHECK(is_patch("[]"));
  CHECK_FALSE(is_patch("- add\n"));
  CHECK_FALSE(is_patch("kind: Pod\n"));
}

}  // namespace vlint::kustomize
