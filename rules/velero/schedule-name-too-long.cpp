#include <fmt/format.h>

#include "lint/kube/selector_value.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

constexpr std::size_t kLongest = 63;

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const kube::Resource& resource = *schedule.resource;
    const yaml::Value name = resource.metadata["name"];
    if (schedule.one_off || resource.name.size() <= kLongest || !kube::has_known_text(name)) return;
    report
        .at(resource.place(),
            fmt::format("Schedule {} never makes a backup, because its name has {} characters and becomes the value of "
                        "a label, which holds {}",
                        schedule.name, resource.name.size(), kLongest))
        .label(fmt::format("{} characters too long", resource.name.size() - kLongest))
        .about(cluster.cluster, resource, name)
        .help(fmt::format("take a name of at most {} characters", kLongest));
  });
}

}  // namespace

VLINT_RULE(velero_schedule_name_too_long) = checked({
    .summary = "a Schedule's name is too long for the label that each of its backups gets",
    .explanation = R"md(
## What it finds
A Schedule whose name has more than 63 characters. Kustomize prefixes and suffixes count, and so does the name of a Helm
release in front of a key of the chart's `schedules`.

## Why it matters
Velero labels each backup with the name of its Schedule, and the value of a label has at most 63 characters. The API
server refuses every backup that Velero tries to make, once a minute. Nothing but the server's log says so: the Schedule
itself is Enabled.

## How to fix it
Shorten the name. A renamed Schedule starts anew: backups made under another name stay, and expire in their time.

## When to ignore it
When a later version of Velero, which shortens the label, is in use.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/builder/backup_builder.go FromSchedule; velero pull request 9531",
    .check = check,
});

}  // namespace vlint::rules
