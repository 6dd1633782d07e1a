// vlint-bench: how long a lint takes, as a ratio to a plain libyaml event pass over the same bytes in the same run.
//
//   vlint-bench compare MB [ROUNDS]    on a made-up repository of MB megabytes, in memory
//   vlint-bench compare DIR [ROUNDS]   on the files of a repository
//   vlint-bench generate DIR MB        writes such a repository
//
// Rounds alternate between the things measured, and the least time of each counts, since other programs only ever make
// one slower. The first line says what was measured, so that a figure can be repeated.
#include <fmt/format.h>
#include <sys/resource.h>
#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "lint/base/disk.h"
#include "lint/bench/generate.h"
#include "lint/engine/pipeline.h"
#include "lint/engine/registry.h"

namespace {

using namespace vlint;

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// What any reader of YAML must do at least.
std::size_t count_events(const FileSet& files) {
  std::size_t events = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& text = files[files.id_at(i)].text;
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0) continue;
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    for (bool done = false; !done;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser, &event) == 0) break;
      done = event.type == YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
      ++events;
    }
    yaml_parser_delete(&parser);
  }
  return events;
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

AnalysisOptions default_options() {
  AnalysisOptions options{all_rules(), {}, {}};
  for (const RuleEntry& rule : all_rules()) {
    if (rule.rule->on_by_default) options.rules.push_back(rule);
  }
  return options;
}

struct Task {
  std::string_view name;
  std::function<void()> run;
  double best = std::numeric_limits<double>::infinity();
};

void compare(const FileSet& files, unsigned rounds) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < files.size(); ++i) bytes += files[files.id_at(i)].text.size();
  const double megabytes = static_cast<double>(bytes) / 1e6;
  fmt::print("{} files, {:.2f} MB, {} rounds, {} cores\n", files.size(), megabytes, rounds, Workers().jobs());

  const AnalysisOptions options = default_options();
  const Workers one(1);
  const Workers all;
  std::size_t findings = 0;
  const double before = peak_megabytes();
  const auto lint = [&](const Workers& workers) {
    findings = analyze(parse_sources(files, {}, workers), options, workers).findings.size();
  };
  lint(all);
  const double memory = peak_megabytes() - before;

  Task tasks[] = {
      {"libyaml events, 1 core", [&] { count_events(files); }},
      {"parse to trees, 1 core", [&] { parse_sources(files, {}, one); }},
      {"parse to trees, all cores", [&] { parse_sources(files, {}, all); }},
      {"whole lint, 1 core", [&] { lint(one); }},
      {"whole lint, all cores", [&] { lint(all); }},
  };
  for (unsigned round = 0; round < rounds; ++round) {
    for (Task& task : tasks) task.best = std::min(task.best, seconds(task.run));
  }
  for (const Task& task : tasks) {
    fmt::print("{:<26} {:9.2f} ms {:8.1f} MB/s   ratio {:.2f}\n", task.name, task.best * 1e3, megabytes / task.best,
               task.best / tasks[0].best);
  }
  fmt::print(
      "{} findings; a lint takes {:.1f} MB of memory beyond the files, {:.1f} times their bytes; peak {:.1f} MB\n",
      findings, memory, memory / megabytes, peak_megabytes());
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<FileSet> files_of(const std::string& what) {
  constexpr std::size_t kMegabyte = 1'000'000;
  if (const std::optional<unsigned> megabytes = number(what))
    return FileSet(bench::generate_repository(*megabytes * kMegabyte));
  const Result<std::string> root = repository_root(what);
  if (!root.ok()) return std::nullopt;
  return read_files(*root, discover(*root).yaml_files, yaml::Limits{}.file_bytes, Workers()).files;
}

int usage() {
  fmt::print(stderr, "usage: vlint-bench compare MB|DIR [ROUNDS]\n       vlint-bench generate DIR MB\n");
  return 2;
}

int generate(const std::filesystem::path& folder, unsigned megabytes) {
  for (const SourceFile& file : bench::generate_repository(megabytes * std::size_t{1'000'000})) {
    const std::filesystem::path path = folder / file.path;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << file.text;
  }
  std::ofstream(folder / ".vlint.yaml") << "# the root of a made-up repository\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view verb = argc > 2 ? argv[1] : "";
  if (verb == "generate" && argc == 4 && number(argv[3])) return generate(argv[2], *number(argv[3]));
  if (verb != "compare" || argc > 4) return usage();
  const std::optional<unsigned> rounds = argc == 4 ? number(argv[3]) : 7U;
  const std::optional<FileSet> files = files_of(argv[2]);
  if (!rounds || !files || files->size() == 0) return usage();
  compare(*files, *rounds);
  return 0;
}
