#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

// The container's setting wins over the pod's.
yaml::Value setting(const VeleroContainer& agent, std::string_view key) {
  const yaml::Value own = agent.container["securityContext"][key];
  return own.is_set() ? own : agent.pod.spec["securityContext"][key];
}

// Windows has no user 0: Velero's agent for it takes its user from windowsOptions.
bool is_for_windows(const VeleroContainer& agent) {
  return agent.pod.spec["nodeSelector"]["kubernetes.io/os"].text() == "windows" ||
         agent.pod.spec["os"]["name"].text() == "windows";
}

void check_agent(const ClusterModel& member, const VeleroContainer& agent, Report& report) {
  const yaml::Value user = setting(agent, "runAsUser");
  const yaml::Value non_root = setting(agent, "runAsNonRoot");
  const std::optional<std::int64_t> id = user.as_int();
  if (is_for_windows(agent) || user.is_templated() || (user.is_set() && !id)) return;
  const bool is_other_user = id && *id != 0;
  const bool is_forced = non_root.as_bool() == true;
  if (!is_other_user && !is_forced) return;
  const yaml::Value field = is_other_user ? user : non_root;
  const std::string what = is_other_user ? fmt::format("runs as user {}", *id)
                           : id          ? "runs as user 0, which runAsNonRoot forbids, so it does not start"
                                         : "must not run as root";
  Draft draft = report.at(field.span(),
                          fmt::format("{} {}: {}", agent.resource->title(), what,
                                      is_forced && id && !is_other_user
                                          ? "no volume is copied or restored"
                                          : "it cannot read the volumes of other users' pods, and their file system "
                                            "backups fail"));
  draft.label("the node-agent needs user 0").about(member.cluster, *agent.resource, field);
  draft.help("write `runAsUser: 0` and no `runAsNonRoot`, and let the namespace's pod security level be `privileged`");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const VeleroContainer& agent : node_agent_containers(member.plan.install)) check_agent(member, agent, report);
  }
}

}  // namespace

VLINT_RULE(velero_node_agent_not_root) = checked({
    .summary = "the node-agent does not run as root and cannot read the volumes",
    .explanation = R"md(
## What it finds
A node-agent DaemonSet with a `runAsUser` other than 0, or with `runAsNonRoot: true`, in the securityContext of its pod or
container. It is silent about the agent for Windows nodes.

## Why it matters
The node-agent reads the volumes of other pods below `/host_pods`, where every pod's files belong to that pod's user.
As anybody but root it gets "permission denied": the file system backups of these volumes fail, and backups end
PartiallyFailed. With `runAsNonRoot: true` and user 0 the pod doesn't even start.

## How to fix it
```yaml
securityContext:
  runAsUser: 0
```

The Velero namespace needs the label `pod-security.kubernetes.io/enforce: privileged` for it, since the agent mounts a
hostPath.

## When to ignore it
When every volume that is copied belongs to the group or user the agent runs with.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/install/daemonset.go, site/content/docs file-system-backup.md",
    .check = check,
});

}  // namespace vlint::rules
