#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const volsync::Replication& source = one.source;
    const bool knows_driver = one.facts.provisioner && !one.facts.provisioner_is_assumed;
    const volsync::Text& name = source.snapshot_class;
    if (source.copy_method != volsync::CopyMethod::snapshot || !knows_driver || name.given() != Known::yes) return;
    const std::string& driver = *one.facts.provisioner;
    const model::Cluster& cluster = one.member.cluster;
    const kube::Resource* found = cluster.find("snapshot.storage.k8s.io", "VolumeSnapshotClass", "", name.text());
    if (found == nullptr || takes_no_snapshots(driver)) return;
    const yaml::Value of_class = (*found)["driver"];
    if (!of_class.is_set() || !kube::has_known_text(of_class) || of_class.text() == driver) return;
    Draft draft = report.at(
        name.where(), fmt::format("{} names VolumeSnapshotClass {} of the driver {}, but {} is of the driver {}: the "
                                  "snapshot fails and no backup is made",
                                  source.title(), name.text(), of_class.text(), title_of(one.claim), driver));
    draft.label("of another driver")
        .about(cluster, *source.resource, name.field)
        .related(of_class.span(), "its driver")
        .related(one.facts.class_where, "the class of the claim");
    const std::vector<const kube::Resource*> right = snapshot_classes_of(cluster, driver);
    if (right.size() == 1) {
      draft.fix(fmt::format("write {}", right.front()->name), Safety::safe, *source.resource,
                yaml::set_scalar(name.field, right.front()->name));
    } else {
      draft.help(fmt::format("name a VolumeSnapshotClass of the driver {}", driver));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_snapshot_class_of_other_driver) = checked({
    .summary = "a ReplicationSource names a VolumeSnapshotClass of another driver than its claim's",
    .explanation = R"md(
## What it finds
A `volumeSnapshotClassName` of a ReplicationSource with `copyMethod: Snapshot` whose class has another `driver` than
the `provisioner` of the StorageClass of the claim.

## Why it matters
A snapshot class works for its own driver alone. The snapshot controller refuses the VolumeSnapshot with an error,
VolSync waits for it for ever, and no backup is made. It happens when a claim moves to another storage, or when a
block for one app is copied from another.

## How to fix it
Name a class of the claim's driver. Where there is exactly one, `vlint --fix` writes it.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go; external-snapshotter "
               "pkg/common-controller/snapshot_controller.go",
    .check = check,
});

}  // namespace vlint::rules
