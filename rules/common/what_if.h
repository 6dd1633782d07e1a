// Simulates a Schedule that is not quite the one of the manifests: what a repair would change.
#pragma once

#include <vector>

#include "lint/engine/model.h"
#include "lint/velero/facts.h"
#include "lint/velero/namespace_filter.h"
#include "lint/velero/schedule_plan.h"

namespace vlint::rules {

// The cluster is predicted once; each judge() is one run of the simulation. Only Schedules that run and are valid mean
// anything here: neither is asked.
class WhatIf {
 public:
  explicit WhatIf(const ClusterModel& member);

  // By volume and claim, in the order of the member's plan.
  velero::Verdicts judge(const velero::Schedule& schedule) const;

 private:
  const ClusterModel& member_;
  velero::Plan plan_;
  velero::Facts facts_;
  std::vector<velero::LabelledNamespace> labelled_;
};

}  // namespace vlint::rules
