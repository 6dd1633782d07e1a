#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/restore_helper_config.h"

namespace vlint::rules {
namespace {

// Found by both labels in a namespace that is written.
bool is_found(const kube::Resource& config) {
  const yaml::Value labels = config.metadata["labels"];
  return labels[kPluginConfigLabel] && labels[kPodVolumeRestoreLabel].text() == kRestoreItemAction &&
         !config.name_space.empty() && !config.metadata["namespace"].is_templated() &&
         !config.metadata["name"].is_templated();
}

void check(const Model& model, Report& report) {
  const ClusterModel* cluster = nullptr;
  const kube::Resource* first = nullptr;
  for_each_restore_helper_config(model, [&](const ClusterModel& member, const kube::Resource& config) {
    const std::optional<std::string>& name_space = member.plan.install.name_space;
    if (!is_found(config) || (name_space && config.name_space != *name_space)) return;
    if (cluster != &member || first->name_space != config.name_space) {
      cluster = &member;
      first = &config;
      return;
    }
    if (first->name == config.name) return;  // the same object, written twice
    report
        .at(config.place(),
            fmt::format("{} and {} are both labelled as the settings of the restore helper: Velero refuses "
                        "to choose, and restores of copied volumes fail",
                        first->title(), config.title()))
        .label("the second one")
        .about(member.cluster, config)
        .related(first->place(), "the first one")
        .help("keep one of them");
  });
}

}  // namespace

VLINT_RULE(velero_restore_helper_config_twice) = checked({
    .summary = "two ConfigMaps are labelled as the settings of Velero's restore helper",
    .explanation = R"md(
## What it finds
Two ConfigMaps of different names in Velero's namespace with the labels `velero.io/plugin-config` and
`velero.io/pod-volume-restore: RestoreItemAction`.

## Why it matters
Velero looks for its settings by the labels and takes exactly one ConfigMap. With two it stops with "found more than one
ConfigMap matching label selector", for each pod whose volumes are to be restored. Backups go on as if nothing were
wrong; it shows in the restore.

## How to fix it
Keep one. It is often one of the Helm chart's `configMaps` and one written by hand.

## When to ignore it
Never: no restore of copied volumes works.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/plugin/framework/common/plugin_config.go GetPluginConfig",
    .check = check,
});

}  // namespace vlint::rules
