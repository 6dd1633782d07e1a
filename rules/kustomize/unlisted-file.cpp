#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kustomize/file_access.h"

namespace vlint::rules {
namespace {

using gitops::FileRole;

constexpr std::string_view kKustomizationNames[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};

// Files in the form of manifests that configure a tool and are applied to no cluster.
constexpr std::string_view kToolGroups[] = {
    "audit.k8s.io",
    "backstage.io",
    "cli.kyverno.io",
    "config.kio.kpt.dev",
    "kind.x-k8s.io",
    "kpt.dev",
    "k3d.io",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kustomize.config.k8s.io",
    "skaffold",
    "apiserver.config.k8s.io",
};

bool is_deployable(const kube::Resource& resource) {
  const bool is_tools =
      std::find(std::begin(kToolGroups), std::end(kToolGroups), resource.group) != std::end(kToolGroups);
  // kpt and Kustomize leave such an object out of what they deploy.
  const yaml::Value local = resource.metadata["annotations"]["config.kubernetes.io/local-config"];
  return !is_tools && !resource.name.empty() && !(local && local.text() != "false");
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The names of all files that any text of the repository mentions: a generator's `files: [secret.enc.yaml]`, a script's
// `kubectl apply -f job.yaml`.
std::unordered_set<std::string_view> mentioned_names(const Model& model) {
  constexpr std::string_view kSeparators = " \t\r\n\"'`=,;:()[]{}";
  std::unordered_set<std::string_view> names;  // looked up only
  for (const auto& tree : model.sources.trees) {
    if (tree == nullptr) continue;
    for (yaml::NodeId node = 0; node < tree->nodes.size(); ++node) {
      if (tree->nodes[node].kind != yaml::Kind::scalar) continue;
      std::string_view text = tree->scalar_text(node);
      while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(kSeparators), text.size());
        const std::string_view name = base_name(text.substr(0, end));
        if (name.find('.') != std::string_view::npos) names.insert(name);
        text.remove_prefix(std::min(end + 1, text.size()));
      }
    }
  }
  return names;
}

Span kustomization_of(const Model& model, std::string_view folder) {
  for (const std::string_view name : kKustomizationNames) {
    const auto id = model.sources.files.find(kustomize::join_path(folder, name));
    if (id) return {*id, 0, 0};
  }
  return {};
}

void check(const Model& model, Report& report) {
  if (model.units.unlisted.empty()) return;
  const std::unordered_set<std::string_view> mentioned = mentioned_names(model);
  for (const FileId file : model.units.unlisted) {
    const std::string_view path = model.sources.files[file].path;
    if (mentioned.count(base_name(path)) != 0) continue;
    const std::vector<kube::Resource> resources =
        kube::read_resources(*model.sources.trees[static_cast<std::size_t>(file)]);
    const auto deployable = static_cast<std::size_t>(std::count_if(resources.begin(), resources.end(), is_deployable));
    if (deployable == 0) continue;
    const kube::Resource& first = *std::find_if(resources.begin(), resources.end(), is_deployable);
    const std::string others = deployable == 1 ? "" : fmt::format(" and {} more", deployable - 1);
    report
        .at(first.place(), fmt::format("no kustomization includes {}, so {}{} {} not deployed", path, first.title(),
                                       others, deployable == 1 ? "is" : "are"))
        .related(kustomization_of(model, kustomize::parent_path(path)), "the kustomization beside it")
        .help(fmt::format("list {} in its `resources`, or remove the file", base_name(path)));
  }
}

}  // namespace

VLINT_RULE(kustomize_unlisted_file) = checked({
    .summary = "a manifest beside a kustomization that nothing includes",
    .explanation = R"md(
## What it finds
A file with Kubernetes objects in the folder of a kustomization, which no kustomization of the repository lists and no
other YAML file mentions by its name. Files that configure a tool (Kyverno tests, Backstage, skaffold) are left alone.

## Why it matters
Kustomize deploys what is listed, not what lies in the folder. A Schedule, a ReplicationSource or a patch that was added
and never listed does nothing, and it looks as if it did.

## How to fix it
List the file in `resources` (a patch in `patches`), or remove it.

## When to ignore it
When the file is applied by hand or by a script, or kept as an example. That is common, so the rule is off by default.
)md",
    .severity = Severity::note,
    .precision = Precision::medium,
    .since = "0.1.0",
    .sources = "kustomize api/internal/target/kusttarget.go accumulateResources",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
