#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kDefinition = "volumesnapshots.snapshot.storage.k8s.io";
constexpr std::string_view kController = "snapshot-controller";

bool is_snapshot(const velero::Verdict& verdict) {
  return verdict.outcome == velero::Outcome::is_protected &&
         (verdict.method == velero::Method::csi_snapshot || verdict.method == velero::Method::csi_data_movement);
}

bool runs_controller(const kube::Resource& resource) {
  const std::optional<kube::PodTemplate> pod = kube::pod_template(resource);
  if (!pod) return false;
  if (resource.name.find(kController) != std::string_view::npos) return true;
  const std::vector<yaml::Value> containers = pod->spec["containers"].items();
  return std::any_of(containers.begin(), containers.end(), [](yaml::Value container) {
    return container["image"].text().find(kController) != std::string_view::npos;
  });
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    const kube::Resource* definition =
        cluster.find("apiextensions.k8s.io", "CustomResourceDefinition", "", kDefinition);
    if (definition == nullptr || may_hold_unseen_objects(model, cluster)) continue;
    const std::vector<JudgedClaim> snapshotted = claims_where(plan, is_snapshot);
    const std::vector<kube::Resource>& all = cluster.resources();
    if (snapshotted.empty() || std::any_of(all.begin(), all.end(), runs_controller)) continue;
    const JudgedClaim& first = snapshotted.front();
    report
        .at(definition->place(),
            fmt::format("VolumeSnapshots are defined here and no snapshot-controller is deployed, so no snapshot ever "
                        "gets ready and {} waits for that of {} in vain",
                        backups_of(first.schedules), title_of(*first.claim)))
        .label("defined without its controller")
        .about(cluster, *definition)
        .related(place_of(plan, *first.claim), "a snapshot of this claim is wanted")
        .help(
            "deploy the snapshot-controller of kubernetes-csi/external-snapshotter in the release of these "
            "definitions");
  }
}

}  // namespace

VLINT_RULE(csi_snapshot_controller_missing) = checked({
    .summary = "snapshots are defined in a cluster that deploys no snapshot-controller",
    .explanation = R"md(
## What it finds
The CustomResourceDefinition of VolumeSnapshots in a repository that deploys no `snapshot-controller`, while a Schedule takes CSI snapshots. It is silent when charts, templates or Applications deploy more than is seen.

## Why it matters
The definitions only let the API server accept a VolumeSnapshot. It is the snapshot-controller that binds it to a
snapshot of the driver. Without it no snapshot ever gets ready: Velero waits for `csiSnapshotTimeout` on each claim, and
the backup ends PartiallyFailed.

## How to fix it
Deploy the controller of kubernetes-csi/external-snapshotter, in the release that the definitions are from. One a cluster
is enough, whatever the number of drivers.

## When to ignore it
When the distribution brings the controller (OpenShift, RKE2 and most managed clusters do), or another repository does.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/util/csi/volume_snapshot.go WaitVolumeSnapshotReady, issue 5862",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
