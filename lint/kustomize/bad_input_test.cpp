// Input that nobody should write: the build ends, and says what is wrong.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {
namespace {

const char* const kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";

std::string first_fault(std::vector<SourceFile> files, Options options = {}) {
  const World world(std::move(files), options);
  const Build build = world.builder.build("a");
  return build.faults.empty() ? "" : build.faults.front().message;
}

}  // namespace

TEST_CASE("what is no kustomization") {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"", "this kustomization is empty"},
      {"# nothing\n", "this kustomization is empty"},
      {"---\n", "this kustomization is empty"},
      {"kind: Kustomization\n", "this kustomization is empty"},
      {"resources:\n", "this kustomization is empty"},
      {"- a\n", "a kustomization must be a mapping, and this is a list"},
      {"text\n", "a kustomization must be a mapping, and this is a text"},
      {"kind: Deployment\nresources: [c.yaml]\n", "the kind must be Kustomization or Component, not \"Deployment\""},
      {"apiVersion: v1\nresources: [c.yaml]\n", "the apiVersion must be kustomize.config.k8s.io/v1beta1"},
      {"kind: Component\nresources: [c.yaml]\napiVersion: kustomize.config.k8s.io/v1beta1\n",
       "the apiVersion must be kustomize.config.k8s.io/v1alpha1"},
      {"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {path: ./x}\n",
       "this is a Flux Kustomization object, not a kustomization; Kustomize takes every file of this name for one of "
       "its "
       "own"},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.text));
    CHECK(first_fault({{"a/kustomization.yaml", c.text}, {"a/c.yaml", kConfigMap}}) == c.message);
  }
  CHECK(first_fault({{"a/c.yaml", kConfigMap}}) ==
        "there is no kustomization.yaml, kustomization.yml or Kustomization in a");
  CHECK(first_fault({{"b/c.yaml", kConfigMap}}) == "there is no folder a");
}

TEST_CASE("two kustomizations in one folder") {
  CHECK(first_fault({{"a/kustomization.yaml", "resources: [c.yaml]\n"},
                     {"a/Kustomization", "resources: [c.yaml]\n"},
                     {"a/c.yaml", kConfigMap}}) ==
        "there are kustomization.yaml and Kustomization in a, and there must be one");
}

TEST_CASE("manifests that are no objects") {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"- a\n", "this is no Kubernetes object: it is no mapping"},
      {"a: b\n", "this is no Kubernetes object: it has no `kind`"},
      {"kind: Pod\n", "this is no Kubernetes object: it has no `metadata.name`"},
      {"kind: Pod\nmetadata: {generateName: x-}\n",
       "this is no Kubernetes object: it has no `metadata.name`, and Kustomize does not take `generateName`"},
      {"kind: Pod\nmetadata: {name: p}\nspec: {1: x}\n", nullptr},
      {"kind: Pod\nmetadata: {name: p}\nspec: {a: 1, a: 2}\n", nullptr},
      {"kind: Pod\nmetadata: {name: p}\nspec: &x {a: 1}\n---\nkind: Pod\nmetadata: {name: q}\nspec: *x\n", nullptr},
      {"kind: Pod\nmetadata: {name: p}\nspec: .inf\n", nullptr},
      {"kind: Pod\nmetadata: {name: [p]}\n", nullptr},
      {"kind: PodList\nitems: {a: b}\n", nullptr},
      {"kind: Pod\n metadata: x\n", nullptr},
      {"kind: Pod\nmetadata: {name: p}\n--- text\n", nullptr},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.text));
    const std::string message = first_fault({{"a/kustomization.yaml", "resources: [c.yaml]\n"}, {"a/c.yaml", c.text}});
    CHECK_FALSE(message.empty());
    if (c.message != nullptr) CHECK(message == c.message);
  }
}

TEST_CASE("patches that are none") {
  struct Case {
    const char* patch;
    const char* message;
  };
  const Case cases[] = {
      {"patch: '{'", nullptr},
      {"patch: 'just words'", "this is no Kubernetes object: it is no mapping"},
      {"patch: '[a, b]'", "this is no Kubernetes object: it is no mapping"},
      {"patch: '[{op: add}]'", "a JSON patch that begins with `[` must be JSON: every text in double quotes"},
      {"patch: '[{\"op\": \"add\", \"path\": \"\"}]'", nullptr},
      {"path: none.yaml", "there is no file a/none.yaml"},
      {"{}", "a patch needs `path` or `patch`"},
      {"patch: x\n  path: c.yaml", "a patch has either `path` or `patch`, not both"},
      {"path: .", ". is a folder, and a file is needed"},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.patch));
    const std::string entry = std::string_view(c.patch) == "{}"
                                  ? "{target: {kind: ConfigMap}}"
                                  : std::string(c.patch) + "\n  target: {kind: ConfigMap}";
    const std::string message = first_fault(
        {{"a/kustomization.yaml", "resources: [c.yaml]\npatches:\n- " + entry + "\n"}, {"a/c.yaml", kConfigMap}});
    CHECK_FALSE(message.empty());
    if (c.message != nullptr) CHECK(message == c.message);
  }
}

