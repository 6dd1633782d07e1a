#include <fmt/format.h>

#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const volsync::Replication& source = one.source;
    if (source.copy_method != volsync::CopyMethod::direct) return;
    const std::optional<SinglePodHolder> holder = single_pod_holder(one.member.plan, one.claim);
    if (!holder) return;
    Draft draft = report.at(
        source.copy_method_text.where(),
        fmt::format(
            "{} reads {} directly, which is ReadWriteOncePod and held by {}: the mover's pod stays Pending while "
            "the application runs, and no backup is made",
            source.title(), title_of(one.claim), holder->resource->title()));
    draft.label("needs the volume itself")
        .about(one.member.cluster, *source.resource, source.copy_method_text.field)
        .related(holder->mode.span(), "one pod only")
        .related(holder->resource->place(), "holds the claim");
    if (copy_method_for(model, one.member, source) == "Snapshot") {
      draft.fix("write copyMethod: Snapshot", Safety::unsafe, *source.resource,
                yaml::set_scalar(source.copy_method_text.field, "Snapshot"));
    } else {
      draft.help(
          "write `copyMethod: Snapshot` or `Clone`, as far as the CSI driver has them, or give the claim the "
          "access mode ReadWriteOnce");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_direct_on_single_pod_claim) = checked({
    .summary = "copyMethod Direct needs a ReadWriteOncePod claim that the application's pod holds",
    .explanation = R"md(
## What it finds
A ReplicationSource with `copyMethod: Direct` whose claim has the access mode ReadWriteOncePod and is mounted by a
Deployment, StatefulSet or DaemonSet that runs.

## Why it matters
ReadWriteOncePod lets one pod in the whole cluster use the volume. The mover is a second one: it stays Pending for as
long as the application runs, so the first backup never ends.

## How to fix it
Use `copyMethod: Snapshot` or `Clone`: the mover then mounts a volume of its own. `vlint --fix --unsafe-fixes` writes
`Snapshot` where a VolumeSnapshotClass serves the claim's driver.

## When to ignore it
When the application is scaled down for each backup.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go, internal/controller/utils/affinity.go",
    .check = check,
});

}  // namespace vlint::rules
