#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/names.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using Classes = std::vector<const kube::Resource*>;

// The only one that the cluster's own annotation marks as the default.
const kube::Resource* marked_default(const Classes& classes) {
  const auto is_default = [](const kube::Resource* one) {
    return one->metadata["annotations"][velero::kIsDefaultSnapshotClass].text() == "true";
  };
  if (std::count_if(classes.begin(), classes.end(), is_default) != 1) return nullptr;
  return *std::find_if(classes.begin(), classes.end(), is_default);
}

void report_classes(const ClusterModel& member, const UnservedClass& unserved, const Classes& classes, Report& report) {
  const kube::Resource* chosen = marked_default(classes);
  const kube::Resource& subject = chosen != nullptr ? *chosen : *classes.front();
  std::vector<std::string> names;
  for (const kube::Resource* one : classes) names.emplace_back(one->name);
  const std::string_view verb = classes.size() == 1 ? "is the VolumeSnapshotClass" : "are VolumeSnapshotClasses";
  Draft draft = report.at(
      subject.place(),
      fmt::format("{} {} of the driver {} and none is marked for Velero, so {} ends PartiallyFailed without {} and the "
                  "pods that mount {}",
                  enumerate(names), verb, unserved.driver, backups_of(unserved.schedules), enumerate(unserved.claims),
                  unserved.claims.size() == 1 ? "it" : "them"));
  draft.label(chosen != nullptr ? "the default of the cluster" : "not marked").about(member.cluster, subject);
  for (const kube::Resource* one : classes) {
    if (one != &subject) draft.related(one->place(), "has the same driver");
  }
  draft.related(place_of(member.plan, *unserved.claims.front()), "a snapshot of this claim is wanted");
  if (chosen == nullptr) {
    draft.help(fmt::format("add the label `{}: \"true\"` to the class that Velero is to take", velero::kSnapshotClass));
    return;
  }
  constexpr std::string_view kPath[] = {"labels"};
  draft.fix(fmt::format("mark {} for Velero", chosen->name), Safety::safe, *chosen,
            yaml::ensure_path(chosen->metadata, kPath, velero::kSnapshotClass, yaml::NewValue::string("true")));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    std::vector<std::string> reported;
    for (const UnservedClass& unserved : classes_without_snapshots(member)) {
      const Classes classes = snapshot_classes_of(member.cluster, unserved.driver);
      const bool is_new = std::find(reported.begin(), reported.end(), unserved.driver) == reported.end();
      if (classes.empty() || !is_new) continue;
      report_classes(member, unserved, classes, report);
      reported.push_back(unserved.driver);
    }
  }
}

}  // namespace

VLINT_RULE(csi_snapshot_class_ambiguous) = checked({
    .summary = "a CSI driver has several VolumeSnapshotClasses, and none is marked for Velero",
    .explanation = R"md(
## What it finds
VolumeSnapshotClasses of one driver, none of which Velero can choose, while a Schedule takes CSI snapshots of claims of
that driver. Velero takes the class that an annotation of the claim or of the Schedule names, else one with the label
`velero.io/csi-volumesnapshot-class`, from 1.17 on one with the annotation
`snapshot.storage.kubernetes.io/is-default-class`, else the only one there is (up to 1.11 the label alone counts).

## Why it matters
Each such claim is an error: it is not stored, a pod that mounts it is dropped with everything that file system backup
would have copied of it, and the backup ends PartiallyFailed.

## How to fix it
Add the label `velero.io/csi-volumesnapshot-class: "true"` to the class that Velero is to take. Where the cluster's own
annotation marks exactly one as the default, `vlint --fix` labels that one.

## When to ignore it
Never: which class is meant is not written anywhere.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/csi/volume_snapshot.go GetVolumeSnapshotClass, issue 8278",
    .check = check,
});

}  // namespace vlint::rules
