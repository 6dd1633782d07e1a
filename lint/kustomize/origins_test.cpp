// The promise of every origin: change a scalar in a source, and exactly the built scalars that say they come from it
// change with it.
//
// With VLINT_KUSTOMIZE_CASES naming a folder of conformance cases the same is checked on those.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>

#include "lint/kustomize/conformance.h"
#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = "marker7";

struct Leaf {
  Span span;
  std::string text;
  bool is_copy = false;  // its text is the source's, not computed from it
};
using Leaves = std::map<std::string, Leaf>;

void collect(const Build& build, const yaml::Value& value, const std::string& path, Leaves& leaves) {
  if (value.is_scalar()) {
    leaves[path] = {value.content_span(), std::string(value.text()), value.tree() != build.tree.get()};
  }
  std::size_t i = 0;
  for (const yaml::Value& item : value.items()) collect(build, item, fmt::format("{}[{}]", path, i++), leaves);
  for (const yaml::Entry& entry : value.entries()) {
    collect(build, entry.value, fmt::format("{}.{}", path, entry.key.text()), leaves);
  }
}

// All scalars of a build by the identity of their object and their path in it.
Leaves leaves_of(const Build& build) {
  Leaves leaves;
  for (std::size_t i = 0; i < build.resources.size(); ++i) {
    collect(build, build.resources[i].root, fmt::format("{}", i), leaves);
  }
  return leaves;
}

// Scalars that are data only: nothing else is chosen, named, sorted or merged by them.
bool is_data(std::string_view path, const Leaf& leaf) {
  const std::size_t dot = path.rfind('.');
  std::string_view key = path.substr(dot == std::string_view::npos ? 0 : dot + 1);
  key = key.substr(0, key.find('['));
  constexpr std::string_view kChoosing[] = {
      "kind",       "apiVersion", "name",        "namespace", "protocol",          "containerPort", "port", "mountPath",
      "devicePath", "ip",         "topologyKey", "image",     "whenUnsatisfiable", "roleRef",       "uid",  "labels"};
  for (const std::string_view word : kChoosing) {
    if (key == word) return false;
  }
  // Labels and annotations can be selected by.
  if (path.find(".metadata.") != std::string_view::npos) return false;
  return leaf.is_copy && leaf.span.valid() && leaf.text.find('\n') == std::string::npos && !leaf.text.empty();
}

// Changes every data scalar of the sources that a build shows, one after the other, and compares. Returns how many were
// changed. `report` gets a sentence for each wrong origin.
std::size_t check_origins(const std::vector<SourceFile>& files, const std::string& root,
                          const std::function<void(const std::string&)>& report, std::size_t at_most = 1000) {
  const FileSet set(files);
  Sources sources(FileAccess::in_memory(set));
  const Build built = Builder(sources, {}).build(root);
  if (!built.ok()) return 0;
  const Leaves before = leaves_of(built);
  std::set<Span> done;
  std::size_t changed = 0;
  for (const auto& [path, leaf] : before) {
    if (!is_data(path, leaf) || changed >= at_most || !done.insert(leaf.span).second) continue;
    const std::string file(sources.path(leaf.span.file));
    // Only plain texts: a number would become a text.
    if (sources.text(leaf.span.file).substr(leaf.span.begin, leaf.span.size()) != leaf.text) continue;
    std::vector<SourceFile> altered = files;
    for (SourceFile& source : altered) {
      if (source.path == file) source.text.replace(leaf.span.begin, leaf.span.size(), kMarker);
    }
    const FileSet altered_set(std::move(altered));
    Sources altered_sources(FileAccess::in_memory(altered_set));
    const Build rebuilt = Builder(altered_sources, {}).build(root);
    if (!rebuilt.ok()) continue;  // the value had another task beside: a tested one, a selector
    const Leaves after = leaves_of(rebuilt);
    if (after.size() != before.size()) continue;
    ++changed;
    for (const auto& [other_path, other] : before) {
      const auto now = after.find(other_path);
      if (now == after.end()) continue;
      const bool is_marked = now->second.text == kMarker;
      // What was computed from it contains the marker; that is no copy, and its place is the field that made it.
      const bool is_origin = other.span == leaf.span && other.is_copy;
      if (is_marked == is_origin || (is_marked && !other.is_copy)) continue;
      report(fmt::format("{}: {} {} {} {}", root, file, leaf.text,
                         is_marked ? "changes, but is not the origin of" : "is said to be the origin of", other_path));
    }
  }
  return changed;
}

const char* const kApp =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations: {note: text}\nspec:\n  strategy: "
    "{type: Recreate}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      dnsPolicy: Default\n"
    "      containers:\n      - name: app\n        image: app:1\n        imagePullPolicy: Always\n        args: [one, "
    "two]\n        env:\n        - name: LEVEL\n          value: info\n        - name: OLD\n          value: gone\n"
    "        - {name: TARGET, value: here}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  "
    "a: "
    "first\n  b: &shared second\n  c: *shared\n---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: thing}\n"
    "spec:\n  list: [{name: x, value: old}, {name: y, value: other}]\n  policy: keep\n";

}  // namespace

