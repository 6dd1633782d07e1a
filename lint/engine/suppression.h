// Comments that silence findings.
//
//   # vlint: ignore[velero/emptydir-in-fs-backup] scratch space     on the line, or on a line of its own above an entry
//                                                                   (then it covers the whole entry)
//   # vlint: ignore-file[velero/*] reason                           at the head of a document: covers the document; at
//                                                                   the head of the file: the file
//
// A suppression that silences nothing, or names no rule, is a finding itself.
#pragma once

#include <span>
#include <vector>

#include "lint/engine/finding.h"
#include "lint/engine/rule.h"
#include "lint/engine/sources.h"

namespace vlint {

// Marks suppressed findings (they stay in the list) and appends the findings about suppressions. `known` are all rules,
// `enabled` those of this run: what a rule that is off would find is not known, so its suppressions count as used.
void apply_suppressions(const Sources& sources, std::span<const RuleEntry> known, std::span<const RuleEntry> enabled,
                        std::vector<Finding>& findings);

}  // namespace vlint
