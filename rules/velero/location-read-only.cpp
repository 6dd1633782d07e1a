#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    if (schedule.runs == Known::no || !schedule.storage_location) return;
    const velero::BackupStorageLocation& location = *schedule.storage_location;
    if (location.read_only != Known::yes) return;
    const yaml::Value named = schedule.backup.storage_location;
    const bool is_named = named.is_scalar() && !named.text().empty();
    report
        .at(is_named ? named.span() : schedule.resource->place(),
            fmt::format("{} writes to the BackupStorageLocation {}, which is read-only: {}", title_of(schedule),
                        location.name, fails_validation(schedule)))
        .label(is_named ? "this location is read-only" : "its default location is read-only")
        .about(member.cluster, *schedule.resource, is_named ? named : yaml::Value{})
        .related((*location.resource)["spec"]["accessMode"].span(), "read-only here")
        .help("write to another location, or set `accessMode: ReadWrite`");
  });
}

}  // namespace

VLINT_RULE(velero_location_read_only) = checked({
    .summary = "a Schedule writes to a BackupStorageLocation that is read-only",
    .explanation = R"md(
## What it finds
A Schedule whose BackupStorageLocation, named or by default, has `accessMode: ReadOnly`. A paused Schedule is left alone.

## Why it matters
Velero refuses to write there, so each backup ends in FailedValidation and nothing is backed up. It is what remains when
a location was closed for a restore or a migration and nobody opened it again.

## How to fix it
Set `accessMode: ReadWrite` when the restore is done, or let the Schedule write to another location. A Schedule that must
rest meanwhile has `paused: true`.

## When to ignore it
For as long as the restore takes.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go prepareBackupRequest",
    .check = check,
});

}  // namespace vlint::rules
