// One printer a format, none of which knows a rule. Each takes const results and returns the whole text, ending with a
// newline; the same results give the same bytes.
#pragma once

#include <string>

#include "lint/engine/analysis.h"

namespace vlint {

struct PrintOptions {
  bool colour = false;
  unsigned width = 100;  // columns, for wrapping help and notes
  bool verbose = false;  // text: list everything under `incomplete` instead of a count
  bool quiet = false;    // text: no summary line, nothing at all when there is nothing to show
};

// For people: frames over several files with underlines, labels, chain, help and the fix as a small diff.
std::string print_text(const Results& results, const PrintOptions& options);

// `path:line:col: severity: message [rule]`, one line a finding; columns count UTF-8 characters.
std::string print_concise(const Results& results, const PrintOptions& options);

// The contract "vlint/findings/1".
std::string print_json(const Results& results);

// SARIF 2.1.0, one run. Suppressed findings are in the log as suppressed; code scanning ignores suppressions and would
// open alerts for them, so they can be left out.
struct SarifOptions {
  bool include_suppressed = true;
};
std::string print_sarif(const Results& results, const SarifOptions& options = {});

}  // namespace vlint
