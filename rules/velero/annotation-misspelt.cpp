#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/hook_annotations.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;

// Everything that Velero reads from the annotations of pods when it backs up or restores.
std::vector<std::string> known_keys() {
  std::vector<std::string> keys(std::begin(kVolumeAnnotations), std::end(kVolumeAnnotations));
  const auto add = [&](std::string_view prefix, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) keys.push_back(fmt::format("{}{}", prefix, name));
  };
  for (const std::string_view prefix : kBackupHookPrefixes)
    add(prefix, {"command", "container", "on-error", "timeout"});
  add(kRestoreHookPrefixes[0], {"command", "container-image", "container-name", "timeout"});
  add(kRestoreHookPrefixes[1], {"command", "container", "exec-timeout", "on-error", "wait-for-ready", "wait-timeout"});
  return keys;
}

// The key that is meant; nothing for a key that is right, or of somebody else.
std::optional<std::string_view> meant_by(std::string_view written, const std::vector<std::string>& keys) {
  const std::size_t slash = written.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view domain = written.substr(0, slash);
  if (domain.find("velero") == std::string_view::npos || std::find(keys.begin(), keys.end(), written) != keys.end()) {
    return std::nullopt;
  }
  // The right name in another domain of Velero: velero.io/backup-volumes.
  constexpr std::string_view kDomain = "velero.io";
  for (const std::string_view key : kVolumeAnnotations) {
    const bool has_name = key.substr(key.find('/')) == written.substr(slash);
    if (has_name && domain.size() >= kDomain.size() && domain.substr(domain.size() - kDomain.size()) == kDomain)
      return key;
  }
  constexpr std::size_t kFarthest = 2;
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  return closest(written, views, kFarthest);
}

bool would_do(const ClusterModel& model, std::size_t i, std::string_view key, yaml::Value list) {
  if (is_hook_key(key)) return true;
  std::vector<std::string_view> names;
  for (const ListedName& listed : listed_names(list)) names.push_back(listed.text);
  return !list.is_templated() && model.plan.workloads[i].spec_is_known && is_sound_list(model.plan, i, key, names);
}

void check_workload(const ClusterModel& model, std::size_t i, const std::vector<std::string>& keys, Report& report) {
  const Workload& workload = model.plan.workloads[i];
  const kube::Resource& resource = *workload.resource;
  const yaml::Value annotations = workload.pod.metadata["annotations"];
  for (const yaml::Entry& entry : annotations.entries()) {
    const std::optional<std::string_view> meant = meant_by(entry.key.text(), keys);
    if (!meant) continue;
    Draft draft =
        report.at(entry.key.span(), fmt::format("{} of {} has no effect: Velero knows no such annotation, did "
                                                "you mean {}?",
                                                entry.key.text(), resource.title(), *meant));
    draft.label(fmt::format("should be {}", *meant)).about(model.cluster, resource, entry.value);
    if (annotations[*meant]) {
      draft.help(fmt::format("{} is there already, so take this one out", *meant));
    } else if (would_do(model, i, *meant, entry.value)) {
      draft.fix(fmt::format("write {}", *meant), Safety::safe, resource, yaml::rename_key(entry.key, *meant));
    } else {
      draft.help(fmt::format("write {}, and see that its value is right too", *meant));
    }
  }
}

void check(const Model& model, Report& report) {
  const std::vector<std::string> keys = known_keys();
  for (const ClusterModel& cluster : model.clusters) {
    for (std::size_t i = 0; i < cluster.plan.workloads.size(); ++i) check_workload(cluster, i, keys, report);
  }
}

}  // namespace

VLINT_RULE(velero_annotation_misspelt) = checked({
    .summary = "an annotation for Velero is misspelt",
    .explanation = R"md(
## What it finds
Annotations of pod templates whose domain has `velero` in it and that are within two letters of one that Velero reads, or
have the right name in another domain: `backup.velero.io/backup-volume-excludes`, `velero.io/backup-volumes`,
`pre.hooks.backup.velero.io/command`.

## Why it matters
Nobody checks the keys of annotations. Velero looks for its own, finds none, and does what it does by default: the volume
is copied though it should not be, or is not though it should, or the hook never runs.

## How to fix it
Write the key that the finding names. `vlint --fix` does it where the value is right as well: the names are volumes of the
pod, and a Schedule may read the list.

## When to ignore it
When another tool reads the annotation.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/apis/velero/v1/labels_annotations.go, internal/hook/item_hook_handler.go",
    .check = check,
});

}  // namespace vlint::rules
