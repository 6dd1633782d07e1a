#include "lint/base/source_file.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace vlint {
namespace {

TEST_CASE("files are numbered in the order of their paths") {
  const FileSet files({{"b.yaml", "2"}, {"a/z.yaml", "1"}, {"a.yaml", "0"}, {"b/a.yaml", "3"}});
  REQUIRE(files.size() == 4);
  const std::string_view paths[] = {"a.yaml", "a/z.yaml", "b.yaml", "b/a.yaml"};  // `.` sorts before `/`
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(files[files.id_at(i)].path == paths[i]);
    CHECK(files.find(paths[i]) == files.id_at(i));
  }
}

TEST_CASE("a path that no file has is not found") {
  const FileSet files({{"a.yaml", ""}, {"c.yaml", ""}});
  CHECK_FALSE(files.find("b.yaml"));
  CHECK_FALSE(files.find(""));
  CHECK_FALSE(files.find("d.yaml"));
  CHECK_FALSE(FileSet().find("a.yaml"));
  CHECK(FileSet().size() == 0);
}

TEST_CASE("of several files with one path the first is kept") {
  const FileSet files({{"a.yaml", "first"}, {"b.yaml", ""}, {"a.yaml", "second"}});
  CHECK(files.size() == 2);
  CHECK(files[files.id_at(0)].text == "first");
}

TEST_CASE("files that are added keep the ids of those that are there") {
  FileSet files({{"b.yaml", "1"}, {"d/e.yaml", "2"}});
  files.append({{"c.env", "3"}, {"a.env", "4"}, {"b.yaml", "again"}});
  files.append({{"a/b.json", "5"}});
  REQUIRE(files.size() == 5);
  CHECK(files[files.id_at(0)].path == "b.yaml");
  CHECK(files[files.id_at(2)].path == "a.env");
  for (std::size_t i = 0; i < files.size(); ++i) CHECK(files.find(files[files.id_at(i)].path) == files.id_at(i));
  CHECK(files[*files.find("b.yaml")].text == "1");
}

TEST_CASE("a folder is there when a file lies in it") {
  FileSet files({{"a-b.yaml", ""}, {"a/b/c.yaml", ""}});
  files.append({{"z/y.env", ""}});
  for (const char* folder : {"", "a", "a/b", "z"}) CHECK(files.has_folder(folder));
  for (const char* folder : {"a-b", "a/b/c.yaml", "a/bb", "zz", "y"}) CHECK_FALSE(files.has_folder(folder));
}

TEST_CASE("a span has its text") {
  const FileSet files({{"a.yaml", "k: value\n"}, {"b.yaml", "other"}});
  CHECK(files.text({files.id_at(0), 3, 8}) == "value");
  CHECK(files.text({files.id_at(1), 0, 0}) == "");
}

TEST_CASE("a copy shares the texts, and keeps its own when the other changes") {
  const FileSet before({{"a.yaml", "old"}, {"b.yaml", "same"}});
  FileSet after = before;
  after.replace_text(after.id_at(0), "new text");
  CHECK(before[before.id_at(0)].text == "old");
  CHECK(after[after.id_at(0)].text == "new text");
  CHECK(after[after.id_at(0)].path == "a.yaml");
  CHECK(after.find("a.yaml") == after.id_at(0));
  CHECK(&before[before.id_at(1)].text == &after[after.id_at(1)].text);
}

}  // namespace
}  // namespace vlint
