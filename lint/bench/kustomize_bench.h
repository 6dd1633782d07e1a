// Measures of the native Kustomize engine: what one more overlay costs, and how its speed compares with the real
// program's.
#pragma once

#include <string>
#include <vector>

namespace vlint::bench {

// Bytes of memory for each object of one more overlay over the same base, for several kinds of overlays.
void measure_overlays(unsigned objects);

// Renders every kustomization below the folders that renders, and compares with `kustomize build` where that is on the
// PATH: process against process for each folder, and all folders in one process against one process each. Returns an
// exit code.
int compare_renders(const std::vector<std::string>& folders, unsigned rounds);

// What the compared process does: renders one folder to standard output. Returns an exit code.
int render_one(const std::string& folder);

}  // namespace vlint::bench
