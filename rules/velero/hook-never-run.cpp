#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/hooks.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::BackupHook;
using velero::Workload;

// Operators make pods that no manifest shows.
bool has_custom_resources(const model::Cluster& cluster) {
  const auto& resources = cluster.resources();
  return std::any_of(resources.begin(), resources.end(),
                     [](const kube::Resource& resource) { return resource.info == nullptr; });
}

// The workloads whose pods the hook may apply to.
std::vector<const Workload*> selected_by(const BackupHook& hook, const velero::Plan& plan) {
  std::vector<const Workload*> selected;
  for (const Workload& workload : plan.workloads) {
    const std::string_view name_space = workload.resource->name_space;
    const kube::KnownLabels labels = kube::read_labels(workload.pod.metadata["labels"]);
    if (name_space.empty() || hook.selector.applies(name_space, "pods", labels) != Known::no) {
      selected.push_back(&workload);
    }
  }
  return selected;
}

// Whether the repository holds pods in the hook's namespaces, besides Velero's own: else they are kept elsewhere.
bool has_pods_there(const BackupHook& hook, const velero::Plan& plan) {
  velero::HookSelector any = hook.selector;
  any.labels.reset();
  return std::any_of(plan.workloads.begin(), plan.workloads.end(), [&](const Workload& workload) {
    const std::string_view name_space = workload.resource->name_space;
    return name_space != plan.install.name_space && any.applies(name_space, "pods", {}) == Known::yes;
  });
}

// In the annotations of the pod stands a hook of that phase, which replaces those of Schedules.
bool has_own(const Workload& workload, std::string_view phase) {
  return velero::pod_hook(workload.pod.metadata["annotations"], phase).has_value();
}

bool is_replaced(const BackupHook& hook, const std::vector<const Workload*>& workloads) {
  return std::all_of(workloads.begin(), workloads.end(), [&](const Workload* workload) {
    return (hook.pre.empty() || has_own(*workload, "pre")) && (hook.post.empty() || has_own(*workload, "post"));
  });
}

void report_hook(const ClusterModel& model, const velero::Schedule& schedule, yaml::Value item,
                 const std::vector<const Workload*>& workloads, Report& report) {
  const yaml::Value name = item["name"];
  const std::string title = name.is_set() ? fmt::format("hook {}", name.text()) : "a hook";
  Draft draft = report.at(
      name.is_set() ? name.span() : item.span(),
      workloads.empty()
          ? fmt::format("{} of {} never runs: no pod in the repository is in its namespaces and has the labels that it "
                        "selects by",
                        title, title_of(schedule))
          : fmt::format("{} of {} never runs: every pod that it selects has hooks in its annotations, which replace "
                        "those of Schedules",
                        title, title_of(schedule)));
  draft.label("never runs").about(model.cluster, *schedule.resource, item);
  if (workloads.empty()) {
    draft.related(item["labelSelector"].span(), "selects no pod")
        .help("the selector must match the labels of the pod template, not those of the workload");
    return;
  }
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < std::min(workloads.size(), kShown); ++i) {
    draft.related(workloads[i]->pod.metadata.find("annotations").key.span(),
                  fmt::format("{} has its own", workloads[i]->resource->title()));
  }
  draft.help("keep the hook in one place: in the annotations of the pods, or in the Schedule");
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const std::vector<yaml::Value> items = schedule.backup.hooks["resources"].items();
    if (items.empty() || may_hold_unseen_objects(model, cluster.cluster) || has_custom_resources(cluster.cluster))
      return;
    const std::vector<BackupHook> hooks = velero::read_backup_hooks(schedule.backup.hooks);
    for (std::size_t i = 0; i < std::min(hooks.size(), items.size()); ++i) {
      const bool has_commands = !hooks[i].pre.empty() || !hooks[i].post.empty();
      if (!has_commands || !has_pods_there(hooks[i], cluster.plan)) continue;
      const std::vector<const Workload*> workloads = selected_by(hooks[i], cluster.plan);
      if (is_replaced(hooks[i], workloads)) report_hook(cluster, schedule, items[i], workloads, report);
    }
  });
}

}  // namespace

VLINT_RULE(velero_hook_never_run) = checked({
    .summary = "a hook of a Schedule applies to no pod",
    .explanation = R"md(
## What it finds
An item of `hooks.resources` of a Schedule that never runs: no pod in the repository is in its namespaces and has the
labels that it selects by, or every pod that it selects has hooks of the same phase in its annotations. It is silent where
pods may exist that the repository does not show: charts, templates, custom resources of operators, remote bases, or no
pods at all in these namespaces.

## Why it matters
Velero says nothing about a hook that applies to no pod. The database is not dumped or quiesced, and its files are copied
as they are. Hooks in the annotations of a pod replace those of the Schedule, they are not added.

## How to fix it
Select by labels of the pod template; the labels of the Deployment itself are not those of its pods. Keep a hook in one
place: in the annotations of the pods, or in the Schedule.

## When to ignore it
When the pods are made by something else than this repository.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero internal/hook/item_hook_handler.go (HandleHooks, applicableTo)",
    .check = check,
});

}  // namespace vlint::rules
