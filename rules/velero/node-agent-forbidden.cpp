#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

using yaml::Value;

constexpr std::string_view kEnforce = "pod-security.kubernetes.io/enforce";

// Volumes of the node, which the levels baseline and restricted forbid (Kubernetes pod-security-admission
// policy/check_hostPathVolumes.go).
Value host_path_of(const VeleroContainer& agent) {
  for (const Value volume : agent.pod.spec["volumes"].items()) {
    if (volume["hostPath"].is_set()) return volume;
  }
  return {};
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const VeleroContainer& agent : node_agent_containers(plan.install)) {
      const kube::Resource* name_space = cluster.find("", "Namespace", "", agent.resource->name_space);
      if (name_space == nullptr) continue;
      const Value level = name_space->metadata["labels"][kEnforce];
      const bool forbids = level.text() == "baseline" || level.text() == "restricted";
      const Value volume = host_path_of(agent);
      if (!forbids || !volume) continue;
      report
          .at(level.span(), fmt::format("{} enforces the pod security level {}, which forbids the hostPath volumes of "
                                        "{}: its pods are not created, and no volume is copied or moved",
                                        name_space->title(), level.text(), agent.resource->title()))
          .label("forbids hostPath volumes")
          .about(cluster, *name_space, level)
          .related(volume.span(), "a volume of the node")
          .fix("enforce privileged", Safety::unsafe, *name_space, yaml::set_scalar(level, "privileged"));
    }
  }
}

}  // namespace

VLINT_RULE(velero_node_agent_forbidden) = checked({
    .summary = "the pod security level of Velero's namespace forbids the node-agent",
    .explanation = R"md(
## What it finds
A node-agent DaemonSet with a hostPath volume in a Namespace with the label `pod-security.kubernetes.io/enforce: baseline`
or `restricted`.

## Why it matters
The node-agent reads the volumes of other pods in the kubelet's folder on the node, which is a hostPath. The API server
refuses its pods: the DaemonSet is there, none of its pods ever is, file system backups fail and data movements wait until
they are cancelled. From Velero 1.17 on the pods that make the copies would be refused, too.

## How to fix it
```yaml
metadata:
  labels:
    pod-security.kubernetes.io/enforce: privileged
```

on Velero's namespace, which holds nothing but Velero. `vlint --fix --unsafe-fixes` writes it.

## When to ignore it
When the namespace is exempt in the API server's configuration.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/install/resources.go Namespace, pkg/install/daemonset.go, issue 9294; kubernetes "
               "pod-security-admission policy/check_hostPathVolumes.go",
    .check = check,
});

}  // namespace vlint::rules
