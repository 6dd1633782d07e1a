#include <fmt/format.h>

#include <optional>
#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"
#include "rules/common/volsync_operator.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const volsync::Replication& replication) {
    if (!replication.is(volsync::Mover::kopia)) return;
    const yaml::Value schema = spec_schema(member.cluster, replication.resource->kind);
    const yaml::Value properties = schema["properties"];
    const bool is_not_defined = properties.is_mapping() && !properties["kopia"] &&
                                schema["x-kubernetes-preserve-unknown-fields"].as_bool() != true;
    const bool is_defined = static_cast<bool>(properties["kopia"]);
    const std::optional<VolsyncOperator> running = is_defined ? std::nullopt : volsync_operator(member.cluster);
    if (!is_not_defined && !running) return;
    Draft draft = report.at(
        key_of(replication, *replication.mover()).span(),
        fmt::format(
            "{} has the method kopia, which only the fork of VolSync knows, and what runs here is VolSync itself: "
            "the API server drops the field, and {}",
            replication.title(), replication.is_source ? "no backup is made" : "nothing is restored"));
    draft.label("of the fork perfectra1n/volsync")
        .about(member.cluster, *replication.resource)
        .related(is_not_defined ? definition_of(member.cluster, replication.resource->kind)->place() : running->where,
                 is_not_defined ? "defines no kopia" : "VolSync itself")
        .help("install the fork with its custom resource definitions, or use restic");
  });
}

}  // namespace

VLINT_RULE(volsync_method_of_fork) = checked({
    .summary = "the method kopia is used and VolSync without it is installed",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination with `kopia`, in a cluster whose custom resource definitions have no
such field, or whose operator is `quay.io/backube/volsync` or the chart of backube.

## Why it matters
kopia is a method of the fork perfectra1n/volsync. With VolSync itself the API server drops `spec.kopia` without a
word; what is left names no method, and the controller says "a replication method must be specified" and makes no
backup.

## How to fix it
Install the fork, operator and custom resource definitions, or use restic.

## When to ignore it
When another repository installs the fork.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync api/v1alpha1/replicationsource_types.go; perfectra1n/volsync",
    .check = check,
});

}  // namespace vlint::rules
