// Applying fixes, in memory, until nothing is left to fix; and the proof that each of them does what it says.
//
// A fix is applied whole or not at all. After it the sources are parsed by both parsers and analysed again: the finding
// must be gone, no other finding may have appeared, no resource may have changed but the finding's subject and what the
// fix names besides, and every comment outside of removed text must still be there. Of a fix that names other objects
// it must hold as well that Schedules do the same with every volume as before, but for what findings of its rule are
// about. A fix that fails the proof is withdrawn: a defect of its rule.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lint/engine/pipeline.h"

namespace vlint {

struct FixRun {
  Analysis analysis;                   // of the sources after the last round
  std::size_t applied = 0;             // fixes
  std::vector<std::string> withdrawn;  // one sentence for each fix that failed its proof
  std::vector<std::string> postponed;  // one sentence for each fix that others kept out in every round
};

// Which findings may be fixed (those that the paths selected).
using Selected = std::function<bool(const Finding&)>;
inline bool every_finding(const Finding&) { return true; }

// At most ten rounds.
FixRun fix_all(Analysis analysis, Safety least, const Selected& selected, const AnalysisOptions& options,
               const Workers& workers);

// Takes away the fixes that fail their proof, before they are shown; those of findings that nobody asked for are left
// as they are, unproven. Returns a sentence for each that was taken away.
std::vector<std::string> withdraw_unproven(Analysis& analysis, const AnalysisOptions& options, const Workers& workers,
                                           const Selected& selected = every_finding);

// The files whose text differs, in order.
std::vector<FileId> changed_files(const FileSet& before, const FileSet& after);

}  // namespace vlint
