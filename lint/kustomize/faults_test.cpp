// Every kind of fault and note: where it stands, what it suggests, and what it must not be raised for.
#include "lint/kustomize/fault.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {
namespace {

const char* const kWeb =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec: {replicas: 1}\n";

// "kind where -> suggestion (repair)" of the faults or notes of one kind.
std::vector<std::string> of_kind(const World& world, const std::vector<Fault>& faults, FaultKind kind) {
  std::vector<std::string> lines;
  for (const Fault& fault : faults) {
    if (fault.kind != kind) continue;
    const char* const repairs[] = {"", " quote", " replace"};
    lines.push_back(place(world, fault.where) + (fault.suggestion.empty() ? "" : " -> " + fault.suggestion) +
                    repairs[static_cast<std::size_t>(fault.repair)]);
  }
  return lines;
}

using Lines = std::vector<std::string>;

struct Case {
  std::string name;
  std::string kustomization;
  Lines expected;
};

void check_faults(FaultKind kind, const std::vector<SourceFile>& files, const std::vector<Case>& cases, bool notes) {
  for (const Case& c : cases) {
    INFO(c.name);
    std::vector<SourceFile> list = files;
    list.push_back({"a/kustomization.yaml", c.kustomization});
    const World world(std::move(list), tolerant());
    const Build build = world.builder.build("a");
    CHECK(join(of_kind(world, notes ? build.notes : build.faults, kind), "\n") == join(c.expected, "\n"));
  }
}

std::string at(const std::string& text) { return "a/kustomization.yaml \"" + text + "\""; }

}  // namespace

TEST_CASE("unknown fields") {
  check_faults(FaultKind::unknown_field, {{"a/w.yaml", kWeb}},
               {{"a slip", "resource: [w.yaml]\n", {at("resource") + " -> resources replace"}},
                {"a slip in another case", "Resouces: [w.yaml]\n", {at("Resouces") + " -> resources replace"}},
                {"any case is known", "Resources: [w.yaml]\nNAMESPACE: x\n", {}},
                {"the right one is there", "resources: [w.yaml]\nresource: []\n", {at("resource") + " -> resources"}},
                {"nothing near", "resources: [w.yaml]\nhelm: {}\n", {at("helm")}},
                {"inside an entry",
                 "resources: [w.yaml]\nimages: [{name: a, newTags: b}]\n",
                 {at("newTags") + " -> newTag replace"}},
                {"in quotes", "\"resource\": [w.yaml]\n", {at("\"resource\"") + " -> resources replace"}}},
               false);
}

TEST_CASE("wrong types") {
  check_faults(
      FaultKind::wrong_type, {{"a/w.yaml", kWeb}},
      {{"a boolean of YAML 1.1", "resources: [w.yaml]\nnamespace: n\n", {at("n") + " -> 'n' quote"}},
       {"an octal number", "resources: [w.yaml]\nnamePrefix: 010\n", {at("010") + " -> '010' quote"}},
       {"a tag that is a number",
        "resources: [w.yaml]\nimages: [{name: a, newTag: 1.20}]\n",
        {at("1.20") + " -> '1.20' quote"}},
       {"an entry of a list", "resources: [w.yaml, on]\n", {at("on") + " -> 'on' quote"}},
       {"a label", "resources: [w.yaml]\ncommonLabels: {l: 1}\n", {at("1") + " -> '1' quote"}},
       {"a label's key", "resources: [w.yaml]\ncommonLabels: {n: x}\n", {at("n") + " -> 'n' quote"}},
       {"a key that quotes do not mend", "resources: [w.yaml]\ncommonLabels: {\"1\": x}\n", {at("\"1\"")}},
       {"quoted is right", "resources: [w.yaml]\nnamespace: 'n'\nnamePrefix: \"010\"\n", {}},
       {"a list where a text is wanted", "resources: [w.yaml]\nnamespace: [a]\n", {at("[a]")}},
       {"a text where a list is wanted", "resources: w.yaml\n", {at("w.yaml")}},
       {"a text where a number is wanted", "resources: [w.yaml]\nreplicas: [{name: web, count: '3'}]\n", {at("'3'")}},
       {"null is absent", "resources: [w.yaml]\nnamespace: null\nlabels:\n", {}}},
      false);
}

