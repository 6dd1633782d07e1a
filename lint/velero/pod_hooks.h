// Whether a hook that runs before a pod's backup is bound to fail: it names a container that the pod doesn't have.
// Whether a command itself succeeds, no manifest tells.
#pragma once

#include "lint/velero/hooks.h"
#include "lint/velero/plan.h"
#include "lint/velero/pods.h"

namespace vlint::velero {

struct HookFailure {
  Known fails = Known::no;
  bool drops_pod = false;  // by onError: Fail; otherwise the error is only logged
  EvidenceList evidence;
};

// `hooks`: those of the Backup. velero internal/hook/item_hook_handler.go: HandleHooks (a pod's annotations replace the
// hooks of the Backup), pkg/podexec/pod_command_executor.go: ensureContainerExists.
HookFailure failing_pre_hook(const Workload& workload, const PodFacts& pod, const std::vector<BackupHook>& hooks);

}  // namespace vlint::velero
