#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/hook_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;

// Containers that meshes and agents add to pods when they are made.
bool is_injected(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {"consul-",  "daprd", "istio-",         "kuma-",
                                            "linkerd-", "envoy", "opentelemetry-", "vault-agent"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return name.substr(0, prefix.size()) == prefix; });
}

bool is_init_container(const Workload& workload, std::string_view name) {
  const std::vector<yaml::Value> containers = workload.pod.spec["initContainers"].items();
  return std::any_of(containers.begin(), containers.end(),
                     [&](yaml::Value container) { return container["name"].text() == name; });
}

void check_hook(const ClusterModel& model, const Workload& workload, const AnnotatedHook& hook, Report& report) {
  const yaml::Value container = hook.container.value;
  if (!container.is_scalar() || container.is_templated() || container.text().empty()) return;
  const auto names = hook_containers(workload);
  const std::string_view written = container.text();
  if (!names || std::find(names->begin(), names->end(), written) != names->end() || is_injected(written)) return;
  const kube::Resource& resource = *workload.resource;
  const bool is_init = is_init_container(workload, written);
  Draft draft = report.at(
      container.span(),
      fmt::format("the hook that runs {} each backup of {} names container {}, {}, so every backup with a running pod "
                  "of it ends PartiallyFailed",
                  hook.is_post() ? "after" : "before", resource.title(), quoted(written),
                  is_init ? "which is an init container, where no hook runs" : "which the pod does not have"));
  draft.label(is_init ? "an init container" : "no container of the pod")
      .about(model.cluster, resource, container)
      .related(workload.pod.spec.find("containers").key.span(), "hooks run in these");
  constexpr std::size_t kFarthest = 2;
  const std::optional<std::string_view> near =
      names->size() == 1 ? std::optional(names->front()) : closest(trim(written), *names, kFarthest);
  draft.help(names->size() == 1 ? fmt::format("the only container of the pod is {}", names->front())
                                : fmt::format("the containers of the pod are {}", join(*names, ", ")));
  if (!near) return;
  draft.fix(fmt::format("write {}", *near), Safety::unsafe, resource,
            yaml::set_scalar(container, *near, yaml::WriteAs::string));
}

void check(const Model& model, Report& report) {
  for_each_backup_hook(model, [&](const ClusterModel& cluster, const Workload& workload, const AnnotatedHook& hook) {
    check_hook(cluster, workload, hook, report);
  });
}

}  // namespace

VLINT_RULE(velero_hook_container_unknown) = checked({
    .summary = "a backup hook names a container that the pod does not have",
    .explanation = R"md(
## What it finds
The annotation `pre.hook.backup.velero.io/container` or `post.hook.backup.velero.io/container` of a pod template with a
name that is not among `spec.containers`. Init containers do not count, and neither do native sidecars: Velero does not
look there. Names of containers that meshes and agents inject are not judged.

## Why it matters
Velero logs "no such container" in every backup, which then ends PartiallyFailed, and the command never runs: the dump is
not written, the database is not quiesced. With `on-error: Fail` the pod is not backed up at all.

## How to fix it
Write the name of a container of the pod, or leave the annotation out: then the hook runs in the first container.
`vlint --fix --unsafe-fixes` writes the nearest name (unsafe: the command must exist in that container).

## When to ignore it
When something that the repository does not show adds the container to the pod.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/podexec/pod_command_executor.go (ensureContainerExists)",
    .check = check,
});

}  // namespace vlint::rules
