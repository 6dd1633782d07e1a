#include <fmt/format.h>

#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"
#include "rules/common/volsync_operator.h"

namespace vlint::rules {
namespace {

using volsync::Mover;
using volsync::Replication;

bool collide(const Replication& source, const Replication& destination) {
  return source.is(Mover::restic) && destination.is(Mover::restic) &&
         source.resource->name == destination.resource->name &&
         source.resource->name_space == destination.resource->name_space;
}

void report_pair(const model::Cluster& cluster, const Replication& source, const Replication& destination,
                 const VolsyncOperator& running, Report& report) {
  report
      .at(destination.resource->place(),
          fmt::format(
              "{} and {} share the cache volume volsync-{}-cache, since VolSync {}.{} names it after either: they "
              "take it from each other, and the mover of one waits or fails",
              destination.title(), source.title(), source.resource->name, running.version.major, running.version.minor))
      .label("the same name")
      .about(cluster, *destination.resource)
      .related(source.resource->place(), "the other one")
      .related(running.where, "what runs")
      .help("upgrade VolSync to 0.13, or give the ReplicationDestination another name");
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    if (plan.sources.empty() || plan.destinations.empty()) return;
    const std::optional<VolsyncOperator> running = volsync_operator(member.cluster);
    if (!running || !is_older_than(*running, 13)) return;
    for (const volsync::Destination& destination : plan.destinations) {
      for (const volsync::Source& source : plan.sources) {
        if (collide(source.replication, destination.replication)) {
          report_pair(member.cluster, source.replication, destination.replication, *running, report);
        }
      }
    }
  });
}

}  // namespace

VLINT_RULE(volsync_cache_shared_with_destination) = checked({
    .summary = "a ReplicationSource and a ReplicationDestination of one name share a cache in an old VolSync",
    .explanation = R"md(
## What it finds
A ReplicationSource and a ReplicationDestination with restic that have the same name and namespace, where VolSync
before 0.13 runs. The version is read from the image of the operator's Deployment, or from the chart's version in a
HelmRelease or Application.

## Why it matters
Up to 0.12 both call their cache volume `volsync-<name>-cache`. The second one finds it owned by the first and reports
an error, or both movers want a ReadWriteOnce volume on different nodes; a deletion of one object takes the cache of
the other with it.

## How to fix it
Upgrade VolSync: from 0.13 on the names are `volsync-src-<name>-cache` and `volsync-dst-<name>-cache`. Or give the
ReplicationDestination another name, as `<name>-restore`.

## When to ignore it
When the destination is applied only for a restore, while the source is away.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync CHANGELOG.md 0.13.0, issue 1575",
    .check = check,
});

}  // namespace vlint::rules
