#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Characters of the hash that Kustomize puts behind the name of a generated ConfigMap.
constexpr std::size_t kHash = 10;

struct Found {
  const kube::Resource* with_prefix =
      nullptr;                                // the only one of Velero's namespace whose name ends in the one asked for
  const kube::Resource* elsewhere = nullptr;  // of that name, in another namespace
  bool with_hash = false;
  bool unclear = false;  // a name is not known, or several have a prefix
};

Found look_around(const model::Cluster& cluster, std::string_view name_space, std::string_view name) {
  Found found;
  for (const kube::Resource* map : cluster.of_kind("", "ConfigMap")) {
    if (map->metadata["name"].is_templated() || map->metadata["namespace"].is_templated()) found.unclear = true;
    if (map->name == name && map->name_space != name_space) found.elsewhere = map;
    if (map->name_space != name_space) continue;
    if (map->name.size() == name.size() + 1 + kHash && map->name.substr(0, name.size()) == name) found.with_hash = true;
    if (!ends_with(map->name, fmt::format("-{}", name))) continue;
    found.unclear |= found.with_prefix != nullptr;
    found.with_prefix = map;
  }
  return found;
}

void check_schedule(const ClusterModel& member, const velero::Schedule& schedule, Report& report) {
  const yaml::Value name = policy_name_of(schedule);
  if (!name || schedule.name_space.empty() || find_policy_map(member.cluster, schedule) != nullptr) return;
  const Found found = look_around(member.cluster, schedule.name_space, name.text());
  // A renamed generated ConfigMap is a fault of the kustomization, not of the Schedule.
  if (found.unclear || found.with_hash) return;
  Draft draft = report.at(
      name.span(), fmt::format("{} takes its volume policies from the ConfigMap {}, which is not in "
                               "Velero's namespace {}: {}",
                               title_of(schedule), name.text(), schedule.name_space, fails_validation(schedule)));
  draft.label("no such ConfigMap").about(member.cluster, *schedule.resource, name);
  if (found.with_prefix != nullptr) {
    draft.related(found.with_prefix->place(), "the ConfigMap that is there");
    draft.fix(fmt::format("write {}", found.with_prefix->name), Safety::safe, *schedule.resource,
              yaml::set_scalar(name, found.with_prefix->name));
  } else if (found.elsewhere != nullptr) {
    draft.related(found.elsewhere->place(), "this one is in another namespace");
    draft.help(fmt::format("move it to the namespace {}: Velero looks nowhere else", schedule.name_space));
  } else {
    draft.help("add the ConfigMap, or take `resourcePolicy` out");
  }
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    const bool sees_velero = !member.plan.install.servers.empty() && member.plan.install.name_space;
    if (!sees_velero || schedule.name_space != *member.plan.install.name_space) return;
    if (schedule.runs == Known::no || may_hold_unseen_objects(model, member.cluster)) return;
    check_schedule(member, schedule, report);
  });
}

}  // namespace

VLINT_RULE(velero_policy_missing) = checked({
    .summary = "a Schedule names a ConfigMap of volume policies that does not exist",
    .explanation = R"md(
## What it finds
A `resourcePolicy.name` for which Velero's namespace has no ConfigMap. It is silent when the repository doesn't install
Velero's server itself, and when charts, templates or Applications deploy more than is seen.

## Why it matters
Velero reads the ConfigMap before each backup. When it isn't there the backup ends in FailedValidation: nothing at all
is backed up, not only the volumes the policies are about.

## How to fix it
Write the name that the ConfigMap has, and keep it in Velero's namespace. A Helm chart puts the release's name in front:
where exactly one ConfigMap has the name behind such a prefix, `vlint --fix` writes its full name.

## When to ignore it
When the ConfigMap is made by hand or by another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/resourcepolicies/resource_policies.go GetResourcePoliciesFromBackup, "
               "pkg/controller/backup_controller.go prepareBackupRequest",
    .check = check,
});

}  // namespace vlint::rules
