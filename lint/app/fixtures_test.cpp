// Runs every folder of fixtures/: the golden tests of the rules and of whole repositories.
//
//   fixtures/rules/<group>/<name>/bad       a small repository; `# finds: <rule>` stands on each line where a finding
//                                           begins, or on a line of its own above it
//                                 good      its nearest innocent neighbour: silent
//                                 fixed     what the fix makes of bad
//                                 expected.txt  the rendered report of bad
//                           Situations that exclude each other have repositories of their own: bad-<situation> with
//                           fixed-<situation> and expected-<situation>.txt, and good-<situation>.
//   fixtures/clusters/<name>                a repository, with expected.json
//
// With VLINT_UPDATE=1 in the environment the expectations are rewritten; read the difference before you commit it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "lint/base/disk.h"
#include "lint/base/line_table.h"
#include "lint/base/text.h"
#include "lint/engine/fixer.h"
#include "lint/engine/registry.h"
#include "lint/output/plan_json.h"
#include "lint/output/printer.h"
#include "lint/output/rule_docs.h"
#include "lint/output/sarif_check.h"
#include "lint/yaml/judge.h"

namespace fs = std::filesystem;
using namespace vlint;

namespace {

const std::string kRoot = VLINT_SOURCE_DIR;
constexpr std::string_view kMarker = "# finds: ";

bool updates() { return std::getenv("VLINT_UPDATE") != nullptr; }

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Compares a whole text with a file of the repository, or rewrites the file.
void check_golden(const fs::path& path, const std::string& text) {
  if (updates()) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  INFO("file: ", path.string(), " (VLINT_UPDATE=1 rewrites it)");
  REQUIRE(fs::exists(path));
  CHECK(read_text(path) == text);
}

AnalysisOptions options_with(std::string_view extra_rule) {
  AnalysisOptions options{all_rules(), {}, {}, {}};
  for (const RuleEntry& rule : all_rules()) {
    if (rule.rule->on_by_default || rule.id == extra_rule) options.rules.push_back(rule);
  }
  return options;
}

FileSet read_folder(const std::string& folder) {
  const Discovery found = discover(folder);
  CHECK(found.unread.empty());
  ReadFiles read = read_files(folder, found.yaml_files, yaml::Limits{}.file_bytes, Workers(1));
  CHECK(read.unread.empty());
  return std::move(read.files);
}

Analysis analyze_folder(const std::string& folder, const AnalysisOptions& options, unsigned jobs = 1) {
  const Workers workers(jobs);
  Sources sources = parse_sources(read_folder(folder), {}, workers, folder);
  Result<Configuration> configuration = configuration_of(sources);
  REQUIRE_MESSAGE(configuration.ok(), (configuration.ok() ? "" : configuration.error()));
  AnalysisOptions with_configuration = options;
  with_configuration.configuration = std::move(configuration).value();
  return analyze(std::move(sources), with_configuration, workers);
}

Results results_of(const Analysis& analysis, const AnalysisOptions& options) {
  Results results;
  results.files = &analysis.sources.files;
  results.rules = options.rules;
  results.findings = analysis.findings;
  results.incomplete = analysis.incomplete;
  results.summary = summarize(analysis, analysis.findings);
  results.exit_code = results.summary.errors + results.summary.warnings > 0 ? 1 : 0;
  return results;
}

// "path:line rule", sorted.
using Lines = std::multiset<std::string>;

Lines marked(const FileSet& files) {
  Lines lines;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const SourceFile& file = files[files.id_at(i)];
    const LineTable table(file.text);
    for (std::uint32_t number = 1; number <= table.line_count(); ++number) {
      const std::string_view line = table.line(number);
      const std::size_t at = line.find(kMarker);
      if (at == std::string_view::npos) continue;
      const bool stands_alone = trim(line.substr(0, at)).empty();
      for (const std::string_view rule : split(line.substr(at + kMarker.size()), ',')) {
        lines.insert(fmt::format("{}:{} {}", file.path, stands_alone ? number + 1 : number, trim(rule)));
      }
    }
  }
  return lines;
}

