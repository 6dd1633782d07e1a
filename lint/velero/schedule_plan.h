// What one Schedule does with every volume and every claim of the plan.
#pragma once

#include <span>
#include <vector>

#include "lint/velero/backup_run.h"
#include "lint/velero/components.h"
#include "lint/velero/facts.h"
#include "lint/velero/namespace_filter.h"
#include "lint/velero/plan.h"

namespace vlint::velero {

struct Verdicts {
  std::vector<Verdict> volumes;  // by volume use
  std::vector<Verdict> claims;   // by claim of the plan
};

// Whether the Schedule does the same with everything: it never runs, or its Backups are invalid.
bool is_decided(const Schedule& schedule);

// `plan` has the workloads, volumes and claims; its verdicts are not looked at. Verdicts outside of the scope mean
// nothing. `run`, of the same scope, is not looked at where the Schedule is_decided().
Verdicts judge_run(const Schedule& schedule, const Facts& facts, const Plan& plan, const BackupRun& run,
                   const Scope& scope = {});
// Runs and judges.
Verdicts judge_schedule(const Schedule& schedule, const Install& install, const Facts& facts,
                        std::span<const LabelledNamespace> labelled, const Plan& plan, const Scope& scope = {});

}  // namespace vlint::velero
