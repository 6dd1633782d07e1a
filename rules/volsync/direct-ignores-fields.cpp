#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

void report_field(const model::Cluster& cluster, const Replication& source, const yaml::Entry& field, Report& report) {
  Draft draft = report.at(field.key.span(),
                          fmt::format("{} sets {}, which has no effect: with copyMethod {} the mover reads the volume "
                                      "itself and no copy is made",
                                      source.title(), field.key.text(), source.copy_method_text.text()));
  draft.label("has no effect")
      .about(cluster, *source.resource, field.value)
      .related(source.copy_method_text.where(), "makes no copy");
  Result<yaml::Removal> removal = yaml::remove_entry(field.key, yaml::OnlyChild::remove_parent);
  if (!removal.ok()) {
    draft.help(fmt::format("remove {}", field.key.text()));
    return;
  }
  const Safety safety = removal->removes_comments ? Safety::unsafe : Safety::safe;
  draft.fix(fmt::format("remove {}", field.key.text()), safety, *source.resource, std::move(removal->edits));
}

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const Replication& source) {
    if (!copies_volume(source) || source.copy_method != volsync::CopyMethod::direct) return;
    for (const yaml::Entry& field : fields_of_copy_alone(source)) report_field(member.cluster, source, field, report);
  });
}

}  // namespace

VLINT_RULE(volsync_direct_ignores_fields) = checked({
    .summary = "a ReplicationSource with copyMethod Direct sets fields of the copy that it does not make",
    .explanation = R"md(
## What it finds
`capacity`, `storageClassName`, `accessModes` or `volumeSnapshotClassName` of a ReplicationSource whose `copyMethod`
is `Direct` (or `None`, its old name). With restic, `storageClassName` and `accessModes` are left alone where the
cache has none of its own, since the cache volume takes them over.

## Why it matters
These fields describe the copy of the volume. Without a copy nobody reads them, and whoever wrote a
VolumeSnapshotClass there believes that backups come from a snapshot, while they come from the live volume.

## How to fix it
Remove the fields, which `vlint --fix` does, or change `copyMethod` to `Snapshot` if a snapshot was meant.

## When to ignore it
When the method is switched by an overlay that vlint does not see.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go EnsurePVCFromSrc, "
               "internal/controller/mover/restic/mover.go ensureCache",
    .check = check,
});

}  // namespace vlint::rules
