// What Velero remembers of the file system backup of claims while it goes from pod to pod.
// velero 1.18 pkg/podvolume/snapshot_tracker.go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vlint::velero {

class FsTracker {
 public:
  explicit FsTracker(std::size_t claims) : states_(claims, State::none) {}

  // The first pod's choice counts: a claim that is opted out is never tracked, nor is it taken.
  void track(std::uint32_t claim) { move(claim, State::none, State::tracked); }
  void opt_out(std::uint32_t claim) { move(claim, State::none, State::opted_out); }
  void take(std::uint32_t claim) { move(claim, State::tracked, State::taken); }

  bool is_taken(std::uint32_t claim) const { return states_[claim] == State::taken; }
  bool is_opted_out(std::uint32_t claim) const { return states_[claim] == State::opted_out; }
  // Wanted by a pod, copied or not.
  bool is_tracked(std::uint32_t claim) const { return states_[claim] == State::tracked || is_taken(claim); }

 private:
  enum class State : std::uint8_t { none, tracked, taken, opted_out };
  void move(std::uint32_t claim, State from, State to) {
    if (states_[claim] == from) states_[claim] = to;
  }
  std::vector<State> states_;
};

}  // namespace vlint::velero
