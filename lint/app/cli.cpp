#include "lint/app/cli.h"

#include <fmt/format.h>

#include <algorithm>

#include <CLI/CLI.hpp>
#include <cstdio>

namespace vlint {
namespace {

constexpr int kCannotWork = 2;

constexpr const char* kExamples = R"(
Examples:
  vlint                                    lint the repository around the working folder
  vlint apps/homepage                      the same, reporting only what concerns that folder
  vlint --diff                             show what --fix would change, as a patch
  vlint --fix                              mend what can be mended safely
  vlint --output sarif=vlint.sarif         text on the screen, SARIF in a file
  kubectl get all,pvc -A -o yaml | vlint --stdin-filename cluster.yaml -
  vlint explain velero/emptydir-in-fs-backup
  vlint why apps/homepage:logs             one volume, step by step: what is backed up and why
  vlint coverage --min-coverage 100        every claim and what protects it, in order of danger
  vlint plan --compare 1.18 --format text  what an upgrade of Velero would change
  vlint plan > plan.json                   what every Schedule does with every volume
  vlint render overlays/prod --origins     a Kustomize build, with the source line of each value
  vlint jmespath 'spec.volumes[].name' --input pod.yaml    an expression, as Kyverno evaluates it

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 vlint could not do its work.
A folder named like a command is written with a dot: `vlint ./rules`, or `vlint lint rules`.)";

constexpr const char* kJmespathExamples = R"x(
Examples:
  vlint jmespath "regex_replace_all('^v', 'v1.2', '')"
  vlint jmespath '{{ request.object.metadata.name }}' --input request.json
  kubectl get pod x -o json | vlint jmespath 'spec.volumes[?emptyDir].name' --input -

Exit codes: 0 the value is on standard output, 1 the expression is wrong or finds nothing, 2 the input can't be read.)x";

const std::vector<std::string> kFormats{"text", "concise", "json", "sarif"};

// Texts as CLI11 collects them, before they are turned into a CommandLine.
struct RawOptions {
  std::vector<std::string> paths;
  std::vector<std::string> select;
  std::vector<std::string> ignore;
  std::vector<std::string> outputs;
  std::string format;
  std::string fail_on = "warning";
  std::string colour = "auto";
  std::string stdin_filename;
  std::string velero_version;
  std::size_t max_file_mib = 16;
  std::size_t max_nesting = 200;
  std::size_t max_alias_nodes = 100'000;
  bool fix = false;
  bool diff = false;
  bool unsafe_fixes = false;
  bool hook = false;
  unsigned jobs = 0;
  bool timings = false;
  bool quiet = false;
  bool verbose = false;
  std::string rule;
  std::string target;
  std::string rules_format = "text";
  std::string coverage_format = "text";
  std::string compare;
  std::string plan_format = "json";
  unsigned width = 0;
  unsigned min_coverage = 0;
  bool fail_on_uncovered = false;
  std::string load_restrictor = "root";
  std::string reorder;
  bool origins = false;
  std::string expression;
  std::string jmespath_input;
  std::string jmespath_format = "json";
};

void add_reading_options(CLI::App& app, RawOptions& raw) {
  app.add_option("paths", raw.paths, "Files or folders to report on; `-` reads standard input")->type_name("PATH");
  app.add_option("--stdin-filename", raw.stdin_filename, "Name for what `-` reads, as reports show it")
      ->type_name("NAME");
  app.add_option("--velero-version", raw.velero_version, "Simulate this version whatever the manifests say, e.g. 1.16")
      ->type_name("X.Y");
  app.add_option("--jobs", raw.jobs, "Threads to use; 0 means one a core")->type_name("N");
  app.add_option("--max-file-size", raw.max_file_mib, "Largest file that is read, in MiB (16)")
      ->check(CLI::Range(1, 4095))
      ->type_name("MIB");
  app.add_option("--max-nesting", raw.max_nesting, "Deepest nesting of a document that is read (200)")
      ->check(CLI::Range(1, 100'000))
      ->type_name("N");
  app.add_option("--max-alias-nodes", raw.max_alias_nodes,
                 "Most nodes of a document with its aliases expanded (100000)")
      ->type_name("N");
}

void add_colour_option(CLI::App& app, RawOptions& raw) {
  app.add_option("--color", raw.colour, "Colours: auto, always, never (auto)")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
}

void add_lint_options(CLI::App& app, RawOptions& raw) {
  add_reading_options(app, raw);
  app.add_option("--select", raw.select, "Run only these rules: ids or group/*, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("RULES");
  app.add_option("--ignore", raw.ignore, "Leave these rules out")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("RULES");
  app.add_option("--format", raw.format, "Format on standard output: text, concise, json, sarif (text)")
      ->check(CLI::IsMember(kFormats))
      ->type_name("FORMAT");
  app.add_option("--output", raw.outputs, "Write a report into a file too; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FORMAT=FILE");
  app.add_option("--fail-on", raw.fail_on, "Exit 1 from this severity on: error, warning, note, never (warning)")
      ->check(CLI::IsMember({"error", "warning", "note", "never"}))
      ->type_name("SEVERITY");
  auto* fix = app.add_flag("--fix", raw.fix, "Apply safe fixes to the files");
  app.add_flag("--diff", raw.diff, "Print what --fix would change and change nothing")->excludes(fix);
  app.add_flag("--unsafe-fixes", raw.unsafe_fixes, "With --fix or --diff: unsafe fixes too");
  app.add_flag("--hook", raw.hook, "For pre-commit: print nothing when clean, change only the files named");
  add_colour_option(app, raw);
  app.add_flag("--timings", raw.timings, "Say on standard error how long each stage took");
  app.add_flag("--quiet,-q", raw.quiet, "No summary, and nothing at all when there are no findings");
  app.add_flag("--verbose,-v", raw.verbose, "List what was not seen, and why");
}

void add_coverage_options(CLI::App& app, RawOptions& raw) {
  add_reading_options(app, raw);
  add_colour_option(app, raw);
  app.add_option("--format", raw.coverage_format, "text, markdown or json (text)")
      ->check(CLI::IsMember({"text", "markdown", "json"}))
      ->type_name("FORMAT");
  app.add_option("--width", raw.width, "Columns of the table (the terminal's, or 100)")
      ->check(CLI::Range(60, 400))
      ->type_name("N");
  app.add_option("--min-coverage", raw.min_coverage, "Exit 1 when less than N percent are covered in a cluster")
      ->check(CLI::Range(0, 100))
      ->type_name("N");
  app.add_flag("--fail-on-uncovered", raw.fail_on_uncovered,
               "Exit 1 when anything is failing, silently lost or unprotected");
}

void add_render_options(CLI::App& app, RawOptions& raw) {
  app.add_option("dir", raw.paths, "The folder with the kustomization (the working folder)")
      ->expected(0, 1)
      ->type_name("DIR");
  app.add_flag("--origins", raw.origins, "Write the file and line of each value behind it, as a comment");
  app.add_option("--load-restrictor", raw.load_restrictor,
                 "root, or none: files outside of the folder may be read (root)")
      ->check(CLI::IsMember({"root", "none"}))
      ->type_name("WHAT");
  app.add_option("--reorder", raw.reorder, "legacy or none, as kustomize has it")
      ->check(CLI::IsMember({"legacy", "none"}))
      ->type_name("ORDER");
}

void add_jmespath_options(CLI::App& app, RawOptions& raw) {
  app.add_option("expression", raw.expression, "With or without {{ }} around it")->required()->type_name("EXPRESSION");
  app.add_option("--input", raw.jmespath_input,
                 "JSON or YAML to apply it to; `-` reads standard input (null without this option)")
      ->type_name("FILE");
  app.add_option("--format", raw.jmespath_format, "json, or compact: on one line (json)")
      ->check(CLI::IsMember({"json", "compact"}))
      ->type_name("FORMAT");
  app.footer(kJmespathExamples);
}

Result<Output> read_output(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string format = text.substr(0, equals);
  if (equals == std::string::npos || equals + 1 == text.size()) {
    return Error{fmt::format("--output wants FORMAT=FILE, such as sarif=vlint.sarif, and got `{}`", text)};
  }
  if (std::find(kFormats.begin(), kFormats.end(), format) == kFormats.end()) {
    return Error{fmt::format("--output knows the formats text, concise, json, sarif, and got `{}`", format)};
  }
  return Output{format, text.substr(equals + 1)};
}

// A version of Velero as an option has it; none when the option was not given.
Result<std::optional<velero::Version>> read_version(std::string_view option, const std::string& text) {
  if (text.empty()) return std::optional<velero::Version>();
  const std::optional<velero::Version> version = velero::parse_version(text);
  if (!version) return Error{fmt::format("{} wants a version such as 1.18 or 1.17.2, and got `{}`", option, text)};
  return version;
}

Severity severity_named(const std::string& name) {
  return name == "error" ? Severity::error : name == "warning" ? Severity::warning : Severity::note;
}

Result<CommandLine> interpret(const RawOptions& raw, Command command) {
  CommandLine line;
  line.command = command;
  line.paths = raw.paths;
  line.select = raw.select;
  line.ignore = raw.ignore;
  for (const std::string& text : raw.outputs) {
    Result<Output> output = read_output(text);
    if (!output.ok()) return Error{output.error()};
    line.outputs.push_back(std::move(output).value());
  }
  const bool screen_is_taken =
      std::any_of(line.outputs.begin(), line.outputs.end(), [](const Output& output) { return output.file == "-"; });
  if (!raw.format.empty() || !screen_is_taken) {
    line.outputs.insert(line.outputs.begin(), {raw.format.empty() ? "text" : raw.format, "-"});
  }
  if (raw.fail_on == "never") {
    line.fail_on.reset();
  } else {
    line.fail_on = severity_named(raw.fail_on);
  }
  if (!raw.stdin_filename.empty()) line.stdin_filename = raw.stdin_filename;
  Result<std::optional<velero::Version>> version = read_version("--velero-version", raw.velero_version);
  if (!version.ok()) return Error{version.error()};
  line.velero.velero_version = *version;
  Result<std::optional<velero::Version>> compare = read_version("--compare", raw.compare);
  if (!compare.ok()) return Error{compare.error()};
  line.compare = *compare;
  line.plan_format = raw.plan_format;
  if (line.plan_format == "text" && !line.compare) return Error{"`vlint plan --format text` goes with --compare"};
  line.limits = {raw.max_file_mib << 20, raw.max_nesting, raw.max_alias_nodes};
  line.colour = raw.colour == "always"  ? ColourMode::always
                : raw.colour == "never" ? ColourMode::never
                                        : ColourMode::automatic;
  line.fix = raw.fix;
  line.diff = raw.diff;
  line.unsafe_fixes = raw.unsafe_fixes;
  if (line.unsafe_fixes && !line.fix && !line.diff) return Error{"--unsafe-fixes goes with --fix or --diff"};
  line.hook = raw.hook;
  line.jobs = raw.jobs;
  line.timings = raw.timings;
  line.quiet = raw.quiet || raw.hook;
  line.verbose = raw.verbose;
  line.render.load_restrictions = raw.load_restrictor == "root";
  line.render.reorder = raw.reorder == "none"     ? kustomize::Reorder::none
                        : raw.reorder == "legacy" ? kustomize::Reorder::legacy
                                                  : kustomize::Reorder::unspecified;
  line.render_origins = raw.origins;
  line.rule = raw.rule;
  line.target = raw.target;
  line.rules_format = raw.rules_format;
  line.coverage_format = raw.coverage_format;
  line.width = raw.width;
  line.min_coverage = raw.min_coverage;
  line.fail_on_uncovered = raw.fail_on_uncovered;
  line.expression = raw.expression;
  line.jmespath_input = raw.jmespath_input;
  line.jmespath_format = raw.jmespath_format;
  return line;
}

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv) {
  RawOptions raw;
  CLI::App app{"vlint: the type checker for Kubernetes backups", "vlint"};
  app.set_version_flag("--version", std::string("vlint ") + VLINT_VERSION);
  app.footer(kExamples);
  app.require_subcommand(0, 1);
  add_lint_options(app, raw);

  CLI::App* lint = app.add_subcommand("lint", "Find faults (what `vlint PATH` does)");
  add_lint_options(*lint, raw);
  CLI::App* plan = app.add_subcommand("plan", "Print as JSON what every Schedule does with every volume");
  add_reading_options(*plan, raw);
  plan->add_option("--compare", raw.compare, "Show instead what this version of Velero would do otherwise")
      ->type_name("X.Y");
  plan->add_option("--format", raw.plan_format, "json, or with --compare also text (json)")
      ->check(CLI::IsMember({"json", "text"}))
      ->type_name("FORMAT");
  CLI::App* coverage = app.add_subcommand("coverage", "Show every claim and volume, and everything that protects it");
  add_coverage_options(*coverage, raw);
  CLI::App* explain = app.add_subcommand("explain", "Print a rule's page");
  explain->add_option("rule", raw.rule, "Such as velero/emptydir-in-fs-backup")->required()->type_name("RULE");
  CLI::App* why = app.add_subcommand("why", "Explain what happens to one claim or volume, step by step");
  why->add_option("target", raw.target, "A claim or workload, and one of its volumes: apps/homepage:logs")
      ->required()
      ->type_name("NAMESPACE/NAME[:VOLUME]");
  add_reading_options(*why, raw);
  add_colour_option(*why, raw);
  CLI::App* render = app.add_subcommand("render", "Print what `kustomize build DIR` prints");
  add_render_options(*render, raw);
  CLI::App* jmespath = app.add_subcommand("jmespath", "Evaluate a JMESPath expression as Kyverno does");
  add_jmespath_options(*jmespath, raw);
  CLI::App* rules = app.add_subcommand("rules", "List the rules");
  rules->add_option("--format", raw.rules_format, "text, markdown or json (text)")
      ->check(CLI::IsMember({"text", "markdown", "json"}))
      ->type_name("FORMAT");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& answer) {
    return {std::nullopt, app.exit(answer) == 0 ? 0 : kCannotWork};
  }
  const Command command = plan->parsed()       ? Command::plan
                          : coverage->parsed() ? Command::coverage
                          : explain->parsed()  ? Command::explain
                          : why->parsed()      ? Command::why
                          : render->parsed()   ? Command::render
                          : rules->parsed()    ? Command::rules
                          : jmespath->parsed() ? Command::jmespath
                                               : Command::lint;
  Result<CommandLine> line = interpret(raw, command);
  if (!line.ok()) {
    fmt::print(stderr, "vlint: {}\n", line.error());
    return {std::nullopt, kCannotWork};
  }
  return {std::move(line).value(), 0};
}

}  // namespace vlint
