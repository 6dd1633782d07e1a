#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

// Tolerations that the pods of a copy get too. velero pkg/util/third_party.go: ThirdPartyTolerations.
bool is_copied(std::string_view key) {
  constexpr std::string_view kCopied[] = {"CriticalAddonsOnly", "kubernetes.azure.com/scalesetpriority"};
  return std::find(std::begin(kCopied), std::end(kCopied), key) != std::end(kCopied);
}

// Taints that Kubernetes sets when a node is in trouble; every DaemonSet tolerates them.
bool is_of_trouble(std::string_view key) {
  constexpr std::string_view kPrefix = "node.kubernetes.io/";
  return key.substr(0, kPrefix.size()) == kPrefix;
}

// A taint that the author knows some nodes to have.
bool is_named_eviction(yaml::Value toleration) {
  const yaml::Value key = toleration["key"];
  return toleration["effect"].text() == "NoExecute" && !key.text().empty() && !key.is_templated() &&
         !is_copied(key.text()) && !is_of_trouble(key.text());
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    if (!knows_version(plan.install) || !plan.install.is_at_least(1, 17)) continue;
    for (const kube::Resource* agent : plan.install.node_agents) {
      const std::optional<kube::PodTemplate> pod = kube::pod_template(*agent);
      if (!pod || agent->encrypted) continue;
      for (const yaml::Value toleration : pod->spec["tolerations"].items()) {
        if (!is_named_eviction(toleration)) continue;
        const std::string_view key = toleration["key"].text();
        report
            .at(toleration.span(),
                fmt::format(
                    "{} tolerates the NoExecute taint {}, but the pods that Velero starts for each copy do not, "
                    "so they are evicted from such nodes and no volume there is copied",
                    agent->title(), key))
            .label("not handed on")
            .about(cluster, *agent, toleration)
            .related(plan.install.version_where, "from 1.17 on each copy has a pod of its own")
            .help(
                "use a taint with the effect NoSchedule where nodes only are to be kept free, or keep pods with data "
                "that matters off these nodes");
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_data_path_pod_evicted) = checked({
    .summary = "the node-agent runs on nodes with a NoExecute taint, and the pods of its copies can't",
    .explanation = R"md(
## What it finds
A node-agent DaemonSet of Velero 1.17 or later that tolerates a taint with the effect `NoExecute` by its key. Taints of
`node.kubernetes.io/`, which Kubernetes sets itself, and a toleration of everything are not meant: they do not say that
nodes have such a taint.

## Why it matters
From 1.17 on the node-agent does not copy volumes itself: it starts a pod on the same node for each copy. Of its own
tolerations that pod gets only `CriticalAddonsOnly` and `kubernetes.azure.com/scalesetpriority`. On a node with another
`NoExecute` taint it is evicted at once, and every copy from there fails.

## How to fix it
Give these nodes a taint with the effect `NoSchedule`, or none at all; Velero can't be told to hand on other tolerations.
Or keep pods with data that matters off these nodes.

## When to ignore it
When no pod on these nodes has a volume that is copied.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/util/third_party.go, pkg/exposer/pod_volume.go; velero issues 9476, 9492",
    .check = check,
});

}  // namespace vlint::rules