TEST_CASE("deprecated fields") {
  const World world({{"a/w.yaml", kWeb},
                     {"a/kustomization.yaml", "bases: []\ncommonLabels: {a: b}\nresources: [w.yaml]\nvars: null\n"}},
                    tolerant());
  const Build build = world.builder.build("a");
  CHECK(build.ok());
  REQUIRE(build.notes.size() == 2);
  CHECK(build.notes[0].subject == "bases");
  CHECK(build.notes[0].suggestion == "resources");
  CHECK(build.notes[1].subject == "commonLabels");
  CHECK(place(world, build.notes[1].where) == at("commonLabels"));
}

TEST_CASE("patches without an object") {
  const auto patch = [](const std::string& api_version, const std::string& kind, const std::string& metadata) {
    return "resources: [w.yaml]\npatches:\n- patch: |-\n    apiVersion: " + api_version + "\n    kind: " + kind +
           "\n    metadata: " + metadata + "\n    spec: {replicas: 2}\n";
  };
  check_faults(
      FaultKind::no_patch_target, {{"a/w.yaml", kWeb}},
      {{"the object is there", patch("apps/v1", "Deployment", "{name: web, namespace: shop}"), {}},
       {"a slip in the name",
        patch("apps/v1", "Deployment", "{name: wbe, namespace: shop}"),
        {at("wbe") + " -> web replace"}},
       {"a slip in the kind",
        patch("apps/v1", "Deploymnet", "{name: web, namespace: shop}"),
        {at("Deploymnet") + " -> Deployment replace"}},
       {"another apiVersion",
        patch("apps/v1beta1", "Deployment", "{name: web, namespace: shop}"),
        {at("apps/v1beta1") + " -> apps/v1 replace"}},
       {"another namespace",
        patch("apps/v1", "Deployment", "{name: web, namespace: other}"),
        {at("other") + " -> shop replace"}},
       {"no namespace", patch("apps/v1", "Deployment", "{name: web}"), {at("web")}},
       {"nothing near", patch("apps/v1", "Deployment", "{name: database, namespace: shop}"), {at("database")}},
       {"in a quoted text",
        "resources: [w.yaml]\npatches:\n- patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: wbe, "
        "namespace: shop}}'\n",
        {at("wbe") + " -> web replace"}},
       {"in a folded text",
        "resources: [w.yaml]\npatches:\n- patch: >-\n    {apiVersion: apps/v1, kind: Deployment,\n    metadata: {name: "
        "wbe, namespace: shop}}\n",
        {at(">-\\n    {apiVersion: apps/v1, kind: Deployment,\\n    metadata:…") + " -> web"}},
       {"replicas", "resources: [w.yaml]\nreplicas: [{name: wbe, count: 2}]\n", {at("wbe") + " -> web replace"}},
       {"two patches",
        patch("apps/v1", "Deployment", "{name: wbe, namespace: shop}") +
            "- patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: database}}'\n",
        {at("wbe") + " -> web replace", at("database")}},
       {"something is missing, so nobody knows",
        patch("apps/v1", "Deployment", "{name: wbe, namespace: shop}") + "components: []\n" +
            "helmCharts: [{name: x}]\n",
        {}}},
      false);
}

