// Objects that make others deploy what no manifest of the repository shows: charts, Applications, tenants.
#pragma once

#include "lint/model/cluster.h"

namespace vlint::model {

// The cluster has such objects, so it may hold resources that are not among those of `cluster`.
bool has_deployers(const Cluster& cluster);

}  // namespace vlint::model
