// Objects that stand in no file, as a tree: what is taken over unchanged is a link to where it stands, what was
// computed is a made node that shows the text it was computed from.
//
// As the trees of Kustomize's builds, so that everybody reads them as any manifest.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lint/jmespath/json.h"
#include "lint/kube/unknown_text.h"
#include "lint/yaml/tree.h"
#include "lint/yaml/value.h"

namespace vlint::kyverno {

// What a made node shows, and the value of a file that it was made from, if there is one.
struct NodeOrigin {
  Span shown;
  yaml::Value source;
};
// A value of a manifest as the origin of what is made from it.
NodeOrigin origin_of(yaml::Value value);

// Of each part of a pattern whether something in it is to be replaced: a text with a variable or a reference.
class PatternParts {
 public:
  PatternParts() = default;
  explicit PatternParts(yaml::Value pattern) { add(pattern); }

  bool contains(yaml::Value value) const { return parts_.count({value.tree(), value.place()}) != 0; }
  bool is_plain(yaml::Value value) const {
    const auto at = parts_.find({value.tree(), value.place()});
    return at != parts_.end() && at->second;
  }

 private:
  using Part = std::pair<const yaml::Tree*, yaml::NodeId>;
  struct Hash {
    std::size_t operator()(const Part& part) const {
      return std::hash<const yaml::Tree*>()(part.first) * 31 + part.second;
    }
  };
  bool add(yaml::Value value);

  std::unordered_map<Part, bool, Hash> parts_;  // looked up only
};

// Writes objects into a tree, in preorder: a mapping is begun, gets keys and values in turn, and is ended.
class ObjectBuilder {
 public:
  explicit ObjectBuilder(yaml::Tree& tree) : tree_(tree) {}

  // Where the next node will stand, and back to there: what was begun and can't be finished leaves nothing behind.
  struct Mark {
    std::size_t nodes = 0;
    std::size_t made = 0;
    std::size_t decoded = 0;
  };
  Mark mark() const { return {tree_.nodes.size(), tree_.made.size(), tree_.decoded.size()}; }
  void take_back(const Mark& mark);

  yaml::NodeId begin_mapping(const NodeOrigin& origin) { return begin(yaml::Kind::mapping, origin); }
  yaml::NodeId begin_sequence(const NodeOrigin& origin) { return begin(yaml::Kind::sequence, origin); }
  void end(yaml::NodeId collection) { tree_.nodes[collection].next = next(); }

  // A value as it stands in its manifest, which must be there.
  void link(yaml::Value value);
  // A string.
  void text(std::string_view text, const NodeOrigin& origin) { scalar(text, true, origin); }
  // A policy's value with its variables replaced. Plain parts of the policy are links; the rest shows the text of the
  // policy that it was computed from, which is `origin` where the value doesn't know it. What is unknown is the
  // policy's own text, or one that rules take for a template too.
  void json(const jmespath::Json& value, const PatternParts& pattern, const NodeOrigin& origin);
  // A text that is_templated(): nobody knows what it will be. Values of one identity, if there is one, are equal.
  void unknown(const NodeOrigin& origin, std::string_view identity = {}) { text(kube::unknown_text(identity), origin); }

  // Makes the node, which must be finished, a document of the tree.
  void finish(yaml::NodeId root) { tree_.documents.push_back({0, 0, root, false}); }

  // Whether the tree has taken all it can.
  bool is_full() const;

 private:
  yaml::NodeId next() const { return static_cast<yaml::NodeId>(tree_.nodes.size()); }
  yaml::NodeId begin(yaml::Kind kind, const NodeOrigin& origin);
  void scalar(std::string_view text, bool is_string, const NodeOrigin& origin);
  std::uint32_t made_row(const NodeOrigin& origin);
  std::uint32_t text_at(std::string_view text);

  yaml::Tree& tree_;
  std::unordered_map<const yaml::Tree*, std::uint32_t> linked_;  // looked up only
  std::unordered_map<std::string, std::uint32_t> texts_;         // looked up only
};

}  // namespace vlint::kyverno