TEST_CASE("several objects for one patch") {
  const World world({{"base/w.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"},
                     {"base/kustomization.yaml", "resources: [w.yaml]\n"},
                     {"x/kustomization.yaml", "resources: [../base]\nnamePrefix: x-\n"},
                     {"y/kustomization.yaml", "resources: [../base]\nnamePrefix: y-\n"},
                     {"a/kustomization.yaml",
                      "resources: [../x, ../y]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    "
                      "metadata: {name: c}\n    data: {a: b}\n"}});
  const Build build = world.builder.build("a");
  REQUIRE(build.faults.size() == 1);
  CHECK(build.faults[0].kind == FaultKind::broken_build);
  CHECK(place(world, build.faults[0].where) == at("c"));
  CHECK(place(world, build.faults[0].related) == "base/w.yaml \"c\"");
}

TEST_CASE("targets that select nothing") {
  const auto target = [](const std::string& text) {
    return "resources: [w.yaml]\npatches:\n- target: {" + text +
           "}\n  patch: |-\n    - {op: add, path: /x, value: z}\n";
  };
  check_faults(
      FaultKind::patch_matches_nothing, {{"a/w.yaml", kWeb}},
      {{"it selects something", target("kind: Deployment"), {}},
       {"everything", target(""), {}},
       {"a slip in the name", target("kind: Deployment, name: wbe"), {at("wbe") + " -> web replace"}},
       {"a kind in lower case", target("kind: deployment"), {at("deployment") + " -> Deployment replace"}},
       {"two parts do not fit", target("kind: Service, name: wbe"), {at("{kind: Service, name: wbe}")}},
       {"a pattern is no slip", target("name: we.?x"), {at("{name: we.?x}")}},
       {"nothing near", target("kind: StatefulSet"), {at("{kind: StatefulSet}")}},
       {"labels", target("kind: Deployment, labelSelector: a=b"), {at("{kind: Deployment, labelSelector: a=b}")}},
       {"patchesJson6902",
        "resources: [w.yaml]\npatchesJson6902:\n- target: {version: v1, group: apps, kind: Deployment, name: wbe}\n"
        "  patch: |-\n    - {op: add, path: /x, value: z}\n",
        {at("wbe") + " -> web replace"}},
       {"something is missing, so nobody knows", target("kind: StatefulSet") + "helmCharts: [{name: x}]\n", {}}},
      true);
}

