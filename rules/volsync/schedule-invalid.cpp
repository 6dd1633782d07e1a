#include <fmt/format.h>

#include <optional>
#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/cron_spelling.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

std::string_view help_for(std::string_view text) {
  if (text.find("@every") != std::string_view::npos) {
    return "VolSync refuses @every: write five fields, as in `0 */6 * * *`";
  }
  return "write five fields separated by one blank each: minute 0-59, hour 0-23, day of month, month 1-12, day of week "
         "0-6; each a list of numbers, one range, `*` or `*/n`";
}

void report_schedule(const model::Cluster& cluster, const Replication& replication, std::string message,
                     std::string_view label, Report& report) {
  const yaml::Value field = replication.trigger.schedule.field;
  Draft draft = report.at(field.span(), std::move(message));
  draft.label(std::string(label)).about(cluster, *replication.resource, field);
  if (const std::optional<std::string> meant = volsync_spelling(field.text())) {
    draft.fix(fmt::format("write {}", *meant), Safety::safe, *replication.resource,
              yaml::set_scalar(field, *meant, yaml::WriteAs::string));
  } else {
    draft.help(std::string(help_for(field.text())));
  }
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const Replication& replication) {
    const volsync::Trigger& trigger = replication.trigger;
    const std::string_view nothing = replication.is_source ? "no backup is made" : "nothing is restored";
    if (trigger.crd_accepts == Known::no) {
      report_schedule(
          member.cluster, replication,
          fmt::format("{} has the schedule {}, which does not match the pattern of VolSync's custom resource "
                      "definition: the API server refuses the object, and {}",
                      replication.title(), quoted(trigger.schedule.text()), nothing),
          "the API server refuses this", report);
    } else if (trigger.is_readable == Known::no && trigger.kind == volsync::TriggerKind::schedule &&
               copies_volume(replication)) {
      report_schedule(
          member.cluster, replication,
          fmt::format(
              "{} has the schedule {}, which VolSync can't read: after the first run it reports an error and {}; "
              "{}",
              replication.title(), quoted(trigger.schedule.text()),
              replication.is_source ? "makes no other backup" : "restores nothing more", trigger.fault),
          "VolSync can't read this", report);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_schedule_invalid) = checked({
    .summary = "a schedule of VolSync is one that the API server or the controller refuses",
    .explanation = R"md(
## What it finds
A `trigger.schedule` that one of its two readers does not take. The custom resource definition holds a pattern against
it: no names of days or months, no `?`, no `@midnight`, no `@every`, one blank between fields at most, and a list or a
range or a step in a field, but not several of them (`1-5,7`). The controller's parser knows ranges: minute 60, hour
24, day of week 7 and six fields are faults to it that the pattern lets pass.

## Why it matters
What the pattern refuses fails the apply of the whole object: it is not created, or keeps its old state. What only the
parser refuses is found out after the first run, which comes at once: from then on the object has an error in its
status and no backup is made, while the one of the first day looks fine.

## How to fix it
Write five plain fields. `vlint --fix` writes the same times in a form that both take: names as numbers, `?` as `*`,
lists of ranges as lists, Sunday as 0, single blanks, `@daily` for `@midnight`. For `@every` there is no such form.

## When to ignore it
With a custom resource definition older than VolSync 0.8, which has no pattern.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources =
        "volsync api/v1alpha1/replicationsource_types.go, internal/controller/statemachine/machine.go, issue 847; "
        "robfig/cron v3 parser.go",
    .check = check,
});

}  // namespace vlint::rules
