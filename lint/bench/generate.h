// Made-up repositories for measuring: always the same for the same size.
//
// The mixture follows real GitOps repositories: files of about 1.8 kB on the median, some of several hundred; workloads
// with claims and scratch volumes, ConfigMaps with scripts and dashboards in block scalars, Services, Ingresses, a few
// large custom resource definitions, comments, several documents a file, and Velero with Schedules.
#pragma once

#include <cstddef>
#include <vector>

#include "lint/base/source_file.h"

namespace vlint::bench {

// Files of at least `bytes` in all, and less than one file more.
std::vector<SourceFile> generate_repository(std::size_t bytes);

}  // namespace vlint::bench
