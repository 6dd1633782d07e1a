// What one Schedule does with every volume and every claim of the plan.
#pragma once

#include <cstdint>
#include <span>

#include "lint/velero/facts.h"
#include "lint/velero/namespace_filter.h"
#include "lint/velero/plan.h"

namespace vlint::velero {

// Appends one verdict to each volume use and each claim.
void add_verdicts(std::uint32_t schedule, const Facts& facts, std::span<const LabelledNamespace> labelled, Plan& plan);

}  // namespace vlint::velero
