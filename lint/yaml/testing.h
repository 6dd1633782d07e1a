// For tests only: a text, parsed, with everything that has to stay alive.
#pragma once

#include <string>
#include <utility>

#include "lint/base/source_file.h"
#include "lint/yaml/parse.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {

struct Parsed {
  FileSet files;
  Tree tree;

  explicit Parsed(std::string text, const Limits& limits = {})
      : files({{"test.yaml", std::move(text)}}), tree(parse(files, files.id_at(0), limits)) {}

  // The root of a document; missing when it is empty or broken.
  Value root(std::size_t document = 0) const {
    const NodeId node = tree.documents.at(document).root;
    return node == kNoNode ? Value{} : Value(tree, node);
  }
};

}  // namespace vlint::yaml
