#include "lint/kustomize/loader.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {
namespace {

namespace fs = std::filesystem;

// A folder on the disk that goes away again.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "vlint-loader-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = fs::canonical(name);
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((path_ / path).parent_path());
    std::ofstream(path_ / path, std::ios::binary) << text;
  }
  void link(const std::string& path, const fs::path& target) const {
    fs::create_directories((path_ / path).parent_path());
    fs::create_symlink(target, path_ / path);
  }
  std::string at(const std::string& path) const { return (path_ / path).string(); }

 private:
  fs::path path_;
};

const char* const kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";

}  // namespace

TEST_CASE("a linter stays in the repository without load restrictions too") {
  const TemporaryFolder folder;
  folder.write("outside/c.yaml", kConfigMap);
  folder.write("repo/shared/c.yaml", kConfigMap);
  const FileSet files({{"app/kustomization.yaml", "resources: [../../outside/c.yaml]\n"},
                       {"beside/kustomization.yaml", "resources: [../shared/c.yaml]\n"}});
  folder.write("repo/app/kustomization.yaml", files[files.id_at(0)].text);
  folder.write("repo/beside/kustomization.yaml", files[files.id_at(1)].text);
  Sources sources(FileAccess::on_disk(folder.at("repo"), &files));
  Options options;
  options.load_restrictions = false;
  const Builder builder(sources, options);
  const Build build = builder.build("app");
  REQUIRE(build.faults.size() == 1);
  CHECK(build.faults[0].kind == FaultKind::leaves_root);
  CHECK(builder.build("beside").ok());
  // `vlint render --load-restrictor none` has no set of files, and may.
  Sources of_render(FileAccess::on_disk(folder.at("repo")));
  CHECK(Builder(of_render, options).build("app").ok());
}

TEST_CASE("nothing outside of the repository is read") {
  const TemporaryFolder folder;
  folder.write("outside/base/kustomization.yaml", "resources: [c.yaml]\n");
  folder.write("outside/base/c.yaml", kConfigMap);
  folder.write("repo/inside/kustomization.yaml", "resources: [c.yaml]\n");
  folder.write("repo/inside/c.yaml", kConfigMap);
  folder.link("repo/to-base", folder.at("outside/base"));
  folder.link("repo/to-outside", folder.at("outside"));
  folder.link("repo/relative", "../outside/base");
  folder.link("repo/to-inside", "inside");
  struct Case {
    const char* name;
    const char* kustomization;
    bool leaves;
  };
  const Case cases[] = {
      {"up", "resources: [../../outside/base]\n", true},
      {"a link to a folder", "resources: [../to-base]\n", true},
      {"a relative link to a folder", "resources: [../relative]\n", true},
      {"a component", "resources: [../inside]\ncomponents: [../to-base]\n", true},
      {"a link to a file", "resources: [c.yaml]\n", true},
      {"a folder below a link", "resources: [../to-outside/base]\n", true},
      {"a file of a generator", "configMapGenerator: [{name: m, files: [c.yaml]}]\n", true},
      {"a patch", "resources: [../inside]\npatches: [{path: c.yaml}]\n", true},
      {"a link inside the repository", "resources: [../to-inside]\n", false},
      {"sideways", "resources: [../inside]\n", false},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    const std::string name = std::string("repo/case/") + "kustomization.yaml";
    folder.write(name, c.kustomization);
    fs::remove(folder.at("repo/case/c.yaml"));
    folder.link("repo/case/c.yaml", folder.at("outside/base/c.yaml"));
    for (const bool restricted : {true, false}) {
      Options options;
      options.load_restrictions = restricted;
      Sources sources(FileAccess::on_disk(folder.at("repo")));
      const Build build = Builder(sources, options).build("case");
      const bool leaves =
          build.faults.size() == 1 && build.faults[0].kind == FaultKind::leaves_root && build.faults[0].where.valid();
      CHECK(leaves == (restricted && c.leaves));
      for (const std::string& file : build.files) CHECK((!restricted || file.front() != '/'));
    }
  }
}

TEST_CASE("a root that a link leads out of the repository is refused") {
  const TemporaryFolder folder;
  folder.write("outside/kustomization.yaml", "namePrefix: x\n");
  folder.link("repo/a", folder.at("outside"));
  Sources sources(FileAccess::on_disk(folder.at("repo")));
  const Build build = Builder(sources, {}).build("a");
  REQUIRE(build.faults.size() == 1);
  CHECK(build.faults[0].kind == FaultKind::leaves_root);
}

