#include "lint/kustomize/strategic_merge.h"

#include <doctest/doctest.h>

#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {
namespace {

// Merges a patch into an object and prints what comes out; "" when nothing is left, "error: " and the sentence.
std::string merged(const std::string& object, const std::string& patch, const OpenApi& schemas = {}) {
  const FileSet none(std::vector<SourceFile>{});
  Sources sources(FileAccess::in_memory(none));
  Arena arena;
  Editor editor(arena, 1);
  MergeContext context;
  context.schemas = &schemas;
  const ParsedText& left = sources.parsed_made(object, {});
  const ParsedText& right = sources.parsed_made(patch, {});
  REQUIRE(left.documents.size() == 1);
  REQUIRE(right.documents.size() == 1);
  try {
    const Node* result = strategic_merge(editor, const_cast<Node*>(left.documents.front()),
                                         const_cast<Node*>(right.documents.front()), "", context);
    return result == nullptr ? "" : write_yaml(result);
  } catch (const Failure& failure) {
    return "error: " + failure.fault.message;
  }
}

struct Case {
  const char* name;
  const char* object;
  const char* patch;
  const char* expected;
};

void check(const std::vector<Case>& cases, const std::string& head) {
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    const std::string got = merged(head + c.object, head + c.patch);
    const std::string begin = head;
    const bool has_head = got.compare(0, begin.size(), begin) == 0;
    CHECK((has_head ? got.substr(begin.size()) : got) == c.expected);
  }
}

const char* const kCustom = "apiVersion: example.com/v1\nkind: Thing\n";
const char* const kPod = "apiVersion: v1\nkind: Pod\n";
const char* const kService = "apiVersion: v1\nkind: Service\n";

}  // namespace

TEST_CASE("mappings merge field by field") {
  check({{"a scalar is replaced", "spec: {a: 1, b: 2}\n", "spec: {a: 3}\n", "spec:\n  a: 3\n  b: 2\n"},
         {"a field is added", "spec: {a: 1}\n", "spec: {b: {c: d}}\n", "spec:\n  a: 1\n  b:\n    c: d\n"},
         {"null removes", "spec: {a: 1, b: 2}\n", "spec: {a: null}\n", "spec:\n  b: 2\n"},
         {"a mapping emptied by nulls stays", "spec: {a: {b: 1}}\n", "spec: {a: {b: null}}\n", "spec:\n  a: {}\n"},
         {"nulls in what is added vanish", "spec: {}\n", "spec: {a: {b: null, c: 1}}\n", "spec:\n  a:\n    c: 1\n"},
         {"a null of the object that nobody touches stays", "spec: {a: null, b: 1}\n", "spec: {b: 2}\n",
          "spec:\n  a: null\n  b: 2\n"},
         {"a list of a custom kind is replaced", "spec: {a: [1, 2, 3]}\n", "spec: {a: [4]}\n", "spec:\n  a:\n  - 4\n"},
         {"a mapping over a text is an error", "spec: {a: b}\n", "spec: {a: {b: c}}\n",
          "error: the patch has a mapping where the object has a single value"},
         {"a list over a mapping is an error", "spec: {a: {b: c}}\n", "spec: {a: [b]}\n",
          "error: the patch has a list where the object has a mapping"}},
        kCustom);
}

TEST_CASE("directives of mappings") {
  check(
      {{"delete removes the mapping", "spec: {a: {b: 1}, c: 2}\n", "spec: {a: {$patch: delete}}\n", "spec:\n  c: 2\n"},
       {"delete of the object leaves nothing", "spec: {a: 1}\n", "$patch: delete\n", ""},
       {"delete of what is not there adds nothing", "spec: {c: 2}\n", "spec: {a: {$patch: delete}}\n",
        "spec:\n  c: 2\n"},
       {"replace puts the patch's mapping there", "spec: {a: {b: 1, c: 2}}\n", "spec: {a: {$patch: replace, d: 3}}\n",
        "spec:\n  a:\n    d: 3\n"},
       {"merge is what happens anyway", "spec: {a: {b: 1}}\n", "spec: {a: {$patch: merge, c: 2}}\n",
        "spec:\n  a:\n    b: 1\n    c: 2\n"},
       {"any other word is an error", "spec: {a: {b: 1}}\n", "spec: {a: {$patch: remove}}\n",
        "error: $patch: remove is no directive; there are `merge`, `replace` and `delete`"},
       {"retainKeys stays as a field", "spec: {a: {b: 1}}\n", "spec: {a: {$retainKeys: [c], c: 2}}\n",
        "spec:\n  a:\n    $retainKeys:\n    - c\n    b: 1\n    c: 2\n"},
       {"in a list of a custom kind a directive stays", "spec: {a: [{name: x}]}\n",
        "spec: {a: [{$patch: delete, name: x}]}\n", "spec:\n  a:\n  - $patch: delete\n    name: x\n"}},
      kCustom);
}

