#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/hook_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// What the command holds until something releases it; empty for a command that holds nothing, or releases it itself.
std::string_view held_by(std::string_view command) {
  const std::string text = to_lower_ascii(command);
  if (has(text, "unfreeze") || has(text, "unlock")) return {};
  const bool freezes = has(text, "fsfreeze") && (has(text, "--freeze") || has(text, "\"-f\"") || has(text, " -f "));
  if (freezes && !has(text, "\"-u\"") && !has(text, " -u ")) return "the file system frozen";
  if (has(text, "xfs_freeze") && (has(text, "\"-f\"") || has(text, " -f ")) && !has(text, " -u ")) {
    return "the file system frozen";
  }
  if (has(text, "fsynclock")) return "the database locked";
  return {};
}

// A hook of a Schedule may release it.
bool has_post_hooks(const velero::Plan& plan) {
  return std::any_of(plan.schedules.begin(), plan.schedules.end(), [](const velero::Schedule& schedule) {
    const std::vector<yaml::Value> resources = schedule.backup.hooks["resources"].items();
    return std::any_of(resources.begin(), resources.end(), [](yaml::Value item) { return item["post"].size() > 0; });
  });
}

void check(const Model& model, Report& report) {
  for_each_backup_hook(model, [&](const ClusterModel& cluster, const Workload& workload, const AnnotatedHook& hook) {
    const yaml::Value command = hook.command.value;
    if (hook.is_post() || !command.is_scalar() || command.is_templated()) return;
    const std::string_view held = held_by(command.text());
    const bool is_released =
        backup_hooks_of(workload.pod.metadata["annotations"]).back().is_post() || has_post_hooks(cluster.plan);
    if (held.empty() || is_released) return;
    const kube::Resource& resource = *workload.resource;
    report
        .at(hook.command.key.span(),
            fmt::format("the hook before each backup of {} leaves {}, and no hook after the backup releases it, so the "
                        "application hangs from the first backup on",
                        resource.title(), held))
        .label("freezes, and nothing thaws")
        .about(cluster.cluster, resource, command)
        .help(fmt::format("add {}command with the command that releases it", kBackupHookPrefixes[1]));
  });
}

}  // namespace

VLINT_RULE(velero_hook_freeze_without_post) = checked({
    .summary = "a backup hook freezes something, and no hook releases it",
    .explanation = R"md(
## What it finds
A command before the backup, in the annotations of a pod, that freezes a file system (`fsfreeze --freeze`, `xfs_freeze
-f`) or locks MongoDB (`fsyncLock`), without an annotation for a command after the backup and without a Schedule that has
hooks after the backup.

## Why it matters
A frozen file system stays so until it is released. The application hangs with its first write after the first backup,
and since a hung process can't be killed, neither can the pod.

## How to fix it
Write the other half, and let a failed freeze stop the pod's backup:

```yaml
pre.hook.backup.velero.io/command: '["/sbin/fsfreeze", "--freeze", "/data"]'
pre.hook.backup.velero.io/on-error: Fail
post.hook.backup.velero.io/command: '["/sbin/fsfreeze", "--unfreeze", "/data"]'
```

## When to ignore it
When something else releases it: a timer in the container, a script of the same hook that vlint does not see.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero internal/hook/item_hook_handler.go (HandleHooks)",
    .check = check,
});

}  // namespace vlint::rules