TEST_CASE("a kustomization's own folder bounds its files") {
  const World world({{"a/c.yaml", kConfigMap},
                     {"a/b/kustomization.yaml", "resources: [../c.yaml]\n"},
                     {"a/ab/c.yaml", kConfigMap},
                     {"a/a/kustomization.yaml", "resources: [../ab/c.yaml]\n"}});
  for (const char* folder : {"a/b", "a/a"}) {
    const Build build = world.builder.build(folder);
    REQUIRE(build.faults.size() == 1);
    CHECK(build.faults[0].kind == FaultKind::leaves_root);
  }
}

TEST_CASE("a missing path names the nearest one that can be meant") {
  struct Case {
    const char* name;
    const char* entry;
    std::vector<SourceFile> files;
    const char* suggestion;  // "" for none
  };
  const SourceFile other{"base/kustomization.yaml", "namePrefix: x\n"};
  const std::vector<Case> cases = {
      {"another ending", "deployment.yml", {{"a/deployment.yaml", ""}}, "deployment.yaml"},
      {"a letter too many", "./apps/deployments.yaml", {{"a/apps/deployment.yaml", ""}}, "./apps/deployment.yaml"},
      {"a part in the middle", "../bases/x", {{"base/x/kustomization.yaml", ""}}, "../base/x"},
      {"a folder", "../bsae", {other}, "../base"},
      {"a folder without a kustomization is none", "../bsae", {{"base/x.yaml", ""}}, ""},
      {"one folder below", "deployment.yaml", {{"a/app/deployment.yaml", ""}}, "app/deployment.yaml"},
      {"in two folders below", "d.yaml", {{"a/b/d.yaml", ""}, {"a/c/d.yaml", ""}}, ""},
      {"only a number differs", "pvc-2.yaml", {{"a/pvc-1.yaml", ""}}, ""},
      {"two are as near", "pvc.yaml", {{"a/pvc1.yaml", ""}, {"a/pvcs.yaml", ""}}, "pvcs.yaml"},
      {"listed already", "deploy.yaml\n- deploys.yaml", {{"a/deploys.yaml", ""}}, ""},
      {"nothing is near", "service.yaml", {{"a/ingress.yaml", ""}}, ""},
      {"a short name allows little", "a.yml", {{"a/bcd.yaml", ""}}, ""},
      {"the folder itself is not meant", "../aa", {{"a/x.yaml", ""}}, ""},
      {"the file outside of the folder is not meant", "../c.yml", {{"c.yaml", ""}}, ""},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    std::vector<SourceFile> files = c.files;
    files.push_back({"a/kustomization.yaml", std::string("resources:\n- ") + c.entry + "\n"});
    const World world(std::move(files), tolerant());
    const Build build = world.builder.build("a");
    REQUIRE(!build.faults.empty());
    const Fault& fault = build.faults[0];
    CHECK(fault.kind == FaultKind::missing_file);
    CHECK(fault.suggestion == c.suggestion);
    CHECK((fault.repair == Repair::replace) == !fault.suggestion.empty());
    CHECK(fault.subject == world.sources.text(fault.where.file).substr(fault.where.begin, fault.where.size()));
  }
}

TEST_CASE("the nearest path is found on the disk too") {
  const TemporaryFolder folder;
  folder.write("a/kustomization.yaml", "resources: [deployment.yml]\n");
  folder.write("a/deployment.yaml", kConfigMap);
  Sources sources(FileAccess::on_disk(folder.at("")));
  CHECK(Builder(sources, {}).build("a").faults.at(0).suggestion == "deployment.yaml");
}

TEST_CASE("a cycle is told from both ends") {
  const World world({{"a/kustomization.yaml", "resources:\n- ../b\n"},
                     {"b/kustomization.yaml", "resources:\n- ../c\n"},
                     {"c/kustomization.yaml", "components:\n- ../a\n"}});
  const Build build = world.builder.build("a");
  REQUIRE(build.faults.size() == 1);
  CHECK(build.faults[0].kind == FaultKind::cycle);
  CHECK(place(world, build.faults[0].where) == "c/kustomization.yaml \"../a\"");
  CHECK(place(world, build.faults[0].related) == "a/kustomization.yaml \"../b\"");
}

}  // namespace vlint::kustomize
