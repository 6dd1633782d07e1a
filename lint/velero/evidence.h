// Facts with their places: what statements about backups rest on.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lint/base/span.h"

namespace vlint::velero {

struct Evidence {
  std::string message;  // in words of the field, lower case, no full stop
  Span where;           // invalid for facts that stand nowhere ("Velero's default")

  bool operator==(const Evidence&) const = default;
};

// An immutable list. Copies share their items, since many verdicts rest on the same facts.
class EvidenceList {
 public:
  EvidenceList() = default;
  EvidenceList(std::vector<Evidence> items) {  // NOLINT(google-explicit-constructor): a list is a list
    if (!items.empty()) items_ = std::make_shared<const std::vector<Evidence>>(std::move(items));
  }
  EvidenceList(std::initializer_list<Evidence> items) : EvidenceList(std::vector<Evidence>(items)) {}

  const Evidence* begin() const { return items_ ? items_->data() : nullptr; }
  const Evidence* end() const { return begin() + size(); }
  std::size_t size() const { return items_ ? items_->size() : 0; }
  bool empty() const { return size() == 0; }
  const Evidence& operator[](std::size_t index) const { return (*items_)[index]; }
  const Evidence& front() const { return items_->front(); }
  const Evidence& back() const { return items_->back(); }

 private:
  std::shared_ptr<const std::vector<Evidence>> items_;
};

// The items of both, in order; shares the list where the other is empty.
EvidenceList concat(const EvidenceList& first, const EvidenceList& second);

}  // namespace vlint::velero
