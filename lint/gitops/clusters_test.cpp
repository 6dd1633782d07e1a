#include "lint/gitops/clusters.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/yaml/parse.h"

using namespace vlint;

namespace {

std::string config_map(std::string_view name, std::string_view name_space, std::string_view value) {
  return fmt::format("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}, namespace: {}}}\ndata: {{k: {}}}\n", name,
                     name_space, value);
}

// "name: folder folder; name: folder"
std::string clusters_of(std::vector<SourceFile> sources) {
  const FileSet files(std::move(sources));
  yaml::Forest trees;
  for (std::size_t i = 0; i < files.size(); ++i) {
    trees.push_back(std::make_shared<const yaml::Tree>(yaml::parse(files, files.id_at(i))));
  }
  const gitops::Units units = gitops::find_units({files, trees, gitops::roles_by_path(files), {}, {}}, Workers(1));
  std::vector<std::string> result;
  for (const gitops::ClusterUnits& cluster : gitops::find_clusters(units.all).all) {
    std::vector<std::string> folders;
    for (const std::uint32_t unit : cluster.units) folders.push_back(gitops::display_name(units.all[unit]));
    result.push_back(fmt::format("{}: {}", cluster.name, join(folders, " ")));
  }
  return join(result, "; ");
}

}  // namespace

TEST_CASE("units that deploy nothing twice are one cluster") {
  CHECK(clusters_of({}) == "default: ");
  CHECK(clusters_of({{"a/x.yaml", config_map("x", "n1", "1")}, {"b/x.yaml", config_map("x", "n2", "2")}}) ==
        "default: a b");
}

TEST_CASE("the same object with the same content may be deployed twice") {
  CHECK(clusters_of({{"a/x.yaml", config_map("x", "apps", "1")}, {"b/x.yaml", config_map("x", "apps", "1")}}) ==
        "default: a b");
}

TEST_CASE("two contents for one object are two clusters, and what stands outside runs in both") {
  CHECK(clusters_of({{"staging/apps/x.yaml", config_map("x", "apps", "1")},
                     {"production/apps/x.yaml", config_map("x", "apps", "2")},
                     {"production/velero/v.yaml", config_map("v", "velero", "1")},
                     {"shared/s.yaml", config_map("s", "shared", "1")}}) ==
        "production: production/apps production/velero shared; staging: shared staging/apps");
}

TEST_CASE("overlays of one base without a namespace are two clusters") {
  const std::string base = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {k: v}\n";
  const std::string overlay = "resources: [../../base]\ncommonAnnotations: {stage: ";
  CHECK(clusters_of({{"base/kustomization.yaml", "resources: [x.yaml]\n"},
                     {"base/x.yaml", base},
                     {"overlays/dev/kustomization.yaml", overlay + "dev}\n"},
                     {"overlays/prod/kustomization.yaml", overlay + "prod}\n"}}) ==
        "dev: overlays/dev; prod: overlays/prod");
}

TEST_CASE("names on several levels make one cluster of each pair") {
  std::vector<SourceFile> files;
  for (const std::string region : {"eu", "us"}) {
    for (const std::string stage : {"dev", "prod"}) {
      files.push_back({fmt::format("{}/{}/x.yaml", region, stage), config_map("x", "apps", region + stage)});
    }
  }
  files.push_back({"eu/region.yaml", config_map("r", "apps", "1")});
  CHECK(clusters_of(files) == "eu/dev: eu eu/dev; eu/prod: eu eu/prod; us/dev: us/dev; us/prod: us/prod");
}
