// Runs cases of Kustomize's own tests against the engine, for `vlint-conformance kustomize DIR`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lint/base/result.h"

namespace vlint::kustomize {

struct CaseResult {
  std::string name;
  bool passed = false;      // the same documents in the same order, or an error where one is expected
  bool same_bytes = false;  // of those with an output: the same text
  bool expects_output = false;
  std::string reason;  // why it did not pass, one line
};

// One folder a case: `in/` with the files, `case.json` with `root`, `options` and `expect`, `expected.yaml`. Error: the
// folder cannot be read.
Result<std::vector<CaseResult>> run_cases(const std::string& folder);

// The folder that a case with an output builds; nothing for other cases.
std::optional<std::string> root_of_case(const std::string& folder);

// The failures, one a line, then "N of M with the same bytes" and "N passed, M failed".
std::string report_cases(const std::vector<CaseResult>& results);

}  // namespace vlint::kustomize
