#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    const volsync::Trigger& trigger = source.trigger;
    const bool is_used =
        copies_volume(source) && trigger.kind == volsync::TriggerKind::schedule && trigger.crd_accepts == Known::yes;
    if (!is_used || !trigger.cron || !trigger.cron->never_matches()) return;
    report
        .at(trigger.schedule.where(),
            fmt::format("{} has the schedule {}, which no date ever matches: VolSync takes the next run for overdue at "
                        "once, so that one backup follows the other in an endless loop",
                        source.title(), quoted(trigger.schedule.text())))
        .label("no such day")
        .about(member.cluster, *source.resource, trigger.schedule.field)
        .help("write a day that the month has; to switch the source off, write `paused: true` beside `trigger`");
  });
}

}  // namespace

VLINT_RULE(volsync_schedule_never_due) = checked({
    .summary = "no date matches the schedule of a ReplicationSource",
    .explanation = R"md(
## What it finds
A `trigger.schedule` that is well-formed and names a day that does not exist, as the 31st of February (`0 0 31 2 *`).

## Why it matters
The cron library finds no next run and answers with the zero time, the year 1. That lies in the past, so the next run
is due as soon as one has ended, and the source runs in an endless loop. Such a schedule is mostly written in the hope
that it switches the source off, which it does not.

## How to fix it
Write a day that the month has. To let a ReplicationSource rest, write `paused: true`.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/statemachine/machine.go; robfig/cron v3 spec.go SpecSchedule.Next",
    .check = check,
});

}  // namespace vlint::rules
