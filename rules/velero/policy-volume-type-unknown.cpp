#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kClaimNames[] = {"pvc", "persistentvolumeclaim", "persistentvolumeclaims", "pv",
                                            "persistentvolume"};

bool is_claim(std::string_view type) {
  return std::find(std::begin(kClaimNames), std::end(kClaimNames), to_lower_ascii(type)) != std::end(kClaimNames);
}

void check_type(const ClusterModel& member, const PolicyMap& map, const velero::EmbeddedYaml& text, yaml::Value type,
                Report& report) {
  const std::vector<std::string_view> names = volume_type_names();
  if (!type.is_scalar() || std::find(names.begin(), names.end(), type.text()) != names.end()) return;
  Draft draft = report.at(map.at(text.outer(type)),
                          fmt::format("a volume policy in {} asks for the volume type {}, which no volume has: this "
                                      "entry never matches",
                                      map.config_map->title(), quoted(type.text())));
  draft.about(member.cluster, *map.config_map, map.text);
  if (const auto name = same_but_spelling(type.text(), names)) {
    draft.label(fmt::format("the type is called {}", *name));
    draft.fix(fmt::format("write {}", *name), Safety::safe, *map.config_map,
              rewrite_embedded(map.text, place_inside_quotes(type), *name));
    return;
  }
  draft.label("no volume type");
  draft.help(is_claim(type.text())
                 ? "a claim has the type of its PersistentVolume, such as `csi` or `nfs`; claims are told apart by "
                   "`storageClass` or `pvcLabels`"
                 : "write the name of the volume's source as in a manifest: csi, nfs, emptyDir, hostPath, local");
}

void check(const Model& model, Report& report) {
  for_each_policy_map(model, [&](const ClusterModel& member, const PolicyMap& map) {
    if (!map.text) return;
    const velero::EmbeddedYaml text(map.text);
    for (const yaml::Value policy : policies_of(text)) {
      for (const yaml::Value type : policy["conditions"]["volumeTypes"].items()) {
        check_type(member, map, text, type, report);
      }
    }
  });
}

}  // namespace

VLINT_RULE(velero_policy_volume_type_unknown) = checked({
    .summary = "a volume policy asks for a volume type that no volume has",
    .explanation = R"md(
## What it finds
An entry of `volumeTypes` that is not the name of a volume's source: `emptydir` for `emptyDir`, `PVC`, a driver's name.
The names are compared with their case; `storageOS` is the only one that differs from the field in a manifest.

## Why it matters
Velero does not check the names. The entry matches nothing, without a word in the log, and the volumes go the way they
would go without the policy: what was to be skipped is copied, and what was to be copied may not be.

## How to fix it
Write the name of the source as it stands in a pod or a PersistentVolume. `vlint --fix` corrects the case. A claim has no
type of its own: it has that of its PersistentVolume.

## When to ignore it
Never: no version of Velero gives a volume such a type.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/resourcepolicies/volume_types_conditions.go",
    .check = check,
});

}  // namespace vlint::rules