TEST_CASE("lists with one key") {
  check({{"the patch's elements come first, in its order", "spec: {containers: [{name: a}, {name: b, image: x}]}\n",
          "spec: {containers: [{name: c}, {name: b, image: y}]}\n",
          "spec:\n  containers:\n  - name: c\n  - image: \"y\"\n    name: b\n  - name: a\n"},
         {"delete removes an element", "spec: {containers: [{name: a}, {name: b}]}\n",
          "spec: {containers: [{name: a, $patch: delete}]}\n", "spec:\n  containers:\n  - name: b\n"},
         {"an element that is only `$patch: replace` makes the list the patch's",
          "spec: {containers: [{name: a}, {name: b}]}\n", "spec: {containers: [{$patch: replace}, {name: c}]}\n",
          "spec:\n  containers:\n  - name: c\n"},
         {"an element that is only `$patch: delete` removes the list", "spec: {containers: [{name: a}], x: 1}\n",
          "spec: {containers: [{$patch: delete}]}\n", "spec:\n  x: 1\n"},
         {"a null list is removed", "spec: {containers: [{name: a}], x: 1}\n", "spec: {containers: null}\n",
          "spec:\n  x: 1\n"},
         {"an element without its key takes the others with it", "spec: {containers: [{name: a}, {name: b}]}\n",
          "spec: {containers: [{image: x}]}\n", "spec:\n  containers: []\n"},
         {"of two elements with one key one is left",
          "spec: {containers: [{name: a, env: [{name: E, value: '1'}, "
          "{name: E, value: '2'}]}]}\n",
          "spec: {containers: [{name: a, image: x}]}\n",
          "spec:\n  containers:\n  - env:\n    - name: E\n      value: \"2\"\n    image: x\n    name: a\n"},
         {"inner lists merge by their own key",
          "spec: {containers: [{name: a, volumeMounts: [{mountPath: /x, name: v}, {mountPath: /y, name: v}]}]}\n",
          "spec: {containers: [{name: a, volumeMounts: [{mountPath: /y, name: w}]}]}\n",
          "spec:\n  containers:\n  - name: a\n    volumeMounts:\n    - mountPath: /y\n      name: w\n    - mountPath: "
          "/x\n"
          "      name: v\n"},
         {"tolerations are replaced", "spec: {tolerations: [{key: a}, {key: b}]}\n",
          "spec: {tolerations: [{key: c}]}\n", "spec:\n  tolerations:\n  - key: c\n"},
         {"args are replaced", "spec: {containers: [{name: a, args: [x, z]}]}\n",
          "spec: {containers: [{name: a, args: [w]}]}\n", "spec:\n  containers:\n  - args:\n    - w\n    name: a\n"},
         {"a volume keeps its old source beside the new one", "spec: {volumes: [{name: v, emptyDir: {}}]}\n",
          "spec: {volumes: [{name: v, configMap: {name: c}}]}\n",
          "spec:\n  volumes:\n  - configMap:\n      name: c\n    emptyDir: {}\n    name: v\n"}},
        kPod);
}

TEST_CASE("lists with two keys keep the object's order") {
  check({{"a new port comes first", "spec: {ports: [{port: 1, protocol: TCP}, {port: 2, protocol: TCP}]}\n",
          "spec: {ports: [{port: 3, protocol: TCP}]}\n",
          "spec:\n  ports:\n  - port: 3\n    protocol: TCP\n  - port: 1\n    protocol: TCP\n  - port: 2\n    protocol: "
          "TCP\n"},
         {"an old port stays in its place", "spec: {ports: [{port: 1, protocol: TCP}, {port: 2, protocol: TCP}]}\n",
          "spec: {ports: [{port: 2, protocol: TCP, name: x}]}\n",
          "spec:\n  ports:\n  - port: 1\n    protocol: TCP\n  - name: x\n    port: 2\n    protocol: TCP\n"}},
        kService);
}

TEST_CASE("finalizers of a known kind are a set, of a custom kind a list") {
  const std::string object = "metadata:\n  finalizers: [a, b]\n";
  const std::string patch = "metadata:\n  finalizers: [c, a]\n";
  CHECK(merged(kPod + object, kPod + patch) ==
        "apiVersion: v1\nkind: Pod\nmetadata:\n  finalizers:\n  - c\n  - a\n  - b\n");
  CHECK(merged(kCustom + object, kCustom + patch) ==
        "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  finalizers:\n  - c\n  - a\n");
}

TEST_CASE("a schema that is given replaces the built-in one") {
  const FileSet files(std::vector<SourceFile>{
      {"s.json",
       "{\"definitions\": {\"x\": {\"x-kubernetes-group-version-kind\": [{\"group\": \"example.com\", "
       "\"version\": \"v1\", \"kind\": \"Thing\"}], \"properties\": {\"items\": {\"type\": \"array\", "
       "\"x-kubernetes-patch-strategy\": \"merge\", \"x-kubernetes-patch-merge-key\": \"id\", "
       "\"items\": {\"properties\": {}}}}}}}"}});
  Sources sources(FileAccess::in_memory(files));
  const ParsedText& parsed = sources.parsed(sources.file("s.json"));
  const OpenApi schemas(yaml::Value(*parsed.tree, parsed.tree->documents.front().root), false);
  CHECK(merged(std::string(kCustom) + "items: [{id: a, x: 1}]\n", std::string(kCustom) + "items: [{id: b}]\n",
               schemas) == std::string(kCustom).insert(27, "items:\n- id: b\n- id: a\n  x: 1\n"));
  CHECK(merged(std::string(kPod) + "spec: {containers: [{name: a}]}\n",
               std::string(kPod) + "spec: {containers: [{name: b}]}\n",
               schemas) == "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: b\n");
}

}  // namespace vlint::kustomize
