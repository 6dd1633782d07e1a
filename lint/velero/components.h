// Parts of the predicted cluster that have nothing to do with each other: what happens to a pod, a claim or a
// PersistentVolume depends on others only where a pod mounts a claim and a claim is bound to a volume.
//
// Volume groups tie claims together, too, but each Schedule has its own; they are no part of this.
#pragma once

#include <cstdint>
#include <vector>

#include "lint/velero/facts.h"

namespace vlint::velero {

struct Components {
  std::vector<std::uint32_t> of_workload;  // numbers from 0
  std::vector<std::uint32_t> of_claim;     // by Facts::claims
  std::vector<std::uint32_t> of_volume;    // by Facts::pvs
  std::uint32_t count = 0;
};

Components find_components(const Facts& facts);

// Some of the components, to be planned alone. Everything where it is made of nothing.
class Scope {
 public:
  Scope() = default;
  // `components` must outlive it.
  explicit Scope(const Components& components) : components_(&components), is_in_(components.count, 0) {}

  void add(std::uint32_t component) {
    is_empty_ = false;
    is_in_[component] = 1;
  }
  void add_all() {
    is_empty_ = false;
    is_in_.assign(is_in_.size(), 1);
  }
  bool empty() const { return components_ != nullptr && is_empty_; }

  bool has_workload(std::uint32_t i) const {
    return components_ == nullptr || is_in_[components_->of_workload[i]] != 0;
  }
  bool has_claim(std::uint32_t i) const { return components_ == nullptr || is_in_[components_->of_claim[i]] != 0; }
  bool has_volume(std::uint32_t i) const { return components_ == nullptr || is_in_[components_->of_volume[i]] != 0; }

 private:
  const Components* components_ = nullptr;
  std::vector<char> is_in_;  // by component
  bool is_empty_ = true;
};

}  // namespace vlint::velero
