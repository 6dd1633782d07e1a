#include "lint/app/commands.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "lint/app/jmespath.h"
#include "lint/app/render.h"
#include "lint/base/disk.h"
#include "lint/base/text.h"
#include "lint/engine/fixer.h"
#include "lint/engine/pipeline.h"
#include "lint/engine/registry.h"
#include "lint/output/coverage.h"
#include "lint/output/plan_compare.h"
#include "lint/output/plan_json.h"
#include "lint/output/printer.h"
#include "lint/output/rule_docs.h"
#include "lint/output/why.h"

namespace vlint {
namespace {

constexpr int kClean = 0;
constexpr int kFindings = 1;
constexpr int kCannotWork = 2;

void complain(std::string_view sentence) { fmt::print(stderr, "vlint: {}\n", sentence); }

int cannot_work(std::string_view sentence) {
  complain(sentence);
  return kCannotWork;
}

// Says how long each stage took, when asked to.
class Stopwatch {
 public:
  explicit Stopwatch(bool speaks) : speaks_(speaks), started_(Clock::now()) {}

  void lap(std::string_view stage) {
    const auto now = Clock::now();
    if (speaks_) {
      fmt::print(stderr, "{:<10} {:8.1f} ms\n", stage,
                 std::chrono::duration<double, std::milli>(now - started_).count());
    }
    started_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool speaks_;
  Clock::time_point started_;
};

// A line on the terminal while many files are read; gone afterwards.
class Progress {
 public:
  Progress(std::size_t files, bool quiet) : shown_(!quiet && files >= kMany && ::isatty(STDERR_FILENO) != 0) {
    if (shown_) fmt::print(stderr, "\rreading {} files ...", files);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  static constexpr std::size_t kMany = 1000;
  bool shown_;
};

// What was asked to be linted: the files of a repository, and the paths that select what is reported.
struct Input {
  std::string root;  // empty for standard input
  FileSet files;
  std::vector<std::string> selected;  // relative to the root; empty: everything
  std::vector<std::string> unread;    // a sentence each
};

std::string read_standard_input() {
  std::string text;
  char buffer[1 << 16];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) text.append(buffer, got);
  return text;
}

Result<Input> read_input(const CommandLine& line, const Workers& workers) {
  const std::vector<std::string> paths = line.paths.empty() ? std::vector<std::string>{"."} : line.paths;
  if (std::find(paths.begin(), paths.end(), "-") != paths.end()) {
    if (paths.size() > 1) return Error{"`-` reads standard input alone: give no other paths"};
    Input input;
    input.files = FileSet({{line.stdin_filename.value_or("stdin"), read_standard_input()}});
    return input;
  }
  const Result<std::string> root = repository_root(paths.front());
  if (!root.ok()) return Error{root.error()};
  Input input;
  input.root = *root;
  for (const std::string& path : paths) {
    const Result<std::string> relative = path_in_repository(*root, path);
    if (!relative.ok()) return Error{relative.error()};
    input.selected.push_back(*relative);
  }
  const bool everything = std::find(input.selected.begin(), input.selected.end(), "") != input.selected.end();
  if (everything) input.selected.clear();
  Discovery found = discover(*root);
  // A file that is named is read whatever its name.
  for (const std::string& path : input.selected) {
    if (!std::filesystem::is_directory(*root + "/" + path)) found.yaml_files.push_back(path);
  }
  const Progress progress(found.yaml_files.size(), line.quiet);
  for (const std::string& sentence : found.left_out) complain(sentence);
  ReadFiles read = read_files(*root, found.yaml_files, line.limits.file_bytes, workers);
  input.files = std::move(read.files);
  input.unread = std::move(found.unread);
  std::move(read.unread.begin(), read.unread.end(), std::back_inserter(input.unread));
  return input;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path == folder ||
         (path.size() > folder.size() && path.substr(0, folder.size()) == folder && path[folder.size()] == '/');
}

// Whether the paths given select a place.
class PathSelection {
 public:
  PathSelection(const FileSet& files, const std::vector<std::string>& paths) : everything_(paths.empty()) {
    if (everything_) return;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string& file = files[files.id_at(i)].path;
      chosen_.push_back(
          std::any_of(paths.begin(), paths.end(), [&](const std::string& p) { return is_below(file, p); }));
    }
  }

