#include "lint/velero/components.h"

#include <numeric>

namespace vlint::velero {
namespace {

// Workloads, claims and PersistentVolumes are numbered in one row.
class Joiner {
 public:
  explicit Joiner(const Facts& facts)
      : claims_(facts.pods.size()), volumes_(claims_ + facts.claims.size()), parents_(volumes_ + facts.pvs.size()) {
    std::iota(parents_.begin(), parents_.end(), 0U);
    for (std::uint32_t use = 0; use < facts.volumes.size(); ++use) {
      join_claim(facts.workload_of[use], facts.volumes[use].claim);
      join_claim(facts.workload_of[use], facts.volumes[use].generated);
    }
    for (std::uint32_t claim = 0; claim < facts.claims.size(); ++claim) {
      for (const std::uint32_t use : facts.claim_uses[claim]) join_claim(facts.workload_of[use], claim);
      if (facts.claims[claim].pv != kNoIndex) join(claims_ + claim, volumes_ + facts.claims[claim].pv);
    }
    for (std::size_t volume = 0; volume < facts.pvs.size(); ++volume) {
      join_claim(volumes_ + volume, facts.pvs[volume].claim);
    }
  }

  Components components() {
    Components made;
    std::vector<std::uint32_t> numbers(parents_.size(), kNoIndex);
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      std::uint32_t& number = numbers[root_of(i)];
      if (number == kNoIndex) number = made.count++;
      std::vector<std::uint32_t>& of = i < claims_ ? made.of_workload : i < volumes_ ? made.of_claim : made.of_volume;
      of.push_back(number);
    }
    return made;
  }

 private:
  std::size_t root_of(std::size_t i) {
    while (parents_[i] != i) {
      parents_[i] = parents_[parents_[i]];
      i = parents_[i];
    }
    return i;
  }

  void join(std::size_t a, std::size_t b) { parents_[root_of(a)] = static_cast<std::uint32_t>(root_of(b)); }

  void join_claim(std::size_t other, std::uint32_t claim) {
    if (claim != kNoIndex) join(other, claims_ + claim);
  }

  std::size_t claims_;   // where claims begin
  std::size_t volumes_;  // where PersistentVolumes begin
  std::vector<std::uint32_t> parents_;
};

}  // namespace

Components find_components(const Facts& facts) { return Joiner(facts).components(); }

}  // namespace vlint::velero
