#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

bool copies_volumes(const velero::Plan& plan) {
  return std::any_of(plan.volumes.begin(), plan.volumes.end(), [](const velero::VolumeUse& use) {
    return std::any_of(use.verdicts.begin(), use.verdicts.end(), [](const velero::Verdict& verdict) {
      return verdict.selected == Known::yes && verdict.method == velero::Method::fs_backup;
    });
  });
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    const velero::Install& install = plan.install;
    const velero::TextFlag& uploader = install.flags.uploader_type;
    // Before 1.10 there is nothing else, from 1.17 on restic is refused.
    const bool has_choice = knows_version(install) && install.is_at_least(1, 10) && !install.is_at_least(1, 17);
    if (!has_choice || install.servers.empty() || uploader.value != "restic" || !copies_volumes(plan)) continue;
    const kube::Resource& server = *install.servers.front();
    const bool is_asked = uploader.where.valid();
    report
        .at(is_asked ? uploader.where : server.place(),
            fmt::format(
                "{} copies volumes by restic{}, and Velero 1.17 and later do not start with it: what is written "
                "until then has to be kept readable by an old release",
                server.title(), is_asked ? "" : ", which is the default up to Velero 1.16"))
        .label(is_asked ? "restic" : "without --uploader-type")
        .about(cluster, server)
        .related(install.version_where, "this version can copy by kopia")
        .help(
            "run the server with `--uploader-type=kopia` (in the chart's values `configuration.uploaderType: kopia`) "
            "and "
            "keep the old backups until they expire; new copies go into new repositories");
  }
}

}  // namespace

VLINT_RULE(velero_uploader_is_restic) = checked({
    .summary = "volumes are copied by restic, which Velero 1.17 dropped",
    .explanation = R"md(
## What it finds
A Velero server of the versions 1.10 to 1.16 that copies volumes by restic: with `--uploader-type=restic`, or without
the flag, since restic is the default of these versions. Only where a Schedule copies a volume.

## Why it matters
From 1.15 on Velero warns of restic, from 1.17 on the server does not start with it. Repositories of restic and kopia
are different ones: everything that is written by restic until the day of the upgrade stays there, and the first copies
by kopia are full ones. The sooner it is changed, the less of it is left.

## How to fix it
Run the server with `--uploader-type=kopia`. Backups that restic made can still be restored by a version that reads
them; let them expire before you upgrade beyond it.

## When to ignore it
When nobody plans to upgrade.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/uploader/types.go, pkg/cmd/server/config/config.go",
    .check = check,
});

}  // namespace vlint::rules
