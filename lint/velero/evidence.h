// Facts with their places: what statements about backups rest on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/span.h"

namespace vlint::velero {

struct Evidence {
  std::string message;  // in words of the field, lower case, no full stop
  Span where;           // invalid for facts that stand nowhere ("Velero's default")

  bool operator==(const Evidence&) const = default;
};

// How far something is known that lives in the cluster: proven by a manifest (or a dump), assumed from what manifests
// make, or unknown.
enum class Certainty : std::uint8_t { unknown, assumed, proven };
std::string_view to_string(Certainty certainty);  // "unknown", "assumed", "proven"

// An immutable list. Lists share their parts, since millions of verdicts rest on the same few facts.
class EvidenceList {
  using Part = std::shared_ptr<const std::vector<Evidence>>;

 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Evidence;
    using difference_type = std::ptrdiff_t;
    using pointer = const Evidence*;
    using reference = const Evidence&;

    Iterator() = default;
    Iterator(const Part* part, std::size_t item) : part_(part), item_(item) {}
    reference operator*() const { return (**part_)[item_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      if (++item_ == (*part_)->size()) {
        ++part_;
        item_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return part_ == other.part_ && item_ == other.item_; }

   private:
    const Part* part_ = nullptr;
    std::size_t item_ = 0;
  };
  using value_type = Evidence;
  using const_iterator = Iterator;

  EvidenceList() = default;
  EvidenceList(std::vector<Evidence> items) {  // NOLINT(google-explicit-constructor): a list is a list
    if (items.empty()) return;
    parts_ =
        std::make_shared<const std::vector<Part>>(1, std::make_shared<const std::vector<Evidence>>(std::move(items)));
  }
  EvidenceList(std::initializer_list<Evidence> items) : EvidenceList(std::vector<Evidence>(items)) {}

  Iterator begin() const { return {parts_ ? parts_->data() : nullptr, 0}; }
  Iterator end() const { return {parts_ ? parts_->data() + parts_->size() : nullptr, 0}; }
  std::size_t size() const { return static_cast<std::size_t>(std::distance(begin(), end())); }
  bool empty() const { return parts_ == nullptr; }
  const Evidence& operator[](std::size_t index) const {
    return *std::next(begin(), static_cast<std::ptrdiff_t>(index));
  }
  const Evidence& front() const { return *begin(); }
  const Evidence& back() const { return parts_->back()->back(); }

 private:
  friend EvidenceList concat(std::initializer_list<const EvidenceList*> lists);
  std::shared_ptr<const std::vector<Part>> parts_;  // none of them empty
};

// The items of all, in order. A part that is there already is not repeated, and a list alone is shared as it is.
EvidenceList concat(std::initializer_list<const EvidenceList*> lists);
inline EvidenceList concat(const EvidenceList& first, const EvidenceList& second) { return concat({&first, &second}); }

}  // namespace vlint::velero
