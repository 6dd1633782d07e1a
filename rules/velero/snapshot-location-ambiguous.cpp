#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using Location = velero::VolumeSnapshotLocation;
using ByProvider = std::map<std::string_view, std::vector<const Location*>>;

// Providers with several locations; one written several times counts once. Nothing when a name is not known.
ByProvider choices(const velero::Install& install) {
  ByProvider found;
  for (const Location& location : install.volume_snapshot_locations) {
    const bool is_clear = kube::has_known_text(location.resource->metadata["name"]) &&
                          kube::has_known_text((*location.resource)["spec"]["provider"]);
    if (!is_clear) return {};
    std::vector<const Location*>& locations = found[location.provider];
    const auto is_same = [&](const Location* other) { return other->name == location.name; };
    if (std::none_of(locations.begin(), locations.end(), is_same)) locations.push_back(&location);
  }
  return found;
}

// --default-volume-snapshot-locations: "provider:name,provider:name".
bool is_chosen_by_flag(const velero::Install& install, std::string_view provider) {
  const std::optional<std::string>& flag = install.flags.default_volume_snapshot_locations.value;
  if (!flag) return true;  // not known
  for (const std::string_view part : split(*flag, ',')) {
    if (trim(part.substr(0, part.find(':'))) == provider) return true;
  }
  return false;
}

bool is_chosen_by(const velero::Schedule& schedule, const std::vector<const Location*>& locations) {
  const std::vector<yaml::Value> names = schedule.backup.volume_snapshot_locations.items();
  return std::any_of(names.begin(), names.end(), [&](yaml::Value name) {
    return !kube::has_known_text(name) || std::any_of(locations.begin(), locations.end(),
                                                      [&](const Location* one) { return one->name == name.text(); });
  });
}

void report_schedule(const ClusterModel& member, const velero::Schedule& schedule, std::string_view provider,
                     const std::vector<const Location*>& locations, Report& report) {
  std::vector<std::string> names;
  for (const Location* location : locations) names.emplace_back(location->name);
  Draft draft = report.at(
      schedule.resource->place(),
      fmt::format("{} names none of the VolumeSnapshotLocations {} of the provider {}, and Velero does not choose "
                  "between them: {}",
                  title_of(schedule), enumerate(names), provider, fails_validation(schedule)));
  draft.label("which location?").about(member.cluster, *schedule.resource);
  for (const Location* location : locations) draft.related(location->resource->place(), "one of them");
  draft.help(
      fmt::format("write `volumeSnapshotLocations: [{}]` into the Schedule's template, or run the server with "
                  "`--default-volume-snapshot-locations={}:{}`",
                  names.front(), provider, names.front()));
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    const velero::Install& install = member.plan.install;
    if (install.servers.empty() || !install.name_space || schedule.name_space != *install.name_space) return;
    if (schedule.runs == Known::no) return;
    for (const auto& [provider, locations] : choices(install)) {
      if (locations.size() < 2 || is_chosen_by_flag(install, provider) || is_chosen_by(schedule, locations)) continue;
      report_schedule(member, schedule, provider, locations, report);
    }
  });
}

}  // namespace

VLINT_RULE(velero_snapshot_location_ambiguous) = checked({
    .summary = "a provider has several VolumeSnapshotLocations, and a Schedule names none of them",
    .explanation = R"md(
## What it finds
A Schedule that names none of the VolumeSnapshotLocations of a provider, while Velero's namespace has several of it and
the server's `--default-volume-snapshot-locations` does not choose. It is silent when the repository doesn't install
Velero's server.

## Why it matters
Velero takes the only location of each provider by itself. With a second one it refuses to guess, and does so before
anything is backed up: the backup ends in FailedValidation, also with `snapshotVolumes: false` and where nobody wants
native snapshots. So adding a location stops every Schedule.

## How to fix it
Name the location in `volumeSnapshotLocations` of each Schedule, or choose one for all with the server's flag. Remove
locations that nobody uses: CSI snapshots and file system backup need none.

## When to ignore it
Never: no backup is made.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go validateAndGetSnapshotLocations",
    .check = check,
});

}  // namespace vlint::rules
