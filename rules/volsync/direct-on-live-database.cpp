#include <fmt/format.h>

#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const volsync::Replication& source = one.source;
    if (source.copy_method != volsync::CopyMethod::direct) return;
    const std::optional<RunningDatabase> database = database_on(one.member.plan, one.claim);
    if (!database) return;
    Draft draft = report.at(
        source.copy_method_text.where(),
        fmt::format("{} reads the live volume of {}, a database that writes to it meanwhile: the backup holds files of "
                    "different moments and may not start",
                    source.title(), database->resource->title()));
    draft.label("reads the live volume")
        .about(one.member.cluster, *source.resource, source.copy_method_text.field)
        .related(database->image.span(), "writes all the time");
    if (copy_method_for(model, one.member, source) == "Snapshot") {
      draft.fix("write copyMethod: Snapshot", Safety::unsafe, *source.resource,
                yaml::set_scalar(source.copy_method_text.field, "Snapshot"));
    } else {
      draft.help(
          "use `copyMethod: Snapshot` where the driver can, or back up a dump that the database writes to another "
          "volume");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_direct_on_live_database) = checked({
    .summary = "copyMethod Direct on the volume of a running database",
    .explanation = R"md(
## What it finds
A ReplicationSource with `copyMethod: Direct` whose claim is mounted by a container of a Deployment or StatefulSet
that runs a database, known by the name of its image (postgres, mysql, mariadb, mongo, influxdb, elasticsearch, …).

## Why it matters
The mover reads one file after the other while the database writes. The copy has the head of one moment and the tail
of another; such a copy is not what a crash leaves behind, and recovery logs do not mend it. That shows at the
restore.

## How to fix it
`copyMethod: Snapshot` takes one moment of the whole volume, which a database recovers from. `vlint --fix
--unsafe-fixes` writes it where a VolumeSnapshotClass serves the driver. Otherwise back up dumps.

## When to ignore it
When the database is stopped or locked for the time of the backup.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync docs/usage/restic/index.rst",
    .check = check,
});

}  // namespace vlint::rules
