#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/hook_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;

void check_hook(const ClusterModel& model, const Workload& workload, const AnnotatedHook& hook, Report& report) {
  const yaml::Value value = hook.on_error.value;
  if (!value.is_scalar() || value.is_templated()) return;
  const std::string_view text = value.text();
  if (text.empty() || text == "Fail" || text == "Continue") return;
  const std::string lower = to_lower_ascii(trim(text));
  const std::string_view meant = lower == "fail" ? "Fail" : lower == "continue" ? "Continue" : "";
  const kube::Resource& resource = *workload.resource;
  Draft draft = report_hook_value(model, workload, hook, "on-error", value,
                                  "is neither Fail nor Continue, so Velero ignores it and backs the pod up though its "
                                  "hook failed",
                                  "neither Fail nor Continue", report);
  if (meant.empty()) {
    draft.help("write Fail to leave the pod out of the backup when the hook fails, or Continue");
    return;
  }
  draft.fix(fmt::format("write {}", meant), Safety::safe, resource,
            yaml::set_scalar(value, meant, yaml::WriteAs::string));
}

void check(const Model& model, Report& report) {
  for_each_backup_hook(model, [&](const ClusterModel& cluster, const Workload& workload, const AnnotatedHook& hook) {
    check_hook(cluster, workload, hook, report);
  });
}

}  // namespace

VLINT_RULE(velero_hook_on_error_value) = checked({
    .summary = "on-error of a backup hook is neither Fail nor Continue",
    .explanation = R"md(
## What it finds
The annotation `pre.hook.backup.velero.io/on-error` or `post.hook.backup.velero.io/on-error` with a value that is not
exactly `Fail` or `Continue`: `fail`, `FAIL`, `Ignore`.

## Why it matters
Velero compares the text as it is and ignores any other without a word. Then a failed hook is logged and the pod is
backed up all the same: with a database that was not quiesced, or with last night's dump.

## How to fix it
Write `Fail` or `Continue`. `vlint --fix` corrects the case.

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
