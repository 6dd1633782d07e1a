// The cluster as Velero would find it, predicted from manifests: pods, their volumes, claims. It is the same for all
// Schedules.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lint/velero/fs_backup.h"
#include "lint/velero/plan.h"
#include "lint/velero/pods.h"
#include "lint/velero/storage.h"

namespace vlint::velero {

inline constexpr std::uint32_t kNoIndex = 0xFFFFFFFFU;

struct Facts {
  struct Namespace {
    std::string_view name;
    bool known = false;  // not written, or templated
  };
  struct VolumeFacts {
    PodVolume volume;
    std::uint32_t claim = kNoIndex;  // into Plan::claims; of a claim template the one of the first pod
  };

  std::vector<PodFacts> pods;        // by workload
  std::vector<VolumeFacts> volumes;  // by volume use
  std::vector<ClaimFacts> claims;    // by claim
  std::vector<Namespace> namespaces;
  std::vector<std::uint32_t> workload_namespace;  // into `namespaces`
  std::vector<std::uint32_t> claim_namespace;
  // The volume uses of each claim in the order in which Velero comes to their pods: by the pods' names.
  std::vector<std::vector<std::uint32_t>> claim_uses;
};

// Fills in the workloads, volumes and claims of the plan, without verdicts.
Facts gather_facts(const model::Cluster& cluster, Plan& plan);

}  // namespace vlint::velero
