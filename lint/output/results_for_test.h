// Results made by hand for the printers' tests: files in memory, findings placed by the text they are about.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/engine/analysis.h"

namespace vlint {

inline constexpr std::string_view kEmptyDirRule = "velero/emptydir-in-fs-backup";
inline constexpr std::string_view kPausedRule = "velero/schedule-paused";
inline constexpr std::string_view kSyntaxRule = "yaml/syntax-error";

using Files = std::vector<SourceFile>;

class ResultsForTest {
 public:
  explicit ResultsForTest(Files files) : files_(std::move(files)) {
    results.files = &files_;
    results.rules = rules_;
    results.summary.files = files_.size();
  }
  ResultsForTest(const ResultsForTest&) = delete;
  ResultsForTest& operator=(const ResultsForTest&) = delete;

  // The n-th place (from 0) of a text in a file. The text must be there.
  Span find(std::string_view path, std::string_view text, std::size_t n = 0) const {
    const FileId file = *files_.find(path);
    std::size_t at = files_[file].text.find(text);
    for (; n > 0; --n) at = files_[file].text.find(text, at + 1);
    return {file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + text.size())};
  }
  // The point before or after it.
  Span before(std::string_view path, std::string_view text, std::size_t n = 0) const {
    const Span span = find(path, text, n);
    return {span.file, span.begin, span.begin};
  }
  Span after(std::string_view path, std::string_view text, std::size_t n = 0) const {
    const Span span = find(path, text, n);
    return {span.file, span.end, span.end};
  }

  Finding& add(std::string_view rule, Severity severity, std::string message, Span where, std::string label = {}) {
    Finding finding;
    finding.rule = rule;
    finding.severity = severity;
    finding.message = std::move(message);
    finding.primary = {where, std::move(label)};
    results.findings.push_back(std::move(finding));
    ++(severity == Severity::error     ? results.summary.errors
       : severity == Severity::warning ? results.summary.warnings
                                       : results.summary.notes);
    return results.findings.back();
  }

  Results results;

 private:
  static Rule rule(std::string_view summary, Severity severity) {
    Rule rule;
    rule.summary = summary;
    rule.explanation =
        "## What it finds\n\nA volume that a `Schedule` copies\nfrom the **node**, see [Velero](https://velero.io).\n\n"
        "More.\n\n## Why it matters\n\nThe backup fails.\n\n## How to fix it\n\n```yaml\nemptyDir: {}\n```\n\n"
        "## When to ignore it\n\nNever.\n";
    rule.severity = severity;
    rule.since = "0.1.0";
    return rule;
  }

  Rule empty_dir_ = rule("a Schedule copies an emptyDir by file system backup", Severity::error);
  Rule paused_ = rule("a Schedule is paused", Severity::warning);
  Rule syntax_ = rule("a document is not valid YAML", Severity::error);
  RuleEntry rules_[3] = {{kEmptyDirRule, &empty_dir_}, {kPausedRule, &paused_}, {kSyntaxRule, &syntax_}};
  FileSet files_;
};

// Two manifests of one cluster.
inline constexpr std::string_view kDeployment =
    "apiVersion: apps/v1\n"            // 1
    "kind: Deployment\n"               // 2
    "metadata:\n"                      // 3
    "  name: homepage\n"               // 4
    "  namespace: apps\n"              // 5
    "spec:\n"                          // 6
    "  template:\n"                    // 7
    "    metadata:\n"                  // 8
    "      labels: {app: homepage}\n"  // 9
    "    spec:\n"                      // 10
    "      volumes:\n"                 // 11
    "        - name: logs\n"           // 12
    "          emptyDir: {}\n";        // 13
inline constexpr std::string_view kSchedule =
    "apiVersion: velero.io/v1\n"             // 1
    "kind: Schedule\n"                       // 2
    "metadata:\n"                            // 3
    "  name: daily\n"                        // 4
    "spec:\n"                                // 5
    "  schedule: \"0 2 * * *\"\n"            // 6
    "  template:\n"                          // 7
    "    defaultVolumesToFsBackup: true\n";  // 8

inline Files two_manifests() {
  return {{"apps/homepage/deployment.yaml", std::string(kDeployment)},
          {"velero/schedule.yaml", std::string(kSchedule)}};
}

}  // namespace vlint
