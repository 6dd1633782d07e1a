#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using Classes = std::vector<const kube::Resource*>;

// The class that was most likely meant: the nearest name, else the only one.
const kube::Resource* meant_by(std::string_view name, const Classes& classes) {
  std::vector<std::string_view> names;
  for (const kube::Resource* one : classes) names.push_back(one->name);
  const std::optional<std::string_view> near = closest(name, names, 2);
  for (const kube::Resource* one : classes) {
    if (near == one->name || (!near && classes.size() == 1)) return one;
  }
  return nullptr;
}

void report_named(const SourceOfClaim& one, const Classes& classes, Report& report) {
  const volsync::Text& name = one.source.snapshot_class;
  Draft draft = report.at(name.where(), fmt::format("{} names the VolumeSnapshotClass {}, which does not exist: the "
                                                    "snapshot never becomes ready and no backup is made",
                                                    one.source.title(), name.text()));
  draft.label("no such class").about(one.member.cluster, *one.source.resource, name.field);
  if (const kube::Resource* meant = meant_by(name.text(), classes)) {
    draft.fix(fmt::format("write {}", meant->name), Safety::unsafe, *one.source.resource,
              yaml::set_scalar(name.field, meant->name));
  } else {
    draft.help(
        fmt::format("add a VolumeSnapshotClass of the driver {}, or name one of its classes", *one.facts.provisioner));
  }
}

void report_unnamed(const SourceOfClaim& one, const Classes& classes, Report& report) {
  const std::string& driver = *one.facts.provisioner;
  Draft draft = report.at(
      one.source.copy_method_text.where(),
      fmt::format(
          "{} wants a snapshot of {}, but {} of the driver {}: the snapshot never becomes ready and no backup is "
          "made",
          one.source.title(), title_of(one.claim),
          classes.empty() ? "there is no VolumeSnapshotClass" : "no VolumeSnapshotClass is the default", driver));
  draft.label(classes.empty() ? "no class serves this" : "names no class")
      .about(one.member.cluster, *one.source.resource, one.source.copy_method_text.field);
  for (const kube::Resource* other : classes) draft.related(other->place(), "of this driver, and not the default");
  if (classes.size() == 1) {
    draft.fix(fmt::format("name the class {}", classes.front()->name), Safety::unsafe, *one.source.resource,
              yaml::add_entry(mover_spec(one.source), "volumeSnapshotClassName",
                              yaml::NewValue::string(classes.front()->name)));
  } else if (classes.empty()) {
    if (may_be_read_directly(one.member.plan, one.claim)) {
      draft.fix("write copyMethod: Direct", Safety::unsafe, *one.source.resource, read_directly(one.source));
    }
    draft.help(
        fmt::format("add a VolumeSnapshotClass with `driver: {}` and the annotation "
                    "`snapshot.storage.kubernetes.io/is-default-class: \"true\"`",
                    driver));
  } else {
    draft.help(
        "name one of them in `volumeSnapshotClassName`, or give one the annotation "
        "`snapshot.storage.kubernetes.io/is-default-class: \"true\"`");
  }
}

void check(const Model& model, Report& report) {
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const model::Cluster& cluster = one.member.cluster;
    const bool knows_driver = one.facts.provisioner && !one.facts.provisioner_is_assumed;
    const bool is_told = one.source.copy_method == volsync::CopyMethod::snapshot && knows_driver &&
                         one.facts.attributes.is_csi != Known::no && !takes_no_snapshots(*one.facts.provisioner);
    if (!is_told || may_hold_more(model, one.member) || !knows_snapshot_classes(cluster)) return;
    const Classes classes = snapshot_classes_of(cluster, *one.facts.provisioner);
    const volsync::Text& name = one.source.snapshot_class;
    if (name.given() == Known::no) {
      if (default_snapshot_classes(cluster, *one.facts.provisioner).empty()) report_unnamed(one, classes, report);
    } else if (name.given() == Known::yes &&
               cluster.find("snapshot.storage.k8s.io", "VolumeSnapshotClass", "", name.text()) == nullptr) {
      report_named(one, classes, report);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_snapshot_class_missing) = checked({
    .summary = "copyMethod Snapshot, and no VolumeSnapshotClass serves the claim's driver",
    .explanation = R"md(
## What it finds
A ReplicationSource with `copyMethod: Snapshot` whose claim has a StorageClass of the repository, while

- `volumeSnapshotClassName` names a class that does not exist, or
- no class is named and none of the claim's driver has the annotation
  `snapshot.storage.kubernetes.io/is-default-class: "true"`, or the driver has no class at all.

It is silent where charts, templates or Applications deploy more than is seen: the class may come with them.

## Why it matters
VolSync makes a VolumeSnapshot and waits for it. Without a class the snapshot controller does nothing with it; the
status says "waiting for VolumeSnapshot to bind", and no backup is made.

## How to fix it
Add a class of the driver, name the one there is in `volumeSnapshotClassName`, or mark it as the default. `vlint --fix
--unsafe-fixes` names the only class of the driver, corrects a name, and where the driver has no class writes
`copyMethod: Direct`.

## When to ignore it
When the class is made by hand or by another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources =
        "volsync internal/controller/volumehandler/volumehandler.go ensureSnapshot, issue 66; external-snapshotter "
        "pkg/common-controller/snapshot_controller.go SetDefaultSnapshotClass",
    .check = check,
});

}  // namespace vlint::rules
