// `vlint coverage`: what of a cluster is protected by what, in order of danger.
//
// Entries are claims (with the workloads that mount them, also claims that only a ReplicationSource names) and volumes
// that are no claims, such as NFS shares and inline CSI volumes. Volumes that hold nothing of their own (emptyDir,
// configMap, secret, projected, downwardAPI) count only when a Schedule copies them or fails on them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lint/engine/pipeline.h"

namespace vlint {

enum class Coverage : std::uint8_t {  // most dangerous first
  failing,                            // a Schedule that covers it fails on it
  silently_lost,                      // a backup says Completed and holds no data of it
  unprotected,
  unknown,
  covered,
  skipped,  // on purpose: excluded by an annotation, a label or a policy, or declared optional
};
std::string_view to_string(
    Coverage coverage);  // "failing", "silently-lost", "unprotected", "unknown", "protected", "skipped"

// A claim of manifests and workloads, a volume, or a claim that only ReplicationSources name.
struct CoverageEntry {
  const velero::Claim* claim = nullptr;
  const velero::VolumeUse* use = nullptr;
  Coverage coverage = Coverage::unknown;
  const volsync::Claim* by_others = nullptr;  // of every claim: what protects it besides Velero

  std::span<const velero::Verdict> verdicts() const {
    if (claim != nullptr) return claim->verdicts;
    return use != nullptr ? std::span<const velero::Verdict>(use->verdicts) : std::span<const velero::Verdict>();
  }
};

struct ClusterCoverage {
  const model::Cluster* cluster = nullptr;
  const velero::Plan* plan = nullptr;
  std::vector<CoverageEntry> entries;  // by danger, then by name
  std::size_t scratch = 0;             // volumes that hold nothing to protect
  const volsync::Plan* volsync = nullptr;
  const kyverno::Simulation* kyverno = nullptr;

  std::size_t count(Coverage coverage) const;
  std::size_t uncovered() const;  // failing, silently lost or unprotected
  // Whether there is an entry of which it is known whether it is protected.
  bool is_known() const;
  // Of the entries that ought to be protected and of which it is known whether they are: how many are, in percent,
  // rounded down. 100 when there are none.
  unsigned percent() const;
};

// Whether a volume is a claim, which has an entry of its own.
bool is_claim(const velero::VolumeUse& use);

// One a cluster, referring into the analysis.
std::vector<ClusterCoverage> coverage_of(const Analysis& analysis);

// "apps/homepage:logs" for a volume of a workload, "apps/data" for a claim.
std::string name_of(const ClusterCoverage& cluster, const CoverageEntry& entry);

// A table of at most `width` columns.
std::string print_coverage_text(const Analysis& analysis, unsigned width, bool colour);
std::string print_coverage_markdown(const Analysis& analysis);
// The contract "vlint/coverage/1".
std::string print_coverage_json(const Analysis& analysis);

}  // namespace vlint
