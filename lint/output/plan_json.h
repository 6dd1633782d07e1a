// The simulation as JSON: the contract "vlint/plan/1".
#pragma once

#include <string>

#include "lint/engine/pipeline.h"

namespace vlint {

std::string print_plan(const Analysis& analysis);

}  // namespace vlint
