#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Mover;

// With rsync an endless replication may be what is meant; a backup that follows the other without a pause is not.
bool makes_backups(const volsync::Replication& source) {
  return source.is(Mover::restic) || source.is(Mover::kopia) || source.is(Mover::rclone);
}

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    const volsync::Trigger& trigger = source.trigger;
    // A schedule that is written and empty is refused as such.
    if (trigger.kind != volsync::TriggerKind::continuous || trigger.schedule.field.is_set()) return;
    if (!makes_backups(source)) return;
    const std::string schedule = daily_schedule_for(source);
    constexpr std::string_view kPath[] = {"trigger"};
    Draft draft = report.at(
        trigger.field ? trigger.field.span() : source.resource->place(),
        fmt::format(
            "{} has no trigger, so each run of {} begins when the one before ends: an endless loop of copies of "
            "the volume and of snapshots in the repository",
            source.title(), method_of(source)));
    draft.label(trigger.field ? "says nothing" : "no trigger").about(member.cluster, *source.resource, trigger.field);
    if (trigger.manual.field) {
      draft.help("give `trigger` a `schedule`; an empty `manual` counts as absent");
      return;
    }
    draft.fix(fmt::format("run it each day by the schedule {}", schedule), Safety::unsafe, *source.resource,
              yaml::ensure_path((*source.resource)["spec"], kPath, "schedule", yaml::NewValue::string(schedule)));
  });
}

}  // namespace

VLINT_RULE(volsync_trigger_missing) = checked({
    .summary = "a ReplicationSource has no trigger, so it runs in an endless loop",
    .explanation = R"md(
## What it finds
A ReplicationSource with restic, rclone or kopia whose `trigger` is absent or empty.

## Why it matters
Without a trigger VolSync replicates continuously: the next run begins as soon as the last one has ended. Each run
makes a snapshot and a volume from it, a Job, and a snapshot in the repository, day and night. `retain` then counts
snapshots that are minutes apart, so that the history that was meant to reach back weeks reaches back hours.

## How to fix it
Add a schedule, in UTC:

```yaml
spec:
  trigger:
    schedule: "17 3 * * *"
```

`vlint --fix --unsafe-fixes` adds one at three in the morning, at a minute that differs from source to source.

## When to ignore it
When a continuous copy is meant. rsync, for which that is usual, is not reported.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/statemachine/machine.go getTrigger",
    .check = check,
});

}  // namespace vlint::rules