  bool has(const Span& place) const {
    return everything_ || (place.valid() && chosen_[static_cast<std::size_t>(place.file)]);
  }

  // A finding concerns the paths when its place, a related place or its fix lies there.
  bool has(const Finding& finding) const {
    if (has(finding.primary.where)) return true;
    const auto here = [this](const Label& label) { return has(label.where); };
    if (std::any_of(finding.related.begin(), finding.related.end(), here)) return true;
    return std::any_of(finding.fixes.begin(), finding.fixes.end(), [this](const Fix& fix) {
      return std::any_of(fix.edits.begin(), fix.edits.end(), [this](const TextEdit& edit) { return has(edit.where); });
    });
  }

  // Whether every fix of the finding stays inside the paths.
  bool holds_fixes_of(const Finding& finding) const {
    return std::all_of(finding.fixes.begin(), finding.fixes.end(), [this](const Fix& fix) {
      return std::all_of(fix.edits.begin(), fix.edits.end(), [this](const TextEdit& edit) { return has(edit.where); });
    });
  }

 private:
  bool everything_;
  std::vector<bool> chosen_;  // by FileId
};

bool wants_colour(ColourMode mode) {
  if (mode != ColourMode::automatic) return mode == ColourMode::always;
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  if (is_set("NO_COLOR")) return false;
  if (is_set("FORCE_COLOR") || is_set("CLICOLOR_FORCE")) return true;
  return ::isatty(STDOUT_FILENO) != 0;
}

unsigned terminal_width(unsigned widest = 120) {
  constexpr unsigned kDefault = 100;
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return kDefault;
  return std::clamp(static_cast<unsigned>(size.ws_col), 60U, widest);
}

std::string print(const Results& results, const Output& output, const CommandLine& line) {
  const bool to_screen = output.file == "-";
  const PrintOptions options{to_screen && wants_colour(line.colour), to_screen ? terminal_width() : 100, line.verbose,
                             line.quiet};
  if (output.format == "json") return print_json(results);
  if (output.format == "sarif") return print_sarif(results);
  if (output.format == "concise") return print_concise(results, options);
  return print_text(results, options);
}

Status deliver(const std::string& text, const std::string& file) {
  if (file != "-") return write_report(file, text);
  const bool complete = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!complete) return Error{"cannot write to standard output"};
  return Done{};
}

// Writes every changed file; a file that cannot be written does not keep the others from being mended.
bool write_files(const std::string& root, const FileSet& before, const FileSet& after) {
  bool all_written = true;
  for (const FileId file : changed_files(before, after)) {
    const Status written = replace_file(root, after[file].path, before[file].text, after[file].text);
    if (!written.ok()) {
      complain(written.error());
      all_written = false;
    }
  }
  return all_written;
}

int print_diff(const FileSet& before, const FileSet& after) {
  const std::vector<FileId> changed = changed_files(before, after);
  std::string patch;
  for (const FileId file : changed) patch += unified_diff(before[file].path, before[file].text, after[file].text);
  const Status delivered = deliver(patch, "-");
  if (!delivered.ok()) return cannot_work(delivered.error());
  return changed.empty() ? kClean : kFindings;
}

int exit_code_of(const std::vector<Finding>& findings, const std::optional<Severity>& fail_on) {
  const bool fails = fail_on && std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
                       return !finding.suppressed && finding.severity >= *fail_on;
                     });
  return fails ? kFindings : kClean;
}

int report(const Analysis& analysis, const AnalysisOptions& options, const PathSelection& selection,
           const CommandLine& line, bool all_done) {
  Results results;
  results.files = &analysis.sources.files;
  results.rules = options.rules;
  std::copy_if(analysis.findings.begin(), analysis.findings.end(), std::back_inserter(results.findings),
               [&](const Finding& finding) { return selection.has(finding); });
  results.incomplete = analysis.incomplete;
  results.summary = summarize(analysis, results.findings);
  results.exit_code = all_done ? exit_code_of(results.findings, line.fail_on) : kCannotWork;
  results.nothing_analysed = analysis.sources.files.size() == 0 && !all_done;
  for (const Output& output : line.outputs) {
    const Status delivered = deliver(print(results, output, line), output.file);
    if (!delivered.ok()) return cannot_work(delivered.error());
  }
  return results.exit_code;
}

