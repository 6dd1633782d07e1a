#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"
#include "rules/common/runs.h"

namespace vlint::rules {
namespace {

using volsync::Retain;

struct Unit {
  std::string_view what;
  std::string_view name;
  std::string_view finer;  // what would keep more
  std::chrono::days length;
};
constexpr Unit kUnits[] = {
    {"daily", "day", "hourly", std::chrono::days(1)},
    {"weekly", "week", "daily", std::chrono::days(7)},
    {"monthly", "month", "weekly", std::chrono::days(28)},
    {"yearly", "year", "monthly", std::chrono::days(364)},
};

bool keeps_nothing(const Retain::Keep& keep) { return keep.value.text() == "0"; }

// The finest unit of which one snapshot stays, where nothing else keeps snapshots that are nearer to each other.
const Unit* finest_of(const Retain& retain) {
  const Unit* finest = nullptr;
  for (const Retain::Keep& keep : retain.keeps) {
    if (!keep.value.as_int() || *keep.value.as_int() < 0) return nullptr;
    if (keeps_nothing(keep)) continue;
    const auto unit =
        std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& one) { return one.what == keep.what; });
    if (unit == std::end(kUnits)) return nullptr;
    if (finest == nullptr || unit->length < finest->length) finest = &*unit;
  }
  return finest;
}

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    if (!source.is(volsync::Mover::restic) || source.retain.keeps_one()) return;
    const Unit* finest = finest_of(source.retain);
    if (finest == nullptr) return;
    const std::optional<int> runs = runs_within(source.trigger, finest->length);
    if (!runs || *runs < 2) return;
    const auto keep = std::find_if(source.retain.keeps.begin(), source.retain.keeps.end(),
                                   [&](const Retain::Keep& one) { return one.what == finest->what; });
    report
        .at(keep->value.span(),
            fmt::format("{} makes {} backups a {} and its retain keeps one of them: the others are deleted by the "
                        "backups that follow",
                        source.title(), *runs, finest->name))
        .label(fmt::format("one a {}", finest->name))
        .about(member.cluster, *source.resource, keep->value)
        .related(source.trigger.schedule.where(), "runs more often")
        .help(fmt::format("add `{}` to `retain` if the runs in between are to be restored from, or run less often",
                          finest->finer));
  });
}

}  // namespace

VLINT_RULE(volsync_retain_coarser_than_schedule) = checked({
    .summary = "a schedule makes backups more often than retain keeps them",
    .explanation = R"md(
## What it finds
A ReplicationSource with restic whose schedule runs several times in the shortest period of which `retain` keeps a
snapshot: an hourly schedule with `daily` and `weekly` alone, a daily one with `weekly` alone. With `hourly`, `last`
or `within` it is silent.

## Why it matters
`restic forget` runs after each backup and keeps the newest snapshot of each period. Of a day's 24 backups 23 are gone
by the next day; who wants back what was there at noon yesterday finds the state of the evening.

## How to fix it
Add the finer period, as `hourly: 24`, or run as often as snapshots are kept.

## When to ignore it
When the frequent runs are there to lose little at a crash, and no state between the days is ever wanted.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go generateForgetOptions; restic forget --keep-daily",
    .check = check,
});

}  // namespace vlint::rules
