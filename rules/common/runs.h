// When the schedules of VolSync are due.
#pragma once

#include <chrono>
#include <optional>

#include "lint/volsync/replication.h"

namespace vlint::rules {

// How many runs begin in a span of time, at most a thousand; nothing when the source doesn't run by a schedule that is
// known.
std::optional<int> runs_within(const volsync::Trigger& trigger, std::chrono::seconds span);

}  // namespace vlint::rules
