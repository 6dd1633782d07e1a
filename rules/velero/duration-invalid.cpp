#include <fmt/format.h>

#include <optional>

#include "lint/base/text.h"
#include "lint/kube/go_duration.h"
#include "lint/kube/selector_value.h"
#include "rules/common/durations.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

using yaml::Value;

struct Field {
  std::string name;
  Value value;
};

std::vector<Field> durations_of(const velero::BackupSpec& spec) {
  std::vector<Field> fields{{"ttl", spec.ttl},
                            {"csiSnapshotTimeout", spec.csi_snapshot_timeout},
                            {"itemOperationTimeout", spec.item_operation_timeout}};
  for (const Value resource : spec.hooks["resources"].items()) {
    for (const std::string_view phase : {"pre", "post"}) {
      for (const Value hook : resource[phase].items()) {
        fields.push_back({fmt::format("the timeout of a {} hook", phase), hook["exec"]["timeout"]});
      }
    }
  }
  return fields;
}

std::string consequence(const velero::Schedule& schedule) {
  const std::string where =
      schedule.name_space.empty() ? "its namespace" : fmt::format("namespace {}", schedule.name_space);
  return fmt::format("Velero can't read the object, and with it stops working on all Schedules and Backups of {}",
                     where);
}

void check(const Model& model, Report& report) {
  // Also where it rests: the object is read all the same.
  for (const auto& [cluster, plan] : model.clusters) {
    for (const velero::Schedule& schedule : plan.schedules) {
      for (const Field& field : durations_of(schedule.backup)) {
        const bool is_text = field.value.is_scalar() && field.value.as_string() && kube::has_known_text(field.value);
        if (!is_text || kube::parse_go_duration(field.value.text()).ok()) continue;
        Draft draft = report.at(field.value.span(),
                                fmt::format("{} in {} is {}, which is no duration: {}", field.name, title_of(schedule),
                                            quoted(field.value.text()), consequence(schedule)));
        draft.label("no duration").about(cluster, *schedule.resource, field.value);
        if (const std::optional<MeantDuration> meant = meant_duration(field.value.text())) {
          draft.fix(fmt::format("write {}", meant->text), meant->is_certain ? Safety::safe : Safety::unsafe,
                    *schedule.resource, yaml::set_scalar(field.value, meant->text, yaml::WriteAs::string));
        } else {
          draft.help("write a number and a unit, as in 720h, 90m or 1h30m: there are h, m, s and ms");
        }
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_duration_invalid) = checked({
    .summary = "a duration that Velero can't read stops all Schedules and Backups of its namespace",
    .explanation = R"md(
## What it finds
A `ttl`, `csiSnapshotTimeout`, `itemOperationTimeout` or timeout of a hook that is no duration of Go: `30d`, `1w`,
`"30 days"`, `"30"`. The units are `h`, `m`, `s`, `ms`, `us` and `ns`; there are no days and no weeks.

## Why it matters
To the API server the field is a text, so it takes the object. Velero can't decode it, and since it lists all objects of
a kind at once, it then sees none of them: one bad Schedule stops every Schedule of the namespace, without a failed
backup that anybody could notice.

## How to fix it
Write hours: 30 days are `720h`. `vlint --fix` turns days and weeks into hours (`30d`, `1w`); words such as `30 days` it
leaves to `--unsafe-fixes`.

## When to ignore it
Never, unless something that vlint does not know replaces the value before it reaches the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/apis/velero/v1/backup_types.go (metav1.Duration); velero issue 6552",
    .check = check,
});

}  // namespace vlint::rules