TEST_CASE("patterns that do not end") {
  std::string names;
  for (int i = 0; i < 20; ++i) names += "(a*)*";
  CHECK(
      first_fault({{"a/kustomization.yaml", "resources: [c.yaml]\npatches:\n- target: {name: '" + names +
                                                "b'}\n  patch: '[{\"op\": \"remove\", \"path\": \"/x\"}]'\n"},
                   {"a/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + std::string(5000, 'a') + "}\n"}})
          .empty());
  CHECK_FALSE(first_fault({{"a/kustomization.yaml",
                            "resources: [c.yaml]\npatches:\n- target: {name: '('}\n  patch: '[{\"op\": \"remove\", "
                            "\"path\": \"/x\"}]'\n"},
                           {"a/c.yaml", kConfigMap}})
                  .empty());
}

TEST_CASE("overlays that double their objects meet the limit") {
  std::vector<SourceFile> files = {{"l0/c.yaml", kConfigMap}, {"l0/kustomization.yaml", "resources: [c.yaml]\n"}};
  for (int i = 1; i <= 60; ++i) {
    for (const char* side : {"a", "b"}) {
      files.push_back({fmt::format("l{}/{}/kustomization.yaml", i, side),
                       fmt::format("resources: [../../l{}]\nnamePrefix: {}-\n", i - 1, side)});
    }
    files.push_back({fmt::format("l{}/kustomization.yaml", i), "resources: [a, b]\n"});
  }
  files.push_back({"a/kustomization.yaml", "resources: [../l60]\n"});
  for (const Mode mode : {Mode::strict, Mode::tolerant}) {
    Options options;
    options.mode = mode;
    options.max_objects = 2000;
    const World world(files, options);
    const Build build = world.builder.build("a");
    REQUIRE(!build.faults.empty());
    CHECK(build.faults[0].message == "this build has more than 2000 objects, which is the limit");
    CHECK(build.faults.size() <= 200);
  }
}

TEST_CASE("a folder of ten thousand files") {
  std::string list = "resources:\n";
  std::vector<SourceFile> files;
  for (int i = 0; i < 10'000; ++i) {
    list += fmt::format("- c{}.yaml\n", i);
    files.push_back(
        {fmt::format("a/c{}.yaml", i), fmt::format("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{}}}\n", i)});
  }
  files.push_back({"a/kustomization.yaml", list + "- missing.yaml\nnamespace: x\nnamePrefix: y-\n"});
  const World world(std::move(files), tolerant());
  const Build build = world.builder.build("a");
  CHECK(build.resources.size() == 10'000);
  CHECK(build.faults.size() == 1);
}

TEST_CASE("copies of copies meet a limit") {
  // Each patch puts the whole of `a` below itself, in several places.
  std::string patch;
  for (int i = 0; i < 60; ++i) {
    patch += fmt::format("    - {{op: copy, from: /data, path: /data/x{}}}\n", i);
  }
  const std::string message = first_fault(
      {{"a/kustomization.yaml", "resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n" + patch},
       {"a/c.yaml", std::string(kConfigMap) + "data: {a: {b: c}}\n"}});
  CHECK(message == "patches and replacements copy more than 5,000,000 values");
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "    - {op: copy, from: /data, path: /data/x}\n";
  CHECK(first_fault({{"a/kustomization.yaml",
                      "resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n" + deep},
                     {"a/c.yaml", std::string(kConfigMap) + "data: {a: {b: c}}\n"}}) ==
        "a copied value is nested deeper than 400");
}

TEST_CASE("what the fuzzer found") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(VLINT_SOURCE_DIR "/testdata/kustomize/crashes")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    INFO(entry.path().string());
    bool failed[2] = {};
    std::vector<Fault> faults;
    for (const bool is_tolerant : {false, true}) {
      const World world(files_of(text), is_tolerant ? tolerant() : Options{});
      const Build build = world.builder.build("a");
      failed[is_tolerant ? 1 : 0] = !build.faults.empty();
      faults.insert(faults.end(), build.faults.begin(), build.faults.end());
      static_cast<void>(world.builder.render("a", true));
    }
    CHECK(failed[0] == failed[1]);
    for (const Fault& fault : faults) CHECK((fault.repair == Repair::none || !fault.suggestion.empty()));
    ++files;
  }
  CHECK(files > 0);
}

TEST_CASE("names that double with every overlay stay bounded") {
  // Each of 200 overlays makes the name longer; nothing else grows.
  std::vector<SourceFile> files = {{"a0/c.yaml", kConfigMap}, {"a0/kustomization.yaml", "resources: [c.yaml]\n"}};
  for (int i = 1; i <= 200; ++i) {
    files.push_back(
        {fmt::format("a{}/kustomization.yaml", i), fmt::format("resources: [../a{}]\nnamePrefix: p-\n", i - 1)});
  }
  files.push_back({"a/kustomization.yaml", "resources: [../a200]\n"});
  const World world(std::move(files));
  const Build build = world.builder.build("a");
  REQUIRE(build.resources.size() == 1);
  CHECK(build.resources[0].name().size() == 401);
}

}  // namespace vlint::kustomize
