// `vlint plan --compare`: what another version of Velero would do otherwise.
#pragma once

#include <string>
#include <vector>

#include "lint/engine/pipeline.h"

namespace vlint {

// One verdict that differs.
struct VerdictChange {
  std::string cluster;
  std::string what;  // "apps/data", "apps/homepage:logs"
  std::string by;    // the Schedule
  const velero::Verdict* before = nullptr;
  const velero::Verdict* after = nullptr;
};

// Of two analyses of the same sources: the verdicts whose method or outcome differ, of claims first, then of other
// volumes, in the order of the plan. Both must outlive the result.
std::vector<VerdictChange> compare_plans(const Analysis& before, const Analysis& after);

// For people, and as "vlint/plan-changes/1".
std::string print_changes_text(const std::vector<VerdictChange>& changes, const Analysis& before,
                               const Analysis& after);
std::string print_changes_json(const std::vector<VerdictChange>& changes, const Analysis& before,
                               const Analysis& after);

}  // namespace vlint
