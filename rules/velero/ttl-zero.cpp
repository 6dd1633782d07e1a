#include <fmt/format.h>

#include "lint/kube/selector_value.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    const yaml::Value ttl = schedule.backup.ttl;
    if (!ttl.is_set() || !kube::has_known_text(ttl) || !ttl.as_string()) return;
    const Result<kube::GoDuration> length = kube::parse_go_duration(ttl.text());
    if (!length.ok() || length->nanoseconds != 0) return;
    const velero::TextFlag& flag = member.plan.install.flags.default_backup_ttl;
    report
        .at(ttl.span(),
            fmt::format("{} has ttl: {}, which Velero takes for no ttl, so its backups are kept for {}",
                        title_of(schedule), ttl.text(),
                        flag.value ? *flag.value : "the server's default, 720h unless a flag says otherwise"))
        .label("counts as not set")
        .about(member.cluster, *schedule.resource, ttl)
        .related(flag.where, "the server's default")
        .help("a backup always expires: to keep it for long write a long ttl, such as 87600h for ten years");
  });
}

}  // namespace

VLINT_RULE(velero_ttl_zero) = checked({
    .summary = "a backup has a ttl of zero, which counts as none",
    .explanation = R"md(
## What it finds
A `ttl` of zero, such as `0s`.

## Why it matters
It reads as "never expires" or as "deleted at once", and is neither: Velero takes zero for a field that is not set and
gives the backup the server's default, which is 720h. What was to be kept for ever is deleted after thirty days.

## How to fix it
Write how long backups are to be kept. Velero has no word for ever: `87600h` are ten years.

## When to ignore it
When the server's default is what is wanted; then leave the field out.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/controller/backup_controller.go prepareBackupRequest",
    .check = check,
});

}  // namespace vlint::rules
