// What a rule found, as plain data: printers show it, the fixer applies its fixes, suppressions silence it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/incomplete.h"
#include "lint/base/span.h"
#include "lint/base/text_edit.h"

namespace vlint {

enum class Severity : std::uint8_t {
  note,     // worth knowing
  warning,  // data may be unprotected, or a setting has no effect
  error,    // a backup fails, data is lost or exposed
};

enum class Precision : std::uint8_t {
  medium,  // may be wrong where Git doesn't tell; off by default
  high,
  very_high,
};

// How far a fix may be trusted, least first: "at least safe" is one comparison.
enum class Safety : std::uint8_t {
  suggestion,  // shown only
  unsafe,      // asked for with --unsafe-fixes: may change more than the finding is about
  safe,        // applied by --fix: meaning kept but for the finding's subject, no comment lost
};

constexpr std::string_view to_string(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note";
}
constexpr std::string_view to_string(Precision precision) {
  return precision == Precision::very_high ? "very-high" : precision == Precision::high ? "high" : "medium";
}
constexpr std::string_view to_string(Safety safety) {
  return safety == Safety::safe ? "safe" : safety == Safety::unsafe ? "unsafe" : "suggestion";
}

// A place with a few words on what stands there.
struct Label {
  Span where;
  std::string message;
};

// The object a finding is about; parts that do not apply are empty.
struct Subject {
  std::string cluster;
  std::string kind;
  std::string name_space;
  std::string name;
  std::string field;  // "spec.template.spec.volumes[0]"
};

// Applied whole or not at all.
struct Fix {
  std::string title;  // "exclude homepage-config and logs from file system backup"
  Safety safety = Safety::suggestion;
  std::vector<TextEdit> edits;  // any number of files, sorted
  bool in_overlay = false;      // mends one build alone, where a text that several builds share could be mended
  // Objects that it changes or adds besides the finding's subject. Then it must also leave everything as it is that
  // Schedules do with volumes, but for what findings of the same rule ask for.
  std::vector<Subject> also_changes = {};
  std::vector<Subject> adds = {};
};

enum class SuppressionKind : std::uint8_t { in_source, configuration };

struct Suppression {
  SuppressionKind kind = SuppressionKind::in_source;
  Span where;          // of the comment
  std::string reason;  // may be empty
};

inline constexpr std::uint32_t kNoUnit = 0xFFFFFFFFU;

// In which unit a rule saw something, and the text its object is made from. Never printed: fold.h makes one finding of
// those that several units have.
struct Sighting {
  std::uint32_t unit = kNoUnit;
  Span object;             // invalid for an object that no text holds, and for a finding about no object
  bool generated = false;  // the object is one of those that a policy generates
};

struct Finding {
  std::string_view rule;  // "velero/emptydir-in-fs-backup"; points into the rule table
  Severity severity = Severity::warning;
  Precision precision = Precision::high;
  std::string message;  // stands alone: one sentence, lower case, no full stop
  Label primary;        // its message says in a few words what stands there; may be empty
  Subject subject;
  std::vector<Label> related;
  std::vector<Label> chain;  // where the value came from, oldest first
  std::string help;          // what to write; may be empty
  std::vector<Fix> fixes;    // alternatives, best first
  std::string fingerprint;   // survives moved lines: made of rule, subject and an ordinal, never of the line
  std::optional<Suppression> suppressed;
  Sighting seen;
  std::vector<Subject> also_about;  // the same object of other units and clusters; see fold.h
};

// A subject that is a whole unit has this kind, and the unit's folder as its name.
inline constexpr std::string_view kUnitKind = "Kustomization";
bool is_about_unit(const Finding& finding);

// A total order: file, place, rule, message. Output never depends on how findings were found.
bool before(const Finding& a, const Finding& b);

}  // namespace vlint
