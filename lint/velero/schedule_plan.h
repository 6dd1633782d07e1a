// What one Schedule does with every volume and every claim of the plan.
#pragma once

#include <span>
#include <vector>

#include "lint/velero/facts.h"
#include "lint/velero/namespace_filter.h"
#include "lint/velero/plan.h"

namespace vlint::velero {

struct Verdicts {
  std::vector<Verdict> volumes;  // by volume use
  std::vector<Verdict> claims;   // by claim of the plan
};

// `plan` has the workloads, volumes and claims; its verdicts are not looked at.
Verdicts judge_schedule(const Schedule& schedule, const Install& install, const Facts& facts,
                        std::span<const LabelledNamespace> labelled, const Plan& plan);

}  // namespace vlint::velero
