#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using velero::Reason;

// The claims of one group: those of a namespace with the same value of the label.
struct Group {
  Claims claims;
  Schedules schedules;
  const velero::Verdict* verdict = nullptr;
  yaml::Entry label;
};

void report_group(const ClusterModel& member, const Group& group, Report& report) {
  const bool no_class = group.verdict->reason == Reason::no_group_snapshot_class;
  const kube::Resource& owner = *owner_of(member.plan, *group.claims.front());
  Draft draft = report.at(
      group.label.key.span(),
      fmt::format(
          "{} {} in a volume group by the label {}, and {}: {} ends PartiallyFailed without {} and the pods that "
          "mount {}",
          enumerate(group.claims), group.claims.size() == 1 ? "is" : "are", group.label.key.text(),
          no_class ? "no VolumeGroupSnapshotClass can be chosen" : "the group is not on one CSI driver",
          backups_of(group.schedules), group.claims.size() == 1 ? "it" : "them",
          group.claims.size() == 1 ? "it" : "them"));
  draft.label("makes it a group").about(member.cluster, owner, group.label.value);
  for (std::size_t i = 1; i < group.claims.size(); ++i) {
    draft.related(place_of(member.plan, *group.claims[i]), "in the same group");
  }
  for (const velero::Evidence& evidence : group.verdict->evidence) {
    if (evidence.where != group.label.key.span()) draft.related(evidence.where, evidence.message);
  }
  draft.help(
      no_class
          ? "add a VolumeGroupSnapshotClass of the driver with the label "
            "`velero.io/csi-volumegroupsnapshot-class: \"true\"` (exactly one), or take the claims out of the group"
          : "take the label off the claims that are on another driver");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const auto& [cluster, plan] = member;
    const bool may_be_elsewhere = may_hold_unseen_objects(model, cluster);
    const std::vector<JudgedClaim> refused = claims_where(plan, [&](const velero::Verdict& verdict) {
      const bool is_group = verdict.reason == Reason::group_of_several_drivers ||
                            (verdict.reason == Reason::no_group_snapshot_class && !may_be_elsewhere);
      return is_group && verdict.outcome == velero::Outcome::fails;
    });
    std::map<std::pair<std::string_view, std::string_view>, Group> groups;
    for (const JudgedClaim& judged : refused) {
      const std::optional<std::string>& key = judged.schedules.front()->group_label_key;
      if (judged.claim->resource == nullptr || !key) continue;
      const yaml::Entry label = judged.claim->resource->metadata["labels"].find(*key);
      if (!label) continue;
      Group& group = groups[{judged.claim->name_space, label.value.text()}];
      if (group.verdict == nullptr) {
        group.verdict = judged.verdict;
        group.label = label;
      }
      group.claims.push_back(judged.claim);
      add_all(group.schedules, judged.schedules);
    }
    for (const auto& entry : groups) report_group(member, entry.second, report);
  }
}

}  // namespace

VLINT_RULE(velero_group_snapshot_class_missing) = checked({
    .summary = "claims of a volume group can't be snapshotted together",
    .explanation = R"md(
## What it finds
Claims with the label of a volume group (`velero.io/volume-group`, or the key that the Schedule or the server names) of
which a Schedule of Velero 1.17 or later takes CSI snapshots, while no VolumeGroupSnapshotClass can be chosen for their
driver (there is none with the label `velero.io/csi-volumegroupsnapshot-class: "true"`, or several), or the claims are on
different drivers.

## Why it matters
A claim of a group is snapshotted with its group or not at all. Each of the claims is an error: it is not stored, a pod
that mounts it is dropped with everything that file system backup would have copied of it, and the backup ends
PartiallyFailed.

## How to fix it
Add one VolumeGroupSnapshotClass of the driver with that label, if the driver can do it (few can). Otherwise take the
label off the claims: they are then snapshotted one by one.

## When to ignore it
When the class is made by hand.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/actions/csi/pvc_action.go determineCSIDriver, determineVGSClass, issue 9344",
    .check = check,
});

}  // namespace vlint::rules
