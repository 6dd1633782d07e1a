// The backup plan: what each Velero Schedule of a cluster does with each volume of each workload and with each claim.
//
// This is a simulation from manifests alone, by Velero's own steps and in their order. What Git doesn't tell is unknown
// or rests on an assumption that the evidence names. No rule lives here: rules judge what the plan states.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/model/cluster.h"
#include "lint/velero/install.h"
#include "lint/velero/schedule.h"
#include "lint/velero/verdict.h"

namespace vlint::velero {

// The kind of a pod volume: the field of its source ("emptyDir", "persistentVolumeClaim", "ephemeral", ...).
// A StatefulSet's claim template is "volumeClaimTemplate".
struct VolumeUse {
  std::uint32_t workload = 0;  // index into Plan::workloads
  std::string_view name;
  std::string_view source;              // empty when the manifest gives none
  std::string_view claim;               // name of the claim for persistentVolumeClaim; empty otherwise
  yaml::Value volume;                   // the volume's mapping (or the claim template's)
  std::vector<Verdict> verdicts;        // one a Schedule, in the order of Plan::schedules
  Known is_protected = Known::unknown;  // over all Schedules
};

struct Workload {
  const kube::Resource* resource = nullptr;
  kube::PodTemplate pod;
  // Every volume of the pod is known: no template values in the list of volumes, not encrypted.
  bool spec_is_known = true;
  Certainty pods = Certainty::unknown;  // that it has pods, and in which state
};

struct Claim {
  std::string_view name_space;
  std::string_view name;
  const kube::Resource* resource = nullptr;
  std::vector<std::uint32_t> mounted_by;  // indices into Plan::volumes, in their order
  std::vector<Verdict> verdicts;
  Known is_protected = Known::unknown;
  Certainty existence = Certainty::unknown;  // that there is such a claim
  Certainty volume = Certainty::unknown;     // what its PersistentVolume is
};

struct Plan {
  Install install;
  std::vector<Schedule> schedules;  // Schedules and one-off Backups of the cluster, by the order of their sources
  std::vector<Workload> workloads;
  std::vector<VolumeUse> volumes;  // by workload, in the pod's order; claim templates last
  std::vector<Claim> claims;       // of the manifests, then those that workloads name or make
  // Texts that views of the plan refer to: names of claims that StatefulSets make.
  std::shared_ptr<std::deque<std::string>> texts = std::make_shared<std::deque<std::string>>();
};

// `cluster` must outlive the plan.
Plan make_plan(const model::Cluster& cluster, const PlanOptions& options = {});

}  // namespace vlint::velero
