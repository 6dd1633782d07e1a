// The keys of a mapping, looked at when it ends: those that Kubernetes refuses, repeated ones, and merges.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "lint/yaml/tree.h"

namespace vlint::yaml {

// What go-yaml refuses, so that the document is broken.
struct KeyFault {
  NodeId node;
  std::string_view message;
};

class KeyChecker {
 public:
  explicit KeyChecker(Tree& tree) : tree_(tree) {}

  // Sets the flags for repeated keys and merges, and adds a problem for each repeated key. Time n log n.
  std::optional<KeyFault> check(NodeId mapping);

 private:
  struct Key {
    std::string_view text;
    NodeId node;
    auto operator<=>(const Key&) const = default;
  };

  void find_repeated_keys(NodeId mapping);
  void report_repeated_key(NodeId mapping, const Key& lost, const Key& kept);
  bool is_mapping(NodeId node) const { return tree_.nodes[tree_.resolve(node)].kind == Kind::mapping; }
  bool can_be_merged(NodeId value) const;
  bool is_null(NodeId scalar) const;

  Tree& tree_;
  std::vector<Key> keys_;  // kept for its memory
};

}  // namespace vlint::yaml
