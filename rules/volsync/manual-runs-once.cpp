#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    const volsync::Trigger& trigger = source.trigger;
    // Beside a schedule it is another fault.
    if (trigger.kind != volsync::TriggerKind::manual || trigger.schedule.given() != Known::no) return;
    if (trigger.schedule.field || source.is(volsync::Mover::syncthing) || source.is(volsync::Mover::external)) return;
    const std::string schedule = daily_schedule_for(source);
    report
        .at(trigger.manual.where(),
            fmt::format("{} has the manual trigger {} and no schedule: it makes one backup, and none after it until "
                        "somebody changes the value",
                        source.title(), quoted(trigger.manual.text())))
        .label("runs once")
        .about(member.cluster, *source.resource, trigger.manual.field)
        .fix(fmt::format("run it each day by the schedule {}", schedule), Safety::unsafe, *source.resource,
             together({yaml::rename_key(written_entry(*source.resource, trigger.field, "manual").key, "schedule"),
                       yaml::set_scalar(trigger.manual.field, schedule, yaml::WriteAs::string)}));
  });
}

}  // namespace

VLINT_RULE(volsync_manual_runs_once) = checked({
    .summary = "a ReplicationSource has only a constant manual trigger, so it makes one backup",
    .explanation = R"md(
## What it finds
A ReplicationSource whose `trigger` is `manual` with a constant value, without a schedule.

## Why it matters
A manual trigger is one run for each new value. What stands in Git stays the same, so there is one backup in the life
of the object, of the day on which it was created, and `kubectl get replicationsources` shows a successful one.

## How to fix it
Use a schedule. `vlint --fix --unsafe-fixes` writes one at three in the morning, at a minute that differs from source
to source.

## When to ignore it
When the copy is meant to be made once, as for a migration, or when a job sets the value for each backup.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/statemachine/machine.go, docs/usage/triggers.rst",
    .check = check,
});

}  // namespace vlint::rules
