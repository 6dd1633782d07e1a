// Runs cases of Kyverno's own tests against the simulation, for `vlint-conformance kyverno-generate DIR`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lint/base/result.h"

namespace vlint::kyverno {

struct GenerateReport {
  std::size_t passed = 0;
  std::vector<std::string> failures;  // one line each
};

// A folder for each case: `policy.yaml`, `setup.yaml` (objects that are older than the policies), `trigger.yaml`
// (objects that are younger), `expected.yaml` (each must be there with at least these fields), `absent.yaml`. In a case
// whose `case.yaml` says `flow: policy-validation`, `validation` lists files with `expect: accept` or `reject`; each is
// one check. Error: the folder cannot be read.
Result<GenerateReport> run_generate_conformance(const std::string& folder);

// The failures, one a line, then "N passed, M failed".
std::string to_text(const GenerateReport& report);

}  // namespace vlint::kyverno
