// The commands of the program. Findings go to standard output, everything else to standard error.
#pragma once

#include "lint/app/cli.h"

namespace vlint {

// The exit code: 0 nothing at or above --fail-on, 1 findings, 2 vlint could not do its work.
int run(const CommandLine& command_line);

}  // namespace vlint
