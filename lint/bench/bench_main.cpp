// vlint-bench: how long a lint takes, as a ratio to a plain libyaml event pass over the same bytes in the same run.
//
//   vlint-bench compare MB [ROUNDS]    on a made-up repository of MB megabytes, in memory
//   vlint-bench compare DIR [ROUNDS]   on the files of a repository
//   vlint-bench generate DIR MB        writes such a repository
//   vlint-bench overlay [OBJECTS]      memory of one more overlay over the same base
//   vlint-bench kyverno [CLAIMS [POLICIES]]   what Kyverno's policies generate
//   vlint-bench plan [WORKLOADS [SCHEDULES]]   the backup plan, with and without a known version of Velero
//   vlint-bench render DIR...          renders of kustomizations against the real `kustomize build`
//
// Rounds alternate between the things measured, and the least time of each counts, since other programs only ever make
// one slower. The first line says what was measured, so that a figure can be repeated.
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>
#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/disk.h"
#include "lint/bench/generate.h"
#include "lint/bench/kustomize_bench.h"
#include "lint/bench/kyverno_bench.h"
#include "lint/bench/plan_bench.h"
#include "lint/engine/pipeline.h"
#include "lint/engine/registry.h"

namespace {

using namespace vlint;

double now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Work on one core is measured by the time of this process, which other programs change little; work on all cores can
// only be measured by the clock on the wall.
double seconds(const std::function<void()>& work, bool on_one_core) {
  const clockid_t clock = on_one_core ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
  const double start = now(clock);
  work();
  return now(clock) - start;
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

// What the trees hold, without what an allocator adds.
std::size_t bytes_of(const yaml::Forest& trees) {
  std::size_t bytes = 0;
  for (const auto& tree : trees) {
    if (tree == nullptr) continue;
    bytes += sizeof(*tree) + tree->nodes.capacity() * sizeof(yaml::Node) + tree->decoded_text.capacity() +
             tree->documents.capacity() * sizeof(yaml::Document) + tree->comments.capacity() * sizeof(yaml::Comment) +
             tree->decoded.capacity() * sizeof(yaml::DecodedText) + tree->anchors.capacity() * sizeof(yaml::Anchor) +
             tree->tags.capacity() * sizeof(yaml::Tag) + tree->aliases.capacity() * sizeof(yaml::AliasTarget);
  }
  return bytes;
}

AnalysisOptions default_options() {
  AnalysisOptions options{};
  options.known_rules = all_rules();
  for (const RuleEntry& rule : all_rules()) {
    if (rule.rule->on_by_default) options.rules.push_back(rule);
  }
  return options;
}

// What is measured: texts in memory, and where they came from if that was a disk.
struct Repository {
  FileSet files;
  std::string root = {};
  std::vector<std::string> paths = {};
};

FileSet read(const Repository& repository, const Workers& workers) {
  if (repository.root.empty()) return repository.files;
  return read_files(repository.root, repository.paths, yaml::Limits{}.file_bytes, workers).files;
}

struct Task {
  std::string_view name;
  std::function<void()> run;
  bool on_one_core;
  double best = std::numeric_limits<double>::infinity();
};

void compare(const Repository& repository, unsigned rounds) {
  const FileSet& files = repository.files;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < files.size(); ++i) bytes += files[files.id_at(i)].text.size();
  const double megabytes = static_cast<double>(bytes) / 1e6;
  const double before = peak_megabytes();
  std::size_t documents = 0;
  {
    const Sources sources = parse_sources(files, {}, Workers(1));
    for (const auto& tree : sources.trees) documents += tree != nullptr ? tree->documents.size() : 0;
    fmt::print("{} files, {} documents, {:.2f} MB, {} rounds, {} cores; trees take {:.2f} times the bytes\n",
               files.size(), documents, megabytes, rounds, Workers().jobs(),
               static_cast<double>(bytes_of(sources.trees)) / static_cast<double>(bytes));
  }

  const AnalysisOptions options = default_options();
  const Workers one(1);
  const Workers all;
  std::size_t findings = 0;
  const auto lint = [&](const Workers& workers) {
    findings = analyze(parse_sources(files, {}, workers), options, workers).findings.size();
  };
  lint(all);
  const double memory = peak_megabytes() - before;

  Task tasks[] = {
      {"libyaml events, 1 core", [&] { count_events(files); }, true},
      {"parse to trees, 1 core", [&] { parse_sources(files, {}, one); }, true},
      {"read and parse, 1 core", [&] { parse_sources(read(repository, one), {}, one); }, true},
      {"read and parse, all cores", [&] { parse_sources(read(repository, all), {}, all); }, false},
      {"whole lint, 1 core", [&] { lint(one); }, true},
      {"whole lint, all cores", [&] { lint(all); }, false},
  };
  for (unsigned round = 0; round < rounds; ++round) {
    for (Task& task : tasks) task.best = std::min(task.best, seconds(task.run, task.on_one_core));
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

std::optional<Repository> repository_of(const std::string& what) {
  constexpr std::size_t kMegabyte = 1'000'000;
  if (const std::optional<unsigned> megabytes = number(what)) {
    return Repository{FileSet(bench::generate_repository(*megabytes * kMegabyte))};
  }
  const Result<std::string> root = repository_root(what);
  if (!root.ok()) return std::nullopt;
  Repository repository{{}, *root, discover(*root).yaml_files};
  repository.files = read(repository, Workers());
  return repository;
}

int usage() {
  fmt::print(stderr,
             "usage: vlint-bench compare MB|DIR [ROUNDS]\n       vlint-bench generate DIR MB\n"
             "       vlint-bench overlay [OBJECTS]\n       vlint-bench kyverno [CLAIMS [POLICIES]]\n"
             "       vlint-bench plan [WORKLOADS [SCHEDULES]]\n"
             "       vlint-bench render DIR...\n");
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
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "overlay" && argc <= 3) {
    const std::optional<unsigned> objects = argc == 3 ? number(argv[2]) : 1000U;
    if (!objects || *objects == 0) return usage();
    bench::measure_overlays(*objects);
    return 0;
  }
  if (verb == "kyverno" && argc <= 4) {
    const std::optional<unsigned> claims = argc > 2 ? number(argv[2]) : 10'000U;
    const std::optional<unsigned> policies = argc > 3 ? number(argv[3]) : 50U;
    if (!claims || !policies || *policies == 0) return usage();
    bench::measure_kyverno(*claims, *policies, 3);
    return 0;
  }
  if (verb == "plan" && argc <= 4) {
    const std::optional<unsigned> workloads = argc > 2 ? number(argv[2]) : 10'000U;
    const std::optional<unsigned> schedules = argc > 3 ? number(argv[3]) : 50U;
    if (!workloads || !schedules || *workloads == 0) return usage();
    bench::measure_plan(*workloads, *schedules, 3);
    return 0;
  }
  if (verb == "render" && argc > 2) return bench::compare_renders({argv + 2, argv + argc}, 3);
  if (verb == "render-one" && argc == 3) return bench::render_one(argv[2]);
  if (verb == "generate" && argc == 4 && number(argv[3])) return generate(argv[2], *number(argv[3]));
  if (verb != "compare" || argc < 3 || argc > 4) return usage();
  const std::optional<unsigned> rounds = argc == 4 ? number(argv[3]) : 7U;
  const std::optional<Repository> repository = repository_of(argv[2]);
  if (!rounds || !repository || repository->files.size() == 0) return usage();
  compare(*repository, *rounds);
  return 0;
}
