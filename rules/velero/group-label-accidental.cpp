#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "rules/common/claims.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

// Labels that tools and conventions put on everything, whatever belongs into one snapshot.
constexpr std::string_view kEverywhere[] = {
    "app",
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/name",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/version",
    "chart",
    "helm.sh/chart",
    "heritage",
    "k8s-app",
    "release",
};

bool is_snapshot(const velero::Verdict& verdict) {
  return verdict.selected == Known::yes && verdict.outcome == velero::Outcome::is_protected &&
         (verdict.method == velero::Method::csi_snapshot || verdict.method == velero::Method::csi_data_movement);
}

// Claims that the Schedule snapshots as one group: the first group of several.
Claims group_of(const velero::Plan& plan, std::size_t schedule, std::string_view key) {
  std::map<std::pair<std::string_view, std::string_view>, Claims> groups;
  for (const velero::Claim& claim : plan.claims) {
    if (claim.resource == nullptr || !is_snapshot(claim.verdicts[schedule])) continue;
    const yaml::Value label = claim.resource->metadata["labels"][key];
    if (label.text().empty() || label.is_templated()) continue;
    groups[{claim.name_space, label.text()}].push_back(&claim);
  }
  for (const auto& entry : groups) {
    if (entry.second.size() > 1) return entry.second;
  }
  return {};
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (std::size_t i = 0; i < plan.schedules.size(); ++i) {
      const velero::Schedule& schedule = plan.schedules[i];
      const yaml::Value field = schedule.backup.volume_group_snapshot_label_key;
      if (!schedule.group_label_key || schedule.runs == Known::no || is_paused(schedule, plan.install)) continue;
      const std::string& key = *schedule.group_label_key;
      if (std::find(std::begin(kEverywhere), std::end(kEverywhere), key) == std::end(kEverywhere)) continue;
      const Claims group = group_of(plan, i, key);
      if (group.empty()) continue;
      const Span flag = plan.install.flags.volume_group_snapshot_label_key.where;
      Draft draft =
          report.at(field.is_set() ? field.span() : schedule.resource->place(),
                    fmt::format("{} groups claims by the label {}, which tools put on everything: {} are snapshotted "
                                "together or not at all",
                                title_of(schedule), key, enumerate(group)));
      draft.label("groups unrelated claims").about(cluster, *schedule.resource, field);
      if (!field.is_set()) draft.related(flag, "the label is set here");
      for (const velero::Claim* claim : group) draft.related(place_of(plan, *claim), "in one group");
      draft.help("take a label of its own, such as velero.io/volume-group, and put it on the claims of one database");
    }
  }
}

}  // namespace

VLINT_RULE(velero_group_label_accidental) = checked({
    .summary = "claims are grouped for snapshots by a label that stands on everything",
    .explanation = R"md(
## What it finds
A Schedule (or the server's flag `--volume-group-snapshot-label-key`) of Velero 1.17 or later that groups claims by a
label of general use, such as `app.kubernetes.io/instance` or `app`, where this makes one group of several claims.

## Why it matters
The claims of a group are snapshotted at one moment by one VolumeGroupSnapshot, or not at all: a claim that can't be
part of it, such as one on another driver, is an error for all of them. With a label that tools put on every object of an
application, the group grows with each claim that somebody adds.

## How to fix it
Group by a label of its own (the default is `velero.io/volume-group`), and put it only on claims that need a common
moment, such as data and log of one database.

## When to ignore it
When all claims with the same value are meant to be one group.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/actions/csi/pvc_action.go, issue 9344",
    .check = check,
});

}  // namespace vlint::rules
