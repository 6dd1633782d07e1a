// Runs a file of JMESPath cases (parse, eval, conditions, substitution, nested) against vlint's own engine.
//
// The file is one JSON object: a list of cases for each suite, and `inputs`, the documents that eval and substitution
// cases name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"

namespace vlint::kyverno {

struct JmespathReport {
  std::size_t passed = 0;
  std::vector<std::string> failures;  // one line each: suite, case, what was found and expected
};

// Error: the file can't be read, or is no such file.
Result<JmespathReport> run_jmespath_conformance(const std::string& path);
Result<JmespathReport> run_jmespath_cases(std::string_view text);

// Failures one a line, then "N passed, M failed".
std::string to_text(const JmespathReport& report);

}  // namespace vlint::kyverno
