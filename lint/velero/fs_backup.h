// File system backup of one volume of one pod: whether Velero wants it, and whether a copy is really made.
//
// The pod is taken for selected, and for the only one that wants the volume. What pods do to each other, and what a
// claim gets when no copy is made, is decided in backup_run.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/velero/filters.h"
#include "lint/velero/install.h"
#include "lint/velero/pods.h"
#include "lint/velero/schedule.h"
#include "lint/velero/storage.h"
#include "lint/velero/verdict.h"

namespace vlint::velero {

// A volume of a pod as file system backup sees it.
struct PodVolume {
  std::string_view name;
  bool name_known = true;
  std::string_view source;  // the field of its source, or "volumeClaimTemplate"
  yaml::Value volume;
  Mount mount = Mount::mounted;
  bool is_claim = false;              // persistentVolumeClaim or a claim template
  const ClaimFacts* claim = nullptr;  // of a claim whose name is known
  EvidenceList never_copied;          // why, for a source that Velero never copies
  EvidenceList unmounted;             // why no container mounts it so that it can be copied
};
// Shared by all Schedules.
EvidenceList never_copied_evidence(std::string_view source, yaml::Value volume);
EvidenceList mount_evidence(Mount mount, yaml::Value volume);

enum class FsResult : std::uint8_t {
  not_wanted,
  copied,
  dropped,  // wanted, and left out with a warning in the log at most
  fails,    // an error of the backup
  unknown,
};

struct FsDecision {
  FsResult result = FsResult::unknown;
  Reason reason = Reason::unknown_value;
  EvidenceList evidence;
  bool assumed = false;
};

// The choice by annotation and default alone, without types and policies. It also decides whether a claim's snapshot is
// refused. Velero internal/volumehelper/volume_policy_helper.go: shouldPerformFSBackupLegacy.
struct LegacyChoice {
  Known wanted = Known::unknown;
  Reason reason = Reason::unknown_value;
  EvidenceList evidence;
};

// What the decisions of one Schedule share.
class FsBackup {
 public:
  // `schedule` and `install` must outlive it. `claims` says whether the type persistentvolumeclaims is selected.
  FsBackup(const Schedule& schedule, const Install& install, Selected claims);

  // ShouldPerformFSBackup: copied and unknown stand for a volume that is wanted, or may be; fails is an error.
  FsDecision want(const PodFacts& pod, const PodVolume& volume) const;
  // What comes of a volume that is wanted.
  FsDecision carry_out(const PodFacts& pod, const PodVolume& volume, FsDecision wanted) const;
  // Both.
  FsDecision decide(const PodFacts& pod, const PodVolume& volume) const;

  LegacyChoice legacy_choice(const PodFacts& pod, const PodVolume& volume) const;

  // Whether the pod is in a state in which Velero asks for any copy: what keeps all of its volumes from it.
  std::optional<FsDecision> check_pod(const PodFacts& pod) const;

 private:
  std::optional<FsDecision> check_type(const PodFacts& pod, const PodVolume& volume) const;
  // Whether the volume policies match, and what they say. For a claim without facts the answer is unknown. There must
  // be policies.
  PolicyMatch match_policy(const PodVolume& volume) const;
  std::optional<FsDecision> check_policy(const PodVolume& volume) const;
  std::optional<FsDecision> check_running(const PodFacts& pod) const;
  std::optional<FsDecision> check_node_agent(const PodFacts& pod) const;
  std::optional<FsDecision> check_os(const PodFacts& pod) const;
  std::optional<FsDecision> check_repository() const;
  std::optional<FsDecision> check_claim(const PodVolume& volume) const;
  std::optional<FsDecision> check_old_policy(const PodVolume& volume) const;
  std::optional<FsDecision> check_host_path(const PodVolume& volume) const;
  std::optional<FsDecision> check_mount(const PodVolume& volume) const;
  bool by_annotation_only() const;

  const Schedule& schedule_;
  const Install& install_;
  Selected claims_;
  EvidenceList default_;  // the setting that makes file system backup the default, or not
  EvidenceList no_agent_;
};

// A generic ephemeral volume, an emptyDir, ... : what policies see of a volume that is no claim.
VolumeAttributes attributes_of(const PodVolume& volume);

}  // namespace vlint::velero
