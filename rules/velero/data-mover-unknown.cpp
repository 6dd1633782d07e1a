#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

// Velero's uploaders and its own parts, which people take for data movers.
constexpr std::string_view kBuiltIn[] = {"kopia",    "restic",  "node-agent", "velero.io",
                                         "built-in", "builtin", "default"};

bool is_built_in(std::string_view mover) {
  return std::find(std::begin(kBuiltIn), std::end(kBuiltIn), to_lower_ascii(mover)) != std::end(kBuiltIn) ||
         to_lower_ascii(trim(mover)) == "velero";
}

Claims waiting(const velero::Plan& plan, std::size_t schedule) {
  Claims claims;
  for (const velero::Claim& claim : plan.claims) {
    const velero::Verdict& verdict = claim.verdicts[schedule];
    if (verdict.selected == Known::yes && verdict.reason == velero::Reason::data_mover_unknown) {
      claims.push_back(&claim);
    }
  }
  return claims;
}

// A workload or an image is called like it.
bool may_run(const model::Cluster& cluster, const velero::Plan& plan, std::string_view mover) {
  for (const velero::Workload& workload : plan.workloads) {
    if (workload.resource->name.find(mover) != std::string_view::npos) return true;
    for (const yaml::Value container : workload.pod.spec["containers"].items()) {
      if (container["image"].text().find(mover) != std::string_view::npos) return true;
    }
  }
  return std::any_of(cluster.resources().begin(), cluster.resources().end(), [&](const kube::Resource& resource) {
    return resource.info == nullptr && resource.group.find(mover) != std::string_view::npos;
  });
}

void check_schedule(const Model& model, const ClusterModel& member, std::size_t index, Report& report) {
  const auto& [cluster, plan] = member;
  const Claims claims = waiting(plan, index);
  if (claims.empty()) return;
  const velero::Schedule& schedule = plan.schedules[index];
  const yaml::Value mover = schedule.backup.datamover;
  const bool built_in = is_built_in(mover.text());
  const bool is_unseen = may_hold_unseen_objects(model, cluster) || may_run(cluster, plan, mover.text());
  if (mover.is_templated() || (!built_in && is_unseen)) return;
  Draft draft = report.at(
      mover.span(),
      fmt::format("{} gives the snapshots of {} to the data mover {}, {}: nobody takes the work, and {} ends "
                  "PartiallyFailed without the data",
                  title_of(schedule), enumerate(claims), quoted(mover.text()),
                  built_in ? "which is not the name of Velero's own" : "a name that nothing in this cluster has",
                  schedule.one_off ? "the backup" : "every backup"));
  draft.label("no such data mover").about(cluster, *schedule.resource, mover);
  draft.related(schedule.snapshot_move_data.where, "data movement is turned on here");
  if (built_in) {
    draft.fix("write velero", Safety::unsafe, *schedule.resource, yaml::set_scalar(mover, "velero"));
  } else {
    draft.help("take `datamover` out to use Velero's own, or deploy the data mover");
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (member.plan.install.servers.empty()) continue;
    for (std::size_t i = 0; i < member.plan.schedules.size(); ++i) check_schedule(model, member, i, report);
  }
}

}  // namespace

VLINT_RULE(velero_data_mover_unknown) = checked({
    .summary = "a Schedule gives its snapshots to a data mover that does not exist",
    .explanation = R"md(
## What it finds
A Schedule that moves snapshot data and names another `datamover` than `velero`: one of the names that people take for
Velero's own (`kopia`, `restic`, `node-agent`), or one that no workload, image or custom object of the cluster is called
like. The second is said only where the repository shows everything the cluster runs.

## Why it matters
Velero's node-agent takes the DataUploads for the data mover `velero` and for none. All others are left to an external
controller. Where there is none, the DataUploads wait until `itemOperationTimeout` cancels them; the backup ends
PartiallyFailed, and nothing of the data is in the storage location.

## How to fix it
Take `datamover` out, or write `velero`. The uploader (kopia) is a flag of the server and no data mover.

## When to ignore it
When the data mover runs under a name that doesn't tell.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/datamover/util.go, pkg/controller/data_upload_controller.go",
    .check = check,
});

}  // namespace vlint::rules
