#include <fmt/format.h>

#include <algorithm>

#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

struct Reason {
  Span where;
  std::string text;
  bool also_backups = false;  // one-off Backups are not worked on either
};

std::vector<Reason> reasons(const velero::ServerFlags& flags) {
  std::vector<Reason> found;
  if (flags.restore_only.value == Known::yes) {
    found.push_back({flags.restore_only.where, "runs with --restore-only", true});
    return found;
  }
  for (const std::string_view controller : {"backup", "schedule"}) {
    if (flags.disable_controllers.contains(controller) != Known::yes) continue;
    found.push_back({flags.disable_controllers.where, fmt::format("runs without its {} controller", controller),
                     controller == "backup"});
    return found;
  }
  return found;
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const Reason& reason : reasons(plan.install.flags)) {
      std::vector<const velero::Schedule*> stopped;
      for (const velero::Schedule& schedule : plan.schedules) {
        const bool is_elsewhere = plan.install.name_space && schedule.name_space != *plan.install.name_space;
        if (is_elsewhere || is_paused(schedule, plan.install) || (schedule.one_off && !reason.also_backups)) continue;
        stopped.push_back(&schedule);
      }
      if (stopped.empty() || !reason.where.valid()) continue;
      const velero::Schedule& first = *stopped.front();
      const std::string others = stopped.size() == 1 ? std::string() : fmt::format(" and {} more", stopped.size() - 1);
      Draft draft =
          report.at(reason.where, fmt::format("the Velero server {}, so {}{} never {} a backup", reason.text,
                                              title_of(first), others, stopped.size() == 1 ? "makes" : "make"));
      draft.label("no backup is made").about(cluster, *plan.install.servers.front());
      constexpr std::size_t kShown = 3;
      for (std::size_t i = 0; i < std::min(kShown, stopped.size()); ++i) {
        draft.related(stopped[i]->resource->place(), "never runs");
      }
      draft.help("remove the flag, or pause the Schedules of a cluster that only restores");
    }
  }
}

}  // namespace

VLINT_RULE(velero_server_runs_no_backups) = checked({
    .summary = "the Velero server is told to make no backups, and Schedules are there",
    .explanation = R"md(
## What it finds
A Velero server with `--restore-only`, or with `backup` or `schedule` in `--disable-controllers`, in a cluster that has
Schedules or Backups which are not paused.

## Why it matters
The server does not work on these objects at all. A Schedule keeps the status that it had, often Enabled, and its last
backup grows older without anything that fails.

## How to fix it
Remove the flag where backups are to be made. In a standby cluster that shares the manifests of the one it replaces,
pause the Schedules (`spec.paused: true`), so that everybody can see it.

## When to ignore it
In a standby cluster that is meant to hold the Schedules at rest by the flag alone.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/cmd/server/server.go runControllers",
    .check = check,
});

}  // namespace vlint::rules
