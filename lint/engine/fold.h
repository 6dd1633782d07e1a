// One finding of the many that several builds of one base have.
//
// A rule sees each overlay's objects on their own, so that a fault in a base is found once an overlay. Findings of one
// rule at one place, about objects made from one text, are one finding here: that of the first unit, which lists the
// others. This is also where it is decided whether a fix may touch the shared text. What a policy generates for many
// objects has its faults in the policy: those are one finding too.
#pragma once

#include <vector>

#include "lint/engine/finding.h"
#include "lint/gitops/clusters.h"
#include "lint/gitops/units.h"

namespace vlint {

// Folds, and drops of each finding the fixes that would change a build that does not have the finding. Where only some
// of the builds that share a text have it, the fixes of their overlays are made one.
std::vector<Finding> fold(const gitops::Units& units, std::vector<Finding> findings);

}  // namespace vlint
