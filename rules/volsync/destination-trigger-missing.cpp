#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

using volsync::Consumer;
using volsync::Mover;

bool is_populated(const Consumer& consumer) {
  return consumer.way == Consumer::Way::data_source || consumer.way == Consumer::Way::claim_template;
}

yaml::NewValue once() { return yaml::NewValue::mapping({{"manual", yaml::NewValue::string("restore-once")}}); }

void check(const Model& model, Report& report) {
  for_each_active_destination(model, [&](const ClusterModel& member, const volsync::Destination& one) {
    const volsync::Replication& destination = one.replication;
    const bool fetches = destination.is(Mover::restic) || destination.is(Mover::rclone) || destination.is(Mover::kopia);
    if (!fetches || destination.trigger.kind != volsync::TriggerKind::continuous) return;
    const yaml::Value spec = (*destination.resource)["spec"];
    const bool only_fills =
        !one.consumers.empty() && std::all_of(one.consumers.begin(), one.consumers.end(), is_populated);
    const yaml::Entry trigger = written_entry(*destination.resource, spec, "trigger");
    Draft draft =
        report.at(trigger ? trigger.key.span() : destination.resource->place(),
                  fmt::format("{} has no trigger: it restores again and again without a pause{}", destination.title(),
                              destination.copy_method == volsync::CopyMethod::snapshot
                                  ? ", and takes a snapshot each time"
                                  : ", over what the application has written since"));
    draft.label(trigger ? "says nothing" : "no trigger").about(member.cluster, *destination.resource, spec);
    if (destination.resource->generation != kube::kNotGenerated || !spec.is_mapping() || trigger) {
      draft.help("add `trigger: {manual: restore-once}`: it restores once for each new value");
      return;
    }
    draft.fix("restore once", only_fills ? Safety::safe : Safety::unsafe, *destination.resource,
              yaml::add_entry(spec, "trigger", once()));
  });
}

}  // namespace

VLINT_RULE(volsync_destination_trigger_missing) = checked({
    .summary = "a ReplicationDestination has no trigger and restores without end",
    .explanation = R"md(
## What it finds
A ReplicationDestination with restic, rclone or kopia and without `trigger`, or with an empty one. With rsync and
rsyncTLS it is right: those wait for their source.

## Why it matters
Without a trigger the next run begins when the last one ends. A restore follows the other, each fetches all of the data,
and with `copyMethod: Snapshot` each leaves a snapshot; into a claim that is in use it writes the old files again and
again.

## How to fix it
`trigger: {manual: restore-once}` restores once, and again for each new value. `vlint --fix` adds it where claims are
filled from the ReplicationDestination; elsewhere ask for it by `--unsafe-fixes`.

## When to ignore it
For a warm standby that shall follow its source as fast as it can.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/statemachine/machine.go",
    .check = check,
});

}  // namespace vlint::rules
