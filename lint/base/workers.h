// The one way to use several cores: n results, each made by one call, each written to its own slot.
//
// Output never depends on scheduling, because a call sees only its index and nobody reads a slot before all are done.
#pragma once

#include <cstddef>
#include <functional>
#include <type_traits>
#include <vector>

namespace vlint {

class Workers {
 public:
  // 0 means one worker a core.
  explicit Workers(unsigned jobs = 0);

  unsigned jobs() const { return jobs_; }

  // Calls fn(i) once for every i in [0, count), in any order and on several threads. fn must not throw.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& fn) const;

  template <typename T, typename Fn>
  std::vector<T> map(std::size_t count, Fn&& fn) const {
    static_assert(!std::is_same_v<T, bool>, "neighbours in a vector of bool share a byte");
    std::vector<T> slots(count);
    for_each(count, [&](std::size_t i) { slots[i] = fn(i); });
    return slots;
  }

 private:
  unsigned jobs_;
};

}  // namespace vlint
