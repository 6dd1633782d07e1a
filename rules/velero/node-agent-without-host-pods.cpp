#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kPath = "/host_pods";
constexpr std::string_view kHelp =
    "mount the kubelet's pods folder at /host_pods: a hostPath volume host-pods with the path /var/lib/kubelet/pods "
    "(k0s: "
    "/var/lib/k0s/kubelet/pods, RancherOS: /opt/rke/var/lib/kubelet/pods, MicroK8s: "
    "/var/snap/microk8s/common/var/lib/kubelet/pods)";

bool has_templated(yaml::Value list) {
  for (const yaml::Value item : list.items()) {
    for (const yaml::Entry& entry : item.entries()) {
      if (entry.key.is_templated() || entry.value.is_templated()) return true;
    }
    if (!item.is_mapping()) return true;
  }
  return list.is_templated();
}

// An agent that only moves snapshots needs no pods.
bool copies_volumes(const velero::Plan& plan) {
  const auto is_copy = [](const velero::Verdict& verdict) {
    return verdict.selected == Known::yes && verdict.method == velero::Method::fs_backup;
  };
  return std::any_of(plan.volumes.begin(), plan.volumes.end(), [&](const velero::VolumeUse& use) {
    return std::any_of(use.verdicts.begin(), use.verdicts.end(), is_copy);
  });
}

void check_agent(const ClusterModel& member, const VeleroContainer& agent, Report& report) {
  const yaml::Value mounts = agent.container["volumeMounts"];
  const yaml::Value volumes = agent.pod.spec["volumes"];
  if (has_templated(mounts) || has_templated(volumes)) return;
  const yaml::Value mount = mount_of(agent.container, kPath);
  const bool is_there = mount && mount["mountPath"].text().substr(0, kPath.size()) == kPath;
  if (is_there) {
    const yaml::Value volume = volume_named(agent.pod.spec, mount["name"].text());
    if (!volume || volume["hostPath"].is_set()) return;
    report
        .at(volume["name"].span(),
            fmt::format("{} mounts a volume at /host_pods that is no hostPath: it sees no volume of any pod, and file "
                        "system backups fail",
                        agent.resource->title()))
        .label("no folder of the node")
        .about(member.cluster, *agent.resource, volume)
        .help(std::string(kHelp));
    return;
  }
  report
      .at(agent.resource->place(),
          fmt::format("{} does not mount the node's pods at /host_pods: it sees no volume of any "
                      "pod, and file system backups fail",
                      agent.resource->title()))
      .label("no mount at /host_pods")
      .about(member.cluster, *agent.resource)
      .help(std::string(kHelp));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (!copies_volumes(member.plan)) continue;
    for (const VeleroContainer& agent : node_agent_containers(member.plan.install)) check_agent(member, agent, report);
  }
}

}  // namespace

VLINT_RULE(velero_node_agent_without_host_pods) = checked({
    .summary = "the node-agent does not see the pods' volumes, and file system backups fail",
    .explanation = R"md(
## What it finds
A node-agent DaemonSet without a hostPath mounted at `/host_pods`, in a cluster where at least one Schedule copies a
volume by file system backup.

## Why it matters
The node-agent reads a pod's volume in the kubelet's folder on the node, which it sees at `/host_pods`. Without the mount
each copy ends in "identifying unique volume path on host" and the backups are PartiallyFailed. Data movement of CSI
snapshots works without it, which is why it can go unnoticed.

## How to fix it
```yaml
containers:
  - name: node-agent
    volumeMounts:
      - name: host-pods
        mountPath: /host_pods
        mountPropagation: HostToContainer
volumes:
  - name: host-pods
    hostPath:
      path: /var/lib/kubelet/pods
```

The folder is another one on k0s, RancherOS, MicroK8s, Nutanix and TKGI. From 1.17 on the volume must be called
`host-pods`, since the pods that copy take it over by that name.

## When to ignore it
When something adds the mount in the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/install/daemonset.go, pkg/exposer/host_path.go, site/content/docs file-system-backup.md",
    .check = check,
});

}  // namespace vlint::rules
