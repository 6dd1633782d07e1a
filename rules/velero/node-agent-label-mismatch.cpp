#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

// velero pkg/nodeagent/node_agent.go: the label by which pods of the agent are found, from 1.16.
constexpr std::string_view kKey = "role";
constexpr std::string_view kValue = "node-agent";

void check_agent(const ClusterModel& member, const VeleroContainer& agent, Report& report) {
  const yaml::Value labels = agent.pod.metadata["labels"];
  const yaml::Value label = labels[kKey];
  if (labels.is_templated() || label.is_templated() || label.text() == kValue) return;
  const velero::Install& install = member.plan.install;
  Draft draft = report.at(
      label ? label.span() : agent.resource->place(),
      fmt::format(
          "the pods of {} lack the label {}: {}, by which Velero {} looks for its node-agent: it finds none, and "
          "file system backup and data movement fail",
          agent.resource->title(), kKey, kValue, velero::to_string(install.version)));
  draft.label(label ? "another role" : "not found by Velero").about(member.cluster, *agent.resource, labels);
  draft.related(install.version_where, "the version of Velero");
  // The selector of a DaemonSet can't be changed, so a label in it is not to be touched.
  const yaml::Value selector = (*agent.resource)["spec"]["selector"]["matchLabels"];
  if (label) {
    draft.help(selector[kKey] ? "make the DaemonSet anew: the label is part of its selector, which can't be changed"
                              : fmt::format("write `{}: {}`", kKey, kValue));
  } else {
    constexpr std::string_view kPath[] = {"metadata", "labels"};
    draft.fix(fmt::format("add {}: {}", kKey, kValue), Safety::safe, *agent.resource,
              yaml::ensure_path(agent.pod.owner, kPath, kKey, yaml::NewValue::string(kValue)));
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    if (!knows_version(install) || !install.is_at_least(1, 16)) continue;
    for (const VeleroContainer& agent : node_agent_containers(install)) check_agent(member, agent, report);
  }
}

}  // namespace

VLINT_RULE(velero_node_agent_label_mismatch) = checked({
    .summary = "the node-agent's pods lack the label by which Velero finds them",
    .explanation = R"md(
## What it finds
A DaemonSet that runs `velero node-agent server` and whose pod template has no label `role: node-agent`, beside a Velero
of 1.16 or newer. It is silent when the version is not known.

## Why it matters
Up to 1.15 the server looked for its agents by `name: node-agent`, since then by `role: node-agent`. After an upgrade of
the image alone (own manifests, or a chart older than 9.0.1) the pods run and the server doesn't see them: "daemonset pod
not found in running state". Every file system backup fails and no snapshot is moved.

## How to fix it
Add the label to the pod template, beside the labels that are there: the selector of a DaemonSet can't be changed.
`vlint --fix` writes it. In the chart's values it is `nodeAgent.podLabels`.

## When to ignore it
When something adds the label in the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/nodeagent/node_agent.go; helm-charts issue 659",
    .check = check,
});

}  // namespace vlint::rules
