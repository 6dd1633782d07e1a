#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "rules/common/replications.h"
#include "rules/common/volsync_operator.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

struct Limit {
  std::string_view what;
  std::string_view prefix;
  std::string_view suffix;
  std::size_t most;

  std::size_t most_for_name() const { return most - prefix.size() - suffix.size(); }
};

// The first of the names made from the object's that is too long. Before 0.12 the Job was one of them.
std::optional<Limit> exceeded(const Replication& replication, bool has_plain_job_name) {
  const std::string_view job = replication.is_source ? "volsync-src-" : "volsync-dst-";
  const Limit limits[] = {{"Job", job, "", 63}, {"cache volume", job, "-cache", 253}, {"ServiceAccount", job, "", 253}};
  for (const Limit& one : limits) {
    const bool counts = one.what == "Job" ? has_plain_job_name : one.what != "cache volume" || has_cache(replication);
    if (counts && replication.resource->name.size() > one.most_for_name()) return one;
  }
  return std::nullopt;
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const Replication& replication) {
    constexpr std::size_t kShortest = 51;  // below it nothing is too long
    if (replication.resource->name.size() <= kShortest || !copies_volume(replication)) return;
    if (!kube::has_known_text(replication.resource->metadata["name"])) return;
    const std::optional<VolsyncOperator> running = volsync_operator(member.cluster);
    const std::optional<Limit> limit = exceeded(replication, running && is_older_than(*running, 12));
    if (!limit) return;
    Draft draft = report.at(
        replication.resource->place(),
        fmt::format("{} has a name of {} characters, which makes the name of its {} longer than {}: VolSync can't make "
                    "it, and {}",
                    replication.title(), replication.resource->name.size(), limit->what, limit->most,
                    replication.is_source ? "no backup is made" : "nothing is restored"));
    draft.label(fmt::format("at most {} characters", limit->most_for_name()))
        .about(member.cluster, *replication.resource)
        .help(fmt::format("give it a name of at most {} characters", limit->most_for_name()));
    if (limit->most == 63) draft.related(running->where, "from 0.12 on such names are shortened");
  });
}

}  // namespace

VLINT_RULE(volsync_name_too_long) = checked({
    .summary = "the name of a ReplicationSource is too long for the objects that VolSync makes from it",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination whose name has more than 51 characters where VolSync before 0.12 runs,
or more than 235 with restic (241 else) with any version.

## Why it matters
VolSync makes a Job, a ServiceAccount and a cache volume whose names are that name with `volsync-src-` before it and
`-cache` behind it. Up to 0.11 the Job's name may become longer than the 63 characters that its label takes; later
versions shorten it. VolSync reports an error and makes no backup.

## How to fix it
Shorten the name, or upgrade VolSync to 0.12.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync CHANGELOG.md 0.12.0, internal/controller/utils/utils.go GetJobName",
    .check = check,
});

}  // namespace vlint::rules
