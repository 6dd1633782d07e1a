// The keys of a mapping, looked at when it ends: those that Kubernetes refuses, repeated ones, and merges.
#pragma once

#include <cstddef>
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

// A person mends no more at a time, and who looks at each problem's surroundings is kept from work without end.
inline constexpr std::size_t kMostRepeatedKeys = 100;

// For the mappings of one document.
class KeyChecker {
 public:
  explicit KeyChecker(Tree& tree) : tree_(tree) {}

  // Sets the flags for repeated keys and merges, and adds a problem for each repeated key, but for no more than
  // kMostRepeatedKeys in the document. Time n log n.
  std::optional<KeyFault> check(NodeId mapping);

 private:
  struct Key {
    std::string_view text;
    NodeId node;
    auto operator<=>(const Key&) const = default;
  };

  struct RepeatedKey {
    NodeId kept;
    NodeId lost;
    auto operator<=>(const RepeatedKey&) const = default;
  };

  void find_repeated_keys(NodeId mapping);
  void report(const RepeatedKey& repeated);
  bool is_mapping(NodeId node) const { return tree_.nodes[tree_.resolve(node)].kind == Kind::mapping; }
  bool can_be_merged(NodeId value) const;
  bool is_null(NodeId scalar) const;

  Tree& tree_;
  std::vector<Key> keys_;  // kept for their memory
  std::vector<RepeatedKey> repeated_;
  std::size_t reported_ = 0;
};

}  // namespace vlint::yaml
