#include <fmt/format.h>

#include <iterator>

#include "lint/kube/selector_value.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

struct Watched {
  std::string_view kind;
  std::string_view consequence;
};
constexpr Watched kWatched[] = {
    {"Schedule", "it never makes a backup"},
    {"Backup", "it is never made"},
    {"BackupStorageLocation", "no backup can be kept there"},
    {"VolumeSnapshotLocation", "no snapshot can be taken there"},
};

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    // Another Velero may work in that namespace, where not everything is seen.
    if (!plan.install.name_space || may_hold_unseen_objects(model, cluster)) continue;
    for (const Watched& watched : kWatched) {
      for (const kube::Resource* resource : cluster.of_kind("velero.io", watched.kind)) {
        const yaml::Value name_space = resource->metadata["namespace"];
        const bool is_known = name_space.is_set() && kube::has_known_text(name_space) && !name_space.text().empty();
        if (!is_known || resource->encrypted || name_space.text() == *plan.install.name_space) continue;
        report
            .at(name_space.span(),
                fmt::format("{} is in namespace {}, but Velero works in {} and looks at no other, so {}",
                            resource->title(), name_space.text(), *plan.install.name_space, watched.consequence))
            .label("no Velero works here")
            .about(cluster, *resource, name_space)
            .related(plan.install.name_space_where, "where Velero works")
            .fix(fmt::format("put it into namespace {}", *plan.install.name_space), Safety::unsafe, *resource,
                 yaml::set_scalar(name_space, *plan.install.name_space, yaml::WriteAs::string));
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_outside_velero_namespace) = checked({
    .summary = "a Velero object stands in a namespace that Velero does not look at",
    .explanation = R"md(
## What it finds
A Schedule, Backup, BackupStorageLocation or VolumeSnapshotLocation in another namespace than the one that the Velero
server of this repository works in: its own, or what `--namespace` says. It is silent when the repository doesn't show
everything the cluster runs, since a second Velero may work there.

## Why it matters
Velero watches one namespace. An object elsewhere is accepted by the API server and stays without a status for ever: a
Schedule makes no backup, a location is never used.

## How to fix it
Move it into Velero's namespace, which `vlint --fix --unsafe-fixes` writes. What a backup *saves* is said by
`includedNamespaces`, not by where the Schedule stands.

## When to ignore it
When another Velero, installed by hand, works in that namespace.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/cmd/server/server.go newServer (the manager's cache holds one namespace)",
    .check = check,
});

}  // namespace vlint::rules
