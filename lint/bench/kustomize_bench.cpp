#include "lint/bench/kustomize_bench.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <optional>
#include <string_view>

#include "lint/base/disk.h"
#include "lint/kustomize/build.h"

extern char** environ;

namespace vlint::bench {
namespace {

using kustomize::Build;
using kustomize::Builder;
using kustomize::FileAccess;

double wall_clock() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// A base as repositories have them: of four objects one Deployment, Service, ConfigMap and claim each.
std::string base_objects(unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) {
    switch (i % 4) {
      case 0:
        text += fmt::format(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app{0}\n  labels: {{app: app{0}}}\nspec:\n"
            "  selector: {{matchLabels: {{app: app{0}}}}}\n  template:\n    metadata: {{labels: {{app: app{0}}}}}\n"
            "    spec:\n      containers:\n      - name: app\n        image: example.com/app:1\n        env:\n"
            "        - {{name: A, value: one}}\n        - {{name: B, value: two}}\n        volumeMounts:\n"
            "        - {{name: data, mountPath: /data}}\n      volumes:\n      - name: data\n"
            "        persistentVolumeClaim: {{claimName: app{0}}}\n",
            i / 4);
        break;
      case 1:
        text += fmt::format(
            "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: app{0}\nspec:\n  selector: {{app: app{0}}}\n"
            "  ports: [{{port: 80, name: http}}]\n",
            i / 4);
        break;
      case 2:
        text += fmt::format(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app{}\ndata:\n  a: one\n  b: two\n  c: three\n",
            i / 4);
        break;
      default:
        text += fmt::format(
            "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: app{}\nspec:\n"
            "  accessModes: [ReadWriteOnce]\n  resources: {{requests: {{storage: 1Gi}}}}\n",
            i / 4);
    }
  }
  return text;
}

// Runs a program with its output thrown away. Seconds; nothing when it cannot be run or fails.
std::optional<double> run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  const double start = wall_clock();
  pid_t child = 0;
  const int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (error != 0 || waitpid(child, &status, 0) != child) return std::nullopt;
  const double seconds = wall_clock() - start;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return seconds;
}

// A kustomization below the folders that were named; `path` is relative to the root of its repository.
struct Folder {
  std::string root;
  std::string path;
  double own = std::numeric_limits<double>::infinity();
  double real = std::numeric_limits<double>::infinity();

  std::string full() const { return path.empty() ? root : root + "/" + path; }
};

std::vector<Folder> kustomizations_below(const std::string& folder) {
  std::vector<Folder> result;
  const Result<std::string> root = repository_root(folder);
  if (!root.ok()) return result;
  const Result<std::string> inside = path_in_repository(*root, folder);
  if (!inside.ok()) return result;
  for (const std::string& file : discover(*root).yaml_files) {
    const std::size_t slash = file.rfind('/');
    const std::string_view name = std::string_view(file).substr(slash == std::string::npos ? 0 : slash + 1);
    if (name != "kustomization.yaml" && name != "kustomization.yml") continue;
    const std::string path = slash == std::string::npos ? std::string() : file.substr(0, slash);
    const bool is_below = inside->empty() || path == *inside || path.compare(0, inside->size() + 1, *inside + "/") == 0;
    if (is_below) result.push_back({*root, path});
  }
  return result;
}

