#include "lint/engine/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"

namespace vlint {
namespace {

Status check_patterns(std::span<const RuleEntry> rules, const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    const bool names_a_rule =
        std::any_of(rules.begin(), rules.end(), [&](const RuleEntry& rule) { return selects(pattern, rule.id); });
    if (names_a_rule) continue;
    const std::string_view near = closest_rule(rules, pattern);
    return Error{near.empty() ? fmt::format("no rule is named {}; `vlint rules` lists them", vlint::quoted(pattern))
                              : fmt::format("no rule is named {}; did you mean {}?", vlint::quoted(pattern), near)};
  }
  return Done{};
}

bool any_selects(const std::vector<std::string>& patterns, std::string_view id) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return selects(p, id); });
}

}  // namespace

const RuleEntry* find_rule(std::span<const RuleEntry> rules, std::string_view id) {
  const auto at = std::lower_bound(rules.begin(), rules.end(), id,
                                   [](const RuleEntry& rule, std::string_view wanted) { return rule.id < wanted; });
  return at != rules.end() && at->id == id ? &*at : nullptr;
}

std::string_view closest_rule(std::span<const RuleEntry> rules, std::string_view id) {
  std::vector<std::string_view> ids;
  for (const RuleEntry& rule : rules) {
    ids.push_back(rule.id);
    // A forgotten group is the commonest slip.
    if (rule.id.substr(rule.id.find('/') + 1) == id) return rule.id;
  }
  constexpr std::size_t kFarthest = 4;
  return closest(id, ids, kFarthest).value_or(std::string_view{});
}

bool selects(std::string_view pattern, std::string_view id) {
  if (pattern == "*" || pattern == id) return true;
  const bool names_group = pattern.size() > 2 && pattern.substr(pattern.size() - 2) == "/*";
  return names_group && id.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
}

Result<std::vector<RuleEntry>> select_rules(std::span<const RuleEntry> rules, const std::vector<std::string>& select,
                                            const std::vector<std::string>& ignore) {
  for (const auto* patterns : {&select, &ignore}) {
    const Status known = check_patterns(rules, *patterns);
    if (!known.ok()) return Error{known.error()};
  }
  std::vector<RuleEntry> chosen;
  for (const RuleEntry& rule : rules) {
    const bool is_on = select.empty() ? rule.rule->on_by_default : any_selects(select, rule.id);
    if (is_on && !any_selects(ignore, rule.id)) chosen.push_back(rule);
  }
  return chosen;
}

}  // namespace vlint
