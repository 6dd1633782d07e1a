#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/volume_policy.h"
#include "lint/yaml/edit.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

using yaml::Value;

using Names = std::vector<std::string_view>;

// One fault that has one right spelling: the part of the text and what belongs there.
struct Repair {
  Span inner;
  std::string text;
  std::string title;
  Span fault;  // where Velero's reader sees it, with the quotes
};

class Repairs {
 public:
  explicit Repairs(const velero::EmbeddedYaml& text) {
    const Value root = text.root();
    check_keys(root, {"version", "volumePolicies", "includeExcludePolicy"});
    for (const Value policy : policies_of(text)) check_policy(policy);
  }

  // The repair of what stands at a place of the embedded text.
  const Repair* find(const velero::EmbeddedYaml& text, Span where) const {
    const auto at = std::find_if(repairs_.begin(), repairs_.end(),
                                 [&](const Repair& repair) { return text.outer(repair.fault) == where; });
    return at == repairs_.end() ? nullptr : &*at;
  }

 private:
  void check_policy(Value policy) {
    check_keys(policy, {"conditions", "action"});
    const Value conditions = policy["conditions"];
    check_keys(conditions, {"capacity", "storageClass", "nfs", "csi", "volumeTypes", "pvcLabels", "pvcPhase"});
    check_keys(conditions["nfs"], {"server", "path"});
    check_keys(conditions["csi"], {"driver", "volumeAttributes"});
    for (const std::string_view list : {"storageClass", "volumeTypes", "pvcPhase"}) check_list(conditions[list], list);
    check_keys(policy["action"], {"type", "parameters"});
    const Value type = policy["action"]["type"];
    if (const auto action = same_but_spelling(type.text(), {"skip", "fs-backup", "snapshot", "custom"})) {
      add(type, std::string(*action));
    }
  }

  void check_keys(Value mapping, const Names& names) {
    for (const yaml::Entry& entry : mapping.entries()) {
      const auto name = same_but_spelling(entry.key.text(), names);
      const bool is_known = std::find(names.begin(), names.end(), entry.key.text()) != names.end();
      if (name && !is_known && !mapping[*name]) add(entry.key, std::string(*name));
    }
  }

  // "storageClass: gp3" for "storageClass: [gp3]".
  void check_list(Value value, std::string_view name) {
    const std::string_view text = value.text();
    const bool is_plain = !text.empty() && text.find_first_of(",[]{}#:\"'\n ") == std::string_view::npos;
    if (!value.is_set() || !value.is_scalar() || !is_plain || value.is_alias()) return;
    repairs_.push_back({value.span(), fmt::format("[{}]", text), fmt::format("make {} a list", name), value.span()});
  }

  void add(Value at, std::string text) {
    std::string title = fmt::format("write {}", text);
    repairs_.push_back({place_inside_quotes(at), std::move(text), std::move(title), at.span()});
  }

  std::vector<Repair> repairs_;
};

void check_map(const ClusterModel& member, const PolicyMap& map, Report& report) {
  if (!map.text) return;
  // What only an older Velero refuses is another fault.
  const velero::VolumePolicies policies = velero::read_volume_policies(map.text, velero::kNewestVersion);
  if (policies.faults.empty()) return;
  const velero::EmbeddedYaml text(map.text);
  const Repairs repairs(text);
  for (const velero::Evidence& fault : policies.faults) {
    Draft draft =
        report.at(map.at(fault.where), fmt::format("the volume policies in {} are invalid, so {}: {}",
                                                   map.config_map->title(), map.fails_validation(), fault.message));
    draft.label("Velero refuses this").about(member.cluster, *map.config_map, map.text);
    for (const velero::Schedule* schedule : map.schedules) {
      draft.related(schedule->backup.resource_policy["name"].span(), "used here");
    }
    if (const Repair* repair = repairs.find(text, fault.where)) {
      draft.fix(repair->title, Safety::safe, *map.config_map, rewrite_embedded(map.text, repair->inner, repair->text));
    } else if (fault.message.substr(0, 12) == "the capacity") {
      draft.help("write \"10Gi,100Gi\" for a range, \"10Gi,\" for 10Gi and more, \",10Gi\" for 10Gi and less");
    }
  }
}

void check(const Model& model, Report& report) {
  for_each_policy_map(model, [&](const ClusterModel& member, const PolicyMap& map) { check_map(member, map, report); });
}

}  // namespace

VLINT_RULE(velero_policy_invalid) = checked({
    .summary = "a Schedule's volume policies are text that Velero refuses",
    .explanation = R"md(
## What it finds
Text in a ConfigMap of volume policies that Velero doesn't take: broken YAML (often a tab), a key it does not know (keys
are read with their case), a `version` other than `v1`, a `capacity` without its one comma or with its ends the wrong way
round, a `storageClass`, `volumeTypes` or `pvcPhase` that is no list, `pvcLabels` that are no mapping,
`csi.volumeAttributes` without a driver, and an action other than `skip`, `fs-backup`, `snapshot` and `custom`.

## Why it matters
The text is read strictly when a backup starts, and one fault refuses all of it: each backup of every Schedule that uses
the ConfigMap ends in FailedValidation and nothing is backed up. `kubectl apply` does not notice, since to the API
server the policies are only a string.

## How to fix it
`vlint --fix` corrects the case of keys and actions and makes a single name a list. A capacity is written
`"10Gi,100Gi"`, `"10Gi,"` for "from 10Gi" and `",10Gi"` for "up to 10Gi".

## When to ignore it
When the text is replaced before it reaches the cluster by something that vlint does not know.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/resourcepolicies/resource_policies.go unmarshalResourcePolicies, "
               "volume_resources_validator.go",
    .check = check,
});

}  // namespace vlint::rules