int lint(const CommandLine& line) {
  Stopwatch watch(line.timings);
  const Workers workers(line.jobs);
  AnalysisOptions options{all_rules(), {}, line.velero, {}};
  options.velero.jobs = line.jobs;
  Result<std::vector<RuleEntry>> rules = select_rules(all_rules(), line.select, line.ignore);
  if (!rules.ok()) return cannot_work(rules.error());
  options.rules = std::move(rules).value();

  const Result<Input> input = read_input(line, workers);
  if (!input.ok()) return cannot_work(input.error());
  if (line.fix && input->root.empty()) return cannot_work("standard input cannot be fixed in place; use --diff");
  for (const std::string& sentence : input->unread) complain(sentence);
  bool all_done = input->unread.empty();
  watch.lap("read");

  Sources sources = parse_sources(input->files, line.limits, workers, input->root);
  Result<Configuration> configuration = configuration_of(sources);
  if (!configuration.ok()) return cannot_work(configuration.error());
  options.configuration = std::move(configuration).value();
  watch.lap("parse");

  Analysis analysis = analyze(std::move(sources), options, workers);
  const FileSet before = analysis.sources.files;  // with the files that only builds read
  const PathSelection selection(before, input->selected);
  watch.lap("analyse");

  if (!line.fix && !line.diff) {
    const auto is_shown = [&](const Finding& finding) { return selection.has(finding); };
    for (const std::string& defect : withdraw_unproven(analysis, options, workers, is_shown)) complain(defect);
    watch.lap("prove");
    return report(analysis, options, selection, line, all_done);
  }

  const auto may_fix = [&](const Finding& finding) {
    return selection.has(finding) && (!line.hook || selection.holds_fixes_of(finding));
  };
  const Safety least = line.unsafe_fixes ? Safety::unsafe : Safety::safe;
  const FixRun fixed = fix_all(std::move(analysis), least, may_fix, options, workers);
  watch.lap("fix");
  for (const std::string& defect : fixed.withdrawn) complain(defect);
  if (line.diff) return print_diff(before, fixed.analysis.sources.files);
  for (const std::string& sentence : fixed.postponed) complain(sentence);
  if (!write_files(input->root, before, fixed.analysis.sources.files)) all_done = false;
  if (!line.quiet && fixed.applied > 0) {
    const std::size_t files = changed_files(before, fixed.analysis.sources.files).size();
    complain(fmt::format("applied {} fix{} in {} file{}", fixed.applied, fixed.applied == 1 ? "" : "es", files,
                         files == 1 ? "" : "s"));
  }
  return report(fixed.analysis, options, selection, line, all_done);
}

// A text, and the exit code when it was delivered.
struct Answer {
  std::string text;
  int exit_code = kClean;
};

// Analyses the repository with these rules and prints what `make_answer` makes of it.
template <typename MakeAnswer>
int print_analysis(const CommandLine& line, std::vector<RuleEntry> rules, MakeAnswer&& make_answer) {
  const Workers workers(line.jobs);
  const Result<Input> input = read_input(line, workers);
  if (!input.ok()) return cannot_work(input.error());
  for (const std::string& sentence : input->unread) complain(sentence);
  Sources sources = parse_sources(input->files, line.limits, workers, input->root);
  Result<Configuration> configuration = configuration_of(sources);
  if (!configuration.ok()) return cannot_work(configuration.error());
  AnalysisOptions options{all_rules(), std::move(rules), line.velero, std::move(configuration).value()};
  options.velero.jobs = line.jobs;
  const Analysis analysis = analyze(std::move(sources), options, workers);
  const Result<Answer> answer = make_answer(analysis);
  if (!answer.ok()) return cannot_work(answer.error());
  const Status delivered = deliver(answer->text, "-");
  if (!delivered.ok()) return cannot_work(delivered.error());
  return input->unread.empty() ? answer->exit_code : kCannotWork;
}

