#include <fmt/format.h>

#include <optional>
#include <string>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/names.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {
namespace {

// The driver of the class that the annotation names; empty when no class, or classes of several drivers, have the name.
std::string driver_of_class(const model::Cluster& cluster, std::string_view name) {
  std::string driver;
  for (const kube::Resource* one : cluster.of_kind("snapshot.storage.k8s.io", "VolumeSnapshotClass")) {
    if (to_lower_ascii(one->name) != to_lower_ascii(name) || !kube::has_known_text((*one)["driver"])) continue;
    if (!driver.empty() && driver != (*one)["driver"].text()) return {};
    driver = std::string((*one)["driver"].text());
  }
  return to_lower_ascii(driver);
}

struct WrongKey {
  std::string what;   // what is wrong with it
  std::string right;  // the key that Velero reads; empty when it is not known
};

std::optional<WrongKey> check_key(const model::Cluster& cluster, std::string_view key, yaml::Value value) {
  if (key == velero::kSnapshotClass) {
    const std::string driver = kube::has_known_text(value) ? driver_of_class(cluster, value.text()) : std::string();
    return WrongKey{"names no driver", driver.empty() ? "" : fmt::format("{}_{}", key, driver)};
  }
  const std::string prefix = fmt::format("{}_", velero::kSnapshotClass);
  if (key.substr(0, prefix.size()) != prefix || to_lower_ascii(key) == key) return std::nullopt;
  return WrongKey{"has capital letters", to_lower_ascii(key)};
}

void check_schedule(const ClusterModel& member, const velero::Schedule& schedule, Report& report) {
  const yaml::Value annotations = schedule.resource->metadata["annotations"];
  for (const yaml::Entry& entry : annotations.entries()) {
    const std::optional<WrongKey> wrong = check_key(member.cluster, entry.key.text(), entry.value);
    if (!wrong) continue;
    Draft draft = report.at(
        entry.key.span(),
        fmt::format("the annotation {} of {} {} {}, so Velero does not read it and chooses without regard to "
                    "VolumeSnapshotClass {}",
                    entry.key.text(), schedule.resource->kind, schedule.name, wrong->what, quoted(entry.value.text())));
    draft.label(wrong->what).about(member.cluster, *schedule.resource, entry.value);
    if (wrong->right.empty() || annotations[wrong->right]) {
      draft.help(fmt::format("write `{}_` and the driver's name in small letters", velero::kSnapshotClass));
    } else {
      draft.fix(fmt::format("write {}", wrong->right), Safety::safe, *schedule.resource,
                yaml::rename_key(entry.key, wrong->right));
    }
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const velero::Schedule& schedule : member.plan.schedules) check_schedule(member, schedule, report);
  }
}

}  // namespace

VLINT_RULE(csi_snapshot_class_annotation_key) = checked({
    .summary = "a Schedule's annotation for the VolumeSnapshotClass has a key that Velero does not read",
    .explanation = R"md(
## What it finds
On a Schedule or Backup the annotation `velero.io/csi-volumesnapshot-class` without `_<driver>` behind it, or with
capital letters in the driver's name.

## Why it matters
Velero asks for `velero.io/csi-volumesnapshot-class_` and the driver's name in small letters, letter by letter. The plain
key is read on claims only. Another key is not an error: Velero goes on to the labels and takes another class, or finds
none, and then each claim of the driver is an error.

## How to fix it
Write the full key. Where the class that the annotation names is in the repository, `vlint --fix` takes the driver from
it.

## When to ignore it
Never: the annotation has no effect.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/csi/volume_snapshot.go GetVolumeSnapshotClassFromBackupAnnotationsForDriver",
    .check = check,
});

}  // namespace vlint::rules
