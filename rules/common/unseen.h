// Whether a cluster may hold objects that the repository doesn't show: then that one isn't there proves nothing.
#pragma once

#include "lint/engine/model.h"

namespace vlint::rules {

// Something could not be read, or charts, templates and Applications deploy more than is seen.
bool may_hold_unseen_objects(const Model& model, const model::Cluster& cluster);

}  // namespace vlint::rules
