#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/go_duration.h"
#include "lint/yaml/edit.h"
#include "rules/common/hook_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;

void check_hook(const ClusterModel& model, const Workload& workload, const AnnotatedHook& hook, Report& report) {
  const yaml::Value value = hook.timeout.value;
  if (!value.is_scalar() || value.is_templated() || value.text().empty()) return;
  const std::string_view text = value.text();
  if (kube::parse_go_duration(text).ok()) return;
  const kube::Resource& resource = *workload.resource;
  Draft draft = report_hook_value(model, workload, hook, "timeout", value,
                                  "is no duration, so Velero ignores it and the hook is cut off after the default of "
                                  "30 seconds",
                                  "no duration", report);
  const bool lacks_unit = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (lacks_unit) {
    draft.fix(fmt::format("write {}s", text), Safety::safe, resource,
              yaml::set_scalar(value, fmt::format("{}s", text), yaml::WriteAs::string));
    return;
  }
  draft.help("write numbers with the units h, m and s, without blanks: 30s, 5m, 1h30m");
}

void check(const Model& model, Report& report) {
  for_each_backup_hook(model, [&](const ClusterModel& cluster, const Workload& workload, const AnnotatedHook& hook) {
    check_hook(cluster, workload, hook, report);
  });
}

}  // namespace

VLINT_RULE(velero_hook_timeout_invalid) = checked({
    .summary = "the timeout of a backup hook is no duration",
    .explanation = R"md(
## What it finds
The annotation `pre.hook.backup.velero.io/timeout` or `post.hook.backup.velero.io/timeout` with a text that Go can't read
as a duration: a number without a unit, `5min`, `2 m`, `1d`.

## Why it matters
Velero logs a warning and takes its default of 30 seconds. A dump that needs longer is cut off: the hook fails, and what
is backed up is half of a file.

## How to fix it
Write numbers with the units `h`, `m` and `s`: `90s`, `10m`, `1h30m`. `vlint --fix` adds `s` to a bare number.

## When to ignore it
Never.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/hook/item_hook_handler.go (getPodExecHookFromAnnotations)",
    .check = check,
});

}  // namespace vlint::rules
