// Whether a CSI snapshot is moved to the storage location, and whether that succeeds.
#pragma once

#include "lint/velero/install.h"
#include "lint/velero/schedule.h"
#include "lint/velero/verdict.h"

namespace vlint::velero {

// What becomes of every CSI snapshot of a Schedule. Data movement never comes instead of file system backup, which is
// decided before (Velero issue 5533).
struct DataMovement {
  Method method = Method::csi_snapshot;
  Outcome outcome = Outcome::is_protected;
  Reason reason = Reason::csi_snapshot;
  EvidenceList evidence;
  bool assumed = false;
};

// velero 1.18 pkg/backup/actions/csi/pvc_action.go: Execute, pkg/controller/data_upload_controller.go.
DataMovement decide_data_movement(const Schedule& schedule, const Install& install);

}  // namespace vlint::velero
