#include "lint/kustomize/references.h"

#include <doctest/doctest.h>

#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {
namespace {

struct Case {
  const char* name;
  std::vector<SourceFile> files;
  const char* path;  // of the field in the object that refers, `/` separated
  const char* expected;
};

const char* const kPod =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes: [{name: v, configMap: {name: c}}]\n";
const char* const kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";

// The field of the first Pod (or the first object when there is none) that was built in `a`.
std::string field_of(const Build& build, const std::string& path) {
  yaml::Value value;
  for (const BuiltResource& resource : build.resources) {
    if (!value || resource.kind() == "Pod") value = resource.root;
  }
  for (const std::string_view part : split(path, '/')) {
    value = value.is_sequence() ? value.at(static_cast<std::size_t>(part.front() - '0')) : value[part];
  }
  return std::string(value.text());
}

}  // namespace

TEST_CASE("references follow renamed objects") {
  const SourceFile pod{"a/p.yaml", kPod};
  const SourceFile config_map{"a/c.yaml", kConfigMap};
  const std::string volume = "spec/volumes/0/configMap/name";
  const std::vector<Case> cases = {
      {"prefix and suffix",
       {pod, config_map, {"a/kustomization.yaml", "resources: [p.yaml, c.yaml]\nnamePrefix: x-\nnameSuffix: -y\n"}},
       "spec/volumes/0/configMap/name",
       "x-c-y"},
      {"nobody has that name",
       {pod, {"a/kustomization.yaml", "resources: [p.yaml]\nnamePrefix: x-\n"}},
       "spec/volumes/0/configMap/name",
       "c"},
      {"a hash",
       {pod, {"a/kustomization.yaml", "resources: [p.yaml]\nconfigMapGenerator: [{name: c}]\n"}},
       "spec/volumes/0/configMap/name",
       "c-6ct58987ht"},
      {"a prefix in the base and one in the overlay",
       {{"b/p.yaml", kPod},
        {"b/c.yaml", kConfigMap},
        {"b/kustomization.yaml", "resources: [p.yaml, c.yaml]\nnamePrefix: b-\n"},
        {"a/kustomization.yaml", "resources: [../b]\nnamePrefix: a-\n"}},
       "spec/volumes/0/configMap/name",
       "a-b-c"},
      {"the overlay's generator with the name that the base's pod has",
       {{"b/p.yaml", kPod},
        {"b/kustomization.yaml", "resources: [p.yaml]\n"},
        {"a/kustomization.yaml", "resources: [../b]\nnamePrefix: a-\nconfigMapGenerator: [{name: c}]\n"}},
       "spec/volumes/0/configMap/name",
       "a-c-6ct58987ht"},
      {"another namespace is another object",
       {{"b/p.yaml", kPod},
        {"b/kustomization.yaml", "resources: [p.yaml]\nnamespace: shop\n"},
        {"a/kustomization.yaml", "resources: [../b]\nconfigMapGenerator: [{name: c}]\n"}},
       "spec/volumes/0/configMap/name",
       "c"},
      {"of two with the same former name the one with the same prefix",
       {{"b/p.yaml", kPod},
        {"b/c.yaml", kConfigMap},
        {"b/kustomization.yaml", "resources: [p.yaml, c.yaml]\nnamePrefix: b-\n"},
        {"d/c.yaml", kConfigMap},
        {"d/kustomization.yaml", "resources: [c.yaml]\nnamePrefix: d-\n"},
        {"a/kustomization.yaml", "resources: [../b, ../d]\nnamePrefix: a-\n"}},
       "spec/volumes/0/configMap/name",
       "a-b-c"},
      {"a name that a JSON patch changes",
       {pod,
        config_map,
        {"a/kustomization.yaml",
         "resources: [p.yaml, c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: '[{\"op\": \"replace\", "
         "\"path\": "
         "\"/metadata/name\", \"value\": \"z\"}]'\n"}},
       "spec/volumes/0/configMap/name",
       "z"},
      {"a name that a merge patch changes",
       {pod,
        config_map,
        {"a/kustomization.yaml",
         "resources: [p.yaml, c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  options: {allowNameChange: true}\n"
         "  patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: z}}'\n"}},
       "spec/volumes/0/configMap/name",
       "z"},
      {"a name that a merge patch may not change",
       {pod,
        config_map,
        {"a/kustomization.yaml",
         "resources: [p.yaml, c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: '{apiVersion: v1, kind: "
         "ConfigMap, metadata: {name: z}}'\n"}},
       "spec/volumes/0/configMap/name",
       "c"},
      {"a role, by the kind in the reference",
       {{"a/r.yaml",
         "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nroleRef: {apiGroup: "
         "rbac.authorization.k8s.io, kind: Role, name: r}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n"
         "metadata: {name: r}\n"},
        {"a/kustomization.yaml", "resources: [r.yaml]\nnamePrefix: x-\n"}},
       "roleRef/name",
       ""},
      {"a configured field",
       {{"a/t.yaml",
         "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {map: c}\n---\napiVersion: v1\nkind: "
         "ConfigMap\nmetadata: {name: c}\n"},
        {"a/refs.yaml",
         "nameReference:\n- {kind: ConfigMap, version: v1, fieldSpecs: [{kind: Thing, path: spec/map}]}\n"},
        {"a/kustomization.yaml",
         "resources: [t.yaml]\nnamePrefix: x-\nconfigurations: [refs.yaml]\nsortOptions: {order: fifo}\n"}},
       "spec/map",
       "x-c"},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    const World world(c.files);
    const Build build = world.builder.build("a");
    REQUIRE(build.ok());
    if (std::string_view(c.path) == "roleRef/name") {
      for (const BuiltResource& resource : build.resources) {
        if (resource.kind() == "RoleBinding") CHECK(resource.root["roleRef"]["name"].text() == "x-r");
      }
    } else {
      CHECK(field_of(build, c.path) == c.expected);
    }
  }
}

