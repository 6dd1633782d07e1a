// `vlint why`: the decision for one claim or workload, step by step, for people.
#pragma once

#include <string>
#include <string_view>

#include "lint/base/result.h"
#include "lint/engine/pipeline.h"
#include "lint/output/printer.h"

namespace vlint {

// `target` is NAMESPACE/NAME or NAMESPACE/NAME:VOLUME (NAME alone for manifests without a namespace), of a
// PersistentVolumeClaim or a workload. For each of its volumes: where it is written, and through which patches it came,
// what every Schedule does with it and why, each step with its place, and what the findings about it say to write. An
// error with what there is instead when nothing has the name.
Result<std::string> explain_why(const Analysis& analysis, std::string_view target, const PrintOptions& options);

}  // namespace vlint
