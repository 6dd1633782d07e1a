// `vlint render DIR`: what `kustomize build DIR` prints.
#pragma once

#include "lint/app/cli.h"

namespace vlint {

// Exit code 0, or 2 with a sentence and a place for what ends the build.
int render(const CommandLine& line);

}  // namespace vlint
