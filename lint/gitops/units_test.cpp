#include "lint/gitops/units.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/yaml/parse.h"

using namespace vlint;
using gitops::FileRole;

namespace {

struct Read {
  FileSet files;
  std::vector<FileRole> roles;
  yaml::Forest trees;
  std::string no_root;

  Read(std::initializer_list<SourceFile> sources)
      : files(std::vector<SourceFile>(sources)), roles(gitops::roles_by_path(files)) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      trees.push_back(std::make_shared<const yaml::Tree>(yaml::parse(files, files.id_at(i))));
    }
  }
  gitops::Units units() const { return gitops::find_units({files, trees, roles, no_root, {}}, Workers(1)); }
  FileRole role(std::string_view path) const { return roles[static_cast<std::size_t>(*files.find(path))]; }
};

std::string config_map(std::string_view name) {
  return fmt::format("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\n", name);
}

std::string names(const gitops::Unit& unit) {
  std::vector<std::string_view> names;
  for (const kube::Resource& resource : unit.resources) names.push_back(resource.name);
  return join(names, " ");
}

}  // namespace

TEST_CASE("files have roles by their paths") {
  const Read read{{"apps/a.yaml", ""},
                  {"charts/web/Chart.yaml", ""},
                  {"charts/web/values.yaml", ""},
                  {"charts/web/templates/deep/x.yaml", ""},
                  {"templates/x.yaml", ""},
                  {"over/kustomization.yaml", ""},
                  {"over/patches/p.yaml", ""},
                  {"overlay.yaml", ""}};
  CHECK(read.role("apps/a.yaml") == FileRole::manifests);
  CHECK(read.role("charts/web/values.yaml") == FileRole::manifests);
  CHECK(read.role("charts/web/templates/deep/x.yaml") == FileRole::chart_template);
  CHECK(read.role("templates/x.yaml") == FileRole::manifests);
  CHECK(read.role("over/patches/p.yaml") == FileRole::kustomized);
  CHECK(read.role("overlay.yaml") == FileRole::manifests);
}

TEST_CASE("a folder of plain manifests is a unit, and what is broken in it is not seen") {
  const Read read{{"bad.yaml", "a: [\n---\nb: 1"},
                  {"apps/a.yaml", config_map("a")},
                  {"apps/b.yaml", config_map("b")},
                  {"apps/twice.yaml", "a: 1\na: 2\n"}};
  const gitops::Units units = read.units();
  REQUIRE(units.all.size() == 2);
  CHECK(units.all[0].folder.empty());
  CHECK(units.all[0].incomplete.size() == 1);
  CHECK(units.all[1].folder == "apps");
  CHECK(names(units.all[1]) == "a b");
  CHECK(units.all[1].incomplete.empty());  // a repeated key breaks nothing
  CHECK(units.all[1].resources[0].unit == 1);
}

TEST_CASE("each kustomization that no other one includes is a unit") {
  const Read read{{"base/kustomization.yaml", "resources: [cm.yaml]\n"},
                  {"base/cm.yaml", config_map("a")},
                  {"over/dev/kustomization.yaml", "resources: [../../base]\nnamePrefix: dev-\n"},
                  {"over/prod/kustomization.yml", "Resources: [../../base]\nnamePrefix: prod-\n"},
                  {"part/Kustomization", "kind: Component\nresources: [../other]\n"},
                  {"other/kustomization.yaml", "resources: []\n"}};
  const gitops::Units units = read.units();
  REQUIRE(units.all.size() == 2);
  CHECK(units.all[0].folder == "over/dev");
  CHECK(names(units.all[0]) == "dev-a");
  CHECK(units.all[0].files.size() == 3);
  CHECK(names(units.all[1]) == "prod-a");
  CHECK(units.all[1].declared_in == *read.files.find("over/prod/kustomization.yml"));
}

TEST_CASE("of kustomizations that include each other the first is built, and fails") {
  const Read read{{"a/kustomization.yaml", "resources: [../b]\n"}, {"b/kustomization.yaml", "resources: [../a]\n"}};
  const gitops::Units units = read.units();
  REQUIRE(units.all.size() == 1);
  CHECK(units.all[0].folder == "a");
  REQUIRE(units.all[0].build->faults.size() == 1);
  CHECK(units.all[0].build->faults[0].kind == kustomize::FaultKind::cycle);
  CHECK(units.all[0].incomplete.size() == 1);
}

TEST_CASE("manifests that no build reads are not deployed") {
  const Read read{{"app/kustomization.yaml", "resources: [used.yaml]\npatches: [{path: missing/p.yaml}]\n"},
                  {"app/used.yaml", config_map("used")},
                  {"app/beside.yaml", config_map("beside")},
                  {"app/values.yaml", "replicas: 1\n"},
                  {"app/below/x.yaml", config_map("x")}};
  const gitops::Units units = read.units();
  REQUIRE(units.all.size() == 1);
  CHECK(names(units.all[0]) == "used");
  REQUIRE(units.unlisted.size() == 1);
  CHECK(read.files[units.unlisted[0]].path == "app/beside.yaml");
  REQUIRE(units.incomplete.size() == 1);  // something else may deploy what stands in folders below
  CHECK(units.incomplete[0].unit == "app/below");
}

TEST_CASE("where Flux builds, files outside of the kustomization's folder may be used") {
  const SourceFile flux{"flux.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"};
  const SourceFile build{"app/kustomization.yaml", "resources: [../shared.yaml]\n"};
  const SourceFile shared{"shared.yaml", config_map("shared")};
  CHECK_FALSE(Read{build, shared}.units().all.back().build->ok());
  CHECK(Read{build, flux, shared}.units().all.back().build->ok());
}

TEST_CASE("template marks") {
  CHECK(gitops::has_template_marks("a: {{ .Values.x }}"));
  CHECK(gitops::has_template_marks("{% if x %}"));
  CHECK(gitops::has_template_marks("a: [[ .Values.x ]]"));
  CHECK(gitops::has_template_marks("[[- if .Values.x ]]"));
  CHECK_FALSE(gitops::has_template_marks("if [[ -f x ]]; then [[ \"$a\" == b ]]; fi"));
  CHECK_FALSE(gitops::has_template_marks("a: [["));
  CHECK_FALSE(gitops::has_template_marks("a: {b: [c, d]}"));
}
