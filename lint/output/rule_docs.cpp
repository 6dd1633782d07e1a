#include "lint/output/rule_docs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lint/base/text.h"

namespace vlint {

std::string_view to_string(BestFix fix) {
  switch (fix) {
    case BestFix::none:
      return "none";
    case BestFix::suggestion:
      return "suggestion";
    case BestFix::unsafe:
      return "unsafe";
    case BestFix::safe:
      return "safe";
  }
  return {};
}

std::string rule_page(const RuleEntry& entry) {
  const Rule& rule = *entry.rule;
  std::string page = fmt::format("# {}\n\n{}.\n\n", entry.id, rule.summary);
  page += fmt::format("Severity: {}. Precision: {}. Fix: {}. Since: {}.{}\n\n", to_string(rule.severity),
                      to_string(rule.precision), to_string(rule.best_fix), rule.since,
                      rule.on_by_default ? "" : " Off by default: turn it on with `--select`.");
  page +=
      fmt::format("{}\n\nTo silence it in one place: `# vlint: ignore[{}] reason`\n", trim(rule.explanation), entry.id);
  if (!rule.sources.empty()) page += fmt::format("\nSources: {}\n", rule.sources);
  return page;
}

std::string rules_text(std::span<const RuleEntry> rules) {
  std::size_t width = 0;
  for (const RuleEntry& entry : rules) width = std::max(width, entry.id.size());
  std::string text;
  for (const RuleEntry& entry : rules) {
    text +=
        fmt::format("{:<{}}  {:<7}  {:<10}  {}{}\n", entry.id, width, to_string(entry.rule->severity),
                    entry.rule->best_fix == BestFix::none ? "" : fmt::format("{} fix", to_string(entry.rule->best_fix)),
                    entry.rule->summary, entry.rule->on_by_default ? "" : " (off by default)");
  }
  return text;
}

std::string rules_markdown(std::span<const RuleEntry> rules) {
  std::string text = "| rule | finds | severity | fix |\n| --- | --- | --- | --- |\n";
  for (const RuleEntry& entry : rules) {
    text += fmt::format("| `{}` | {}{} | {} | {} |\n", entry.id, entry.rule->summary,
                        entry.rule->on_by_default ? "" : " (off by default)", to_string(entry.rule->severity),
                        entry.rule->best_fix == BestFix::none ? "" : to_string(entry.rule->best_fix));
  }
  return text;
}

std::string rules_json(std::span<const RuleEntry> rules) {
  nlohmann::ordered_json table = nlohmann::ordered_json::array();
  for (const RuleEntry& entry : rules) {
    table.push_back({{"id", entry.id},
                     {"summary", entry.rule->summary},
                     {"severity", to_string(entry.rule->severity)},
                     {"precision", to_string(entry.rule->precision)},
                     {"fix", to_string(entry.rule->best_fix)},
                     {"on_by_default", entry.rule->on_by_default},
                     {"since", entry.rule->since},
                     {"explanation", trim(entry.rule->explanation)},
                     {"sources", entry.rule->sources}});
  }
  const nlohmann::ordered_json document = {{"schema", "vlint/rules/1"}, {"rules", std::move(table)}};
  return document.dump(2) + "\n";
}

}  // namespace vlint
