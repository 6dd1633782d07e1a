// The table of rules, and which of them a run uses. The table is made by the build from the folder rules/.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"
#include "lint/engine/rule.h"

namespace vlint {

// Every rule, sorted by id. Defined by the generated table.
std::span<const RuleEntry> all_rules();

// Binary search by id in a sorted table; null when it is not there.
const RuleEntry* find_rule(std::span<const RuleEntry> rules, std::string_view id);

// The id nearest to a misspelt one, or empty.
std::string_view closest_rule(std::span<const RuleEntry> rules, std::string_view id);

// Whether `pattern` is the id itself, a group ("velero/*") or everything ("*").
bool selects(std::string_view pattern, std::string_view id);

// The rules of a run: all that are on by default, or those that `select` names instead, less those that `ignore` names.
// A pattern that names no rule is an error with a "did you mean".
Result<std::vector<RuleEntry>> select_rules(std::span<const RuleEntry> rules, const std::vector<std::string>& select,
                                            const std::vector<std::string>& ignore);

}  // namespace vlint
