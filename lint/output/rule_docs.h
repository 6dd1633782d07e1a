// Everything printed about rules, made from their constants.
#pragma once

#include <span>
#include <string>

#include "lint/engine/rule.h"

namespace vlint {

// The page of `vlint explain`: title, facts, explanation, sources. Markdown.
std::string rule_page(const RuleEntry& rule);

// The table of `vlint rules`, in columns for a terminal.
std::string rules_text(std::span<const RuleEntry> rules);
// The table in the README.
std::string rules_markdown(std::span<const RuleEntry> rules);
// "vlint/rules/1": id, summary, severity, precision, fix, on_by_default, since, explanation.
std::string rules_json(std::span<const RuleEntry> rules);

std::string_view to_string(BestFix fix);

}  // namespace vlint
