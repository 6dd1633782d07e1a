// Checks the simulation against cases that were taken from Velero's own tests and from runs of its backup engine.
//
// A data file is a JSON list of objects {suite, name, input, expected}. Suites of what is not simulated, and cases that
// ask for it, are counted as skipped, never as passed.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "lint/base/result.h"

namespace vlint::velero {

struct ConformanceReport {
  std::size_t passed = 0;
  std::vector<std::string> failures;           // one line each: suite, name, what was expected and found
  std::map<std::string, std::size_t> skipped;  // cases by suite
  std::size_t skipped_cases() const;
};

// Error: the file can't be read, or is no such list.
Result<ConformanceReport> run_conformance(const std::string& path);
Result<ConformanceReport> run_cases(std::string text);

// Failures and skipped suites one a line, then "N passed, M failed, K skipped".
std::string to_text(const ConformanceReport& report);

}  // namespace vlint::velero
