#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

using volsync::CopyMethod;

void check(const Model& model, Report& report) {
  for_each_active_destination(model, [&](const ClusterModel& member, const volsync::Destination& one) {
    const volsync::Replication& destination = one.replication;
    const bool is_clone = destination.copy_method == CopyMethod::clone;
    if (!copies_volume(destination) || (!is_clone && destination.copy_method != CopyMethod::none_given)) return;
    Draft draft = report.at(
        is_clone ? destination.copy_method_text.where() : key_of(destination, *destination.mover()).span(),
        fmt::format("{} {}: the data is restored and VolSync then reports an error for ever, so no claim can be filled "
                    "from it",
                    destination.title(),
                    is_clone ? "has copyMethod Clone, which is for sources only" : "has no copyMethod"));
    draft.label(is_clone ? "not for destinations" : "no copyMethod")
        .about(member.cluster, *destination.resource,
               is_clone ? destination.copy_method_text.field : mover_spec(destination));
    // Into a claim that is there already no image is needed.
    const std::string_view method = destination.claim.given() == Known::yes ? "Direct" : "Snapshot";
    if (is_clone) {
      draft.fix(fmt::format("write {}", method), Safety::unsafe, *destination.resource,
                yaml::set_scalar(destination.copy_method_text.field, method));
    } else if (mover_spec(destination).is_mapping() && destination.resource->generation == kube::kNotGenerated) {
      draft.fix(fmt::format("add copyMethod: {}", method), Safety::unsafe, *destination.resource,
                yaml::add_entry(mover_spec(destination), "copyMethod", yaml::NewValue::string(method)));
    } else {
      draft.help(fmt::format("add `copyMethod: {}`", method));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_destination_makes_no_image) = checked({
    .summary = "a ReplicationDestination has copyMethod Clone or none, and never ends",
    .explanation = R"md(
## What it finds
A ReplicationDestination with `copyMethod: Clone`, which the API server accepts, or without `copyMethod`.

## Why it matters
The mover restores the data. Then VolSync has to keep it as an image, and knows only `Snapshot` and `Direct` there: it
says "unsupported copyMethod", tries again and never gets further. `status.latestImage` stays empty, and a claim that
waits for it stays Pending.

## How to fix it
`Snapshot`, if a claim is to be filled from it; `Direct` with a `destinationPVC` to restore into a claim that is there.
`vlint --fix --unsafe-fixes` chooses by that.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go EnsureImage",
    .check = check,
});

}  // namespace vlint::rules
