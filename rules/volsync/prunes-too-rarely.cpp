#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

constexpr std::int64_t kYear = 365;

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    const yaml::Value field = source.prune_interval_days.field;
    const std::optional<std::int64_t> days = field.as_int();
    if (!source.is(volsync::Mover::restic) || !days || *days < kYear) return;
    report
        .at(field.span(),
            fmt::format("{} prunes its repository every {} days: what retain forgets stays there and is paid "
                        "for until then, and the first time comes that long after the source was created",
                        source.title(), *days))
        .label("a year or more")
        .about(member.cluster, *source.resource, field)
        .help("write `pruneIntervalDays: 7`, which is the default, or some weeks");
  });
}

}  // namespace

VLINT_RULE(volsync_prunes_too_rarely) = checked({
    .summary = "a restic repository is pruned once a year or less",
    .explanation = R"md(
## What it finds
A `restic.pruneIntervalDays` of a ReplicationSource of 365 or more.

## Why it matters
`retain` only takes snapshots off the list; their data leaves the repository when it is pruned. Until then the
repository grows with every change, and the first prune comes a full interval after the ReplicationSource was created:
recreated objects begin to count anew.

## How to fix it
Some days to some weeks. The default is 7.

## When to ignore it
When the bucket forbids deletion, or something else prunes the repository.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go shouldPrune",
    .check = check,
});

}  // namespace vlint::rules
