#include <fmt/format.h>

#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/claim_description.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    if (!copies_volume(source) || source.copy_method != volsync::CopyMethod::none_given) return;
    const volsync::MoverUse& use = *source.mover();
    Draft draft = report.at(
        key_of(source, use).span(),
        fmt::format(
            "{} has no copyMethod, and VolSync has no default for it: it reports \"unsupported copyMethod\" and "
            "never makes a backup",
            source.title()));
    draft.label("no copyMethod").about(member.cluster, *source.resource, use.spec);
    const std::optional<std::string_view> method = copy_method_for(model, member, source);
    if (!method || !use.spec.is_mapping()) {
      draft.help("add `copyMethod: Snapshot` where the volume's CSI driver has a VolumeSnapshotClass, else `Direct`");
      return;
    }
    const yaml::Value field = source.copy_method_text.field;
    draft.fix(fmt::format("{} copyMethod: {}", field ? "write" : "add", *method), Safety::unsafe, *source.resource,
              *method == "Direct" ? read_directly(source)
              : field             ? yaml::set_scalar(field, *method)
                                  : yaml::add_entry(use.spec, "copyMethod", yaml::NewValue::string(*method)));
  });
}

}  // namespace

VLINT_RULE(volsync_copy_method_missing) = checked({
    .summary = "a ReplicationSource has no copyMethod, and there is no default",
    .explanation = R"md(
## What it finds
A ReplicationSource with restic, rclone, rsync or rsyncTLS and without `copyMethod`.

## Why it matters
The field is optional to the API server and mandatory to the controller. It says "unsupported copyMethod" at each try,
and never makes a backup.

## How to fix it
`Snapshot` gives a consistent copy and needs a CSI driver with a VolumeSnapshotClass. `Clone` needs a driver that
clones. `Direct` reads the live volume and works everywhere. Where the manifests tell the claim's driver, `vlint --fix
--unsafe-fixes` writes `Snapshot` if a VolumeSnapshotClass serves it, and `Direct` if none does.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go EnsurePVCFromSrc",
    .check = check,
});

}  // namespace vlint::rules
