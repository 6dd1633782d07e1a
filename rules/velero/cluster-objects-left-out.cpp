#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/filters.h"
#include "lint/velero/namespace_filter.h"
#include "lint/velero/resource_filter.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

using velero::Schedule;

constexpr std::string_view kWholeCluster[] = {"cluster", "complete", "entire", "full", "whole"};

// Its name says that the backup is one of all that there is.
bool is_called_whole(const Schedule& schedule) {
  const std::string lower = to_lower_ascii(schedule.resource->name);
  std::string_view rest = lower;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("-._"), rest.size());
    const std::string_view word = rest.substr(0, end);
    if (std::find(std::begin(kWholeCluster), std::end(kWholeCluster), word) != std::end(kWholeCluster)) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool is_empty_or_star(const velero::NameList& list) {
  return !list.is_set() || (list.names.size() == 1 && list.names.front().known && list.names.front().text == "*");
}

// It takes all namespaces and everything in them, and says nothing about what belongs to none.
bool takes_all_else(const velero::BackupSpec& spec) {
  return is_empty_or_star(spec.included_namespaces) && is_empty_or_star(spec.included_resources) &&
         is_empty_or_star(spec.included_namespace_scoped_resources) &&
         !spec.included_cluster_scoped_resources.is_set() && !spec.excluded_cluster_scoped_resources.is_set() &&
         !spec.include_cluster_resources.set && !spec.label_selector.is_set() && !spec.or_label_selectors.is_set();
}

bool leaves_out(const Schedule& schedule, const velero::Install& install,
                const std::vector<velero::LabelledNamespace>& labelled) {
  const velero::Filters filters(schedule, install, labelled);
  const velero::ResourceType type{"clusterroles.rbac.authorization.k8s.io", kube::Scope::cluster};
  return filters.resources().includes(type, filters.is_everything()) == Known::no;
}

bool has_include_exclude_policy(const Schedule& schedule) {
  return schedule.has_volume_policies == Known::unknown ||
         (schedule.volume_policies && schedule.volume_policies->include_exclude);
}

void offer(const Schedule& schedule, Draft& draft) {
  const bool by_scope = velero::uses_new_filters(schedule.backup) || has_include_exclude_policy(schedule);
  if (by_scope) {
    draft.fix("include all cluster-scoped types", Safety::unsafe, *schedule.resource,
              yaml::add_entry(schedule.backup.root, "includedClusterScopedResources",
                              yaml::NewValue::sequence({yaml::NewValue::string("*")})));
  } else {
    draft.fix("include all cluster-scoped types", Safety::unsafe, *schedule.resource,
              yaml::add_entry(schedule.backup.root, "includeClusterResources", yaml::NewValue::typed("true")));
  }
}

void check_schedule(const ClusterModel& member, const Schedule& schedule, Report& report) {
  const auto& [cluster, plan] = member;
  if (!is_called_whole(schedule) || !takes_all_else(schedule.backup) || schedule.is_valid == Known::no) return;
  const std::vector<velero::LabelledNamespace> labelled = velero::labelled_namespaces(cluster);
  if (!leaves_out(schedule, plan.install, labelled)) return;
  velero::Install older = plan.install;
  older.version = {1, 16, 2};
  const bool is_new = !leaves_out(schedule, older, labelled);
  if (is_new && !knows_version(plan.install)) return;
  const velero::NameList& excluded = schedule.backup.excluded_namespaces;
  const std::string why =
      is_new
          ? fmt::format("Velero {} takes them only where they are asked for", velero::to_string(plan.install.version))
      : excluded.is_set() ? "with an excluded namespace Velero takes them only where they are asked for"
                          : "with filters by scope Velero takes them only where they are named";
  Draft draft = report.at(
      schedule.resource->place(),
      fmt::format("{} is called one of the whole cluster and leaves out all cluster-scoped objects that no claim of it "
                  "needs, such as ClusterRoles, StorageClasses and CustomResourceDefinitions: {}",
                  title_of(schedule), why));
  draft.label("without cluster-scoped objects").about(cluster, *schedule.resource);
  if (excluded.is_set()) draft.related(excluded.field.span(), "with an exclusion it is no backup of everything");
  if (is_new) draft.related(plan.install.version_where, "up to 1.16 a backup without filters took them");
  offer(schedule, draft);
}

void check(const Model& model, Report& report) {
  for_each_schedule(
      model, [&](const ClusterModel& member, const Schedule& schedule) { check_schedule(member, schedule, report); });
}

}  // namespace

VLINT_RULE(velero_cluster_objects_left_out) = checked({
    .summary = "a backup that is called one of the whole cluster leaves out cluster-scoped objects",
    .explanation = R"md(
## What it finds
A Schedule with a name of the whole (`full`, `cluster`, `complete`, `whole`, `entire`) that takes all namespaces and all
types, says nothing about cluster-scoped objects, and therefore stores only those that its claims need:

- with a namespace among `excludedNamespaces`, or with filters by scope, in every version;
- without any filter, from Velero 1.17 on.

## Why it matters
Velero adds cluster-scoped objects by itself only to a backup of everything. One excluded namespace, and it is none.
From 1.17 on no backup is: two types of snapshots are always left out. Then ClusterRoles, StorageClasses,
CustomResourceDefinitions without objects and unbound PersistentVolumes are missing, and a restore into an empty cluster
brings workloads whose rights and storage are not there.

## How to fix it
Write `includeClusterResources: true`, or beside filters by scope `includedClusterScopedResources: ["*"]`.
`vlint --fix --unsafe-fixes` does.

## When to ignore it
When these objects come from Git in any case. Then `includeClusterResources: false` says that it is meant, unless native
snapshots of volumes are taken.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go prepareBackupRequest, "
               "pkg/util/collections/includes_excludes.go, issue 9991",
    .check = check,
});

}  // namespace vlint::rules
