#include "lint/velero/snapshot_class.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/velero/names.h"

namespace vlint::velero {
namespace {

using kube::Resource;
using yaml::Value;

bool equal_fold(std::string_view a, std::string_view b) { return to_lower_ascii(a) == to_lower_ascii(b); }

SnapshotClass read_class(const Resource& resource) {
  SnapshotClass read;
  read.resource = &resource;
  read.name = resource.name;
  read.driver = resource["driver"].text();
  const yaml::Entry label = resource.metadata["labels"].find(kSnapshotClass);
  const yaml::Entry annotation = resource.metadata["annotations"].find(kIsDefaultSnapshotClass);
  read.has_label = static_cast<bool>(label);
  read.has_default_annotation = static_cast<bool>(annotation);
  read.is_group_default = resource.metadata["labels"][kGroupSnapshotClass].text() == "true";
  if (label) {
    read.chosen_by_label = {{fmt::format("{} is chosen by its label", resource.title()), label.key.span()}};
  }
  if (annotation) {
    read.chosen_by_annotation = {
        {fmt::format("{} is chosen as the default class", resource.title()), annotation.key.span()}};
  }
  read.only_one = {{fmt::format("{} is the only class of its driver", resource.title()), resource.place()}};
  return read;
}

std::vector<SnapshotClass> read_classes(const model::Cluster& cluster, std::string_view group, std::string_view kind) {
  std::vector<SnapshotClass> classes;
  for (const Resource* resource : cluster.of_kind(group, kind)) classes.push_back(read_class(*resource));
  std::stable_sort(classes.begin(), classes.end(),
                   [](const SnapshotClass& a, const SnapshotClass& b) { return a.name < b.name; });
  return classes;
}

ClassChoice named_by(const SnapshotClass& chosen, Value annotation) {
  return {&chosen,
          chosen.name,
          {{fmt::format("{} is named by an annotation", chosen.resource->title()), annotation.span()}}};
}

}  // namespace

SnapshotClasses::SnapshotClasses(const model::Cluster& cluster)
    : classes_(read_classes(cluster, "snapshot.storage.k8s.io", "VolumeSnapshotClass")),
      group_classes_(read_classes(cluster, "groupsnapshot.storage.k8s.io", "VolumeGroupSnapshotClass")) {
  for (const SnapshotClass& one : classes_) by_driver_[one.driver].push_back(&one);
}

const std::vector<const SnapshotClass*>* SnapshotClasses::of_driver(std::string_view driver) const {
  const auto found = by_driver_.find(driver);
  return found == by_driver_.end() ? nullptr : &found->second;
}

// ... GetVolumeSnapshotClassFromPVCAnnotationsForDriver, ...FromBackupAnnotationsForDriver. A name that no class has,
// and a class of another driver, count as no name.
const SnapshotClass* SnapshotClasses::by_annotation(Value named, std::string_view driver) const {
  if (!named.is_set() || named.text().empty()) return nullptr;  // mutant: a shortcut, no class has an empty name
  const auto found = std::find_if(classes_.begin(), classes_.end(),
                                  [&](const SnapshotClass& one) { return equal_fold(one.name, named.text()); });
  return found != classes_.end() && equal_fold(found->driver, driver) ? &*found : nullptr;
}

// ... GetVolumeSnapshotClassForStorageClass: the label's key is enough.
const SnapshotClass* SnapshotClasses::by_label(std::string_view driver) const {
  const auto* classes = of_driver(driver);
  if (classes == nullptr) return nullptr;
  const auto found =
      std::find_if(classes->begin(), classes->end(), [](const SnapshotClass* one) { return one->has_label; });
  return found == classes->end() ? nullptr : *found;
}

// ... from 1.17.
const SnapshotClass* SnapshotClasses::by_default_annotation(std::string_view driver) const {
  const auto* classes = of_driver(driver);
  if (classes == nullptr) return nullptr;
  const auto found = std::find_if(classes->begin(), classes->end(),
                                  [](const SnapshotClass* one) { return one->has_default_annotation; });
  return found == classes->end() ? nullptr : *found;
}

const SnapshotClass* SnapshotClasses::only_one(std::string_view driver) const {
  const auto* classes = of_driver(driver);
  return classes != nullptr && classes->size() == 1 ? classes->front() : nullptr;
}

bool SnapshotClasses::needs_default(std::string_view driver) const {
  return by_label(driver) == nullptr && by_default_annotation(driver) != nullptr && only_one(driver) == nullptr;
}

ClassChoice SnapshotClasses::choose(std::string_view driver, Value claim_annotations, Value backup_annotations,
                                    const Version& version) const {
  // velero-plugin-for-csi up to 0.5 (Velero 1.11) knows the label alone.
  const bool label_only = !at_least(version, 1, 12);
  if (!label_only) {
    const Value by_claim = claim_annotations[kSnapshotClass];
    if (const SnapshotClass* found = by_annotation(by_claim, driver)) return named_by(*found, by_claim);
    const Value by_backup = backup_annotations[fmt::format("{}_{}", kSnapshotClass, to_lower_ascii(driver))];
    if (const SnapshotClass* found = by_annotation(by_backup, driver)) return named_by(*found, by_backup);
  }
  if (const SnapshotClass* found = by_label(driver)) return {found, found->name, found->chosen_by_label};
  if (at_least(version, 1, 17)) {
    if (const SnapshotClass* found = by_default_annotation(driver)) {
      return {found, found->name, found->chosen_by_annotation};
    }
  }
  if (!label_only) {
    if (const SnapshotClass* found = only_one(driver)) return {found, found->name, found->only_one};
  }
  const auto* classes = of_driver(driver);
  if (classes == nullptr) return {nullptr, {}, {{fmt::format("no VolumeSnapshotClass has the driver {}", driver), {}}}};
  std::vector<Evidence> several;
  constexpr std::size_t kMost = 4;
  for (const SnapshotClass* one : *classes) {
    if (several.size() == kMost) break;
    several.push_back({fmt::format("{} of the driver {} is not marked for Velero", one->resource->title(), driver),
                       one->resource->place()});
  }
  return {nullptr, {}, EvidenceList(std::move(several))};
}

ClassChoice SnapshotClasses::choose_for_group(std::string_view driver, Value claim_annotations,
                                              Value backup_annotations) const {
  const auto named = [](Value annotation) {
    return ClassChoice{nullptr,
                       annotation.text(),
                       {{fmt::format("{} is named by an annotation", annotation.text()), annotation.span()}}};
  };
  const Value by_claim = claim_annotations[kClaimGroupSnapshotClass];
  if (by_claim.is_set() && !by_claim.text().empty()) return named(by_claim);
  const Value by_backup = backup_annotations[fmt::format("{}_{}", kGroupSnapshotClass, driver)];
  if (by_backup.is_set() && !by_backup.text().empty()) return named(by_backup);
  const SnapshotClass* found = nullptr;
  for (const SnapshotClass& one : group_classes_) {
    if (one.driver != driver || !one.is_group_default) continue;
    if (found != nullptr) {
      return {nullptr,
              {},
              {{fmt::format("several VolumeGroupSnapshotClasses of the driver {} are marked for Velero", driver),
                one.resource->place()}}};
    }
    found = &one;
  }
  if (found != nullptr) {
    return {found,
            found->name,
            {{fmt::format("{} is marked for Velero", found->resource->title()), found->resource->place()}}};
  }
  return {
      nullptr, {}, {{fmt::format("no VolumeGroupSnapshotClass of the driver {} is marked for Velero", driver), {}}}};
}

}  // namespace vlint::velero
