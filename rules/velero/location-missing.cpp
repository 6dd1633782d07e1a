#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using Locations = std::vector<velero::BackupStorageLocation>;

// Every location of the cluster is in the repository, by all that can be seen: the server is, and one location is.
bool shows_all_locations(const Model& model, const ClusterModel& member) {
  const velero::Install& install = member.plan.install;
  const Locations& locations = install.backup_storage_locations;
  const auto is_clear = [](const velero::BackupStorageLocation& location) {
    return !location.name.empty() && !location.resource->metadata["name"].is_templated() &&
           location.is_default != Known::unknown;
  };
  return !install.servers.empty() && install.name_space && !locations.empty() &&
         std::all_of(locations.begin(), locations.end(), is_clear) && !may_hold_unseen_objects(model, member.cluster);
}

bool has(const Locations& locations, std::string_view name) {
  return std::any_of(locations.begin(), locations.end(), [&](const auto& location) { return location.name == name; });
}

void check_named(const ClusterModel& member, const velero::Schedule& schedule, yaml::Value name, Report& report) {
  const Locations& locations = member.plan.install.backup_storage_locations;
  if (!name.is_scalar() || !kube::has_known_text(name) || has(locations, name.text())) return;
  std::vector<std::string_view> names;
  for (const velero::BackupStorageLocation& location : locations) names.push_back(location.name);
  constexpr std::size_t kFarthest = 2;
  const std::optional<std::string_view> near = closest(name.text(), names, kFarthest);
  Draft draft =
      report.at(name.span(), fmt::format("{} writes to the BackupStorageLocation {}, which does not exist: {}",
                                         title_of(schedule), quoted(name.text()), fails_validation(schedule)));
  draft.label(near ? fmt::format("did you mean {}?", *near) : "no such location")
      .about(member.cluster, *schedule.resource, name);
  if (near) {
    draft.fix(fmt::format("write {}", *near), Safety::unsafe, *schedule.resource, yaml::set_scalar(name, *near));
  } else {
    draft.help(fmt::format("the repository has: {}", join(names, ", ")));
  }
}

// No location is named, and none is the default (velero pkg/controller/backup_controller.go: the first with
// `default: true`, else the one that the server's flag names).
void check_default(const ClusterModel& member, const velero::Schedule& schedule, Report& report) {
  const Locations& locations = member.plan.install.backup_storage_locations;
  const auto is_default = [](const auto& location) { return location.is_default == Known::yes; };
  if (std::any_of(locations.begin(), locations.end(), is_default)) return;
  const std::optional<std::string>& by_flag = member.plan.install.flags.default_backup_storage_location.value;
  if (!by_flag || has(locations, *by_flag)) return;
  Draft draft =
      report.at(schedule.resource->place(),
                fmt::format("{} names no BackupStorageLocation, none is marked as default, and none is called {}: {}",
                            title_of(schedule), *by_flag, fails_validation(schedule)));
  draft.label("where to?").about(member.cluster, *schedule.resource);
  for (const velero::BackupStorageLocation& location : locations) {
    draft.related(location.resource->place(), "a location that is not the default");
  }
  draft.help("write `default: true` into the spec of one location, or `storageLocation` into the Schedule's template");
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    if (schedule.runs == Known::no || schedule.name_space != member.plan.install.name_space) return;
    if (!shows_all_locations(model, member)) return;
    const yaml::Value name = schedule.backup.storage_location;
    if (name.is_set() && !(name.is_scalar() && name.text().empty())) {
      check_named(member, schedule, name, report);
    } else {
      check_default(member, schedule, report);
    }
  });
}

}  // namespace

VLINT_RULE(velero_location_missing) = checked({
    .summary = "a Schedule writes to a BackupStorageLocation that does not exist",
    .explanation = R"md(
## What it finds
A `storageLocation` that no BackupStorageLocation of Velero's namespace has as its name, and Schedules without one where
no location has `default: true` or the name that the server takes for its default ("default", or
`--default-backup-storage-location`). It looks only at repositories that install Velero's server and hold at least one
location, and is silent when charts or Applications may bring others.

## Why it matters
Velero does not know where to write, so each backup ends in FailedValidation: nothing is backed up.

## How to fix it
Write the name of a location, or mark one as the default. Where one name is near to what is written,
`vlint --fix --unsafe-fixes` writes it.

## When to ignore it
When the location was made by hand, with `velero backup-location create`.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go prepareBackupRequest, pkg/cmd/server/config/config.go",
    .check = check,
});

}  // namespace vlint::rules
