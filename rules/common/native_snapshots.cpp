#include "rules/common/native_snapshots.h"

#include "lint/velero/resource_filter.h"
#include "rules/common/what_if.h"

namespace vlint::rules {
namespace {

using velero::Schedule;

// The same backup with PersistentVolumes in it.
Schedule with_volumes(const Schedule& schedule) {
  Schedule changed = schedule;
  velero::BackupSpec& spec = changed.backup;
  spec.include_cluster_resources = {};
  spec.excluded_resources = {};
  spec.excluded_cluster_scoped_resources = {};
  return changed;
}

}  // namespace

yaml::Value field_without_volumes(const velero::BackupSpec& spec) {
  if (spec.include_cluster_resources.value == Known::no) return spec.include_cluster_resources.field;
  for (const velero::NameList* list : {&spec.excluded_resources, &spec.excluded_cluster_scoped_resources}) {
    for (const velero::NameList::Name& name : list->names) {
      const auto type = name.known ? velero::resolve_resource(name.text) : std::nullopt;
      if (name.text == "*" || (type && type->name == velero::kPersistentVolumes)) return name.value;
    }
  }
  return {};
}

Claims lost_without_volumes(const ClusterModel& member, const Schedule& schedule) {
  if (schedule.snapshot_locations.empty() || !field_without_volumes(schedule.backup)) return {};
  const velero::Plan& plan = member.plan;
  const auto index = static_cast<std::size_t>(&schedule - plan.schedules.data());
  const velero::Verdicts changed = WhatIf(member).judge(with_volumes(schedule));
  Claims lost;
  if (changed.claims.size() != plan.claims.size()) return lost;
  for (std::size_t i = 0; i < plan.claims.size(); ++i) {
    const velero::Verdict& now = plan.claims[i].verdicts[index];
    const bool is_lost = now.selected == Known::yes && now.outcome == velero::Outcome::not_protected &&
                         changed.claims[i].method == velero::Method::native_snapshot &&
                         changed.claims[i].outcome == velero::Outcome::is_protected;
    if (is_lost && plan.claims[i].is_protected != Known::yes) lost.push_back(&plan.claims[i]);
  }
  return lost;
}

}  // namespace vlint::rules