TEST_CASE("exactly the values whose origin a changed scalar is change with it") {
  struct Case {
    const char* name;
    std::vector<SourceFile> files;
    std::size_t at_least;
  };
  const SourceFile app{"base/app.yaml", kApp};
  const SourceFile base{"base/kustomization.yaml", "resources: [app.yaml]\nnamePrefix: base-\n"};
  const std::vector<Case> cases = {
      {"a base alone", {app, {"a/kustomization.yaml", "resources: [../base]\n"}, base}, 11},
      {"simple transformers",
       {app,
        base,
        {"a/kustomization.yaml",
         "resources: [../base]\nnamespace: shop\nnameSuffix: -x\nlabels: [{pairs: {tier: front}, includeTemplates: "
         "true}]\ncommonAnnotations: {owner: me}\nimages: [{name: app, newTag: two}]\nreplicas: [{name: web, count: "
         "3}]\n"}},
       11},
      {"an inline merge patch",
       {app,
        base,
        {"a/kustomization.yaml",
         "resources: [../base]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: "
         "{name: "
         "web}\n    spec:\n      strategy: {type: RollingUpdate}\n      template:\n        spec:\n          "
         "containers:\n"
         "          - name: app\n            args: [three]\n            env:\n            - {name: LEVEL, value: "
         "debug}\n"
         "            - {name: OLD, $patch: delete}\n            - {name: NEW, value: fresh}\n"}},
       11},
      {"a patch file for several objects, and a list that is replaced",
       {app,
        base,
        {"a/p.yaml",
         "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: any}\nspec: {list: [{name: z, value: new}]}\n"},
        {"a/kustomization.yaml", "resources: [../base]\npatches: [{path: p.yaml, target: {kind: Thing}}]\n"}},
       10},
      {"JSON patches",
       {app,
        base,
        {"a/kustomization.yaml",
         "resources: [../base]\npatches:\n- target: {kind: Thing}\n  patch: |-\n    - op: replace\n      path: "
         "/spec/list/0/value\n      value: patched\n    - op: add\n      path: /spec/more\n      value: {deep: "
         "inside}\n"
         "    - {op: copy, from: /spec/policy, path: /spec/policy2}\n    - {op: move, from: /spec/list/1, path: "
         "/spec/moved}\n"}},
       11},
      {"a replacement copies",
       {app,
        base,
        {"a/kustomization.yaml",
         "resources: [../base]\nreplacements:\n- source: {kind: ConfigMap, fieldPath: data.a}\n  targets:\n  - select: "
         "{kind: Thing}\n    fieldPaths: [spec.policy]\n"}},
       10},
      {"a component",
       {app,
        base,
        {"part/kustomization.yaml",
         "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: ConfigMap}\n  "
         "patch: "
         "|-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: any}\n    data: {d: third}\n"},
        {"a/kustomization.yaml", "resources: [../base]\ncomponents: [../part]\nnamespace: shop\n"}},
       12},
      {"two overlays over one base",
       {app,
        base,
        {"x/kustomization.yaml",
         "resources: [../base]\nnamePrefix: x-\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n    {apiVersion: "
         "v1, "
         "kind: ConfigMap, metadata: {name: any}, data: {a: changed}}\n"},
        {"y/kustomization.yaml", "resources: [../base]\nnamePrefix: y-\n"},
        {"a/kustomization.yaml", "resources: [../x, ../y]\n"}},
       12},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    std::string wrong;
    const std::size_t changed =
        check_origins(c.files, "a", [&](const std::string& sentence) { wrong += sentence + "\n"; });
    CHECK(wrong == "");
    CHECK(changed >= c.at_least);
  }
}

TEST_CASE("the same on conformance cases") {
  const char* folder = std::getenv("VLINT_KUSTOMIZE_CASES");
  if (folder == nullptr) return;
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / "case.json") && fs::exists(entry.path() / "in")) cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  std::size_t changed = 0;
  for (const fs::path& path : cases) {
    std::vector<SourceFile> files;
    for (const auto& entry : fs::recursive_directory_iterator(path / "in")) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      files.push_back({fs::relative(entry.path(), path / "in").string(),
                       std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>())});
    }
    const auto root = root_of_case(path.string());
    if (!root) continue;
    const std::string name = path.filename().string();
    INFO(name);
    std::string wrong;
    changed += check_origins(
        files, *root, [&](const std::string& sentence) { wrong += sentence + "\n"; }, 20);
    CHECK(wrong == "");
  }
  CHECK(changed > 0);
}

}  // namespace vlint::kustomize