TEST_CASE("a reference that could mean two objects is an error") {
  const World world({{"b/c.yaml", kConfigMap},
                     {"b/kustomization.yaml", "resources: [c.yaml]\nnamePrefix: b-\n"},
                     {"d/c.yaml", kConfigMap},
                     {"d/kustomization.yaml", "resources: [c.yaml]\nnamePrefix: d-\n"},
                     {"a/p.yaml", kPod},
                     {"a/kustomization.yaml", "resources: [../b, ../d, p.yaml]\nnamePrefix: a-\n"}});
  const Build build = world.builder.build("a");
  REQUIRE(build.faults.size() == 1);
  CHECK(build.faults[0].message ==
        "\"c\" in Pod a-p could mean ConfigMap a-b-c or ConfigMap a-d-c, so the reference cannot follow the new name");
  CHECK(place(world, build.faults[0].where) == "a/p.yaml \"c\"");
}

TEST_CASE("vars") {
  const SourceFile service{"a/s.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {port: 80}\n"};
  const auto args = [&](const std::string& arg, const std::string& field) {
    const World world(
        {service,
         {"a/p.yaml",
          "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: c, "
          "args: [\"" +
              arg + "\"]}]\n"},
         {"a/kustomization.yaml",
          "resources: [s.yaml, p.yaml]\nnamePrefix: x-\nvars:\n- name: S\n  objref: {apiVersion: v1, kind: "
          "Service, name: s}\n" +
              field}});
    const Build build = world.builder.build("a");
    return build.ok() ? field_of(build, "spec/containers/0/args/0") : "error: " + build.faults[0].message;
  };
  CHECK(args("$(S)", "") == "x-s");
  CHECK(args("http://$(S):1", "") == "http://x-s:1");
  CHECK(args("$$(S)", "") == "$(S)");
  CHECK(args("$(T)", "") == "$(T)");
  CHECK(args("$(S)", "  fieldref: {fieldpath: spec.port}\n") == "80");
  CHECK(args("$(S)", "  fieldref: {fieldpath: spec.none}\n") ==
        "error: the var \"S\" takes its value from spec.none, which Service x-s does not have");
}

}  // namespace vlint::kustomize
