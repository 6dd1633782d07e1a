#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

constexpr std::string_view kOtherFields[] = {"sourcePVC", "trigger", "paused"};

std::string_view consequence(const Replication& replication) {
  return replication.is_source ? "VolSync reports an error and never makes a backup"
                               : "VolSync reports an error and never restores anything";
}

// The first key of the spec that stands where a method should: one without a value, or one that nobody knows.
yaml::Value key_instead(yaml::Value spec) {
  for (const yaml::Entry& entry : spec.entries()) {
    const bool is_other =
        std::find(std::begin(kOtherFields), std::end(kOtherFields), entry.key.text()) != std::end(kOtherFields);
    if (!is_other) return entry.key;
  }
  return {};
}

void report_none(const model::Cluster& cluster, const Replication& replication, Report& report) {
  const yaml::Value spec = (*replication.resource)["spec"];
  if (spec.is_set() && !spec.is_mapping()) return;
  const yaml::Value key = key_instead(spec);
  const bool is_empty = key && spec[key.text()].is_null();
  Draft draft =
      report.at(key ? key.span() : replication.resource->place(),
                fmt::format("{} names no replication method, so {}", replication.title(), consequence(replication)));
  draft.label(is_empty ? "has no value, so it is not there" : "no replication method")
      .about(cluster, *replication.resource, key)
      .help(replication.is_source
                ? "add one of `restic`, `rclone`, `rsync`, `rsyncTLS`, `syncthing` or `external`; restic is the one "
                  "that keeps a history"
                : "add one of `restic`, `rclone`, `rsync`, `rsyncTLS` or `external`: the one of the source");
}

void report_several(const model::Cluster& cluster, const Replication& replication, Report& report) {
  const volsync::MoverUse& first = replication.movers[0];
  const volsync::MoverUse& second = replication.movers[1];
  report
      .at(key_of(replication, second).span(),
          fmt::format("{} names the replication methods {} and {} and can have only one, so {}", replication.title(),
                      volsync::field_of(first.mover), volsync::field_of(second.mover), consequence(replication)))
      .label("another method")
      .about(cluster, *replication.resource, second.key)
      .related(key_of(replication, first).span(), "the first method")
      .help(fmt::format("move one of them to a {} of its own", replication.resource->kind));
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const Replication& replication) {
    if (replication.movers.empty()) report_none(member.cluster, replication, report);
    if (replication.movers.size() > 1) report_several(member.cluster, replication, report);
  });
}

}  // namespace

VLINT_RULE(volsync_no_mover) = checked({
    .summary = "a ReplicationSource or ReplicationDestination has no replication method, or more than one",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination of VolSync without any of `restic`, `rclone`, `rsync`, `rsyncTLS`,
`syncthing` and `external`, or with two of them. A method without a value counts as absent, a misspelt one too: the
API server drops fields that the custom resource definition does not know.

## Why it matters
The API server takes the object. The controller then says "a replication method must be specified" or "only one
replication method can be supplied" in its status, again and again, and no backup is ever made.

## How to fix it
Give each object exactly one method. A claim that is to be copied in two ways needs two ReplicationSources.

## When to ignore it
When something that vlint does not know adds the method before the object reaches the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/builder.go, internal/controller/replicationsource_controller.go",
    .check = check,
});

}  // namespace vlint::rules
