// Any bytes: the tree keeps its invariants, everything that reads it ends, and yaml-cpp never hangs on what libyaml
// accepted.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lint/yaml/dump.h"
#include "lint/yaml/invariants.h"
#include "lint/yaml/judge.h"
#include "lint/yaml/parse.h"
#include "lint/yaml/value.h"

namespace {

using namespace vlint;

void abort_unless(bool good, const std::string& sentence) {
  if (good) return;
  std::fprintf(stderr, "%s\n", sentence.c_str());
  std::abort();
}

void read_values(const yaml::Tree& tree) {
  for (yaml::NodeId node = 0; node < tree.nodes.size(); ++node) {
    const yaml::Value value(tree, node);
    for (const yaml::Entry& entry : value.entries()) {
      abort_unless(value[entry.key.text()] == entry.value, "a mapping does not find what it lists");
    }
    abort_unless(yaml::equal(value, value), "a value is not equal to itself");
    abort_unless(!yaml::path_to_node(tree, node).empty(), "a node has no path");
    static_cast<void>(yaml::field_path(tree, node));
  }
  for (std::uint32_t at = 0; at < tree.text.size(); ++at) static_cast<void>(yaml::path_to(tree, at));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FileSet files({{"fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size)}});
  const yaml::Tree tree = yaml::parse(files, FileId{0});
  abort_unless(yaml::broken_invariant(tree).empty(), yaml::broken_invariant(tree));
  constexpr std::size_t kSmall = 2000;  // what follows takes the square of the size
  if (size <= kSmall) {
    abort_unless(yaml::scalar_that_reads_differently(tree).empty(), yaml::scalar_that_reads_differently(tree));
    read_values(tree);
    static_cast<void>(yaml::dump(tree));
  }
  // Whether the two agree is no matter of safety: yaml-cpp has faults of its own.
  static_cast<void>(yaml::agree(tree).ok());
  return 0;
}
