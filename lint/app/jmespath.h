// `vlint jmespath EXPRESSION`: what an expression of Kyverno gives for an input.
#pragma once

#include "lint/app/cli.h"

namespace vlint {

// Exit code 0 with the value on standard output; 1 when the expression is wrong or finds nothing, with the place under
// the expression on standard error; 2 when the input can't be read.
int evaluate_jmespath(const CommandLine& line);

}  // namespace vlint
