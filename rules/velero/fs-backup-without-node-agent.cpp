#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Plan;
using velero::Reason;
using velero::VolumeUse;

// The volumes that a Schedule would copy and can't, because there is nothing that copies.
std::vector<const VolumeUse*> uncopied(const Plan& plan, std::size_t schedule) {
  std::vector<const VolumeUse*> volumes;
  for (const VolumeUse& use : plan.volumes) {
    const velero::Verdict& verdict = use.verdicts[schedule];
    const bool is_copied = verdict.method == velero::Method::fs_backup;
    if (verdict.selected == Known::yes && is_copied && verdict.reason == Reason::no_node_agent) volumes.push_back(&use);
  }
  return volumes;
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    if (plan.install.node_agent != Known::no || plan.install.servers.empty()) continue;
    for (std::size_t i = 0; i < plan.schedules.size(); ++i) {
      const std::vector<const VolumeUse*> volumes = uncopied(plan, i);
      if (volumes.empty()) continue;
      const velero::Schedule& schedule = plan.schedules[i];
      std::vector<std::string> names;
      for (const VolumeUse* use : volumes) {
        names.push_back(fmt::format("volume {} of {}", use->name, plan.workloads[use->workload].resource->title()));
      }
      const velero::Setting& setting = schedule.default_volumes_to_fs_backup;
      const bool is_here = setting.value == Known::yes && setting.from == velero::SettingFrom::schedule;
      const bool has_agent = !plan.install.node_agents.empty();
      Draft draft =
          report.at(is_here ? setting.where : schedule.resource->place(),
                    fmt::format("{} {} copies volumes by file system backup, but Velero {}, so {} ends PartiallyFailed "
                                "without the data of {}",
                                schedule.resource->kind, schedule.name,
                                has_agent ? "does not find its node-agent, whose pods lack a label"
                                          : "is installed without its node-agent",
                                schedule.one_off ? "the backup" : "every backup", enumerate(names, 3)));
      draft.label("needs the node-agent").about(cluster, *schedule.resource);
      for (const velero::Evidence& evidence : plan.install.node_agent_evidence) {
        draft.related(evidence.where, evidence.message);
      }
      if (!is_here && setting.value == Known::yes)
        draft.related(setting.where, "file system backup is the default here");
      draft.help(has_agent
                     ? "add the label to the pod template of the DaemonSet (the chart writes it from 9.0.1 on)"
                     : "install the node-agent DaemonSet (`velero install --use-node-agent`, or `deployNodeAgent: "
                       "true` in the chart's values)");
    }
  }
}

}  // namespace

VLINT_RULE(velero_fs_backup_without_node_agent) = checked({
    .summary = "a Schedule needs file system backup, but Velero is installed without the node-agent",
    .explanation = R"md(
## What it finds
A Schedule that copies at least one volume by file system backup, in a repository that installs Velero's server and no
node-agent DaemonSet (a DaemonSet whose pods carry the label by which Velero looks for it: `role: node-agent`, up to
1.15 `name: node-agent`). It is silent when Velero's installation is not in the repository.

## Why it matters
The server only asks for copies; the node-agent on the pod's node makes them. Without it each volume gives the error
"daemonset pod not found in running state", the backup ends PartiallyFailed, and the data is not in it.

## How to fix it
Deploy the node-agent: `deployNodeAgent: true` in the values of the Helm chart, or `velero install --use-node-agent`.
When file system backup was not meant, set `defaultVolumesToFsBackup: false`.

## When to ignore it
When the DaemonSet is deployed from another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/podvolume/backupper.go, pkg/nodeagent/node_agent.go",
    .check = check,
});

}  // namespace vlint::rules
