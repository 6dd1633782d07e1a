// Native snapshots that a backup takes of no volume because its filters leave out PersistentVolumes.
#pragma once

#include "lint/engine/model.h"
#include "rules/common/claims.h"

namespace vlint::rules {

// The field that leaves PersistentVolumes out by itself; missing when none does.
yaml::Value field_without_volumes(const velero::BackupSpec& spec);

// The claims that nothing saves and of which native snapshots would be taken without that field, by simulation.
Claims lost_without_volumes(const ClusterModel& member, const velero::Schedule& schedule);

}  // namespace vlint::rules