Lines found(const Analysis& analysis) {
  Lines lines;
  for (const Finding& finding : analysis.findings) {
    if (finding.suppressed) continue;
    const SourceFile& file = analysis.sources.files[finding.primary.where.file];
    lines.insert(
        fmt::format("{}:{} {}", file.path, LineTable(file.text).at(finding.primary.where.begin).line, finding.rule));
  }
  return lines;
}

// Compares what is found with what is marked, and names each difference.
void check_findings(const Lines& found, const Lines& marked) {
  Lines missed;
  Lines unexpected;
  std::set_difference(marked.begin(), marked.end(), found.begin(), found.end(), std::inserter(missed, missed.end()));
  std::set_difference(found.begin(), found.end(), marked.begin(), marked.end(),
                      std::inserter(unexpected, unexpected.end()));
  for (const std::string& line : missed) FAIL_CHECK("marked and not found: ", line);
  for (const std::string& line : unexpected) FAIL_CHECK("found and not marked: ", line);
}

std::string all_formats(const Analysis& analysis, const AnalysisOptions& options) {
  const Results results = results_of(analysis, options);
  return print_text(results, {}) + print_concise(results, {}) + print_json(results) + print_sarif(results) +
         print_plan(analysis);
}

void check_same_bytes_for_any_number_of_jobs(const std::string& folder, const AnalysisOptions& options) {
  CHECK(all_formats(analyze_folder(folder, options, 1), options) ==
        all_formats(analyze_folder(folder, options, 4), options));
}

void check_sarif_is_sound(const Analysis& analysis, const AnalysisOptions& options) {
  const Results results = results_of(analysis, options);
  for (const std::string& fault : check_sarif(print_sarif(results), results)) FAIL_CHECK(fault);
}

void check_both_parsers_agree(const Analysis& analysis) {
  for (const auto& tree : analysis.sources.trees) {
    if (tree == nullptr || !tree->problems.empty()) continue;
    const Status opinion = yaml::agree(*tree);
    INFO("file: ", analysis.sources.files[tree->file].path);
    CHECK_MESSAGE(opinion.ok(), (opinion.ok() ? "" : opinion.error()));
  }
}

std::vector<std::string> folders_in(const fs::path& path) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Everything that is fixed, and what the folder `fixed` says of it.
void check_fixes(const RuleEntry& rule, const fs::path& fixed, const Analysis& bad, const AnalysisOptions& options) {
  const Workers workers(1);
  const Safety least = rule.rule->best_fix == BestFix::unsafe ? Safety::unsafe : Safety::safe;
  const auto of_this_rule = [&](const Finding& finding) { return finding.rule == rule.id; };
  const FixRun run = fix_all(analyze(bad.sources, options, workers), least, of_this_rule, options, workers);
  for (const std::string& defect : run.withdrawn) FAIL_CHECK(defect);
  const FileSet& after = run.analysis.sources.files;
  if (rule.rule->best_fix < BestFix::unsafe) {
    CHECK(changed_files(bad.sources.files, after).empty());
    return;
  }
  if (fixed.filename() == "fixed") CHECK(run.applied > 0);
  for (std::size_t i = 0; i < after.size(); ++i) {
    const SourceFile& file = after[after.id_at(i)];
    check_golden(fixed / file.path, file.text);
  }
  const FixRun again = fix_all(analyze_folder(fixed.string(), options), least, of_this_rule, options, workers);
  CHECK(again.applied == 0);
}

// `situation` is empty or begins with a hyphen.
void check_bad(const RuleEntry& rule, const fs::path& folder, const std::string& situation,
               const AnalysisOptions& options) {
  const std::string repository = (folder / ("bad" + situation)).string();
  INFO("repository: ", repository);
  Analysis bad = analyze_folder(repository, options);
  check_findings(found(bad), marked(bad.sources.files));
  CHECK(std::any_of(bad.findings.begin(), bad.findings.end(), [&](const Finding& f) { return f.rule == rule.id; }));
  for (const std::string& defect : withdraw_unproven(bad, options, Workers(1))) FAIL_CHECK(defect);
  check_golden(folder / ("expected" + situation + ".txt"),
               print_text(results_of(bad, options), {.width = 100, .verbose = true}));
  check_sarif_is_sound(bad, options);
  check_both_parsers_agree(bad);
  check_fixes(rule, folder / ("fixed" + situation), bad, options);
  check_same_bytes_for_any_number_of_jobs(repository, options);
}