TEST_CASE("lists of custom resources that lose items") {
  const SourceFile release{
      "a/w.yaml",
      "apiVersion: example.com/v1\nkind: Release\nmetadata: {name: r}\nspec:\n  values: [{name: a}, "
      "{name: b}, {name: c}]\n  plain: [{x: 1}, {x: 2}]\n  texts: [a, b]\n"};
  const auto patch = [](const std::string& spec) {
    return "resources: [w.yaml]\npatches:\n- target: {kind: Release}\n  patch: |-\n    apiVersion: example.com/v1\n"
           "    kind: Release\n    metadata: {name: r}\n    spec: {" +
           spec + "}\n";
  };
  check_faults(FaultKind::drops_list_items, {release},
               {{"one is kept", patch("values: [{name: b, v: 1}]"), {at("[{name: b, v: 1}]")}},
                {"one is added", patch("values: [{name: d}]"), {at("[{name: d}]")}},
                {"all are kept", patch("values: [{name: c}, {name: b}, {name: a}, {name: d}]"), {}},
                {"items without names are not known", patch("plain: [{x: 1}]"), {}},
                {"texts", patch("texts: [a]"), {}},
                {"removed on purpose", patch("values: null"), {}}},
               true);
  const World world({release, {"a/kustomization.yaml", patch("values: [{name: b}]")}}, tolerant());
  const Build build = world.builder.build("a");
  REQUIRE(build.notes.size() == 1);
  CHECK(build.notes[0].items == Lines{"a", "c"});
  CHECK(place(world, build.notes[0].related) == "a/w.yaml \"[{name: a}, {name: b}, {name: c}]\"");

  const World pod({{"a/w.yaml",
                    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  tolerations: [{name: a}, "
                    "{name: b}]\n"},
                   {"a/kustomization.yaml",
                    "resources: [w.yaml]\npatches: [{patch: '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: "
                    "{tolerations: [{name: c}]}}'}]\n"}},
                  tolerant());
  CHECK(pod.builder.build("a").notes.empty());
}

TEST_CASE("directives that stay as fields") {
  const SourceFile pod{"a/w.yaml",
                       "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a}]\n---\n"
                       "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {list: [{name: a}]}\n"};
  const auto patch = [](const std::string& head, const std::string& spec) {
    return "resources: [w.yaml]\npatches:\n- patch: |-\n    " + head + "\n    spec: {" + spec + "}\n";
  };
  const std::string p = "{apiVersion: v1, kind: Pod, metadata: {name: p}}";
  const std::string of_pod = "apiVersion: v1\n    kind: Pod\n    metadata: {name: p}";
  const std::string of_thing = "apiVersion: example.com/v1\n    kind: Thing\n    metadata: {name: t}";
  check_faults(FaultKind::dead_directive, {pod},
               {{"delete of a container is carried out", patch(of_pod, "containers: [{name: a, $patch: delete}]"), {}},
                {"the order of elements is not",
                 patch(of_pod, "$setElementOrder/containers: [{name: a}]"),
                 {at("$setElementOrder/containers")}},
                {"nor the keys to keep", patch(of_pod, "x: {$retainKeys: [y], y: 1}"), {at("$retainKeys")}},
                {"nor a list of texts to shorten",
                 patch(of_pod, "$deleteFromPrimitiveList/x: [y]"),
                 {at("$deleteFromPrimitiveList/x")}},
                {"nor anything in a list of a custom resource",
                 patch(of_thing, "list: [{$patch: delete, name: a}]"),
                 {at("$patch")}},
                {"patches for somebody else", patch(of_thing, "patches: [{$patch: delete, kind: Pod}]"), {}}},
               true);
}

TEST_CASE("references that are left behind") {
  const std::string claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n";
  const std::string secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: restic}\n";
  const std::string source =
      "---\napiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata: {name: data}\nspec:\n  sourcePVC: "
      "data\n  restic: {repository: restic}\n";
  const auto lines = [](const std::string& objects, const std::string& kustomization) {
    const World world({{"a/w.yaml", objects}, {"a/kustomization.yaml", "resources: [w.yaml]\n" + kustomization}},
                      tolerant());
    const Build build = world.builder.build("a");
    Lines result;
    for (const Fault& note : build.notes) {
      if (note.kind == FaultKind::reference_left_behind) {
        result.push_back(place(world, note.where) + " -> " + note.suggestion);
      }
    }
    return result;
  };
  const std::string all = claim + secret + source;
  CHECK(lines(all, "namePrefix: x-\n") == Lines{"a/w.yaml \"data\" -> x-data", "a/w.yaml \"restic\" -> x-restic"});
  CHECK(lines(all, "nameSuffix: -x\n") == Lines{"a/w.yaml \"data\" -> data-x", "a/w.yaml \"restic\" -> restic-x"});
  CHECK(lines(all, "namespace: x\n").empty());
  CHECK(lines(source, "namePrefix: x-\n").empty());
  // Somebody else has the former name now.
  CHECK(
      lines(claim + source + "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\n",
            "patches:\n- target: {kind: PersistentVolumeClaim, name: data}\n  patch: '[{\"op\": \"replace\", \"path\": "
            "\"/metadata/name\", \"value\": \"z\"}]'\n- target: {kind: PersistentVolumeClaim, name: a}\n  patch: "
            "'[{\"op\": \"replace\", \"path\": \"/metadata/name\", \"value\": \"data\"}]'\n")
          .empty());
  // Kustomize was told of the field.
  const World told({{"a/w.yaml", claim + source},
                    {"a/refs.yaml",
                     "nameReference:\n- kind: PersistentVolumeClaim\n  version: v1\n  fieldSpecs:\n  - {kind: "
                     "ReplicationSource, path: spec/sourcePVC}\n"},
                    {"a/kustomization.yaml", "resources: [w.yaml]\nnamePrefix: x-\nconfigurations: [refs.yaml]\n"}},
                   tolerant());
  CHECK(told.builder.build("a").notes.empty());
  // The hash of a generated object, in a list of references with kinds.
  CHECK(
      lines("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\nspec:\n  valuesFrom:\n  - "
            "{kind: ConfigMap, name: values}\n  - {kind: Secret, name: values}\n  image: {repository: values}\n",
            "configMapGenerator: [{name: values}]\n") == Lines{"a/w.yaml \"values\" -> values-6ct58987ht"});
  // A Namespace that `namespace` renames.
  CHECK(lines("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: velero.io/v1\nkind: Schedule\n"
              "metadata: {name: s}\nspec: {template: {includedNamespaces: [shop, other]}}\n",
              "namespace: prod\n") == Lines{"a/w.yaml \"shop\" -> prod"});
  // Not all objects are known.
  CHECK(lines(all, "namePrefix: x-\nhelmCharts: [{name: x}]\n").empty());
}

