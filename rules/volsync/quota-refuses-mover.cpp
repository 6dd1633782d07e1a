#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

// What a quota counts, and what each container must then say. Kubernetes pkg/quota/v1/evaluator/core/pods.go.
struct Counted {
  std::string_view quota;
  std::string_view section;  // of `resources`
  std::string_view resource;
};
constexpr Counted kCounted[] = {
    {"cpu", "requests", "cpu"},          {"memory", "requests", "memory"},
    {"requests.cpu", "requests", "cpu"}, {"requests.memory", "requests", "memory"},
    {"limits.cpu", "limits", "cpu"},     {"limits.memory", "limits", "memory"},
};

// A limit that is given counts as the request that is not.
bool is_said(yaml::Value resources, const Counted& counted) {
  return resources[counted.section][counted.resource].is_set() ||
         (counted.section == "requests" && resources["limits"][counted.resource].is_set());
}

bool has_default(const std::vector<const kube::Resource*>& ranges, std::string_view name_space) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const kube::Resource* one) {
    return one->name_space == name_space || one->name_space.empty();
  });
}

void check_quota(const ClusterModel& member, const Replication& replication, const kube::Resource& quota,
                 Report& report) {
  const yaml::Value spec = quota["spec"];
  // A quota with scopes may not be for the mover.
  if (spec["scopes"].is_set() || spec["scopeSelector"].is_set()) return;
  const yaml::Value resources = mover_spec(replication)["moverResources"];
  std::vector<std::string> missing;
  yaml::Value first;
  for (const Counted& counted : kCounted) {
    const yaml::Entry hard = spec["hard"].find(counted.quota);
    if (!hard || is_said(resources, counted)) continue;
    missing.push_back(fmt::format("{}.{}", counted.section, counted.resource));
    if (!first) first = hard.key;
  }
  if (missing.empty()) return;
  report
      .at(resources ? written_entry(*replication.resource, mover_spec(replication), "moverResources").key.span()
                    : key_of(replication, *replication.mover()).span(),
          fmt::format("{} gives its mover no {}, which ResourceQuota {} of the namespace asks of every container: the "
                      "mover's pods are refused and {}",
                      replication.title(), enumerate(missing), quota.name,
                      replication.is_source ? "no backup is made" : "nothing is restored"))
      .label(resources ? "not enough for the quota" : "no moverResources")
      .about(member.cluster, *replication.resource, mover_spec(replication))
      .related(first.span(), "counted by the quota")
      .help("add `moverResources` with requests and limits, or a LimitRange with defaults to the namespace");
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const Replication& replication) {
    if (!has_known_method(replication) || replication.is(volsync::Mover::external)) return;
    const std::string_view name_space = replication.resource->name_space;
    const yaml::Value resources = mover_spec(replication)["moverResources"];
    const bool is_known = !resources.is_set() || resources.is_mapping();
    if (name_space.empty() || !is_known) return;
    const model::Cluster& cluster = member.cluster;
    if (has_default(cluster.of_kind("", "LimitRange"), name_space) || may_hold_more(model, member)) return;
    for (const kube::Resource* quota : cluster.of_kind("", "ResourceQuota")) {
      if (quota->name_space == name_space) check_quota(member, replication, *quota, report);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_quota_refuses_mover) = checked({
    .summary = "a ResourceQuota asks for requests or limits that the mover has not",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination without the `moverResources` that a ResourceQuota of its namespace
counts (`requests.cpu`, `limits.memory`, …), where no LimitRange of the namespace fills in defaults. Quotas with
scopes are left out, and it is silent where charts, templates or Applications deploy more than is seen.

## Why it matters
Where a quota counts a resource every container must state it. VolSync gives its movers none, so the API server
refuses their pods: the Job stands there without a pod, "failed quota: … must specify limits.memory" is an event of
the Job, and no backup is made.

## How to fix it
Add `moverResources`, since VolSync 0.9:

```yaml
restic:
  moverResources:
    requests: {cpu: 100m, memory: 256Mi}
    limits: {memory: 1Gi}
```

or a LimitRange with defaults. restic needs memory for its index: some hundred MiB for a million files.

## When to ignore it
When the LimitRange is made by hand or by another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/utils/utils.go UpdatePodTemplateSpecFromMoverConfig; kubernetes "
               "pkg/quota/v1/evaluator/core/pods.go",
    .check = check,
});

}  // namespace vlint::rules
