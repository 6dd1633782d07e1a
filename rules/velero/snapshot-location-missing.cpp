#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using Locations = std::vector<velero::VolumeSnapshotLocation>;

// The server is in the repository with its locations, and nothing shows that there could be more.
bool shows_all_locations(const Model& model, const ClusterModel& member) {
  const velero::Install& install = member.plan.install;
  const Locations& locations = install.volume_snapshot_locations;
  const auto is_clear = [](const velero::VolumeSnapshotLocation& location) {
    return !location.name.empty() && kube::has_known_text(location.resource->metadata["name"]);
  };
  return !install.servers.empty() && install.name_space && !install.backup_storage_locations.empty() &&
         std::all_of(locations.begin(), locations.end(), is_clear) && !may_hold_unseen_objects(model, member.cluster);
}

void check_name(const ClusterModel& member, const velero::Schedule& schedule, yaml::Value name, Report& report) {
  const Locations& locations = member.plan.install.volume_snapshot_locations;
  if (!name.is_scalar() || !kube::has_known_text(name)) return;
  std::vector<std::string_view> names;
  for (const velero::VolumeSnapshotLocation& location : locations) names.push_back(location.name);
  if (std::find(names.begin(), names.end(), name.text()) != names.end()) return;
  constexpr std::size_t kFarthest = 2;
  const std::optional<std::string_view> near = closest(name.text(), names, kFarthest);
  Draft draft =
      report.at(name.span(), fmt::format("{} names the VolumeSnapshotLocation {}, which does not exist: {}",
                                         title_of(schedule), quoted(name.text()), fails_validation(schedule)));
  draft.label(near ? fmt::format("did you mean {}?", *near) : "no such location")
      .about(member.cluster, *schedule.resource, name);
  if (near) {
    draft.fix(fmt::format("write {}", *near), Safety::unsafe, *schedule.resource, yaml::set_scalar(name, *near));
  } else if (names.empty()) {
    draft.help("take `volumeSnapshotLocations` out: CSI snapshots and file system backup need none");
  } else {
    draft.help(fmt::format("the repository has: {}", join(names, ", ")));
  }
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    if (schedule.runs == Known::no || schedule.name_space != member.plan.install.name_space) return;
    if (!shows_all_locations(model, member)) return;
    for (const yaml::Value name : schedule.backup.volume_snapshot_locations.items()) {
      check_name(member, schedule, name, report);
    }
  });
}

}  // namespace

VLINT_RULE(velero_snapshot_location_missing) = checked({
    .summary = "a Schedule names a VolumeSnapshotLocation that does not exist",
    .explanation = R"md(
## What it finds
An entry of `volumeSnapshotLocations` for which Velero's namespace has no VolumeSnapshotLocation. It is silent when the
repository doesn't install Velero's server and its storage locations itself, and when charts, templates or Applications
deploy more than is seen.

## Why it matters
Velero looks the names up before each backup, also with `snapshotVolumes: false`. When one isn't there the backup ends in
FailedValidation: nothing at all is backed up.

## How to fix it
Correct the name, or take the list out: CSI snapshots and file system backup need no VolumeSnapshotLocation. Where one
name is near to what is written, `vlint --fix --unsafe-fixes` writes it.

## When to ignore it
When the location is made by hand (`velero snapshot-location create`).
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go validateAndGetSnapshotLocations",
    .check = check,
});

}  // namespace vlint::rules
