#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/names.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using yaml::Value;

const kube::Resource* find_class(const model::Cluster& cluster, std::string_view name) {
  for (const kube::Resource* one : cluster.of_kind("snapshot.storage.k8s.io", "VolumeSnapshotClass")) {
    if (to_lower_ascii(one->name) == to_lower_ascii(name)) return one;
  }
  return nullptr;
}

bool shows_all_classes(const Model& model, const model::Cluster& cluster) {
  const std::vector<const kube::Resource*> classes = cluster.of_kind("snapshot.storage.k8s.io", "VolumeSnapshotClass");
  return !classes.empty() && !may_hold_unseen_objects(model, cluster) &&
         std::all_of(classes.begin(), classes.end(),
                     [](const kube::Resource* one) { return kube::has_known_text(one->metadata["name"]); });
}

// An annotation that asks for a class, for volumes of a driver.
struct Wish {
  const kube::Resource* resource;
  std::string title;
  Value name;
  std::string driver;
};

void check_wish(const ClusterModel& member, const Wish& wish, bool all_shown, Report& report) {
  if (!wish.name.is_scalar() || wish.name.text().empty() || !kube::has_known_text(wish.name)) return;
  const kube::Resource* found = find_class(member.cluster, wish.name.text());
  if (found == nullptr ? !all_shown : !kube::has_known_text((*found)["driver"])) return;
  if (found != nullptr && to_lower_ascii((*found)["driver"].text()) == to_lower_ascii(wish.driver)) return;
  const std::string fault =
      found == nullptr ? std::string("does not exist")
                       : fmt::format("is of the driver {} and not of {}", (*found)["driver"].text(), wish.driver);
  Draft draft = report.at(
      wish.name.span(),
      fmt::format("{} asks for VolumeSnapshotClass {}, which {}: Velero says nothing and chooses another class or none",
                  wish.title, quoted(wish.name.text()), fault));
  draft.label(found == nullptr ? "no such class" : "of another driver")
      .about(member.cluster, *wish.resource, wish.name);
  if (found != nullptr) draft.related((*found)["driver"].span(), "its driver");
  std::vector<std::string_view> names;
  for (const kube::Resource* one : snapshot_classes_of(member.cluster, wish.driver)) names.push_back(one->name);
  if (names.size() == 1) {
    draft.fix(fmt::format("write {}", names.front()), Safety::unsafe, *wish.resource,
              yaml::set_scalar(wish.name, names.front()));
  } else if (names.empty()) {
    draft.help(fmt::format("add a VolumeSnapshotClass of the driver {}", wish.driver));
  } else {
    draft.help(fmt::format("the driver has the classes {}", join(names, ", ")));
  }
}

void check_claims(const ClusterModel& member, bool all_shown, Report& report) {
  const velero::Storage storage(member.cluster, member.plan.install.is_dump);
  for (const velero::Claim& claim : member.plan.claims) {
    if (claim.resource == nullptr) continue;
    const Value name = claim.resource->metadata["annotations"][velero::kSnapshotClass];
    if (!name) continue;
    const std::optional<velero::ClaimFacts> facts = facts_of(storage, member.plan, claim);
    if (!facts || !facts->provisioner || facts->provisioner_is_assumed) continue;
    check_wish(member, {claim.resource, claim.resource->title(), name, *facts->provisioner}, all_shown, report);
  }
}

void check_schedules(const ClusterModel& member, bool all_shown, Report& report) {
  const std::string prefix = fmt::format("{}_", velero::kSnapshotClass);
  for (const velero::Schedule& schedule : member.plan.schedules) {
    for (const yaml::Entry& entry : schedule.resource->metadata["annotations"].entries()) {
      const std::string_view key = entry.key.text();
      if (key.substr(0, prefix.size()) != prefix || to_lower_ascii(key) != key) continue;
      check_wish(member,
                 {schedule.resource, fmt::format("{} {}", schedule.resource->kind, schedule.name), entry.value,
                  std::string(key.substr(prefix.size()))},
                 all_shown, report);
    }
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const bool all_shown = shows_all_classes(model, member.cluster);
    check_claims(member, all_shown, report);
    check_schedules(member, all_shown, report);
  }
}

}  // namespace

VLINT_RULE(csi_snapshot_class_unknown) = checked({
    .summary = "an annotation asks for a VolumeSnapshotClass that does not exist, or of another driver",
    .explanation = R"md(
## What it finds
The annotation `velero.io/csi-volumesnapshot-class` of a claim, or `velero.io/csi-volumesnapshot-class_<driver>` of a
Schedule, with a name that no VolumeSnapshotClass of the repository has, or one whose driver is another than that of the
claim's StorageClass. That a class does not exist is said only where the repository shows everything the cluster runs and
has a VolumeSnapshotClass.

## Why it matters
A wrong name is not an error for Velero: it goes on as if the annotation were not there, and takes the class that has the
label, or the default one. Snapshots are made with a deletion policy or on a pool that nobody chose; where there is no
other class each claim is an error.

## How to fix it
Write the name of a class of that driver. Where there is exactly one, `vlint --fix --unsafe-fixes` writes it.

## When to ignore it
When the class is made by hand.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/util/csi/volume_snapshot.go GetVolumeSnapshotClass",
    .check = check,
});

}  // namespace vlint::rules
