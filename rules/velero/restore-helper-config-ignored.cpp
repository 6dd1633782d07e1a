#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/restore_helper_config.h"

namespace vlint::rules {
namespace {

void check_labels(const ClusterModel& member, const kube::Resource& config, Report& report) {
  const yaml::Value labels = config.metadata["labels"];
  const yaml::Entry old = labels.find(kResticLabel);
  const yaml::Value kind = labels[kPodVolumeRestoreLabel];
  const velero::Install& install = member.plan.install;
  const bool has_both = labels[kPluginConfigLabel] && kind;
  if (!kind && old && install.is_at_least(1, 10)) {
    report
        .at(old.key.span(),
            fmt::format("{} is labelled for the restore helper of restic, which Velero no longer has: what "
                        "it says of restores is ignored",
                        config.title()))
        .label("up to Velero 1.9")
        .about(member.cluster, config, labels)
        .fix(fmt::format("write {}", kPodVolumeRestoreLabel), Safety::safe, config,
             yaml::rename_key(old.key, kPodVolumeRestoreLabel));
  } else if (kind && !labels[kPluginConfigLabel]) {
    report
        .at(kind.span(),
            fmt::format("{} lacks the label {}, by which Velero finds it: what it says of restores is ignored",
                        config.title(), kPluginConfigLabel))
        .label("only one of two labels")
        .about(member.cluster, config, labels)
        .fix(fmt::format("add {}", kPluginConfigLabel), Safety::safe, config,
             yaml::add_entry(labels, kPluginConfigLabel, yaml::NewValue::string("")));
  } else if (has_both && kind.text() != kRestoreItemAction && kube::has_known_text(kind)) {
    Draft draft = report.at(
        kind.span(), fmt::format("{} has the label {} with the value {} instead of {}: what it says of "
                                 "restores is ignored",
                                 config.title(), kPodVolumeRestoreLabel, quoted(kind.text()), kRestoreItemAction));
    draft.label(fmt::format("must be {}", kRestoreItemAction)).about(member.cluster, config, labels);
    draft.fix(fmt::format("write {}", kRestoreItemAction), Safety::safe, config,
              yaml::set_scalar(kind, kRestoreItemAction));
  }
}

void check_namespace(const ClusterModel& member, const kube::Resource& config, Report& report) {
  const velero::Install& install = member.plan.install;
  const yaml::Value name_space = config.metadata["namespace"];
  if (!install.name_space || !name_space.is_set() || name_space.is_templated()) return;
  if (config.name_space == *install.name_space) return;
  report
      .at(name_space.span(), fmt::format("{} is not in Velero's namespace {}: what it says of restores is ignored",
                                         config.title(), *install.name_space))
      .label("Velero looks only in its own namespace")
      .about(member.cluster, config, name_space)
      .related(install.name_space_where, "Velero's namespace")
      .help(fmt::format("move it to {}", *install.name_space));
}

void check_keys(const ClusterModel& member, const kube::Resource& config, Report& report) {
  for (const yaml::Entry& entry : config["data"].entries()) {
    const std::string_view key = entry.key.text();
    if (std::find(std::begin(kRestoreHelperKeys), std::end(kRestoreHelperKeys), key) != std::end(kRestoreHelperKeys)) {
      continue;
    }
    if (entry.key.is_templated()) continue;
    constexpr std::size_t kFarthest = 3;
    const auto near = closest(key, kRestoreHelperKeys, kFarthest);
    report
        .at(entry.key.span(),
            fmt::format("{} sets {}, which Velero does not read: it is ignored", config.title(), quoted(key)))
        .label(near ? fmt::format("did you mean {}?", *near) : "no such setting")
        .about(member.cluster, config, entry.value)
        .help(fmt::format("Velero reads: {}", join(kRestoreHelperKeys, ", ")));
  }
}

void check_image(const ClusterModel& member, const kube::Resource& config, Report& report) {
  const yaml::Value image = config["data"]["image"];
  if (!image.is_set() || !kube::has_known_text(image) || image.text().find('/') != std::string_view::npos) return;
  report
      .at(image.span(),
          fmt::format("{} gives the restore helper an image without a slash: it is ignored, and the default "
                      "image is used",
                      config.title()))
      .label("not a full image name")
      .about(member.cluster, config, image)
      .help("write registry, repository and tag: registry.example.org/velero/velero:v1.18.1");
}

void check(const Model& model, Report& report) {
  for_each_restore_helper_config(model, [&](const ClusterModel& member, const kube::Resource& config) {
    check_labels(member, config, report);
    check_namespace(member, config, report);
    check_keys(member, config, report);
    check_image(member, config, report);
  });
}

}  // namespace

VLINT_RULE(velero_restore_helper_config_ignored) = checked({
    .summary = "Velero ignores a ConfigMap for its restore helper, or a part of it",
    .explanation = R"md(
## What it finds
A ConfigMap with the settings of the init container that restores volumes (`fs-restore-action-config`), which Velero does
not find or not read: one of its two labels is missing or wrong, it is in another namespace, it has a key that Velero does
not know, or an image without a slash.

## Why it matters
Velero says nothing, and restores with its defaults. What the ConfigMap is there for shows only then, when it matters
most: the image of a private registry that can't be pulled, or limits and a securityContext without which the cluster
refuses the pod.

## How to fix it
Both labels, in Velero's namespace; the name does not matter:

```yaml
metadata:
  namespace: velero
  labels:
    velero.io/plugin-config: ""
    velero.io/pod-volume-restore: RestoreItemAction
```

`vlint --fix` writes the labels. The keys are image, cpuRequest, memRequest, cpuLimit, memLimit, secCtx, secCtxRunAsUser,
secCtxRunAsGroup, secCtxAllowPrivilegeEscalation and command.

## When to ignore it
Never: it has no effect.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/plugin/framework/common/plugin_config.go, pkg/restore/actions/pod_volume_restore_action.go",
    .check = check,
});

}  // namespace vlint::rules
