#include "lint/gitops/units.h"

#include <doctest/doctest.h>

#include "lint/yaml/parse.h"

using namespace vlint;
using gitops::FileRole;

namespace {

struct Read {
  FileSet files;
  std::vector<FileRole> roles;
  yaml::Forest trees;

  Read(std::initializer_list<SourceFile> sources)
      : files(std::vector<SourceFile>(sources)), roles(gitops::roles_by_path(files)) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      trees.push_back(std::make_shared<const yaml::Tree>(yaml::parse(files, files.id_at(i))));
    }
  }
  FileRole role(std::string_view path) const { return roles[static_cast<std::size_t>(*files.find(path))]; }
};

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

TEST_CASE("what Kustomize builds, and what is broken, is not seen") {
  const Read read{{"over/kustomization.yaml", "resources: []"}, {"bad.yaml", "a: [\n---\nb: 1"}, {"good.yaml", "a: 1"}};
  const gitops::Units units = gitops::find_units(read.files, read.trees, read.roles);
  CHECK(units.plain_files.size() == 2);
  REQUIRE(units.incomplete.size() == 2);
  CHECK(units.incomplete[0].unit == "bad.yaml");
  CHECK(units.incomplete[1].unit == "over");
}

TEST_CASE("a repeated key breaks nothing") {
  const Read read{{"a.yaml", "a: 1\na: 2\n"}};
  CHECK(gitops::find_units(read.files, read.trees, read.roles).incomplete.empty());
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
