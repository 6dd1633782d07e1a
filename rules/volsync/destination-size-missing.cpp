#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

// What the one claim says that the destination restores for; an empty list where it isn't one, or doesn't say it all.
std::vector<yaml::NewEntry> values_of(const ClusterModel& member, const volsync::Destination& one) {
  const std::vector<RestoredClaim> claims = restored_claims(member, one);
  if (claims.size() != 1) return {};
  const yaml::Value size = claims.front().spec["resources"]["requests"]["storage"];
  const std::vector<yaml::Value> modes = claims.front().spec["accessModes"].items();
  std::vector<yaml::NewEntry> entries;
  if (one.replication.capacity.given() == Known::no) {
    if (!size.is_set() || !kube::has_known_text(size)) return {};
    entries.push_back({"capacity", yaml::NewValue::string(size.text())});
  }
  if (one.replication.access_modes.size() == 0) {
    std::vector<yaml::NewValue> items;
    for (const yaml::Value mode : modes) {
      if (!kube::has_known_text(mode)) return {};
      items.push_back(yaml::NewValue::string(mode.text()));
    }
    if (items.empty()) return {};
    entries.push_back({"accessModes", yaml::NewValue::sequence(std::move(items))});
  }
  return entries;
}

yaml::Edits add_all(yaml::Value spec, const std::vector<yaml::NewEntry>& entries) {
  std::vector<TextEdit> edits;
  for (const yaml::NewEntry& entry : entries) {
    yaml::Edits edit = yaml::add_entry(spec, entry.key, entry.value);
    if (!edit.ok()) return edit;
    add_edits(edits, *edit);
  }
  return edits;
}

void check(const Model& model, Report& report) {
  for_each_active_destination(model, [&](const ClusterModel& member, const volsync::Destination& one) {
    const volsync::Replication& destination = one.replication;
    if (!copies_volume(destination) || destination.claim.given() != Known::no) return;
    const bool has_modes = destination.access_modes.is_set() &&
                           (!destination.access_modes.is_sequence() || destination.access_modes.size() > 0);
    const bool lacks_size = destination.capacity.given() == Known::no;
    if (has_modes && !lacks_size) return;
    const std::string_view lacks = has_modes    ? "capacity"
                                   : lacks_size ? std::string_view("capacity and accessModes")
                                                : "accessModes";
    Draft draft = report.at(key_of(destination, *destination.mover()).span(),
                            fmt::format("{} has neither a destinationPVC nor {}: VolSync reports an error and restores "
                                        "nothing",
                                        destination.title(), lacks));
    draft.label(fmt::format("no {}", lacks)).about(member.cluster, *destination.resource, mover_spec(destination));
    const std::vector<yaml::NewEntry> entries = values_of(member, one);
    if (entries.empty() || !mover_spec(destination).is_mapping() ||
        destination.resource->generation != kube::kNotGenerated) {
      draft.help("write the `capacity` and `accessModes` of the claim that is restored");
      return;
    }
    draft.fix(fmt::format("take {} from {}", lacks, restored_claims(member, one).front().title), Safety::safe,
              *destination.resource, add_all(mover_spec(destination), entries));
  });
}

}  // namespace

VLINT_RULE(volsync_destination_size_missing) = checked({
    .summary = "a ReplicationDestination doesn't say how large its volume is to be",
    .explanation = R"md(
## What it finds
A ReplicationDestination without `destinationPVC` that lacks `capacity` or `accessModes`.

## Why it matters
VolSync makes a volume for the restore and has no defaults: "capacity must be provided when destinationPVC is not". The
status shows the error, and nothing is ever restored. It is noticed on the day on which the restore is needed.

## How to fix it
Write both as the claim has them. Where the manifests tell which claim that is (it takes its data from the
ReplicationDestination, or a ReplicationSource copies it to the same Secret), `vlint --fix` does it.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go EnsureNewPVC",
    .check = check,
});

}  // namespace vlint::rules
