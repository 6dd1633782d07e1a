#include <fmt/format.h>

#include <map>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/names.h"
#include "rules/common/claims.h"

namespace vlint::rules {
namespace {

// Classes of one driver that have the label, by name; one written several times counts once.
std::vector<const kube::Resource*> marked(const model::Cluster& cluster, std::string_view driver) {
  std::vector<const kube::Resource*> found;
  for (const kube::Resource* one : snapshot_classes_of(cluster, driver)) {
    if (!one->metadata["labels"].find(velero::kSnapshotClass)) continue;
    if (found.empty() || found.back()->name != one->name) found.push_back(one);
  }
  return found;
}

void report_false(const model::Cluster& cluster, const kube::Resource& chosen, std::string_view driver,
                  Report& report) {
  const yaml::Entry label = chosen.metadata["labels"].find(velero::kSnapshotClass);
  report
      .at(label.value.span(),
          fmt::format(
              "VolumeSnapshotClass {} has the label {} with the value {}, and Velero takes it for the driver {} "
              "all the same: it asks for the label alone, not for its value",
              chosen.name, velero::kSnapshotClass, quoted(label.value.text()), driver))
      .label("marks the class, whatever it says")
      .about(cluster, chosen, label.value)
      .help("remove the label from the class that Velero is not to take");
}

void report_second(const model::Cluster& cluster, const kube::Resource& first, const kube::Resource& second,
                   std::string_view driver, Report& report) {
  const yaml::Entry label = second.metadata["labels"].find(velero::kSnapshotClass);
  report
      .at(label.key.span(),
          fmt::format("VolumeSnapshotClass {} is marked for Velero and so is {}, both of the driver {}: "
                      "Velero takes {}, the first by name",
                      second.name, first.name, driver, first.name))
      .label("has no effect")
      .about(cluster, second, label.value)
      .related(first.metadata["labels"].find(velero::kSnapshotClass).key.span(), "this one is taken")
      .help("leave the label on the class that is meant; a claim or a Schedule can name another in an annotation");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const model::Cluster& cluster = member.cluster;
    std::map<std::string_view, bool> drivers;
    for (const kube::Resource* one : cluster.of_kind("snapshot.storage.k8s.io", "VolumeSnapshotClass")) {
      const yaml::Value driver = (*one)["driver"];
      const bool is_clear = kube::has_known_text(driver) && kube::has_known_text(one->metadata["name"]) &&
                            kube::has_known_text(one->metadata["labels"][velero::kSnapshotClass]);
      drivers.try_emplace(driver.text(), true).first->second &= is_clear;
    }
    for (const auto& [driver, is_clear] : drivers) {
      const std::vector<const kube::Resource*> classes = marked(cluster, driver);
      if (!is_clear || classes.empty()) continue;
      const kube::Resource& first = *classes.front();
      if (to_lower_ascii(first.metadata["labels"][velero::kSnapshotClass].text()) == "false") {
        report_false(cluster, first, driver, report);
        continue;
      }
      for (std::size_t i = 1; i < classes.size(); ++i) {
        if (to_lower_ascii(classes[i]->metadata["labels"][velero::kSnapshotClass].text()) == "false") continue;
        report_second(cluster, first, *classes[i], driver, report);
      }
    }
  }
}

}  // namespace

VLINT_RULE(csi_snapshot_class_marked_twice) = checked({
    .summary = "Velero takes another VolumeSnapshotClass than the labels seem to say",
    .explanation = R"md(
## What it finds
Two VolumeSnapshotClasses of one driver with the label `velero.io/csi-volumesnapshot-class`, or the label with the value
`"false"` on the class that Velero takes.

## Why it matters
Velero takes the first class by name that has the label, and doesn't look at its value. Snapshots then get parameters
and a deletion policy that nobody chose: with `deletionPolicy: Delete`, or snapshots on another pool. Which class comes
first changes when somebody adds one.

## How to fix it
Leave the label on one class of each driver, and remove it from the others, also where it says `"false"`. Claims that
need another class name it in the annotation `velero.io/csi-volumesnapshot-class`.

## When to ignore it
When the first by name is the one that is meant, and the second is on its way out.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/util/csi/volume_snapshot.go GetVolumeSnapshotClassForStorageClass",
    .check = check,
});

}  // namespace vlint::rules
