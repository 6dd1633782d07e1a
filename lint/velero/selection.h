// Which of the predicted pods, claims and volumes one Backup selects: those that it lists, and those that listed ones
// pull in.
#pragma once

#include <vector>

#include "lint/velero/components.h"
#include "lint/velero/facts.h"
#include "lint/velero/filters.h"
#include "lint/velero/group_snapshot.h"

namespace vlint::velero {

struct Selection {
  std::vector<Selected> pods;    // by workload
  std::vector<Selected> claims;  // by claim
  // By PersistentVolume: what the item must pass when it is reached, and whether the Backup lists it.
  std::vector<Selected> volumes;
  std::vector<Known> listed_volumes;
  // Whether the Backup lists the object itself, so that its place in the order is its own.
  std::vector<Known> listed_pods;
  std::vector<Known> listed_claims;
};

// `groups` may be null: then no claim pulls in others of its volume group. What is not in the scope is not selected.
Selection select_objects(const Plan& plan, const Facts& facts, const Filters& filters,
                         const GroupSnapshots* groups = nullptr, const Scope& scope = {});

}  // namespace vlint::velero
