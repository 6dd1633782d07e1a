// The command line: what the user asked for, as plain data. The only code that knows CLI11.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lint/base/result.h"
#include "lint/engine/finding.h"
#include "lint/kustomize/build.h"
#include "lint/velero/install.h"
#include "lint/yaml/parse.h"

namespace vlint {

enum class Command { lint, plan, coverage, explain, why, render, rules, jmespath };
enum class ColourMode { automatic, always, never };

struct Output {
  std::string format;  // "text", "concise", "json", "sarif"
  std::string file;    // "-" for standard output
};

struct CommandLine {
  Command command = Command::lint;
  std::vector<std::string> paths;  // empty: the working folder
  std::vector<std::string> select;
  std::vector<std::string> ignore;
  std::vector<Output> outputs;
  std::optional<Severity> fail_on = Severity::warning;  // nothing: never
  bool fix = false;
  bool diff = false;
  bool unsafe_fixes = false;
  bool hook = false;
  std::optional<std::string> stdin_filename;
  velero::PlanOptions velero;
  yaml::Limits limits;
  ColourMode colour = ColourMode::automatic;
  unsigned jobs = 0;
  bool timings = false;
  bool quiet = false;
  bool verbose = false;
  kustomize::Options render;
  bool render_origins = false;
  std::string rule;                        // of `explain`
  std::optional<velero::Version> compare;  // of `plan`: the version to compare with
  std::string plan_format;                 // "json" or "text"
  std::string target;                      // of `why`: NAMESPACE/NAME[:VOLUME]
  std::string rules_format = "text";
  std::string coverage_format = "text";  // or "markdown", "json"
  unsigned width = 0;                    // columns of the table; 0: as wide as the terminal
  unsigned min_coverage = 0;             // percent
  bool fail_on_uncovered = false;
  std::string expression;                // of `jmespath`
  std::string jmespath_input;            // a file, or "-"; empty: null
  std::string jmespath_format = "json";  // or "compact"
};

// What to do, or the exit code when parsing already answered (--help, --version, an error with a sentence on standard
// error).
struct Parsed {
  std::optional<CommandLine> command_line;
  int exit_code = 0;
};
Parsed parse_command_line(int argc, const char* const* argv);

}  // namespace vlint
