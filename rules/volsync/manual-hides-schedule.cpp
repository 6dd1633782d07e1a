#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    const volsync::Trigger& trigger = source.trigger;
    if (trigger.manual.given() != Known::yes || trigger.schedule.given() == Known::no) return;
    if (source.is(volsync::Mover::syncthing)) return;
    Draft draft = report.at(
        trigger.schedule.where(),
        fmt::format("{} has a schedule and trigger.manual, which wins: it runs once for the value {}, and the schedule "
                    "is never used",
                    source.title(), quoted(trigger.manual.text())));
    draft.label("never used")
        .about(member.cluster, *source.resource, trigger.schedule.field)
        .related(trigger.manual.where(), "wins over the schedule");
    Result<yaml::Removal> removal =
        yaml::remove_entry(written_entry(*source.resource, trigger.field, "manual").key, yaml::OnlyChild::leave_empty);
    if (removal.ok()) {
      draft.fix("remove manual", Safety::unsafe, *source.resource, std::move(removal->edits));
    } else {
      draft.help("remove `manual`");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_manual_hides_schedule) = checked({
    .summary = "a ReplicationSource has a manual trigger beside its schedule, which is then never used",
    .explanation = R"md(
## What it finds
A ReplicationSource whose `trigger` has both `schedule` and a `manual` that is not empty.

## Why it matters
VolSync looks at `manual` first. With a value there it runs once, writes the value to `status.lastManualSync`, and
waits for another one; the schedule is not read at all. The object looks like a nightly backup and has made exactly
one.

## How to fix it
Remove `manual`, which `vlint --fix --unsafe-fixes` does. For a run out of turn set it with `kubectl patch` and take
it away again.

## When to ignore it
When the schedule is kept for later on purpose.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/statemachine/machine.go getTrigger, issue 1259",
    .check = check,
});

}  // namespace vlint::rules
