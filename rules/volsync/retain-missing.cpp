#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"
#include "rules/common/runs.h"

namespace vlint::rules {
namespace {

yaml::NewValue policy_for(const volsync::Replication& source) {
  std::vector<yaml::NewEntry> keeps;
  if (runs_within(source.trigger, std::chrono::days(7)).value_or(0) > 7) {
    keeps.push_back({"hourly", yaml::NewValue::typed("24")});
  }
  keeps.push_back({"daily", yaml::NewValue::typed("7")});
  keeps.push_back({"weekly", yaml::NewValue::typed("4")});
  keeps.push_back({"monthly", yaml::NewValue::typed("6")});
  return yaml::NewValue::mapping(std::move(keeps));
}

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    if (!source.is(volsync::Mover::restic) || !source.retain.keeps_one()) return;
    const volsync::MoverUse& use = *source.mover();
    const yaml::Value field = source.retain.field;
    const bool is_unknown = field.is_set() && !field.is_mapping();
    if (is_unknown || !use.spec.is_mapping()) return;
    Draft draft =
        report.at(field ? field.span() : key_of(source, use).span(),
                  fmt::format("{} {}, so VolSync keeps the last snapshot alone: each backup deletes the one before",
                              source.title(), field ? "has an empty retain" : "has no retain"));
    draft.label(field ? "says nothing" : "no retain").about(member.cluster, *source.resource, field ? field : use.spec);
    if (field) {
      draft.help("say how much is to stay, as in `retain: {daily: 7, weekly: 4, monthly: 6}`");
    } else {
      draft.fix("keep daily, weekly and monthly snapshots", Safety::unsafe, *source.resource,
                yaml::add_entry(use.spec, "retain", policy_for(source)));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_retain_missing) = checked({
    .summary = "a ReplicationSource with restic has no retain, so only the last snapshot stays",
    .explanation = R"md(
## What it finds
A ReplicationSource with restic whose `retain` is absent or empty.

## Why it matters
VolSync runs `restic forget` after each backup, and without a policy it forgets everything but the last snapshot.
There is no history: what an application, a bad upgrade or an intruder destroys is destroyed in the backup with the
next run.

## How to fix it
Say how much is to stay:

```yaml
restic:
  retain:
    daily: 7
    weekly: 4
    monthly: 6
```

`vlint --fix --unsafe-fixes` adds this, with `hourly: 24` for schedules of more than one run a day.

## When to ignore it
When one copy is all that is wanted.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go generateForgetOptions",
    .check = check,
});

}  // namespace vlint::rules