TEST_CASE("objects that are there twice") {
  const SourceFile config_map{"base/c.yaml",
                              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\napiVersion: v1\nkind: "
                              "ConfigMap\nmetadata: {name: d}\n"};
  const SourceFile base{"base/kustomization.yaml", "resources: [c.yaml]\n"};
  const World world({config_map,
                     base,
                     {"x/kustomization.yaml", "resources: [../base]\n"},
                     {"y/kustomization.yaml", "resources: [../base]\n"},
                     {"a/kustomization.yaml", "resources: [../x, ../y]\n"}},
                    tolerant());
  const Build build = world.builder.build("a");
  REQUIRE(build.faults.size() == 1);
  CHECK(build.faults[0].kind == FaultKind::duplicate_id);
  CHECK(build.faults[0].message ==
        "there are two objects ConfigMap c: this entry brings it a second time, and 1 more object is there twice");
  CHECK(place(world, build.faults[0].where) == at("../y"));
  CHECK(place(world, build.faults[0].related) == at("../x"));
}

TEST_CASE("faults inside an inline patch stand where they stand") {
  struct Row {
    const char* name;
    const char* patch;
    const char* where;
  };
  const Row rows[] = {
      {"an operation", "|-\n    - {op: add, path: /spec/x, value: 1}\n    - {op: remove, path: /spec/y}\n",
       "{op: remove, path: /spec/y}"},
      {"an operation in block style", "|\n    - op: remove\n      path: /spec/y\n", "op: remove\\n      path: /spec/y"},
      {"with an indentation indicator", "|2-\n      - op: remove\n        path: /spec/y\n",
       "op: remove\\n        path: /spec/y"},
      {"a wrong directive",
       "|-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web, namespace: shop}\n    spec: "
       "{$patch: "
       "gone}\n",
       "gone"},
      {"a mapping over a text",
       "|-\n\n    # a comment\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: web\n      "
       "namespace: shop\n    spec:\n      replicas: {a: b}\n",
       "{a: b}"},
      {"no YAML", "|-\n    kind: Deployment\n    metadata: {name: web\n    spec: x\n", nullptr},
  };
  for (const Row& row : rows) {
    INFO(std::string(row.name));
    const World world({{"a/w.yaml", kWeb},
                       {"a/kustomization.yaml", std::string("resources: [w.yaml]\npatches:\n- target: {kind: "
                                                            "Deployment}\n  patch: ") +
                                                    row.patch}});
    const Build build = world.builder.build("a");
    REQUIRE(build.faults.size() == 1);
    const Span where = build.faults[0].where;
    if (row.where != nullptr) {
      CHECK(place(world, where) == at(row.where));
    } else {
      // The broken line, not the whole patch.
      CHECK(where.valid());
      CHECK(where.begin > world.sources.text(where.file).find("metadata: {name"));
    }
  }
}

}  // namespace vlint::kustomize
