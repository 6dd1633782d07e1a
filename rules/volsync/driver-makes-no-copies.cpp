#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::CopyMethod;

// "the provisioner rancher.io/local-path takes no snapshots"; empty where it may.
std::string reason_of(const SourceOfClaim& one) {
  const bool is_snapshot = one.source.copy_method == CopyMethod::snapshot;
  const std::string_view what = is_snapshot ? "takes no snapshots" : "makes no clones";
  const bool knows_driver = one.facts.provisioner && !one.facts.provisioner_is_assumed;
  const bool is_known_for_it = knows_driver && (is_snapshot ? takes_no_snapshots(*one.facts.provisioner)
                                                            : is_no_csi_driver(*one.facts.provisioner));
  if (is_known_for_it) return fmt::format("the driver {} of its volume {}", *one.facts.provisioner, what);
  if (one.facts.attributes.is_csi != Known::no) return {};
  return fmt::format("its volume is no CSI volume, and only those have {}", is_snapshot ? "snapshots" : "clones");
}

void check(const Model& model, Report& report) {
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const volsync::Replication& source = one.source;
    if (source.copy_method != CopyMethod::snapshot && source.copy_method != CopyMethod::clone) return;
    const std::string reason = reason_of(one);
    if (reason.empty()) return;
    Draft draft = report.at(
        source.copy_method_text.where(),
        fmt::format("{} wants a {} of {}, but {}: the copy stays Pending and no backup is made", source.title(),
                    source.copy_method == CopyMethod::snapshot ? "snapshot" : "clone", title_of(one.claim), reason));
    draft.label("not possible for this volume")
        .about(one.member.cluster, *source.resource, source.copy_method_text.field)
        .related(one.facts.class_where, "the class of its claim");
    if (may_be_read_directly(one.member.plan, one.claim)) {
      draft.fix("write copyMethod: Direct", Safety::unsafe, *source.resource, read_directly(source));
    } else {
      draft.help(
          "back up a dump that the application writes to another volume, or move the claim to a driver that has "
          "snapshots");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_driver_makes_no_copies) = checked({
    .summary = "copyMethod Snapshot or Clone on a volume whose driver can't do it",
    .explanation = R"md(
## What it finds
A ReplicationSource with `copyMethod: Snapshot` or `Clone` whose claim has a StorageClass or PersistentVolume that is
no CSI volume (hostPath, local, NFS, `rancher.io/local-path`, the NFS subdir provisioner), or with `Snapshot` a CSI
driver that takes no snapshots.

## Why it matters
VolSync makes the VolumeSnapshot or the copy and waits for it. Nobody ever answers: the status says "waiting for … to
bind" and no backup is made.

## How to fix it
Write `copyMethod: Direct`, which `vlint --fix --unsafe-fixes` does, together with removing the fields that then have
no effect. The mover then reads the live volume: stop the application for the time of the backup, or let it write a
dump, if it can't be read while it changes. Where a database runs on the volume vlint leaves that to you.

## When to ignore it
When the driver has learned it since.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go, issue 66; kubernetes-csi.github.io drivers",
    .check = check,
});

}  // namespace vlint::rules
