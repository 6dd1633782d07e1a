#include "lint/output/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vlint {
namespace {

using velero::Outcome;
using velero::Reason;
using velero::Verdict;

constexpr std::array<std::string_view, 5> kScratch = {"emptyDir", "configMap", "secret", "projected", "downwardAPI"};

bool is_lost_silently(const Verdict& verdict) {
  return verdict.outcome == Outcome::not_protected && verdict.selected == Known::yes &&
         (verdict.reason == Reason::suppressed_by_fs_backup || verdict.reason == Reason::claim_failed);
}

bool source_fails(const volsync::Plan& plan, const volsync::Claim& claim) {
  return std::any_of(claim.sources.begin(), claim.sources.end(),
                     [&](std::uint32_t source) { return plan.sources[source].verdict.outcome == Outcome::fails; });
}

Coverage judge(std::span<const Verdict> verdicts, const volsync::Plan& plan, const volsync::Claim* by_others) {
  const auto any = [&](auto&& is) { return std::any_of(verdicts.begin(), verdicts.end(), is); };
  const auto has = [](Outcome outcome) { return [=](const Verdict& verdict) { return verdict.outcome == outcome; }; };
  const Known by_other = by_others == nullptr ? Known::no : by_others->is_protected;
  if (any(has(Outcome::fails)) || (by_others != nullptr && source_fails(plan, *by_others))) return Coverage::failing;
  if (any(has(Outcome::is_protected)) || by_other == Known::yes) return Coverage::covered;
  if (any(is_lost_silently)) return Coverage::silently_lost;
  if (any(has(Outcome::unknown)) || by_other == Known::unknown) return Coverage::unknown;
  if (any(has(Outcome::skipped_on_purpose))) return Coverage::skipped;
  return Coverage::unprotected;
}

bool is_scratch(const velero::VolumeUse& use) {
  return std::find(kScratch.begin(), kScratch.end(), use.source) != kScratch.end();
}

ClusterCoverage coverage_of(const model::Cluster& cluster, const velero::Plan& plan, const volsync::Plan& volsync,
                            const kyverno::Simulation& kyverno, const Configuration& configuration) {
  ClusterCoverage result{&cluster, &plan, {}, 0, &volsync, &kyverno};
  for (std::size_t i = 0; i < plan.claims.size(); ++i) {
    const velero::Claim& claim = plan.claims[i];
    Coverage coverage = judge(claim.verdicts, volsync, &volsync.claims[i]);
    const bool may_be_lost = coverage == Coverage::unprotected || coverage == Coverage::unknown;
    const bool is_optional =
        claim.resource != nullptr && declared_intent(configuration, *claim.resource) == Declared::optional;
    if (may_be_lost && is_optional) coverage = Coverage::skipped;
    result.entries.push_back({&claim, nullptr, coverage, &volsync.claims[i]});
  }
  for (std::size_t i = plan.claims.size(); i < volsync.claims.size(); ++i) {
    result.entries.push_back({nullptr, nullptr, judge({}, volsync, &volsync.claims[i]), &volsync.claims[i]});
  }
  for (const velero::VolumeUse& use : plan.volumes) {
    if (is_claim(use)) continue;
    const Coverage coverage = judge(use.verdicts, volsync, nullptr);
    const bool matters = coverage == Coverage::failing || coverage == Coverage::covered;
    if (is_scratch(use) && !matters) {
      ++result.scratch;
    } else {
      result.entries.push_back({nullptr, &use, coverage, nullptr});
    }
  }
  std::stable_sort(result.entries.begin(), result.entries.end(), [&](const CoverageEntry& a, const CoverageEntry& b) {
    if (a.coverage != b.coverage) return a.coverage < b.coverage;
    return name_of(result, a) < name_of(result, b);
  });
  return result;
}

}  // namespace

std::string_view to_string(Coverage coverage) {
  constexpr std::array<std::string_view, 6> kNames = {"failing", "silently-lost", "unprotected",
                                                      "unknown", "protected",     "skipped"};
  return kNames[static_cast<std::size_t>(coverage)];
}

std::size_t ClusterCoverage::count(Coverage coverage) const {
  return static_cast<std::size_t>(std::count_if(
      entries.begin(), entries.end(), [&](const CoverageEntry& entry) { return entry.coverage == coverage; }));
}

bool ClusterCoverage::is_known() const { return count(Coverage::covered) + uncovered() > 0; }

std::size_t ClusterCoverage::uncovered() const {
  return count(Coverage::failing) + count(Coverage::silently_lost) + count(Coverage::unprotected);
}

unsigned ClusterCoverage::percent() const {
  const std::size_t covered = count(Coverage::covered);
  return is_known() ? static_cast<unsigned>(covered * 100 / (covered + uncovered())) : 100;
}

bool is_claim(const velero::VolumeUse& use) {
  return !use.claim.empty() || use.source == "volumeClaimTemplate" || use.source == "ephemeral";
}

std::vector<ClusterCoverage> coverage_of(const Analysis& analysis) {
  std::vector<ClusterCoverage> result;
  for (std::size_t i = 0; i < analysis.clusters.size(); ++i) {
    result.push_back(coverage_of(analysis.clusters[i], analysis.plans[i], analysis.volsync[i], analysis.kyverno[i],
                                 analysis.configuration));
  }
  return result;
}

std::string name_of(const ClusterCoverage& cluster, const CoverageEntry& entry) {
  const auto full = [](std::string_view name_space, std::string_view name) {
    return name_space.empty() ? std::string(name) : fmt::format("{}/{}", name_space, name);
  };
  if (entry.claim != nullptr) return full(entry.claim->name_space, entry.claim->name);
  if (entry.use == nullptr) return full(entry.by_others->name_space, entry.by_others->name);
  const kube::Resource& workload = *cluster.plan->workloads[entry.use->workload].resource;
  return fmt::format("{}:{}", full(workload.name_space, workload.name), entry.use->name);
}

}  // namespace vlint
