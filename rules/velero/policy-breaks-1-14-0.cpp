#include <fmt/format.h>

#include <algorithm>

#include "rules/common/schedules.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

constexpr velero::Version kBroken{1, 14, 0};
constexpr std::string_view kBrokenTag = "v1.14.0";
constexpr std::string_view kMendedTag = "v1.14.1";

// A volume that is no claim, in a backup that asks volume policies about it.
bool is_taken_for_claim(const velero::Plan& plan, const velero::VolumeUse& use) {
  if (use.source == "persistentVolumeClaim" || use.source == "ephemeral" || use.source == "volumeClaimTemplate") {
    return false;
  }
  return std::any_of(use.verdicts.begin(), use.verdicts.end(), [&](const velero::Verdict& verdict) {
    const velero::Schedule& schedule = plan.schedules[verdict.schedule];
    return schedule.has_volume_policies == Known::yes && schedule.is_valid != Known::no && schedule.runs != Known::no &&
           verdict.outcome == velero::Outcome::fails && verdict.reason == velero::Reason::claim_missing;
  });
}

void check_server(const ClusterModel& member, const VeleroContainer& server, const velero::VolumeUse& use,
                  Report& report) {
  const velero::Plan& plan = member.plan;
  const yaml::Value image = server.container["image"];
  const std::string_view text = image.text();
  Draft draft = report.at(
      image.span(), fmt::format("{} is Velero 1.14.0, which with a volume policy takes every volume for a claim: {} "
                                "and every other pod with such a volume is an error, and the backup ends "
                                "PartiallyFailed",
                                server.resource->title(), plan.workloads[use.workload].resource->title()));
  draft.label("mended in 1.14.1").about(member.cluster, *server.resource, image);
  draft.related(use.volume.span(), "is no claim");
  for (const velero::Schedule& schedule : plan.schedules) {
    if (schedule.has_volume_policies == Known::yes) draft.related(schedule.backup.resource_policy.span(), "the policy");
  }
  if (tag_of(text) == kBrokenTag && text.ends_with(kBrokenTag)) {
    draft.fix("run Velero 1.14.1", Safety::safe, *server.resource,
              yaml::rewrite_part(image, text.size() - kBrokenTag.size(), kBrokenTag.size(), kMendedTag));
  } else {
    draft.help("run Velero 1.14.1");
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Plan& plan = member.plan;
    if (!(plan.install.version == kBroken) || plan.install.version_from != velero::VersionFrom::image_tag) continue;
    const auto found = std::find_if(plan.volumes.begin(), plan.volumes.end(),
                                    [&](const velero::VolumeUse& use) { return is_taken_for_claim(plan, use); });
    if (found == plan.volumes.end()) continue;
    for (const VeleroContainer& server : server_containers(plan.install)) check_server(member, server, *found, report);
  }
}

}  // namespace

VLINT_RULE(velero_policy_breaks_1_14_0) = checked({
    .summary = "Velero 1.14.0 fails with volume policies on volumes that are no claims",
    .explanation = R"md(
## What it finds
A server with the image of Velero 1.14.0, a Schedule with volume policies, and a pod in its backup with a volume that is no
claim, such as an emptyDir or an NFS export.

## Why it matters
1.14.0 looks for the PersistentVolumeClaim of every volume before it asks the policies. A volume without one is an error,
on each such pod in each backup: the backups end PartiallyFailed, and the pod's volumes are not copied.

## How to fix it
Run 1.14.1, which `vlint --fix` writes. The node-agent should get the same image.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go of 1.14.0 and 1.14.1; helm-charts issue 607",
    .check = check,
});

}  // namespace vlint::rules