void check_good(const std::string& repository, const AnalysisOptions& options) {
  INFO("repository: ", repository);
  const Analysis good = analyze_folder(repository, options);
  check_findings(found(good), {});
  check_both_parsers_agree(good);
}

void check_rule(const RuleEntry& rule) {
  const fs::path folder = fs::path(kRoot) / "fixtures" / "rules" / std::string(rule.id);
  REQUIRE_MESSAGE(fs::is_directory(folder / "bad"), "a rule needs the folder ", folder.string(), "/bad");
  REQUIRE_MESSAGE(fs::is_directory(folder / "good"), "a rule needs the folder ", folder.string(), "/good");
  const AnalysisOptions options = options_with(rule.id);
  for (const std::string& name : folders_in(folder)) {
    const std::string kind = name.substr(0, name.find('-'));
    if (kind == "bad") check_bad(rule, folder, name.substr(kind.size()), options);
    if (kind == "good") check_good((folder / name).string(), options);
  }
}

}  // namespace

TEST_CASE("rule") {
  for (const RuleEntry& rule : all_rules()) {
    SUBCASE(std::string(rule.id).c_str()) { check_rule(rule); }
  }
}

TEST_CASE("every fixture folder belongs to a rule") {
  const fs::path folder = fs::path(kRoot) / "fixtures" / "rules";
  for (const std::string& group : folders_in(folder)) {
    for (const std::string& name : folders_in(folder / group)) {
      CHECK_MESSAGE(find_rule(all_rules(), group + "/" + name) != nullptr, group, "/", name);
    }
  }
}

TEST_CASE("cluster") {
  const fs::path folder = fs::path(kRoot) / "fixtures" / "clusters";
  for (const std::string& name : folders_in(folder)) {
    SUBCASE(name.c_str()) {
      const AnalysisOptions options = options_with("");
      const std::string path = (folder / name).string();
      Analysis analysis = analyze_folder(path, options);
      for (const std::string& defect : withdraw_unproven(analysis, options, Workers(1))) FAIL_CHECK(defect);
      check_golden(folder / name / "expected.json", print_json(results_of(analysis, options)));
      check_sarif_is_sound(analysis, options);
      check_both_parsers_agree(analysis);
      check_same_bytes_for_any_number_of_jobs(path, options);
    }
  }
}

// Checks that the README holds `text` between two marks, or writes it there.
void check_readme(std::string_view begin, std::string_view end, const std::string& text) {
  const std::string readme = read_text(kRoot + "/README.md");
  const std::size_t from = readme.find(begin);
  REQUIRE(from != std::string::npos);
  const std::size_t to = readme.find(end, from + begin.size());
  REQUIRE(to != std::string::npos);
  if (updates()) {
    check_golden(kRoot + "/README.md", readme.substr(0, from + begin.size()) + text + readme.substr(to));
    return;
  }
  CHECK(readme.substr(from + begin.size(), to - from - begin.size()) == text);
}

TEST_CASE("the README holds the table of rules") {
  check_readme("<!-- rules: begin, made by `vlint rules --format markdown` -->\n", "<!-- rules: end -->",
               rules_markdown(all_rules()));
}

TEST_CASE("the README shows the report of its example") {
  const AnalysisOptions options = options_with("");
  const Analysis analysis = analyze_folder(kRoot + "/fixtures/clusters/homepage", options);
  check_readme("$ vlint fixtures/clusters/homepage\n", "```", print_text(results_of(analysis, options), {}));
}

TEST_CASE("both names of the pre-commit manifest hold the same bytes") {
  const std::string manifest = read_text(kRoot + "/pre-commit-hooks.yaml");
  CHECK(!manifest.empty());
  CHECK(manifest == read_text(kRoot + "/.pre-commit-hooks.yaml"));
}
