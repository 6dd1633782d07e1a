#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/copies.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const volsync::Replication& source = one.source;
    const bool is_clone = source.copy_method == volsync::CopyMethod::clone;
    const bool is_copy = is_clone || source.copy_method == volsync::CopyMethod::snapshot;
    const bool knows_driver = one.facts.provisioner && !one.facts.provisioner_is_assumed;
    if (!is_copy || !knows_driver || source.storage_class.given() != Known::yes) return;
    const kube::Resource* other =
        one.member.cluster.find("storage.k8s.io", "StorageClass", "", source.storage_class.text());
    const std::string& driver = *one.facts.provisioner;
    if (other == nullptr || is_no_csi_driver(driver)) return;
    const yaml::Value provisioner = (*other)["provisioner"];
    if (!provisioner.is_set() || !kube::has_known_text(provisioner) || provisioner.text() == driver) return;
    Draft draft = report.at(
        source.storage_class.where(),
        fmt::format("{} makes its {} in StorageClass {} of the driver {}, but {} is of the driver {}: the copy stays "
                    "Pending and no backup is made",
                    source.title(), is_clone ? "clone" : "copy of the snapshot", source.storage_class.text(),
                    provisioner.text(), title_of(one.claim), driver));
    draft.label("of another driver")
        .about(one.member.cluster, *source.resource, source.storage_class.field)
        .related(provisioner.span(), "its driver")
        .related(one.facts.class_where, "the class of the claim");
    Result<yaml::Removal> removal = yaml::remove_entry(
        written_entry(*source.resource, mover_spec(source), "storageClassName").key, yaml::OnlyChild::remove_parent);
    if (!removal.ok()) {
      draft.help("remove `storageClassName`: the copy then has the class of the claim");
      return;
    }
    const Safety safety = removal->removes_comments ? Safety::unsafe : Safety::safe;
    draft.fix("remove storageClassName, so that the copy has the class of the claim", safety, *source.resource,
              std::move(removal->edits));
  });
}

}  // namespace

VLINT_RULE(volsync_clone_changes_driver) = checked({
    .summary = "the copy of a volume is to be made in a StorageClass of another driver",
    .explanation = R"md(
## What it finds
A ReplicationSource with `copyMethod: Clone` or `Snapshot` and a `storageClassName` whose `provisioner` is another
than that of the claim's StorageClass. Another class of the same driver is fine.

## Why it matters
Only the driver that holds a volume can clone it or restore its snapshot. The other driver refuses the new claim,
which stays Pending; VolSync waits for it, and no backup is made.

## How to fix it
Remove `storageClassName`, which `vlint --fix` does: the copy then has the class of the claim. Or name another class
of the same driver.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go ensureClone; external-provisioner "
               "pkg/controller/controller.go getPVCSource",
    .check = check,
});

}  // namespace vlint::rules
