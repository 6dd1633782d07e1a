#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kDefaultClass = "snapshot.storage.kubernetes.io/is-default-class";

struct Affected {
  std::vector<std::string> names;
  std::vector<Span> places;
};

Span mark_of(const kube::Resource& snapshot_class) {
  return snapshot_class.metadata["annotations"][kDefaultClass].span();
}

void report_driver(const model::Cluster& cluster, const std::string& driver, const Affected& affected, Report& report) {
  const std::vector<const kube::Resource*> defaults = default_snapshot_classes(cluster, driver);
  std::vector<std::string> names;
  for (const kube::Resource* one : defaults) names.emplace_back(one->name);
  constexpr std::size_t kShown = 3;
  const bool one = affected.names.size() == 1;
  Draft draft = report.at(mark_of(*defaults[1]),
                          fmt::format("VolumeSnapshotClasses {} are all the default of the driver {}, so the snapshot "
                                      "controller takes none of them and {} {} {} no backup",
                                      enumerate(names), driver, one ? "ReplicationSource" : "ReplicationSources",
                                      enumerate(affected.names, kShown), one ? "makes" : "make"));
  draft.label("another default").about(cluster, *defaults[1], defaults[1]->metadata["annotations"][kDefaultClass]);
  draft.related(mark_of(*defaults[0]), "the first default");
  for (std::size_t i = 0; i < std::min(kShown, affected.places.size()); ++i) {
    draft.related(affected.places[i], "wants a snapshot and names no class");
  }
  draft.help("leave the annotation to one class of the driver, or name a class in `volumeSnapshotClassName`");
}

void check(const Model& model, Report& report) {
  std::map<const model::Cluster*, std::map<std::string, Affected>> by_cluster;
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const bool knows_driver = one.facts.provisioner && !one.facts.provisioner_is_assumed;
    const bool names_none = one.source.snapshot_class.given() == Known::no;
    if (one.source.copy_method != volsync::CopyMethod::snapshot || !knows_driver || !names_none) return;
    if (default_snapshot_classes(one.member.cluster, *one.facts.provisioner).size() < 2) return;
    Affected& affected = by_cluster[&one.member.cluster][*one.facts.provisioner];
    const kube::Resource& resource = *one.source.resource;
    affected.names.push_back(resource.name_space.empty() ? std::string(resource.name)
                                                         : fmt::format("{}/{}", resource.name_space, resource.name));
    affected.places.push_back(one.source.copy_method_text.where());
  });
  for (const ClusterModel& member : model.clusters) {
    for (const auto& driver : by_cluster[&member.cluster]) {
      report_driver(member.cluster, driver.first, driver.second, report);
    }
  }
}

}  // namespace

VLINT_RULE(volsync_several_default_snapshot_classes) = checked({
    .summary = "a driver has several default VolumeSnapshotClasses, and ReplicationSources name none",
    .explanation = R"md(
## What it finds
Two or more VolumeSnapshotClasses of one driver with the annotation `snapshot.storage.kubernetes.io/is-default-class:
"true"`, while a ReplicationSource with `copyMethod: Snapshot` has a claim of that driver and no
`volumeSnapshotClassName`.

## Why it matters
The snapshot controller does not choose between two defaults: it reports "default snapshot classes were found" as an
error of the VolumeSnapshot, VolSync waits, and no backup is made. It begins on the day on which the second class is
added, for sources that worked for years.

## How to fix it
Leave the annotation to one class, or name the class in each ReplicationSource.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "external-snapshotter pkg/common-controller/snapshot_controller.go SetDefaultSnapshotClass",
    .check = check,
});

}  // namespace vlint::rules
