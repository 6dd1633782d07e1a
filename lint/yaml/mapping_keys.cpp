#include "lint/yaml/mapping_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/yaml/scalar.h"

namespace vlint::yaml {

// Sources: go-yaml decode.go, mapping and merge; sigs.k8s.io/yaml, convertToJSONableObject.
std::optional<KeyFault> KeyChecker::check(NodeId mapping) {
  keys_.clear();
  Node& node = tree_.nodes[mapping];
  for (NodeId key = mapping + 1; key < node.next; key = tree_.nodes[tree_.nodes[key].next].next) {
    const NodeId value = tree_.nodes[key].next;
    if (tree_.is_merge_key(key)) {
      node.flags |= kIrregular;
      if (!can_be_merged(value))
        return KeyFault{value, "`<<` merges a mapping or a list of mappings, and this is none"};
      continue;
    }
    const NodeId content = tree_.resolve(key);
    if (tree_.nodes[content].kind != Kind::scalar) {
      return KeyFault{key,
                      "a list or a mapping cannot be a key in Kubernetes; quote a text that begins with `{` or `[`"};
    }
    if (is_null(content)) return KeyFault{key, "a key cannot be null in Kubernetes; quote it"};
    keys_.push_back({tree_.scalar_text(content), key});
  }
  find_repeated_keys(mapping);
  return std::nullopt;
}

void KeyChecker::find_repeated_keys(NodeId mapping) {
  repeated_.clear();
  // Nearly every mapping is small, and there comparing beats sorting.
  if (keys_.size() > 12) {
    std::sort(keys_.begin(), keys_.end());
    for (std::size_t i = 1; i < keys_.size(); ++i) {
      if (keys_[i].text == keys_[i - 1].text) repeated_.push_back({keys_[i].node, keys_[i - 1].node});
    }
    std::sort(repeated_.begin(), repeated_.end());
  } else {
    for (std::size_t i = 1; i < keys_.size(); ++i) {
      for (std::size_t j = i; j-- > 0;) {
        if (keys_[i].text != keys_[j].text) continue;
        repeated_.push_back({keys_[i].node, keys_[j].node});
        break;
      }
    }
  }
  if (!repeated_.empty()) tree_.nodes[mapping].flags |= kIrregular;
  for (const RepeatedKey& repeated : repeated_) report(repeated);
}

// The last one wins, as Kubernetes' decoders have it.
void KeyChecker::report(const RepeatedKey& repeated) {
  tree_.nodes[repeated.kept].flags |= kRepeatedKey;
  if (++reported_ > kMostRepeatedKeys) return;
  tree_.problems.push_back({ProblemKind::repeated_key, tree_.span(repeated.kept),
                            fmt::format("the key `{}` stands twice in this mapping, and the last one wins",
                                        tree_.scalar_text(tree_.resolve(repeated.kept))),
                            tree_.span(repeated.lost), "the first one, whose value is lost"});
}

// A mapping, an alias of one, or a list of these.
bool KeyChecker::can_be_merged(NodeId value) const {
  if (tree_.nodes[value].kind != Kind::sequence) return is_mapping(value);
  for (NodeId item = value + 1; item < tree_.nodes[value].next; item = tree_.nodes[item].next) {
    if (!is_mapping(item)) return false;
  }
  return true;
}

bool KeyChecker::is_null(NodeId scalar) const {
  const Node& node = tree_.nodes[scalar];
  return node.style == Style::plain && (node.flags & kTagged) == 0 &&
         resolve_plain(tree_.scalar_text(scalar)) == ScalarType::null;
}

}  // namespace vlint::yaml
