#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Plan;
using velero::Reason;

bool is_regular(const velero::Schedule& schedule) { return !schedule.one_off && schedule.runs == Known::yes; }

// Somebody named the namespace as one to leave out.
bool is_left_out_by_name(const velero::Schedule& schedule, std::string_view name_space) {
  return find_name(schedule.backup.excluded_namespaces, name_space) != nullptr;
}

// Every Schedule that runs leaves it out, and none by its name or by a label of the claim.
bool is_overlooked(const Plan& plan, const velero::Claim& claim) {
  if (claim.name_space.empty() || claim.name_space == plan.install.name_space) return false;
  bool has_schedules = false;
  for (const velero::Verdict& verdict : claim.verdicts) {
    const velero::Schedule& schedule = plan.schedules[verdict.schedule];
    if (schedule.one_off || schedule.runs == Known::no) continue;
    if (!is_regular(schedule) || is_left_out_by_name(schedule, claim.name_space)) return false;
    const bool is_missed =
        verdict.reason == Reason::namespace_not_selected || verdict.reason == Reason::selector_misses;
    if (verdict.selected != Known::no || !is_missed) return false;
    has_schedules = true;
  }
  return has_schedules;
}

void report_claim(const ClusterModel& member, const velero::Claim& claim, Report& report) {
  const Plan& plan = member.plan;
  Schedules schedules;
  for (const velero::Schedule& schedule : plan.schedules) {
    if (is_regular(schedule)) schedules.push_back(&schedule);
  }
  const bool one = schedules.size() == 1;
  Draft draft =
      report.at(place_of(plan, claim), fmt::format("no Schedule takes {}: {} {} it out, so its data is in no "
                                                   "backup",
                                                   title_of(claim), enumerate(schedules), one ? "leaves" : "leave"));
  draft.label("in no backup").about(member.cluster, *owner_of(plan, claim));
  for (const velero::Schedule* schedule : schedules) draft.related(schedule->resource->place(), "does not take it");
  draft.help(
      fmt::format("add the namespace {} to a Schedule; what is left out on purpose is named in "
                  "`excludedNamespaces`, or labelled `velero.io/exclude-from-backup: \"true\"`",
                  claim.name_space));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const bool sees_all = !member.plan.install.servers.empty() && !may_hold_unseen_objects(model, member.cluster);
    if (!sees_all || has_unjudged_backup_tool(member)) continue;
    for (const velero::Claim& claim : member.plan.claims) {
      const bool is_candidate = owner_of(member.plan, claim) != nullptr && saved_by_others(member, claim) == Known::no;
      if (is_candidate && is_overlooked(member.plan, claim)) report_claim(member, claim, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_claim_in_no_schedule) = checked({
    .summary = "no Schedule takes a claim",
    .explanation = R"md(
## What it finds
A claim that every Schedule leaves out, by its namespace or by its labels, in a cluster whose Velero has at least one
Schedule. It is silent where a Schedule excludes the namespace by name, where the claim or its namespace has the label
`velero.io/exclude-from-backup`, about claims that VolSync, K8up, CloudNativePG or Longhorn's recurring jobs save or may
save, where the cluster has Kasten, Stash or policies of Kyverno that change objects, and where charts, templates or
Applications deploy more than is seen.

## Why it matters
Schedules that list namespaces forget the next one. The app is added, its namespace is not, and that its data is in no
backup shows when it is needed.

## How to fix it
Add the namespace to a Schedule, or let the Schedule take all namespaces and exclude some. Name what is left out on
purpose in `excludedNamespaces`, or label it.

## When to ignore it
When the data is worth nothing. The rule is off until it is asked for (`--select velero/claim-in-no-schedule`), since no
manifest tells what the data is worth.
)md",
    .severity = Severity::warning,
    .precision = Precision::medium,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_collector.go",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
