#include <fmt/format.h>

#include <optional>
#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/quantity.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

std::optional<kube::Quantity> size_of(yaml::Value text) {
  if (!text.is_set() || !kube::has_known_text(text)) return std::nullopt;
  const Result<kube::Quantity> read = kube::Quantity::parse(text.text());
  return read.ok() ? std::optional(*read) : std::nullopt;
}

void check(const Model& model, Report& report) {
  for_each_active_destination(model, [&](const ClusterModel& member, const volsync::Destination& one) {
    const volsync::Replication& destination = one.replication;
    const bool makes_volume = copies_volume(destination) && destination.claim.given() == Known::no;
    const std::optional<kube::Quantity> own = size_of(destination.capacity.field);
    if (!makes_volume || !own) return;
    const std::vector<RestoredClaim> claims = restored_claims(member, one);
    if (claims.size() != 1) return;
    const yaml::Value claim_size = claims.front().spec["resources"]["requests"]["storage"];
    const std::optional<kube::Quantity> wanted = size_of(claim_size);
    if (!wanted || *own >= *wanted) return;
    report
        .at(destination.capacity.where(),
            fmt::format("{} restores into a volume of {}, and {} has {}: the restore fails when the volume is full",
                        destination.title(), destination.capacity.text(), claims.front().title, claim_size.text()))
        .label("smaller than the claim")
        .about(member.cluster, *destination.resource, destination.capacity.field)
        .related(claim_size.span(), "the claim's size")
        .fix(fmt::format("write {}", claim_size.text()), Safety::safe, *destination.resource,
             yaml::set_scalar(destination.capacity.field, claim_size.text()));
  });
}

}  // namespace

VLINT_RULE(volsync_destination_smaller_than_source) = checked({
    .summary = "a ReplicationDestination makes a smaller volume than the claim that was backed up",
    .explanation = R"md(
## What it finds
A ReplicationDestination whose `capacity` is less than the claim for which it restores: the one that takes its data from
it, or the one that a ReplicationSource copies to the same Secret.

## Why it matters
The claim was enlarged and the ReplicationDestination forgotten. As long as there is little data it works. Later the
mover stops with "no space left on device", on the day of the restore.

## How to fix it
Write the size of the claim, which `vlint --fix` does.

## When to ignore it
When only a part of the data is restored.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go EnsureNewPVC",
    .check = check,
});

}  // namespace vlint::rules
