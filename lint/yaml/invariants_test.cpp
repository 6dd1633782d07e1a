#include "lint/yaml/invariants.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "lint/yaml/dump.h"
#include "lint/yaml/testing.h"

namespace vlint::yaml {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// All files with YAML in the repository's own examples, sorted.
std::vector<std::filesystem::path> yaml_files() {
  std::vector<std::filesystem::path> paths;
  for (const char* folder : {"fixtures", "testdata/yaml", "testdata/edits"}) {
    const std::filesystem::path root = std::filesystem::path(VLINT_SOURCE_DIR) / folder;
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      const std::string extension = entry.path().extension().string();
      if (entry.is_regular_file() && (extension == ".yaml" || extension == ".yml")) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

TEST_CASE("the invariants hold of every example, with every line end") {
  const std::vector<std::filesystem::path> paths = yaml_files();
  REQUIRE(paths.size() > 20);
  for (const std::filesystem::path& path : paths) {
    CAPTURE(path);
    const std::string text = read(path);
    for (const std::string& variant :
         {text, replace_all(replace_all(text, "\r\n", "\n"), "\n", "\r\n"), replace_all(text, "\n", "\r"),
          text.substr(0, text.size() / 2), replace_all(text, "e", "é")}) {
      const Parsed parsed(variant);
      CHECK(broken_invariant(parsed.tree) == "");
      CHECK(scalar_that_reads_differently(parsed.tree) == "");
    }
  }
}

TEST_CASE("what Kubernetes' tools accept is accepted") {
  const std::filesystem::path folder = std::filesystem::path(VLINT_SOURCE_DIR) / "testdata/yaml/accepted";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path());
    CHECK(dump(Parsed(read(entry.path())).tree).find("problem") == std::string::npos);
  }
}

TEST_CASE("documents with a mistake are broken, and their neighbours are not") {
  const std::filesystem::path folder = std::filesystem::path(VLINT_SOURCE_DIR) / "testdata/yaml/rejected";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Parsed parsed(read(entry.path()));
    for (const Document& document : parsed.tree.documents) {
      const std::string_view text = parsed.tree.slice(document.begin, document.end);
      const bool is_well = text.find("well") != std::string_view::npos;
      CAPTURE(text);
      CHECK(document.broken == !is_well);
    }
    CHECK(parsed.tree.problems.size() + 2 <= parsed.tree.documents.size());
  }
}

TEST_CASE("the check finds what is wrong with a tree") {
  const std::function<void(Tree&)> faults[] = {
      [](Tree& tree) { tree.documents.clear(); },
      [](Tree& tree) { tree.documents[1].begin += 1; },
      [](Tree& tree) { tree.documents[1].end -= 1; },
      [](Tree& tree) { tree.documents[0].broken = true; },
      [](Tree& tree) { tree.documents[0].root = kNoNode; },
      [](Tree& tree) { tree.nodes[1].end -= 1; },
      [](Tree& tree) { tree.nodes[0].end -= 1; },
      [](Tree& tree) { tree.nodes[2].begin += 1; },
      [](Tree& tree) { tree.nodes[1].next += 1; },
      [](Tree& tree) { tree.nodes[3].style = Style::double_quoted; },
      [](Tree& tree) { tree.nodes[2].flags = 0; },
      [](Tree& tree) { tree.nodes[0].flags |= kTagged; },
      [](Tree& tree) { tree.anchors[0].end -= 1; },
      [](Tree& tree) { tree.tags[0].node += 1; },
      [](Tree& tree) { tree.aliases[0].target = 1; },
      [](Tree& tree) { tree.comments[0].begin += 1; },
      [](Tree& tree) { tree.comments[0].end -= 1; },
      [](Tree& tree) { tree.comments.clear(); },
      [](Tree& tree) { tree.problems.clear(); },
      [](Tree& tree) { tree.problems[0].where.end = 999; },
      [](Tree& tree) { tree.problems[0].message = "It is wrong."; },
      [](Tree& tree) { tree.problems[0].related_message.clear(); },
      [](Tree& tree) { tree.decoded_text.clear(); },
  };
  const Parsed parsed("k: &n !!str v # c\nj: *n\nk: \"\\x41\"\n---\ni: w\n");
  CHECK(broken_invariant(parsed.tree) == "");
  std::size_t number = 0;
  for (const auto& fault : faults) {
    CAPTURE(number++);
    Tree tree = parsed.tree;
    fault(tree);
    CHECK(broken_invariant(tree) != "");
  }
}

TEST_CASE("a scalar whose text is not that of its bytes is found") {
  const Parsed parsed("k: \"\\x41\"\n");
  CHECK(scalar_that_reads_differently(parsed.tree) == "");
  Tree tree = parsed.tree;
  tree.decoded_text[0] = 'B';
  CHECK(scalar_that_reads_differently(tree) != "");
}

TEST_CASE("a tree is dumped a line a thing") {
  const Parsed parsed("---\nk: &n !!str v # c\nj: [*n, ~]\nk: |\n  t\n---\n'\n");
  CHECK(dump(parsed.tree) ==
        "document 0-42\n"
        "  mapping block 4-41 irregular\n"
        "    scalar plain 4-5 \"k\"\n"
        "    scalar plain 16-17 &n !!str \"v\"\n"
        "    scalar plain 22-23 \"j\"\n"
        "    sequence flow 25-32\n"
        "      alias 26-28 = 16-17\n"
        "      scalar plain 30-31 \"~\"\n"
        "    scalar plain 33-34 \"k\" repeated\n"
        "    scalar literal 36-41 \"t\\n\"\n"
        "document 42-48 broken\n"
        "comment 18-21 \"# c\"\n"
        "problem repeated-key 33-34 \"the key `k` stands twice in this mapping, and the last one wins\" (4-5 \"the "
        "first one, "
        "whose value is lost\")\n"
        "problem syntax 46-47 \"this quote is never closed\"\n");
}

}  // namespace
}  // namespace vlint::yaml
