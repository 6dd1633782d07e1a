#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lint/kustomize/build.h"
#include "lint/kustomize/go_scalar.h"

namespace vlint::kustomize {
namespace {

std::string render(std::vector<SourceFile> list, bool origins = false) {
  const FileSet files(std::move(list));
  Sources sources(FileAccess::in_memory(files));
  Rendered rendered = Builder(sources, {}).render("", origins);
  return rendered.faults.empty() ? rendered.text : "error: " + rendered.faults.front().message;
}

std::string with_patch(const std::string& object, const std::string& patch, const std::string& target = "") {
  return render({{"r.yaml", object},
                 {"p.yaml", patch},
                 {"kustomization.yaml", "resources: [r.yaml]\npatches:\n- path: p.yaml\n" + target}});
}

std::string pod(const std::string& containers) {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n" + containers;
}

}  // namespace

TEST_CASE("scalars are printed as go-yaml prints them") {
  const struct {
    const char* written;
    const char* printed;
  } cases[] = {
      {"yes", "\"yes\""},
      {"on", "\"on\""},
      {"'012'", "\"012\""},
      {"010", "8"},
      {"0o10", "8"},
      {"0x1F", "31"},
      {"1_000", "1000"},
      {"1.0", "1"},
      {"1e3", "1000"},
      {"12:30:45", "\"12:30:45\""},
      {"True", "true"},
      {"~", "null"},
      {"2020-01-02", "\"2020-01-02T00:00:00Z\""},
      {"\"\"", "\"\""},
      {"'a: b'", "'a: b'"},
      {"\"tab\\there\"", "\"tab\\there\""},
      {"\"\\U0001F600\"", "\"\\U0001F600\""},
      {"18446744073709551616", "1.8446744073709552e+19"},
      {"1234567.5", "1.2345675e+06"},
      {"\"a\\nb\"", "|-\n  a\n  b"},
      {"\"a\\n\"", "|\n  a"},
      {"'- x'", "'- x'"},
  };
  for (const auto& c : cases) {
    INFO(c.written);
    CHECK(render({{"r.yaml", fmt::format("kind: K\nmetadata: {{name: n}}\nv: {}\n", c.written)},
                  {"kustomization.yaml", "resources: [r.yaml]\n"}}) ==
          fmt::format("kind: K\nmetadata:\n  name: n\nv: {}\n", c.printed));
  }
}

TEST_CASE("keys are sorted by their numbers, and long plain texts are folded") {
  const std::string words(90, 'w');
  CHECK(
      render({{"r.yaml", "kind: K\nmetadata: {name: n}\nv: {a10: 1, a9: 2, B: 3, _x: 4}\nw: " + words + " tail end\n"},
              {"kustomization.yaml", "resources: [r.yaml]\n"}}) ==
      "kind: K\nmetadata:\n  name: n\nv:\n  _x: 4\n  B: 3\n  a9: 2\n  a10: 1\nw: " + words + "\n  tail end\n");
}

TEST_CASE("what has no form in JSON is refused") {
  CHECK(render({{"r.yaml", "kind: K\nmetadata: {name: n}\nv: {1: x}\n"},
                {"kustomization.yaml", "resources: [r.yaml]\n"}}) == "error: the key 1 is no text to YAML; quote it");
  CHECK(render({{"r.yaml", "kind: K\nmetadata: {name: n}\nv: .inf\n"},
                {"kustomization.yaml", "resources: [r.yaml]\n"}}) == "error: .inf has no form in JSON");
  CHECK(render({{"r.yaml", "kind: K\nmetadata: {name: n}\nv: {a: 1, a: 2}\n"},
                {"kustomization.yaml", "resources: [r.yaml]\n"}}) ==
        "error: a key stands twice in this mapping, which Kustomize refuses to print");
}

TEST_CASE("generated names end with Kustomize's hash") {
  const auto name = [](const std::string& entry, const char* field = "configMapGenerator") {
    const std::string text = render({{"kustomization.yaml", fmt::format("{}:\n- {}\n", field, entry)}});
    const std::size_t at = text.find("  name: ");
    return text.substr(at + 8, text.find('\n', at) - at - 8);
  };
  CHECK(name("{name: a, literals: [x=1]}") == "a-hmg6f82fh6");
  CHECK(name("{name: b, literals: [x=1], options: {labels: {l: m}}}") == "b-hmg6f82fh6");
  CHECK(name("{name: a}") == "a-6ct58987ht");
  CHECK(name("{name: a, literals: ['x=<a&b>']}") == "a-t87khbg59f");
  CHECK(name("{name: a, literals: [x=1]}", "secretGenerator") == "a-bf2648c599");
}

TEST_CASE("a merge patch puts its elements first and keeps the rest in order") {
  const std::string object = pod("  containers:\n  - {name: a, image: x}\n  - {name: b, image: \"1\"}\n");
  CHECK(with_patch(object, pod("  containers:\n  - {name: b, image: z}\n  - {name: c}\n")) ==
        pod("  containers:\n  - image: z\n    name: b\n  - name: c\n  - image: x\n    name: a\n"));
  CHECK(with_patch(object, pod("  containers:\n  - {name: a, $patch: delete}\n")) ==
        pod("  containers:\n  - image: \"1\"\n    name: b\n"));
  CHECK(with_patch(object, pod("  containers:\n  - $patch: replace\n  - {name: c}\n")) ==
        pod("  containers:\n  - name: c\n"));
  // Without effect in Kustomize: the old element is put back.
  CHECK(with_patch(object, pod("  containers:\n  - {name: b, $patch: replace, command: [q]}\n")) ==
        pod("  containers:\n  - image: \"1\"\n    name: b\n  - image: x\n    name: a\n"));
  // An element without the key matches all that have it.
  CHECK(with_patch(object, pod("  containers:\n  - {image: z}\n")) == pod("  containers: []\n"));
  CHECK(with_patch(object, pod("  containers: text\n")) ==
        "error: the patch has a single value where the object has a list");
  CHECK(with_patch(object, pod("  $patch: nonsense\n")) ==
        "error: $patch: nonsense is no directive; there are `merge`, `replace` and `delete`");
}

TEST_CASE("lists of custom kinds are replaced") {
  const std::string head = "apiVersion: a.b/v1\nkind: Custom\nmetadata:\n  name: c\nspec:\n  containers:\n";
  CHECK(with_patch(head + "  - {name: a}\n  - {name: b}\n", head + "  - {name: c}\n") == head + "  - name: c\n");
}

TEST_CASE("JSON patches") {
  const std::string object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: b\nlist: [1, 2]\n";
  const auto patch = [&](const std::string& operations) {
    const std::string text = with_patch(object, operations, "  target: {kind: ConfigMap}\n");
    return text.substr(0, 6) == "error:" ? text : text.substr(text.find("data"));
  };
  const std::string tail = "kind: ConfigMap\nlist:\n- 1\n- 2\nmetadata:\n  name: c\n";
  CHECK(patch("- {op: replace, path: /data/a, value: y}") == "data:\n  a: true\n" + tail);
  CHECK(patch("- {op: replace, path: /data/new, value: x}") == "data:\n  a: b\n  new: x\n" + tail);
  CHECK(patch("- {op: add, path: /list/-, value: 3}\n- {op: remove, path: /list/-1}") == "data:\n  a: b\n" + tail);
  CHECK(patch("- {op: copy, from: /data/a, path: /data/b~1c}") == "data:\n  a: b\n  b/c: b\n" + tail);
  CHECK(patch("- {op: move, from: /data/a, path: /data/z}") == "data:\n  z: b\n" + tail);
  CHECK(patch("- {op: test, path: /data/a, value: c}") ==
        "error: the JSON patch does not apply: its test of \"/data/a\" fails");
  CHECK(patch("- {op: remove, path: /data/q}") ==
        "error: the JSON patch does not apply: there is no \"/data/q\" to remove");
  CHECK(patch("- {op: add, path: /metadata/labels/x, value: a}") ==
        "error: the JSON patch does not apply: \"/metadata/labels/x\" leads through /metadata/labels, which the object "
        "does not have");
  CHECK(patch("- {op: add, path: /list/7, value: a}") ==
        "error: the JSON patch does not apply: \"/list/7\" is beyond the end of the list, which has 3 items");
}

TEST_CASE("references follow renamed objects") {
  CHECK(render(
            {{"r.yaml",
              "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes:\n  - {name: v, configMap: {name: c}}\n"
              "  - {name: w, secret: {secretName: other}}\n"},
             {"kustomization.yaml",
              "resources: [r.yaml]\nnamePrefix: x-\nconfigMapGenerator:\n- {name: c, literals: [x=1]}\n"}}) ==
        "apiVersion: v1\ndata:\n  x: \"1\"\nkind: ConfigMap\nmetadata:\n  name: x-c-hmg6f82fh6\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x-p\nspec:\n  volumes:\n  - configMap:\n      name: "
        "x-c-hmg6f82fh6\n"
        "    name: v\n  - name: w\n    secret:\n      secretName: other\n");
}

TEST_CASE("origins are trailing comments") {
  CHECK(render({{"r.yaml", "kind: K\nmetadata:\n  name: n\n"},
                {"kustomization.yaml", "resources: [r.yaml]\nnamePrefix: x-\n"}},
               true) == "kind: K  # r.yaml:1\nmetadata:\n  name: x-n  # namePrefix: kustomization.yaml:2\n");
}

TEST_CASE("folded texts change as go-yaml changes them") {
  CHECK(reprint_folded("one\n  two\nthree") == "one\n\n  two\nthree");
  CHECK(reprint_folded("one two") == "one two");
  CHECK(reprint_folded("one\n\ntwo\n") == "one\n\ntwo\n");
}

TEST_CASE("hostile input ends with a sentence") {
  std::string deep = "kind: K\nmetadata: {name: n}\nv: ";
  for (int i = 0; i < 5000; ++i) deep += "[";
  CHECK(render({{"r.yaml", deep}, {"kustomization.yaml", "resources: [r.yaml]\n"}}).substr(0, 6) == "error:");
  std::string laughs = "kind: K\nmetadata: {name: n}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    laughs += fmt::format("a{}: &a{} [*a{}, *a{}, *a{}, *a{}, *a{}, *a{}, *a{}, *a{}]\n", i, i, i - 1, i - 1, i - 1,
                          i - 1, i - 1, i - 1, i - 1, i - 1);
  }
  CHECK(render({{"r.yaml", laughs}, {"kustomization.yaml", "resources: [r.yaml]\n"}}).substr(0, 6) == "error:");
  CHECK(with_patch("kind: K\nmetadata: {name: n}\n", "a: b: c\n").substr(0, 6) == "error:");
  CHECK(render({{"kustomization.yaml", "resources: ['\\0', '/', '...']\n"}}).substr(0, 6) == "error:");
}

}  // namespace vlint::kustomize
