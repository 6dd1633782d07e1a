// What older releases of Velero would do otherwise, where the version of the server is not known.
//
// A plan under another release costs as much as the first. So only those parts of the cluster are planned again for
// which a release can decide otherwise: a short list of differences, each with its condition. A new question for the
// version that tells the compared releases apart needs its line there.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lint/velero/backup_run.h"
#include "lint/velero/components.h"
#include "lint/velero/plan.h"
#include "lint/velero/schedule_plan.h"

namespace vlint::velero {

// The releases that are compared: the newest of each line, newest line first.
std::span<const Version> compared_releases();

class OlderPlans {
 public:
  // Compares with nothing where the version is known. `plan`, `facts` and `labelled` must outlive it; the plan's
  // verdicts are not looked at.
  OlderPlans(const model::Cluster& cluster, const PlanOptions& options, const Plan& plan, const Facts& facts,
             std::span<const LabelledNamespace> labelled);

  // Notes in `verdicts`, those of the plan's Schedule, at which release they differ. `run` is what they were made of;
  // it is not looked at where is_decided() the Schedule.
  void compare(std::uint32_t schedule, const BackupRun& run, Verdicts& verdicts) const;

 private:
  struct Release {
    Install install;
    std::vector<Schedule> schedules;
    bool has_same_install = false;  // as far as decisions ask
    Scope scope;                    // what differs under every Schedule
  };

  bool has_same_inputs(const Schedule& newest, const Schedule& older) const;
  Scope differences_of_cluster(const Install& older) const;
  // What must be planned again, given that the inputs are the same.
  Scope find_differences(const Schedule& newest, const Schedule& older, const Release& release,
                         const BackupRun& run) const;
  void add_by_filters(const Filters& newest, const Filters& older, const BackupRun& run, Scope& scope) const;
  void add_pulled_in(const BackupRun& run, Scope& scope) const;
  void add_unbound_claims(Scope& scope) const;
  void add_groups(const BackupRun& run, Scope& scope) const;
  void mark(const Verdicts& older, const Scope& scope, int minor, Verdicts& verdicts) const;

  const Plan& plan_;
  const Facts& facts_;
  const std::span<const LabelledNamespace> labelled_;
  Components components_;
  std::vector<Release> releases_;  // newest first
};

}  // namespace vlint::velero
