// The cluster as Velero would find it, predicted from manifests: pods, their volumes, claims, PersistentVolumes. It is
// the same for all Schedules.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/velero/fs_backup.h"
#include "lint/velero/plan.h"
#include "lint/velero/pods.h"
#include "lint/velero/snapshot_class.h"
#include "lint/velero/storage.h"

namespace vlint::velero {

struct Facts {
  struct Namespace {
    std::string_view name;
    bool known = false;  // not written, or templated
  };
  struct VolumeFacts {
    PodVolume volume;
    std::uint32_t claim = kNoIndex;  // into `claims`; of a claim template the one of the first pod
    // The claim that a generic ephemeral volume makes, into `claims`. It is no claim volume of its pod.
    std::uint32_t generated = kNoIndex;
  };
  // A pod that a workload is taken to have: one, or of a StatefulSet with claim templates one an ordinal.
  struct Instance {
    std::uint32_t workload = 0;
    std::uint32_t begin = 0;  // into `instance_uses`
    std::uint32_t end = 0;
    std::string name;  // empty where a controller makes it up
  };
  struct InstanceUse {
    std::uint32_t use = 0;  // into Plan::volumes
    std::uint32_t claim = kNoIndex;
  };

  std::vector<PodFacts> pods;              // by workload
  std::vector<VolumeFacts> volumes;        // by volume use
  std::vector<std::uint32_t> workload_of;  // by volume use
  std::vector<ClaimFacts> claims;          // by claim of the plan, then claims whose names nobody can tell
  std::vector<PvFacts> pvs;                // of manifests, then predicted ones
  std::vector<Namespace> namespaces;       // that objects stand in
  std::vector<Instance> instances;         // in the order of their workloads
  std::vector<InstanceUse> instance_uses;
  std::vector<std::uint32_t> workload_namespace;  // into `namespaces`
  std::vector<std::uint32_t> claim_namespace;

  // In the order in which the API lists them: by namespace and name.
  std::vector<std::uint32_t> instance_order;
  std::vector<std::uint32_t> claim_order;
  std::vector<std::uint32_t> pv_order;

  // The volume uses of each claim in the order of their pods' names.
  std::vector<std::vector<std::uint32_t>> claim_uses;
  std::vector<std::vector<std::uint32_t>> claim_instances;  // each pod once

  // Namespaces that exist as far as manifests tell, sorted. Complete only in a dump.
  std::vector<std::string> existing_namespaces;
  bool is_dump = false;
  bool is_complete = false;  // everything that the repository holds for the cluster was seen
  SnapshotClasses snapshot_classes;

  // All namespaces, where they are all known; else none.
  std::span<const std::string> known_namespaces() const {
    return is_dump ? std::span<const std::string>(existing_namespaces) : std::span<const std::string>();
  }
  std::span<const InstanceUse> uses_of(const Instance& instance) const {
    return std::span(instance_uses).subspan(instance.begin, instance.end - instance.begin);
  }
};

// Fills in the workloads, volumes and claims of the plan, without verdicts. `is_dump`: the manifests are all that the
// cluster holds, as it holds them.
Facts gather_facts(const model::Cluster& cluster, Plan& plan, bool is_dump = false);

}  // namespace vlint::velero
