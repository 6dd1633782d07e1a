#include "lint/engine/fold.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lint/engine/fixer.h"
#include "lint/engine/test_support.h"

using namespace vlint;
using namespace vlint::testing;

namespace {

const std::string kBase = config_map("map", "  simple: wrong\n");

std::string overlay(const std::string& more = {}) { return "resources: [../../base]\nnamePrefix: x-\n" + more; }

// A base with a wrong value and the overlays dev and prod.
std::vector<SourceFile> repository(const std::string& dev, const std::string& prod) {
  return {{"base/kustomization.yaml", "resources: [map.yaml]\n"},
          {"base/map.yaml", kBase},
          {"overlays/dev/kustomization.yaml", dev},
          {"overlays/prod/kustomization.yaml", prod}};
}

FixRun fix(const std::vector<SourceFile>& files) {
  const AnalysisOptions options = test_options();
  return fix_all(
      analyze_texts(files), Safety::safe, [](const Finding&) { return true; }, options, Workers(1));
}

std::string text_of(const Analysis& analysis, std::string_view path) {
  return analysis.sources.files[*analysis.sources.files.find(path)].text;
}

constexpr std::string_view kRightInProd = R"(patches:
  - patch: |-
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: map}
      data: {simple: right}
)";

}  // namespace

TEST_CASE("a fault in a base is one finding that lists the overlays") {
  const Analysis analysis = analyze_texts(repository(overlay(), overlay("namespace: prod\n")));
  REQUIRE(analysis.findings.size() == 1);
  const Finding& finding = analysis.findings.front();
  CHECK(analysis.sources.files[finding.primary.where.file].path == "base/map.yaml");
  CHECK(finding.subject.name == "x-map");
  CHECK(finding.subject.field == "data.simple");
  REQUIRE(finding.related.size() == 1);
  CHECK(finding.related[0].message == "overlays/prod has it too, as ConfigMap prod/x-map");
  REQUIRE(finding.also_about.size() == 1);
  CHECK(finding.also_about[0].name_space == "prod");
}

TEST_CASE("what all builds have is mended in the base") {
  const FixRun run = fix(repository(overlay(), overlay()));
  CHECK(run.applied == 1);
  CHECK(run.withdrawn.empty());
  CHECK(text_of(run.analysis, "base/map.yaml") == config_map("map", "  simple: right\n"));
  CHECK(run.analysis.findings.empty());
}

TEST_CASE("a base that is right in another build is left alone") {
  const std::vector<SourceFile> files = repository(overlay(), overlay(std::string(kRightInProd)));
  const Analysis analysis = analyze_texts(files);
  REQUIRE(analysis.findings.size() == 1);
  CHECK(analysis.findings[0].related.empty());
  CHECK(analysis.findings[0].fixes.empty());
  CHECK(analysis.findings[0].help.find("other builds share the text") != std::string::npos);
  CHECK(text_of(fix(files).analysis, "base/map.yaml") == kBase);
}

TEST_CASE("a fix by another object does not stand for the one that is refused") {
  constexpr std::string_view kRight = R"(patches:
  - patch: |-
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: map}
      data: {either: right}
)";
  std::vector<SourceFile> files = repository(overlay(), overlay(std::string(kRight)));
  files[1].text = config_map("map", "  either: wrong\n");
  files.push_back({"plain/other.yaml", config_map("other", "  kept: same\n")});
  const Analysis analysis = analyze_texts(files);
  REQUIRE(analysis.findings.size() == 1);
  const Finding& finding = analysis.findings[0];
  CHECK(finding.help.find("other builds share the text") != std::string::npos);
  REQUIRE(finding.fixes.size() == 1);
  CHECK(finding.fixes[0].title == "change the other");
}

TEST_CASE("a value that a patch brings is found and mended in the patch") {
  std::string patch(kRightInProd);
  patch.replace(patch.find("right"), 5, "wrong");
  std::vector<SourceFile> files = repository(overlay(std::string(kRightInProd)), overlay(patch));
  files[1].text = config_map("map", "  simple: fine\n");
  const Analysis analysis = analyze_texts(files);
  REQUIRE(analysis.findings.size() == 1);
  const Finding& finding = analysis.findings[0];
  CHECK(analysis.sources.files[finding.primary.where.file].path == "overlays/prod/kustomization.yaml");
  CHECK(analysis.sources.files.text(finding.primary.where) == "wrong");
  REQUIRE(finding.chain.size() == 2);
  CHECK(finding.chain[0].message == "written here");
  CHECK(analysis.sources.files.text(finding.chain[0].where) == "fine");
  CHECK(finding.chain[1].message == "changed by patch");
  const FixRun run = fix(files);
  CHECK(run.applied == 1);
  CHECK(text_of(run.analysis, "overlays/prod/kustomization.yaml") == overlay(std::string(kRightInProd)));
}

TEST_CASE("a finding in two places of one unit stays two") {
  const Analysis analysis = analyze_texts({{"kustomization.yaml", "resources: [a.yaml]\n"},
                                           {"a.yaml", config_map("a", "  simple: wrong\n  still: wrong\n")}});
  CHECK(analysis.findings.size() == 2);
}

TEST_CASE("a fault in what a policy generates for many objects is one finding, mended in the policy") {
  const std::string policy = R"(apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: maps}
spec:
  rules:
    - name: map
      match: {any: [{resources: {kinds: [PersistentVolumeClaim]}}]}
      generate:
        apiVersion: v1
        kind: ConfigMap
        name: "{{ request.object.metadata.name }}-map"
        namespace: "{{ request.namespace }}"
        data:
          data:
            simple: wrong
)";
  std::string claims;
  for (const char* name : {"a", "b", "c"}) {
    claims += fmt::format(
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {}, namespace: apps}}\nspec: {{}}\n",
        name);
  }
  const std::vector<SourceFile> files = {{"claims.yaml", claims}, {"policy.yaml", policy}};
  const Analysis analysis = analyze_texts(files);
  REQUIRE(analysis.findings.size() == 1);
  const Finding& finding = analysis.findings.front();
  CHECK(analysis.sources.files.text(finding.primary.where) == "wrong");
  CHECK(finding.subject.name == "a-map");
  REQUIRE(finding.related.size() == 2);
  CHECK(finding.related[1].message == "ConfigMap apps/c-map has it too");

  const FixRun run = fix(files);
  CHECK(run.withdrawn.empty());
  CHECK(run.applied == 1);
  CHECK(text_of(run.analysis, "policy.yaml") == std::string(policy).replace(policy.find("wrong"), 5, "right"));
}
