#include "lint/base/disk.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace vlint;
namespace fs = std::filesystem;

namespace {

// A folder of its own for each test, gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "vlint-disk-XXXXXX").string();
    path_ = fs::canonical(::mkdtemp(name.data()));
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((path_ / path).parent_path());
    std::ofstream(path_ / path, std::ios::binary) << text;
  }
  std::string read(const std::string& path) const {
    std::ifstream file(path_ / path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::string str() const { return path_.string(); }
  fs::path operator/(const std::string& path) const { return path_ / path; }

 private:
  fs::path path_;
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("the root is the nearest folder with .vlint.yaml, else with .git, else the folder itself") {
  const Folder folder;
  folder.write("repo/.git/HEAD", "");
  folder.write("repo/a/b/c.yaml", "");
  folder.write("repo/inner/.vlint.yaml", "");
  folder.write("repo/inner/x/y.yaml", "");
  CHECK(*repository_root((folder / "repo/a/b/c.yaml").string()) == (folder / "repo").string());
  CHECK(*repository_root((folder / "repo/inner/x").string()) == (folder / "repo/inner").string());
  CHECK_FALSE(repository_root((folder / "nothing").string()).ok());
}

TEST_CASE("a path is named relative to the root, and may not leave it") {
  const Folder folder;
  folder.write("repo/a/x.yaml", "");
  folder.write("outside.yaml", "");
  fs::create_symlink(folder / "outside.yaml", folder / "repo/link.yaml");
  const std::string root = (folder / "repo").string();
  CHECK(*path_in_repository(root, (folder / "repo/a/../a/x.yaml").string()) == "a/x.yaml");
  CHECK(path_in_repository(root, root)->empty());
  CHECK_FALSE(path_in_repository(root, (folder / "outside.yaml").string()).ok());
  CHECK_FALSE(path_in_repository(root, (folder / "repo/link.yaml").string()).ok());
}

TEST_CASE("discovery finds YAML files and stays inside") {
  const Folder folder;
  for (const char* path : {"b.yml", "a.yaml", "x/c.yaml", "x/readme.md", ".git/config.yaml", "node_modules/m.yaml",
                           ".hidden/h.yaml", "own/.vlint.yaml", "own/o.yaml"}) {
    folder.write(path, "");
  }
  fs::create_directory_symlink(folder / "", folder / "x/loop");
  fs::create_symlink(folder / "a.yaml", folder / "link.yaml");
  REQUIRE(::mkfifo((folder / "pipe.yaml").c_str(), 0600) == 0);
  const Discovery found = discover(folder.str());
  CHECK(found.yaml_files == Paths{".hidden/h.yaml", "a.yaml", "b.yml", "x/c.yaml"});
  CHECK(found.left_out == Paths{"pipe.yaml is no regular file"});
  CHECK(found.unread.empty());
}

TEST_CASE("reading bounds memory and names what cannot be read") {
  const Folder folder;
  folder.write("a.yaml", "0123456789");
  const ReadFiles read = read_files(folder.str(), {"a.yaml", "missing.yaml"}, 4, Workers(2));
  CHECK(read.files[FileId{0}].text == "01234");
  REQUIRE(read.unread.size() == 1);
  CHECK(read.unread[0].find("cannot read missing.yaml") == 0);
}

TEST_CASE("a file is replaced whole, with its mode") {
  const Folder folder;
  folder.write("a.yaml", "old");
  fs::permissions(folder / "a.yaml", fs::perms{0640});
  CHECK(replace_file(folder.str(), "a.yaml", "old", "new").ok());
  CHECK(folder.read("a.yaml") == "new");
  CHECK(fs::status(folder / "a.yaml").permissions() == fs::perms{0640});
  CHECK(std::distance(fs::directory_iterator(folder.str()), fs::directory_iterator()) == 1);
}

TEST_CASE("a file is not replaced when") {
  const Folder folder;
  folder.write("a.yaml", "old");
  SUBCASE("it changed meanwhile") {
    CHECK_FALSE(replace_file(folder.str(), "a.yaml", "older", "new").ok());
    CHECK_FALSE(replace_file(folder.str(), "a.yaml", "ol", "new").ok());
  }
  SUBCASE("it is read-only") {
    fs::permissions(folder / "a.yaml", fs::perms{0444});
    CHECK_FALSE(replace_file(folder.str(), "a.yaml", "old", "new").ok());
  }
  SUBCASE("it is a link") {
    fs::create_symlink(folder / "a.yaml", folder / "link.yaml");
    CHECK_FALSE(replace_file(folder.str(), "link.yaml", "old", "new").ok());
  }
  SUBCASE("its folder is a link") {
    folder.write("real/b.yaml", "old");
    fs::create_directory_symlink(folder / "real", folder / "alias");
    CHECK_FALSE(replace_file(folder.str(), "alias/b.yaml", "old", "new").ok());
    CHECK(folder.read("real/b.yaml") == "old");
  }
  CHECK(folder.read("a.yaml") == "old");
}
