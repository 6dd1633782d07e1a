#include "lint/engine/configuration.h"

#include <doctest/doctest.h>

#include "lint/engine/pipeline.h"
#include "lint/engine/test_support.h"

using namespace vlint;
using namespace vlint::testing;

namespace {

Result<Configuration> read(const std::string& text) {
  return configuration_of(parse_sources(FileSet({{".vlint.yaml", text}}), {}, Workers(1)));
}

std::string error_of(const std::string& text) {
  const Result<Configuration> configuration = read(text);
  return configuration.ok() ? std::string("none") : configuration.error();
}

}  // namespace

TEST_CASE("every setting is read") {
  const Result<Configuration> read_one = read(R"(velero:
  version: "1.17"
  namespace: backups
  node-agent: false
kyverno: {version: "1.13.4"}
facts: [facts/storage.yaml, ./facts/more/]
clusters:
  - {name: production, paths: [clusters/production, apps]}
intent:
  annotation: backup.example.com/intent
)");
  REQUIRE(read_one.ok());
  CHECK(velero::to_string(*read_one->velero_version) == "1.17");
  CHECK(read_one->velero_namespace == "backups");
  CHECK(read_one->node_agent == false);
  CHECK(kyverno::to_string(*read_one->kyverno_version) == "1.13");
  CHECK(read_one->facts == std::vector<std::string>{"facts/storage.yaml", "facts/more"});
  REQUIRE(read_one->clusters.size() == 1);
  CHECK(read_one->clusters[0].name == "production");
  CHECK(read_one->clusters[0].paths.size() == 2);
  CHECK_FALSE(read_one->intent->is_label);
  CHECK(read_one->intent->key == "backup.example.com/intent");
}

TEST_CASE("a file without settings is one") {
  for (const char* text : {"", "# only a mark\n", "---\n", "null\n"}) CHECK(error_of(text) == "none");
}

TEST_CASE("each fault has its place") {
  CHECK(error_of("rulez: {}\n").rfind(".vlint.yaml:1:1: no setting is named \"rulez\"", 0) == 0);
  CHECK(error_of("\nfact: []\n") == ".vlint.yaml:2:1: no setting is named \"fact\"; did you mean facts?");
  CHECK(error_of("velero: {version: new}\n").rfind(".vlint.yaml:1:19: `version` wants", 0) == 0);
  CHECK(error_of("velero: {node-agent: \"yes\"}\n") == ".vlint.yaml:1:22: `node-agent` wants true or false");
  CHECK(error_of("kyverno: {version: new}\n").rfind(".vlint.yaml:1:20: `version` wants", 0) == 0);
  CHECK(error_of("velero: [1]\n") == ".vlint.yaml:1:9: `velero` wants a mapping");
  CHECK(error_of("facts: a.yaml\n") == ".vlint.yaml:1:8: `facts` wants a list of paths");
  CHECK(error_of("facts: [/etc/passwd]\n") == ".vlint.yaml:1:9: \"/etc/passwd\" lies outside of the repository");
  CHECK(error_of("facts: [a/../../b]\n") == ".vlint.yaml:1:9: \"a/../../b\" lies outside of the repository");
  CHECK(error_of("clusters: [{name: a}]\n") == ".vlint.yaml:1:12: a cluster needs `paths`, the folders that it runs");
  CHECK(error_of("clusters: [{name: a, paths: [a]}, {name: a, paths: [b]}]\n") ==
        ".vlint.yaml:1:35: there are two clusters named \"a\"");
  CHECK(error_of("intent: {label: a, annotation: b}\n") ==
        ".vlint.yaml:1:32: `intent` wants a `label` or an `annotation`, not both");
  CHECK(error_of("a: [\n").rfind(".vlint.yaml:", 0) == 0);
}

TEST_CASE("a claim declares its intent by the label that is configured") {
  AnalysisOptions options = test_options();
  options.configuration.intent = Intent{true, "backup"};
  const Analysis analysis =
      analyze_texts({{"a.yaml",
                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {backup: optional}}\n---\n"
                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, annotations: {backup: optional}}\n---\n"
                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {backup: required}}\n"}},
                    options);
  const auto declared = [&](std::string_view name) {
    return declared_intent(options.configuration, *analysis.clusters[0].find("", "ConfigMap", "", name));
  };
  CHECK(declared("a") == Declared::optional);
  CHECK(declared("b") == Declared::nothing);
  CHECK(declared("c") == Declared::required);
}

TEST_CASE("facts are in the cluster, and clusters are those that are named") {
  AnalysisOptions options = test_options();
  options.configuration.facts = {"facts"};
  options.configuration.clusters = {{"one", {"a"}}, {"two", {"b"}}};
  const Analysis analysis = analyze_texts({{"a/x.yaml", config_map("x", "  k: v\n")},
                                           {"b/y.yaml", config_map("y", "  k: v\n")},
                                           {"facts/kustomization.yaml", "resources: []\n"},
                                           {"facts/z.yaml", config_map("z", "  k: v\n")}},
                                          options);
  REQUIRE(analysis.clusters.size() == 2);
  CHECK(analysis.clusters[0].name() == "one");
  CHECK(analysis.clusters[0].find("", "ConfigMap", "", "x") != nullptr);
  CHECK(analysis.clusters[0].find("", "ConfigMap", "", "y") == nullptr);
  CHECK(analysis.clusters[0].find("", "ConfigMap", "", "z") != nullptr);
  CHECK(analysis.clusters[1].find("", "ConfigMap", "", "z") != nullptr);
  CHECK(analysis.units.unlisted.empty());
}
