// The product of one analysis, as printers get it: findings in order, what was not seen, counts.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lint/base/source_file.h"
#include "lint/engine/finding.h"
#include "lint/engine/rule.h"

namespace vlint {

struct Summary {
  std::size_t files = 0;
  std::size_t documents = 0;
  std::size_t resources = 0;
  std::size_t errors = 0;  // findings that are not suppressed, by severity
  std::size_t warnings = 0;
  std::size_t notes = 0;
  std::size_t fixable = 0;  // findings that --fix would mend (a safe fix)
  std::size_t unknown = 0;  // entries of `incomplete`
};

// Everything a printer may use. Findings are sorted and hold the suppressed ones too (Finding::suppressed).
struct Results {
  const FileSet* files = nullptr;
  std::span<const RuleEntry> rules;  // every enabled rule, sorted by id
  std::vector<Finding> findings;
  std::vector<Incomplete> incomplete;
  Summary summary;
  int exit_code = 0;              // what the process will return
  bool nothing_analysed = false;  // no file could be read: the run did not do its work
};

}  // namespace vlint
