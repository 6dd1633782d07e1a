#include "lint/kustomize/build.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <map>
#include <set>

#include "lint/kustomize/test_world.h"
#include "lint/yaml/value.h"

namespace vlint::kustomize {
namespace {

std::string chain(const World& world, const Build& build, const yaml::Value& value) {
  std::string text;
  for (const ChainStep& step : chain_of(build, value))
    text += fmt::format("{}: {}\n", step.what, place(world, step.where));
  return text;
}

const char* const kDeployment =
    "apiVersion: apps/v1\n"
    "kind: Deployment\n"
    "metadata:\n"
    "  name: web\n"
    "spec:\n"
    "  replicas: 1\n"
    "  template:\n"
    "    spec:\n"
    "      containers:\n"
    "      - name: app\n"
    "        image: app:1\n"
    "        env:\n"
    "        - name: LEVEL\n"
    "          value: info\n"
    "        - name: OLD\n"
    "          value: gone\n";

std::vector<SourceFile> overlay() {
  return {{"base/deployment.yaml", kDeployment},
          {"base/kustomization.yaml", "resources: [deployment.yaml]\nnamePrefix: base-\n"},
          {"over/kustomization.yaml",
           "resources:\n- ../base\nnamespace: apps\nimages:\n- name: app\n  newTag: \"2\"\npatches:\n- patch: |-\n"
           "    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: web\n    spec:\n"
           "      replicas: 3\n      template:\n        spec:\n          containers:\n          - name: app\n"
           "            env:\n            - name: LEVEL\n              value: debug\n            - name: OLD\n"
           "              value: null\n"}};
}

yaml::Value container(const Build& build) {
  return build.resources.at(0).root["spec"]["template"]["spec"]["containers"].at(0);
}

}  // namespace

TEST_CASE("values of an overlay know what supplied them and what they replaced") {
  World world(overlay());
  const Build build = world.builder.build("over");
  REQUIRE(build.ok());
  REQUIRE(build.resources.size() == 1);
  const BuiltResource& web = build.resources.front();
  CHECK(web.name() == "base-web");
  CHECK(web.name_space() == "apps");

  // A value that nothing changed is the file's own.
  const yaml::Value app = container(build)["name"];
  CHECK(place(world, app.span()) == "base/deployment.yaml \"app\"");
  CHECK(chain(world, build, app) == "source: base/deployment.yaml \"app\"\n");

  CHECK(chain(world, build, web.root["metadata"]["name"]) ==
        "source: base/deployment.yaml \"web\"\nnamePrefix: base/kustomization.yaml \"base-\"\n");
  CHECK(chain(world, build, web.root["metadata"]["namespace"]) == "namespace: over/kustomization.yaml \"apps\"\n");
  CHECK(chain(world, build, container(build)["image"]) ==
        "source: base/deployment.yaml \"app:1\"\nimages: over/kustomization.yaml \"\"2\"\"\n");
  CHECK(container(build)["image"].text() == "app:2");

  // An inline patch is exact to the byte.
  CHECK(chain(world, build, web.root["spec"]["replicas"]) ==
        "source: base/deployment.yaml \"1\"\npatch: over/kustomization.yaml \"3\"\n");
  CHECK(web.root["spec"]["replicas"].as_int() == 3);
  CHECK(chain(world, build, container(build)["env"].at(0)["value"]) ==
        "source: base/deployment.yaml \"info\"\npatch: over/kustomization.yaml \"debug\"\n");
}

TEST_CASE("a removed field leaves a note on what had it") {
  World world(overlay());
  const Build build = world.builder.build("over");
  const yaml::Value old = container(build)["env"].at(1);
  CHECK(old["name"].text() == "OLD");
  CHECK_FALSE(old["value"]);
  const std::vector<RemovedField> removed = removed_from(build, old);
  REQUIRE(removed.size() == 1);
  CHECK(removed[0].key == "value");
  CHECK(removed[0].what == "patch");
  CHECK(place(world, removed[0].by) == "over/kustomization.yaml \"null\"");
  CHECK(place(world, removed[0].old) == "base/deployment.yaml \"gone\"");
}

TEST_CASE("a changed mapping leads to the one in the file") {
  World world(overlay());
  const Build build = world.builder.build("over");
  const yaml::Value spec = build.resources[0].root["spec"];
  CHECK(spec.tree() == build.tree.get());
  const yaml::Value source = spec.source();
  CHECK(place(world, source["replicas"].span()) == "base/deployment.yaml \"1\"");
  CHECK(spec.span() == source.span());
}

TEST_CASE("a base of two overlays gives both the same values") {
  World world({{"base/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n"},
               {"base/kustomization.yaml", "resources: [c.yaml]\nnameSuffix: -x\n"},
               {"one/kustomization.yaml", "resources: [../base]\nnamePrefix: one-\n"},
               {"two/kustomization.yaml", "resources: [../base]\nnamePrefix: two-\n"}});
  CHECK(world.builder.build("one").resources.at(0).name() == "one-c-x");
  CHECK(world.builder.build("two").resources.at(0).name() == "two-c-x");
  CHECK(world.builder.build("one").resources.at(0).name() == "one-c-x");
}

TEST_CASE("a tolerant build leaves out what it cannot see and says so") {
  Options options;
  options.mode = Mode::tolerant;
  World world({{"a/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"},
               {"a/kustomization.yaml",
                "resources:\n- c.yaml\n- d.yaml\n- https://example.com/x.yaml\n- github.com/a/b?ref=v1\nhelmCharts:\n"
                "- name: redis\ngenerators:\n- ksops.yaml\nnamespace: apps\n"},
               {"a/ksops.yaml", "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: s}\n"}},
              options);
  const Build build = world.builder.build("a");
  CHECK(build.partial);
  REQUIRE(build.resources.size() == 1);
  CHECK(build.resources[0].name_space() == "apps");
  CHECK(build.incomplete.size() == 5);
  std::vector<FaultKind> kinds;
  for (const Fault& fault : build.faults) kinds.push_back(fault.kind);
  CHECK(kinds == std::vector<FaultKind>{FaultKind::missing_file, FaultKind::remote, FaultKind::remote,
                                        FaultKind::remote, FaultKind::remote});
  CHECK(place(world, build.faults[0].where) == "a/kustomization.yaml \"d.yaml\"");
}

TEST_CASE("faults have a kind, a sentence and a place") {
  struct Case {
    std::vector<SourceFile> files;
    FaultKind kind;
    const char* where;
    const char* message;
  };
  const SourceFile config_map{"a/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"};
  const std::vector<Case> cases = {
      {{config_map, {"a/kustomization.yaml", "resource: [c.yaml]\n"}},
       FaultKind::unknown_field,
       "a/kustomization.yaml \"resource\"",
       "a kustomization has no field \"resource\", did you mean \"resources\"?"},
      {{config_map, {"a/kustomization.yaml", "resources: [c.yaml]\nnamespace: n\n"}},
       FaultKind::wrong_type,
       "a/kustomization.yaml \"n\"",
       "namespace must be a text, and this is a boolean to YAML 1.1; quote it: 'n'"},
      {{config_map, {"a/kustomization.yaml", "resources: [C.yaml]\n"}},
       FaultKind::missing_file,
       "a/kustomization.yaml \"C.yaml\"",
       "there is no file or folder a/C.yaml, did you mean c.yaml?"},
      {{config_map, {"a/d.yaml", config_map.text}, {"a/kustomization.yaml", "resources: [c.yaml, d.yaml]\n"}},
       FaultKind::duplicate_id,
       "a/d.yaml \"c\"",
       "there are two objects ConfigMap c"},
      {{config_map, {"a/kustomization.yaml", "resources:\n- c.yaml\n- ./c.yaml\n"}},
       FaultKind::duplicate_id,
       "a/kustomization.yaml \"./c.yaml\"",
       "there are two objects ConfigMap c: this entry brings it a second time"},
      {{config_map,
        {"b/kustomization.yaml", "resources: [../a/c.yaml]\n"},
        {"a/kustomization.yaml", "resources: [../b]\n"}},
       FaultKind::leaves_root,
       "b/kustomization.yaml \"../a/c.yaml\"",
       nullptr},
      {{{"a/kustomization.yaml", "resources: [../b]\n"}, {"b/kustomization.yaml", "resources: [../a]\n"}},
       FaultKind::cycle,
       "b/kustomization.yaml \"../a\"",
       nullptr},
      {{{"a/kustomization.yaml",
         "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {path: ./x}\n"}},
       FaultKind::broken_build,
       "a/kustomization.yaml \"spec\"",
       nullptr},
      {{config_map,
        {"a/kustomization.yaml", "resources: [c.yaml]\n"},
        {"a/kustomization.yml", "resources: [c.yaml]\n"}},
       FaultKind::broken_build,
       "a/kustomization.yaml \"\"",
       "there are kustomization.yaml and kustomization.yml in a, and there must be one"},
      {{config_map,
        {"a/kustomization.yaml", "resources: [c.yaml]\npatches:\n- patch: '{kind: ConfigMap, metadata: {name: d}}'\n"}},
       FaultKind::no_patch_target,
       "a/kustomization.yaml \"d\"",
       nullptr},
  };
  for (const Case& c : cases) {
    World world(c.files);
    const Build build = world.builder.build("a");
    REQUIRE(build.faults.size() == 1);
    const Fault& fault = build.faults[0];
    INFO(fault.message);
    CHECK(fault.kind == c.kind);
    CHECK(place(world, fault.where) == c.where);
    if (c.message != nullptr) CHECK(fault.message == c.message);
  }
}

TEST_CASE("what Kustomize is silent about is noted") {
  World world({{"a/c.yaml",
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n---\n"
                "apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata: {name: data}\n"
                "spec: {sourcePVC: data}\n"},
               {"a/kustomization.yaml",
                "resources: [c.yaml]\nnamePrefix: x-\npatches:\n- target: {kind: Deployment}\n  patch: |-\n"
                "    - {op: remove, path: /spec}\ncommonLabels: {a: b}\n"}});
  const Build build = world.builder.build("a");
  REQUIRE(build.ok());
  std::map<FaultKind, std::string> notes;
  for (const Fault& note : build.notes) notes[note.kind] = place(world, note.where);
  CHECK(notes[FaultKind::patch_matches_nothing] == "a/kustomization.yaml \"{kind: Deployment}\"");
  CHECK(notes[FaultKind::deprecated_field] == "a/kustomization.yaml \"commonLabels\"");
  CHECK(notes[FaultKind::reference_left_behind] == "a/c.yaml \"data\"");
}

TEST_CASE("one overlay more costs at most 400 bytes an object") {
  std::string objects;
  for (int i = 0; i < 1000; ++i) {
    objects += fmt::format(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{}\ndata:\n  a: one\n  b: two\n  c: three\n", i);
  }
  World world({{"base/c.yaml", objects},
               {"base/kustomization.yaml", "resources: [c.yaml]\n"},
               {"over/kustomization.yaml", "resources: [../base]\nnamespace: apps\n"}});
  const Build build = world.builder.build("over");
  REQUIRE(build.resources.size() == 1000);
  CHECK(memory_of(build) / 1000 <= 400);
  CHECK(build.resources[7].root["data"]["b"].tree() != build.tree.get());
}

}  // namespace vlint::kustomize
