// Bytes to trees, through libyaml: the parser that go-yaml was ported from, so vlint accepts and refuses what the
// cluster's tools accept and refuse.
//
// A stream is cut into documents at its `---` lines first, as Kustomize and the API machinery do, so a broken document
// does not hide its neighbours.
#pragma once

#include <cstddef>

#include "lint/base/source_file.h"
#include "lint/yaml/tree.h"

namespace vlint::yaml {

// Each limit that is reached is a problem that names its option.
struct Limits {
  std::size_t file_bytes = std::size_t{16} << 20;  // --max-file-size (MiB); never more than 1 GiB
  std::size_t nesting = 200;                       // --max-nesting: levels of collections, aliases expanded
  // --max-alias-nodes: nodes that the aliases of a file may add to it, beyond as many as it has itself.
  std::size_t alias_nodes = 100'000;
};

// Never fails: faults of the text are in Tree::problems. The tree refers to the file's text and must not outlive it.
Tree parse(const FileSet& files, FileId file, const Limits& limits = {});

}  // namespace vlint::yaml
