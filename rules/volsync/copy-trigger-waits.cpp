#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kUse = "volsync.backube/use-copy-trigger";
constexpr std::string_view kTrigger = "volsync.backube/copy-trigger";

bool speaks_of_trigger(yaml::Value value) {
  if (value.is_scalar()) return value.text().find("copy-trigger") != std::string_view::npos;
  const std::vector<yaml::Value> items = value.items();
  const std::vector<yaml::Entry> entries = value.entries();
  return std::any_of(items.begin(), items.end(), speaks_of_trigger) ||
         std::any_of(entries.begin(), entries.end(), [](const yaml::Entry& one) {
           return one.key.text().find("copy-trigger") != std::string_view::npos || speaks_of_trigger(one.value);
         });
}

// A CronJob, a hook, a script or a policy that sets the annotation.
bool has_automation(const model::Cluster& cluster) {
  const std::vector<kube::Resource>& resources = cluster.resources();
  return std::any_of(resources.begin(), resources.end(), [](const kube::Resource& one) {
    return !one.is("", "PersistentVolumeClaim") && !one.is("apps", "StatefulSet") && speaks_of_trigger(one.root);
  });
}

void check(const Model& model, Report& report) {
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const volsync::CopyMethod method = one.source.copy_method;
    if (method != volsync::CopyMethod::snapshot && method != volsync::CopyMethod::clone) return;
    const yaml::Entry use = one.facts.annotations.find(kUse);
    const kube::Resource* owner = owner_of(one.member.plan, one.claim);
    const model::Cluster& cluster = one.member.cluster;
    if (!use || owner == nullptr || may_hold_more(model, one.member) || has_automation(cluster)) return;
    const yaml::Entry trigger = one.facts.annotations.find(kTrigger);
    Draft draft = report.at(
        use.key.span(),
        fmt::format("{} has the annotation {}, and nothing in the repository ever changes {}: {} waits for it {}",
                    title_of(one.claim), kUse, kTrigger, one.source.title(),
                    trigger ? "after its first backup and makes no other" : "and makes no backup"));
    draft.label("waits for a trigger")
        .about(cluster, *owner, use.value)
        .related(one.source.claim.where(), "copies the claim");
    if (trigger) draft.related(trigger.value.span(), "a constant is one copy");
    Result<yaml::Removal> removal = yaml::remove_entry(use.key, yaml::OnlyChild::remove_parent);
    if (one.claim.resource == nullptr || !removal.ok()) {
      draft.help(fmt::format("remove the annotation, or let a job set `{}` to a new value for each backup", kTrigger));
    } else {
      draft.fix("remove the annotation", Safety::unsafe, *owner, std::move(removal->edits));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_copy_trigger_waits) = checked({
    .summary = "a claim makes VolSync wait for a trigger that nothing sets",
    .explanation = R"md(
## What it finds
A claim that a ReplicationSource copies by snapshot or clone and that has the annotation
`volsync.backube/use-copy-trigger`, in a repository in which no job, script or policy speaks of `copy-trigger`. It is
silent where charts, templates or Applications deploy more than is seen.

## Why it matters
With that annotation, whatever its value, VolSync makes each copy only after `volsync.backube/copy-trigger` of the
claim got a new value. Without somebody who sets it the source waits, with a warning after ten minutes, and makes no
backup.

## How to fix it
Remove the annotation, which `vlint --fix --unsafe-fixes` does, or add the job that flushes the application and sets
the trigger.

## When to ignore it
When something outside of the repository sets the trigger.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/utils/copy_trigger_annotations.go, docs/usage/pvccopytriggers.rst",
    .check = check,
});

}  // namespace vlint::rules
