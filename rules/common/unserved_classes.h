// How rules report StorageClasses whose claims Velero would snapshot and can't.
#pragma once

#include <string>

#include "lint/engine/report.h"
#include "rules/common/claims.h"

namespace vlint::rules {

// Begins a finding at the class' provisioner. `why` begins the sentence: "the driver ... can't take snapshots".
Draft report_unserved(const ClusterModel& member, const UnservedClass& unserved, std::string_view why,
                      std::string label, Report& report);

}  // namespace vlint::rules
