// Which objects a patch or a replacement is for: regular expressions on names and kinds, label and annotation
// selectors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lint/kube/label_selector.h"
#include "lint/kustomize/fault.h"
#include "lint/kustomize/resource.h"
#include "lint/yaml/value.h"

namespace vlint::kustomize {

// A Go regular expression, not anchored unless `whole`. Throws Failure when it does not compile.
class Pattern {
 public:
  Pattern(std::string_view pattern, bool whole, Span where);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  bool matches(std::string_view text) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

// api/types SelectorRegex.
class Selector {
 public:
  // A `target`, `select` or `reject`. Throws Failure for a bad pattern or selector text.
  explicit Selector(yaml::Value value);

  bool matches_gvk(const Gvk& gvk) const;
  bool matches_name(std::string_view name) const;
  bool matches_namespace(std::string_view name_space) const;
  bool matches_labels(const Node* root) const;
  // None of group, version, kind, name and namespace is given.
  bool is_empty_id() const { return empty_id_; }
  bool has_label_selectors() const { return has_labels_ || has_annotations_; }

  // What of the selector an object does not fit; `selects` when empty.
  enum class Part : std::uint8_t { group, version, kind, name, name_space, labels };
  std::vector<Part> misfits(const Resource& resource) const;
  // resmap.Select: by the current or the original name and namespace, and the current kind.
  bool selects(const Resource& resource) const;

 private:
  std::vector<Pattern> group_, version_, kind_, name_, name_space_;  // none or one each
  kube::LabelSelector labels_, annotations_;
  bool has_labels_ = false;
  bool has_annotations_ = false;
  bool empty_id_ = true;
};

}  // namespace vlint::kustomize
