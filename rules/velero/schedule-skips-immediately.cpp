#include <fmt/format.h>

#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const yaml::Entry entry = (*schedule.resource)["spec"].find("skipImmediately");
    if (schedule.one_off || entry.value.as_bool() != true || !cluster.plan.install.is_at_least(1, 13)) return;
    Draft draft = report.at(entry.value.span(),
                            fmt::format("Schedule {} has skipImmediately: true, which Velero sets back to false: each "
                                        "time a GitOps tool restores it, the next backup is put off again",
                                        schedule.name));
    draft.label("Velero overwrites this").about(cluster.cluster, *schedule.resource, entry.value);
    const Result<yaml::Removal> removal = yaml::remove_entry(entry.key, yaml::OnlyChild::remove_parent);
    const bool loses_comment = removal.ok() && removal->removes_comments;
    draft.fix("remove skipImmediately", loses_comment ? Safety::unsafe : Safety::safe, *schedule.resource,
              removal.ok() ? yaml::Edits(removal->edits) : yaml::Edits(Error{removal.error()}));
  });
}

}  // namespace

VLINT_RULE(velero_schedule_skips_immediately) = checked({
    .summary = "a Schedule in Git has skipImmediately, which keeps a GitOps tool and Velero overwriting each other",
    .explanation = R"md(
## What it finds
`spec.skipImmediately: true` of a Schedule, from Velero 1.13 on.

## Why it matters
The field is an order for once: Velero notes that the run of now is skipped, and sets the field back to false. A tool
that restores what Git says (Argo CD with self-heal, Flux) sets it to true again, Velero skips again, and the time that
the next backup is reckoned from moves on for ever. No backup is made, and nothing fails.

## How to fix it
Remove the field; `vlint --fix` does. To keep new Schedules from an immediate first backup use the server's flag
`--schedule-skip-immediately`, or set the field once by hand.

## When to ignore it
When the manifest is applied once and nothing restores it.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/controller/schedule_controller.go",
    .check = check,
});

}  // namespace vlint::rules
