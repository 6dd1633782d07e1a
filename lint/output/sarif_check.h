// What a SARIF log of ours must keep beyond the schema, judged against the files and findings it was made of.
//
// For tests: validators see neither the files nor the findings, so wrong columns, snippets, fixes and a shown secret
// pass them. Computes with the specification's arithmetic, not with that of the printer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/analysis.h"

namespace vlint {

// One sentence for each fault of the log; empty when there is none.
std::vector<std::string> check_sarif(std::string_view log, const Results& results);

}  // namespace vlint
