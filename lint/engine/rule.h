// A rule: a constant that the compiler checks, and one function over const views.
//
//   namespace vlint::rules {
//   VLINT_RULE(velero_emptydir_in_fs_backup) = checked({.summary = "...", .explanation = R"md(...)md", .check =
//   check});
//   }
//
// The build makes the table of rules from the folder (rules/CMakeLists.txt): a file that defines another name than the
// one its path asks for does not link. Nothing else lists rules.
#pragma once

#include <span>
#include <string_view>

#include "lint/engine/finding.h"

namespace vlint {

class Report;
struct Model;

enum class BestFix : std::uint8_t { none, suggestion, unsafe, safe };

struct Rule {
  std::string_view summary = {};      // one line, no full stop: "a Schedule copies an emptyDir by file system backup"
  std::string_view explanation = {};  // Markdown with the four headings below
  Severity severity = Severity::warning;
  Precision precision = Precision::high;
  BestFix best_fix = BestFix::none;
  std::string_view since = {};    // "0.1.0"
  std::string_view sources = {};  // where the behaviour was read: "velero pkg/podvolume/backupper.go, issue 5113"
  bool on_by_default = true;
  // The rule's function; null for the rules of the engine itself (syntax errors, unused suppressions), whose findings
  // are made by the stage that meets the fault.
  void (*check)(const Model&, Report&) = nullptr;
};

inline constexpr std::string_view kHeadings[] = {"## What it finds", "## Why it matters", "## How to fix it",
                                                 "## When to ignore it"};

constexpr bool is_well_formed(const Rule& rule) {
  for (const std::string_view heading : kHeadings) {
    if (rule.explanation.find(heading) == std::string_view::npos) return false;
  }
  return !rule.summary.empty() && rule.summary.back() != '.' && !rule.since.empty() &&
         (rule.precision != Precision::medium || !rule.on_by_default);
}

// Not constexpr on purpose: a rule that gets here does not compile.
inline void malformed_rule() {}

consteval Rule checked(const Rule& rule) {
  // A rule needs a summary without a full stop, the four headings and a version; medium precision is off by default.
  if (!is_well_formed(rule)) malformed_rule();
  return rule;
}

#define VLINT_RULE(name)           \
  extern const ::vlint::Rule name; \
  constinit const ::vlint::Rule name

// A rule with its public name, as listed in the generated table (sorted by id).
struct RuleEntry {
  std::string_view id;  // "velero/emptydir-in-fs-backup"
  const Rule* rule;
};

}  // namespace vlint