// All folders in this process, with one builder a repository.
double render_all(const std::vector<Folder>& folders) {
  const double start = wall_clock();
  for (std::size_t i = 0; i < folders.size();) {
    kustomize::Sources sources(FileAccess::on_disk(folders[i].root));
    const Builder builder(sources, {});
    const std::string root = folders[i].root;
    for (; i < folders.size() && folders[i].root == root; ++i) static_cast<void>(builder.render(folders[i].path));
  }
  return wall_clock() - start;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace

void measure_overlays(unsigned objects) {
  struct Overlay {
    std::string_view name;
    std::string_view text;
  };
  constexpr Overlay kOverlays[] = {
      {"nothing", "{}"},
      {"namespace", "namespace: shop\n"},
      {"namePrefix", "namePrefix: prod-\n"},
      {"a label", "labels: [{pairs: {tier: front}}]\n"},
      {"namespace and images", "namespace: shop\nimages: [{name: example.com/app, newTag: \"2\"}]\n"},
      {"namespace, namePrefix and a label", "namespace: shop\nnamePrefix: prod-\nlabels: [{pairs: {tier: front}}]\n"},
  };
  std::vector<SourceFile> list = {{"base/all.yaml", base_objects(objects)},
                                  {"base/kustomization.yaml", "resources: [all.yaml]\n"}};
  for (std::size_t i = 0; i < std::size(kOverlays); ++i) {
    const std::string_view text = kOverlays[i].text == "{}" ? "" : kOverlays[i].text;
    for (const char* copy : {"first", "second"}) {
      list.push_back(
          {fmt::format("over{}/{}/kustomization.yaml", i, copy), fmt::format("resources: [../../base]\n{}", text)});
    }
  }
  const FileSet files(std::move(list));
  kustomize::Sources sources(FileAccess::in_memory(files));
  const Builder builder(sources, {});
  fmt::print("{} objects; bytes an object of one more overlay: its build, and what the heap grows by\n", objects);
  for (std::size_t i = 0; i < std::size(kOverlays); ++i) {
    const Build first = builder.build(fmt::format("over{}/first", i));
    const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    const Build second = builder.build(fmt::format("over{}/second", i));
    const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
    fmt::print("{:<36}{:6} {:6}\n", kOverlays[i].name, kustomize::memory_of(second) / objects,
               (after - std::min(before, after)) / objects);
  }
}

int render_one(const std::string& folder) {
  const Result<std::string> root = repository_root(folder);
  if (!root.ok()) return 2;
  const Result<std::string> path = path_in_repository(*root, folder);
  if (!path.ok()) return 2;
  kustomize::Sources sources(FileAccess::on_disk(*root));
  const kustomize::Rendered rendered = Builder(sources, {}).render(*path);
  if (!rendered.faults.empty()) return 2;
  return std::fwrite(rendered.text.data(), 1, rendered.text.size(), stdout) == rendered.text.size() ? 0 : 2;
}

int compare_renders(const std::vector<std::string>& folders, unsigned rounds) {
  const bool has_real = run({"kustomize", "version"}).has_value();
  if (!has_real) fmt::print("kustomize is not on the PATH; only the own renders are measured\n");
  std::vector<Folder> all;
  for (const std::string& folder : folders) {
    // Only what renders is compared, so the real program has nothing to fetch either.
    for (Folder& found : kustomizations_below(folder)) {
      if (run({"/proc/self/exe", "render-one", found.full()})) all.push_back(std::move(found));
    }
  }
  double whole = std::numeric_limits<double>::infinity();
  double empty = std::numeric_limits<double>::infinity();  // what starting any process takes
  for (unsigned round = 0; round < rounds; ++round) {
    for (Folder& folder : all) {
      folder.own = std::min(folder.own, run({"/proc/self/exe", "render-one", folder.full()}).value_or(folder.own));
      if (has_real)
        folder.real = std::min(folder.real, run({"kustomize", "build", folder.full()}).value_or(folder.real));
    }
    whole = std::min(whole, render_all(all));
    empty = std::min(empty, run({"true"}).value_or(empty));
  }
  std::vector<double> ratios;
  double own = 0;
  double real = 0;
  std::size_t compared = 0;
  for (const Folder& folder : all) {
    own += folder.own;
    if (folder.real == std::numeric_limits<double>::infinity()) continue;
    ++compared;
    real += folder.real;
    ratios.push_back(folder.real / folder.own);
    fmt::print("{:9.2f} ms {:9.2f} ms  {:7.1f}  {}\n", folder.own * 1e3, folder.real * 1e3, ratios.back(), folder.path);
  }
  fmt::print("{} folders render, {} of them also with kustomize\n", all.size(), compared);
  fmt::print("starting a process that does nothing: {:.2f} ms\n", empty * 1e3);
  fmt::print("one process a folder: {:.1f} ms here", own * 1e3);
  if (compared != 0) {
    fmt::print(", {:.1f} ms there; ratio of a folder: least {:.1f}, median {:.1f}, of all {:.1f}", real * 1e3,
               *std::min_element(ratios.begin(), ratios.end()), median(ratios), real / own);
  }
  fmt::print("\nall in one process: {:.1f} ms", whole * 1e3);
  if (compared != 0) fmt::print(", {:.1f} times as fast as one kustomize a folder", real / whole);
  fmt::print("\n");
  return all.empty() ? 2 : 0;
}

}  // namespace vlint::bench