// The plan of the manifests as they are beside that of another version of Velero.
Answer compare(const Analysis& analysis, const CommandLine& line) {
  AnalysisOptions options{all_rules(), {}, line.velero, analysis.configuration};
  options.velero.velero_version = line.compare;
  options.velero.jobs = line.jobs;
  const Analysis other = analyze(analysis.sources, options, Workers(line.jobs));
  const std::vector<VerdictChange> changes = compare_plans(analysis, other);
  return {line.plan_format == "text" ? print_changes_text(changes, analysis, other)
                                     : print_changes_json(changes, analysis, other)};
}

int plan(const CommandLine& line) {
  if (line.compare) {
    return print_analysis(line, {}, [&](const Analysis& analysis) { return Result<Answer>(compare(analysis, line)); });
  }
  return print_analysis(line, {},
                        [](const Analysis& analysis) { return Result<Answer>(Answer{print_plan(analysis)}); });
}

int exit_code_of(const std::vector<ClusterCoverage>& clusters, const CommandLine& line) {
  const bool fails = std::any_of(clusters.begin(), clusters.end(), [&](const ClusterCoverage& cluster) {
    return cluster.percent() < line.min_coverage || (line.fail_on_uncovered && cluster.uncovered() > 0);
  });
  return fails ? kFindings : kClean;
}

int coverage(const CommandLine& line) {
  return print_analysis(line, {}, [&](const Analysis& analysis) {
    const int exit_code = exit_code_of(coverage_of(analysis), line);
    if (line.coverage_format == "json") return Result<Answer>(Answer{print_coverage_json(analysis), exit_code});
    if (line.coverage_format == "markdown") return Result<Answer>(Answer{print_coverage_markdown(analysis), exit_code});
    constexpr unsigned kWidest = 200;
    const unsigned width = line.width != 0 ? line.width : terminal_width(kWidest);
    return Result<Answer>(Answer{print_coverage_text(analysis, width, wants_colour(line.colour)), exit_code});
  });
}

int why(const CommandLine& line) {
  Result<std::vector<RuleEntry>> rules = select_rules(all_rules(), {}, {});
  if (!rules.ok()) return cannot_work(rules.error());
  const PrintOptions options{wants_colour(line.colour), terminal_width(), line.verbose, line.quiet};
  return print_analysis(line, std::move(rules).value(), [&](const Analysis& analysis) -> Result<Answer> {
    Result<std::string> text = explain_why(analysis, line.target, options);
    if (!text.ok()) return Error{text.error()};
    return Answer{std::move(text).value()};
  });
}

int explain(const CommandLine& line) {
  const RuleEntry* rule = find_rule(all_rules(), line.rule);
  if (rule == nullptr) {
    const std::string_view near = closest_rule(all_rules(), line.rule);
    return cannot_work(near.empty()
                           ? fmt::format("no rule is named {}; `vlint rules` lists them", vlint::quoted(line.rule))
                           : fmt::format("no rule is named {}; did you mean {}?", vlint::quoted(line.rule), near));
  }
  fmt::print("{}", rule_page(*rule));
  return kClean;
}

int list_rules(const CommandLine& line) {
  fmt::print("{}", line.rules_format == "json"       ? rules_json(all_rules())
                   : line.rules_format == "markdown" ? rules_markdown(all_rules())
                                                     : rules_text(all_rules()));
  return kClean;
}

}  // namespace

int run(const CommandLine& line) {
  switch (line.command) {
    case Command::lint:
      return lint(line);
    case Command::plan:
      return plan(line);
    case Command::coverage:
      return coverage(line);
    case Command::explain:
      return explain(line);
    case Command::why:
      return why(line);
    case Command::render:
      return render(line);
    case Command::rules:
      return list_rules(line);
    case Command::jmespath:
      return evaluate_jmespath(line);
  }
  return kCannotWork;
}

}  // namespace vlint
