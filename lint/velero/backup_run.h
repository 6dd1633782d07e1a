// One Backup of one Schedule, run over the predicted cluster: item after item in Velero's order, with what one item
// does to the next. velero 1.18 pkg/backup/item_backupper.go.
//
// It says what is done; how that reads as a verdict is decided in schedule_plan.h. Whether the Schedule runs at all and
// passes validation is not asked here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lint/velero/components.h"
#include "lint/velero/csi_snapshot.h"
#include "lint/velero/facts.h"
#include "lint/velero/filters.h"
#include "lint/velero/native_snapshot.h"
#include "lint/velero/selection.h"

namespace vlint::velero {

struct BackupRun {
  struct Pod {
    bool is_processed = false;
    Known error = Known::no;  // then it is not stored
  };
  // File system backup of a volume use, as it comes out for the first pod of its workload.
  struct Use {
    bool is_decided = false;
    bool is_shared = false;  // another pod has copied the claim before
    FsDecision decision;
  };
  struct Claim {
    bool is_processed = false;
    bool is_grouped = false;  // in a volume group of this Schedule
    Known error = Known::no;
    SnapshotDecision snapshot;
    // The volume uses, by the order of their pods, whose file system backup is made, might be made, fails, comes to
    // nothing.
    std::uint32_t copied = kNoIndex;
    std::uint32_t undecided = kNoIndex;
    std::uint32_t failed = kNoIndex;
    std::uint32_t dropped = kNoIndex;
    // Those decisions, which of a claim template are not those of Use for all ordinals.
    FsDecision copy;
    FsDecision doubt;
    FsDecision failure;
    FsDecision drop;
  };
  struct Volume {
    bool is_processed = false;
    bool is_alone = false;  // as an item of its own, not with its claim
    Known error = Known::no;
    NativeDecision native;
  };
  struct Copy {
    std::uint32_t instance = 0;
    std::uint32_t use = 0;
  };

  Selection selection;
  std::vector<Pod> pods;        // by Facts::instances
  std::vector<Use> uses;        // by volume use
  std::vector<Claim> claims;    // by Facts::claims
  std::vector<Volume> volumes;  // by Facts::pvs
  std::vector<Copy> copies;     // the PodVolumeBackups that are asked for, in their order
  // An error is logged, so that the backup ends PartiallyFailed.
  Known has_errors = Known::no;
};

// `labelled`: the namespaces with the exclude label. `scope`: what stands outside of it is taken for not selected.
BackupRun run_backup(const Schedule& schedule, const Install& install, const Plan& plan, const Facts& facts,
                     std::span<const LabelledNamespace> labelled, const Scope& scope = {});

}  // namespace vlint::velero
