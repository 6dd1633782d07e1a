#include <fmt/format.h>

#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const yaml::Value one = schedule.backup.label_selector;
    const yaml::Value several = schedule.backup.or_label_selectors;
    if (!one.is_mapping() || !several.is_sequence()) return;
    report
        .at(several.span(), fmt::format("{} has labelSelector and orLabelSelectors, of which Velero takes only one, so "
                                        "{}",
                                        title_of(schedule), fails_validation(schedule)))
        .label("the second selector")
        .about(cluster.cluster, *schedule.resource, several)
        .related(one.span(), "the first one")
        .help(several.size() == 0 ? "remove orLabelSelectors"
                                  : "add the labels of labelSelector to each item of orLabelSelectors if both must "
                                    "hold, or as an item of its own if one is enough; then remove labelSelector");
  });
}

}  // namespace

VLINT_RULE(velero_selectors_both) = checked({
    .summary = "a backup has labelSelector and orLabelSelectors, so Velero refuses it",
    .explanation = R"md(
## What it finds
A backup with `labelSelector` and `orLabelSelectors`, also where one of them is empty.

## Why it matters
Velero takes one or the other. A backup with both ends in FailedValidation before anything is saved.

## How to fix it
Fold them into `orLabelSelectors`: an object is taken when one item matches it. Where both had to hold, write the labels
of `labelSelector` into each item.

## When to ignore it
Never: no version of Velero takes both. A Schedule that is paused is not looked at.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go prepareBackupRequest",
    .check = check,
});

}  // namespace vlint::rules
