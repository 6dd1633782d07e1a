#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/schedules.h"
#include "rules/common/storage_locations.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    // Before 1.18 there is no caCertRef: the API server drops it.
    const velero::Install& install = member.plan.install;
    if (!knows_version(install) || !install.is_at_least(1, 18)) return;
    const yaml::Value storage = (*location.resource)["spec"]["objectStorage"];
    const yaml::Entry inlined = storage.find("caCert");
    const yaml::Entry referred = storage.find("caCertRef");
    if (!inlined || !referred || !inlined.value.is_set() || !referred.value.is_set()) return;
    if (inlined.value.text().empty() || inlined.value.is_templated()) return;
    report
        .at(inlined.key.span(),
            fmt::format("{} has both caCert and caCertRef: Velero takes only one of them, the location "
                        "becomes Unavailable, and nothing is backed up to it",
                        location.resource->title()))
        .label("one of the two is too many")
        .about(member.cluster, *location.resource, storage)
        .related(referred.key.span(), "the other one")
        .help("keep caCertRef, which names a Secret, and take caCert out");
  });
}

}  // namespace

VLINT_RULE(velero_location_ca_twice) = checked({
    .summary = "a BackupStorageLocation gives its CA certificate in two ways, and Velero refuses both",
    .explanation = R"md(
## What it finds
`caCert` beside `caCertRef` in the `objectStorage` of a BackupStorageLocation, with Velero 1.18 or newer. It is silent when
the version is not known.

## Why it matters
Velero refuses the location: it becomes Unavailable, and nothing is backed up to it.

## How to fix it
Keep one. `caCertRef` names a key of a Secret in Velero's namespace, so that a new certificate needs no change here.

## When to ignore it
Never: no backup can be written.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/apis/velero/v1/backupstoragelocation_types.go Validate",
    .check = check,
});

}  // namespace vlint::rules
