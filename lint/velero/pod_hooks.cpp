#include "lint/velero/pod_hooks.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/velero/resource_filter.h"

namespace vlint::velero {
namespace {

bool has_container(yaml::Value spec, std::string_view name) {
  const std::vector<yaml::Value> containers = spec["containers"].items();
  return std::any_of(containers.begin(), containers.end(), [&](yaml::Value container) {
    return container["name"].text() == name || !kube::has_known_text(container["name"]);
  });
}

// Fails if the container that is named is not there; nothing else of a command is known.
void check(const ExecHook& hook, const Workload& workload, HookFailure& failure) {
  if (!hook.known || hook.container.empty() || has_container(workload.pod.spec, hook.container)) return;
  if (failure.fails == Known::yes && hook.on_error != OnError::fail) return;
  failure.fails = Known::yes;
  failure.drops_pod = failure.drops_pod || hook.on_error == OnError::fail;
  failure.evidence = {
      {fmt::format("the hook runs in container {}, which the pod does not have", hook.container), hook.where.span()}};
}

}  // namespace

HookFailure failing_pre_hook(const Workload& workload, const PodFacts& pod, const std::vector<BackupHook>& hooks) {
  HookFailure failure;
  // In a finished pod hooks are left out; in one that has not begun every command fails, which is no news of the hook.
  if (pod.running != Known::yes || !workload.spec_is_known) return failure;
  if (pod.pre_hook) {
    check(*pod.pre_hook, workload, failure);
    return failure;
  }
  for (const BackupHook& hook : hooks) {
    if (hook.pre.empty()) continue;  // mutant: a shortcut, there is nothing to check
    const kube::Resource& resource = *workload.resource;
    if (hook.selector.applies(resource.name_space, kPods, pod.labels) != Known::yes) continue;
    for (const ExecHook& one : hook.pre) check(one, workload, failure);
  }
  return failure;
}

}  // namespace vlint::velero
