// A cluster of its own, made of manifests as text: for conformance cases and tests.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lint/base/source_file.h"
#include "lint/base/span.h"
#include "lint/model/cluster.h"
#include "lint/yaml/tree.h"

namespace vlint::velero {

class World {
 public:
  // All documents of the text are one cluster. `is_complete` false: something of it was not seen.
  explicit World(const std::string& manifests, bool is_complete = true);

  const model::Cluster& cluster() const { return cluster_; }
  const yaml::Tree& tree() const { return *tree_; }
  // The text at a place; empty for an invalid one.
  std::string_view text(Span place) const;

 private:
  FileSet files_;
  std::unique_ptr<const yaml::Tree> tree_;
  model::Cluster cluster_;
};

// A server of that version in namespace velero, with a node-agent if wanted. `flags` are further arguments in flow
// style, each behind a comma: ", --restore-only".
std::string install_manifests(std::string_view version, bool node_agent, std::string_view flags = {});

}  // namespace vlint::velero
