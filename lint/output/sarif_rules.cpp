#include "lint/output/sarif_rules.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "lint/base/text.h"
#include "lint/output/sarif_text.h"

namespace vlint {
namespace {

using nlohmann::ordered_json;

// What code scanning keeps of a description (docs.github.com, "SARIF support for code scanning").
constexpr std::size_t kMaxDescription = 1024;

ordered_json text_json(std::string text) { return {{"text", shortened(std::move(text), kMaxDescription)}}; }

std::string anchor(std::string_view id) {
  std::string name(id);
  for (char& c : name) {
    if (c == '/') c = '-';
  }
  return fmt::format("{}#{}", kProjectUri, name);
}

std::string_view problem_severity(Severity severity) {
  return severity == Severity::note ? "recommendation" : to_string(severity);
}

ordered_json help_json(const RuleEntry& entry) {
  const std::string_view explanation = trim(entry.rule->explanation);
  const std::string comment = fmt::format("# vlint: ignore[{}] reason", entry.id);
  const std::string uri = anchor(entry.id);
  return {
      {"text",
       fmt::format("{}\n\nTo silence it in one place, write the comment: {}", plain_text(explanation), comment)},
      {"markdown", fmt::format("{}\n\n## How to suppress it\n\nWrite this comment on the line, or on a line of its own "
                               "above the entry:\n\n```yaml\n{}\n```\n\n[{}]({})\n",
                               explanation, comment, entry.id, uri)}};
}

struct Described {
  std::string_view id;
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view help;
  std::string_view level;
};

// By Notification, sorted by id.
constexpr Described kNotifications[] = {
    {"notification/file-not-analysed", "FileNotAnalysed", "Part of a file was not analysed",
     "A document of the file is not valid YAML, so it was not checked and nothing in it was seen by other checks.",
     "Repair the YAML at the place that is named.", "warning"},
    {"notification/not-seen", "NotSeen", "Something was not seen",
     "A part of what the clusters run is not known from the repository, so checks that depend on it stayed silent.",
     "Write what is missing into .vlint.yaml, or put it into the repository.", "note"},
    {"notification/nothing-analysed", "NothingAnalysed", "Nothing was analysed",
     "No file could be read, so the run says nothing about the repository.",
     "Run vlint in the repository, or name its folder.", "error"},
    {"notification/results-left-out", "ResultsLeftOut", "Results were left out",
     "The run has more results than code scanning accepts, so the least severe ones are not in this log.",
     "Repair the most severe findings first, or select fewer rules or paths.", "warning"},
};

// SARIF wants each tag once, and a group of rules is named `backup` too.
ordered_json tags_of(std::string_view group) {
  ordered_json tags = ordered_json::array({"backup", "kubernetes"});
  if (group != "backup") tags.push_back(group);
  return tags;
}

}  // namespace

ordered_json rule_descriptor(const RuleEntry& entry) {
  const Rule& rule = *entry.rule;
  const std::string group(entry.id.substr(0, entry.id.find('/')));
  return {{"id", entry.id},
          {"name", pascal_name(entry.id)},
          {"shortDescription", text_json(title(rule.summary))},
          {"fullDescription", text_json(sentence(first_paragraph(rule.explanation, kHeadings[0])))},
          {"help", help_json(entry)},
          {"helpUri", anchor(entry.id)},
          {"defaultConfiguration", {{"level", to_string(rule.severity)}}},
          {"properties",
           {{"tags", tags_of(group)},
            {"precision", to_string(rule.precision)},
            {"problem.severity", problem_severity(rule.severity)}}}};
}

std::string_view id_of(Notification notification) { return kNotifications[static_cast<unsigned>(notification)].id; }

ordered_json notification_descriptors() {
  ordered_json list = ordered_json::array();
  for (const Described& described : kNotifications) {
    list.push_back({{"id", described.id},
                    {"name", described.name},
                    {"shortDescription", {{"text", described.title}}},
                    {"fullDescription", {{"text", described.description}}},
                    {"help", {{"text", described.help}}},
                    {"defaultConfiguration", {{"level", described.level}}}});
  }
  return list;
}

}  // namespace vlint
