#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

Claims unmoved(const velero::Plan& plan, std::size_t schedule) {
  Claims claims;
  for (const velero::Claim& claim : plan.claims) {
    const velero::Verdict& verdict = claim.verdicts[schedule];
    if (verdict.selected == Known::yes && verdict.method == velero::Method::csi_data_movement &&
        verdict.reason == velero::Reason::no_node_agent) {
      claims.push_back(&claim);
    }
  }
  return claims;
}

void check_schedule(const ClusterModel& member, std::size_t index, Report& report) {
  const auto& [cluster, plan] = member;
  const Claims claims = unmoved(plan, index);
  if (claims.empty()) return;
  const velero::Schedule& schedule = plan.schedules[index];
  const velero::Setting& setting = schedule.snapshot_move_data;
  const bool is_here = setting.from == velero::SettingFrom::schedule;
  const bool has_agent = !plan.install.node_agents.empty();
  Draft draft = report.at(
      is_here ? setting.where : schedule.resource->place(),
      fmt::format(
          "{} moves the snapshots of {} by data movement, but Velero {}: nobody takes the work, it is cancelled "
          "after hours, and {} ends PartiallyFailed without the data",
          title_of(schedule), enumerate(claims),
          has_agent ? "does not find its node-agent, whose pods lack a label" : "runs without its node-agent",
          schedule.one_off ? "the backup" : "every backup"));
  draft.label("needs the node-agent").about(cluster, *schedule.resource);
  for (const velero::Evidence& evidence : plan.install.node_agent_evidence) {
    draft.related(evidence.where, evidence.message);
  }
  if (!is_here) draft.related(setting.where, "data movement is the default here");
  draft.help(has_agent ? "add the label to the pod template of the DaemonSet (the chart writes it from 9.0.1 on)"
                       : "install the node-agent DaemonSet (`velero install --use-node-agent`, or `deployNodeAgent: "
                         "true` in the chart's values)");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (std::size_t i = 0; i < member.plan.schedules.size(); ++i) check_schedule(member, i, report);
  }
}

}  // namespace

VLINT_RULE(velero_move_data_without_node_agent) = checked({
    .summary = "a Schedule moves snapshot data, but Velero is installed without the node-agent",
    .explanation = R"md(
## What it finds
A Schedule with `snapshotMoveData: true` (or a server with `--default-snapshot-move-data`) that takes CSI snapshots of
claims with Velero's own data mover, in a repository that installs Velero's server and no node-agent DaemonSet.

## Why it matters
The server takes the snapshot and writes a DataUpload; the node-agent does the copying. Without it the DataUpload stays
New until `itemOperationTimeout` (4 hours, up to Velero 1.13 one hour) cancels it. The backup ends PartiallyFailed, and
nothing of the data is in the storage location.

## How to fix it
Deploy the node-agent: `deployNodeAgent: true` in the values of the Helm chart, or `velero install --use-node-agent`.

## When to ignore it
When the DaemonSet is deployed from another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/data_upload_controller.go, pkg/backup/actions/csi/pvc_action.go",
    .check = check,
});

}  // namespace vlint::rules
