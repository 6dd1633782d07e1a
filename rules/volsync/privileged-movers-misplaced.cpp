#include <fmt/format.h>

#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kKey = "volsync.backube/privileged-movers";

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kube::Resource& resource : member.cluster.resources()) {
      if (resource.is("", "Namespace") || resource.kind == "Project") continue;
      yaml::Entry entry = resource.metadata["annotations"].find(kKey);
      if (!entry) entry = resource.metadata["labels"].find(kKey);
      if (!entry || resource.name_space.empty()) continue;
      const kube::Resource* name_space = namespace_of(member, resource);
      if (name_space == nullptr || name_space->metadata["annotations"].find(kKey)) continue;
      Draft draft = report.at(
          entry.key.span().valid() ? entry.key.span() : resource.place(),
          fmt::format("{} has {}, which VolSync reads from the Namespace alone: the movers of namespace {} are "
                      "unprivileged, and files that they can't read make each backup fail",
                      resource.title(), kKey, name_space->name));
      draft.label("has no effect here").about(member.cluster, resource, entry.value);
      draft.related(name_space->place(), "belongs here")
          .help(fmt::format("write it as an annotation of the Namespace: `{}: \"true\"`; it lets movers run as root "
                            "there",
                            kKey));
    }
  }
}

}  // namespace

VLINT_RULE(volsync_privileged_movers_misplaced) = checked({
    .summary = "volsync.backube/privileged-movers stands on another object than the Namespace",
    .explanation = R"md(
## What it finds
The annotation or label `volsync.backube/privileged-movers` on a claim, a ReplicationSource, a workload or any other
object, in a namespace whose Namespace is in the repository and is not annotated.

## Why it matters
VolSync reads it from the Namespace alone. The mover runs without root's powers, and files that it can't read make each
backup fail.

## How to fix it
Move it to the annotations of the Namespace. That lets every mover of the namespace run as root, so it is a decision;
the other way is a `moverSecurityContext` in the ReplicationSource.

## When to ignore it
Never.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/utils/namespace.go PrivilegedMoversOk",
    .check = check,
});

}  // namespace vlint::rules
