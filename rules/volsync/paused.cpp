#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void offer_removal(Draft& draft, const volsync::Replication& source, yaml::Value key, yaml::OnlyChild only_child) {
  const std::string title = fmt::format("remove {}", key.text());
  Result<yaml::Removal> removal = yaml::remove_entry(key, only_child);
  if (removal.ok()) {
    draft.fix(title, Safety::unsafe, *source.resource, std::move(removal->edits));
  } else {
    draft.help(fmt::format("remove `{}`", key.text()));
  }
}

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    if (source.is_paused == Known::yes) {
      const yaml::Entry paused = written_entry(*source.resource, (*source.resource)["spec"], "paused");
      Draft draft =
          report.at(source.paused_where,
                    fmt::format("{} is paused, so {} is not backed up by it", source.title(),
                                source.claim.given() == Known::yes ? fmt::format("claim {}", source.claim.text())
                                                                   : std::string("its claim")));
      draft.label("no backups").about(member.cluster, *source.resource, paused.value);
      offer_removal(draft, source, paused.key, yaml::OnlyChild::leave_empty);
    }
    if (source.is_debugged == Known::yes) {
      const yaml::Entry debug = written_entry(*source.resource, source.resource->metadata["annotations"],
                                              "volsync.backube/enable-debug-mover");
      Draft draft = report.at(
          debug.key.span(), fmt::format("{} has the annotation {}: its mover sleeps for somebody to look into the pod, "
                                        "and makes no backup",
                                        source.title(), debug.key.text()));
      draft.label("the mover sleeps").about(member.cluster, *source.resource, debug.value);
      offer_removal(draft, source, debug.key, yaml::OnlyChild::remove_parent);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_paused) = checked({
    .summary = "a ReplicationSource is paused, or its mover sleeps for debugging",
    .explanation = R"md(
## What it finds
A ReplicationSource with `paused: true`, or with the annotation `volsync.backube/enable-debug-mover`, whatever its
value.

## Why it matters
Both are meant for an afternoon. A paused source makes a Job without pods; with the annotation the mover's pod starts
and sleeps. Neither fails, so nothing alerts, and there is no backup until somebody remembers.

## How to fix it
Remove the field or the annotation, which `vlint --fix --unsafe-fixes` does. The next backup then begins at once, or
at the next time of the schedule.

## When to ignore it
While a restore or a bootstrap is under way: suppress it with a date.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go ensureJob, internal/controller/utils/utils.go "
               "AppendDebugMoverEnvVar",
    .check = check,
});

}  // namespace vlint::rules
