// Which of the predicted pods and claims one Backup selects: those that it lists, and those that listed ones pull in.
#pragma once

#include <vector>

#include "lint/velero/facts.h"
#include "lint/velero/filters.h"

namespace vlint::velero {

struct Selection {
  std::vector<Selected> pods;    // by workload
  std::vector<Selected> claims;  // by claim
};

Selection select_objects(const Plan& plan, const Facts& facts, const Filters& filters);

}  // namespace vlint::velero
