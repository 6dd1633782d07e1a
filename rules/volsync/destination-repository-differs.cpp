#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/volsync/repository.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

using volsync::Destination;
using volsync::Source;

// The source that backs up a claim which the destination fills.
const Source* source_of(const volsync::Plan& plan, const Destination& one) {
  for (const volsync::Consumer& consumer : one.consumers) {
    const bool is_claim = consumer.resource != nullptr && consumer.resource->is("", "PersistentVolumeClaim");
    if (!is_claim || consumer.way == volsync::Consumer::Way::mount) continue;
    for (const Source& source : plan.sources) {
      const kube::Resource& resource = *source.replication.resource;
      const bool is_same = source.repository && source.replication.claim.given() == Known::yes &&
                           source.replication.claim.text() == consumer.resource->name &&
                           resource.name_space == consumer.resource->name_space;
      if (is_same) return &source;
    }
  }
  return nullptr;
}

void check(const Model& model, Report& report) {
  for_each_active_destination(model, [&](const ClusterModel& member, const Destination& one) {
    const volsync::Plan& plan = member.volsync;
    const Source* source = one.repository ? source_of(plan, one) : nullptr;
    if (source == nullptr) return;
    // From a repository that another source fills it was meant: a move, or a copy of production.
    const bool may_be_filled = std::any_of(plan.sources.begin(), plan.sources.end(), [&](const Source& other) {
      return !other.repository || volsync::is_same(*other.repository, *one.repository) != Known::no;
    });
    if (may_be_filled || may_hold_more(model, member)) return;
    const volsync::Text& own = one.replication.repository()->name;
    const volsync::Text& other = source->replication.repository()->name;
    Draft draft = report.at(
        own.where(),
        fmt::format(
            "{} restores from another repository than {} backs the same claim up to, and nothing writes to that "
            "one: the restore finds no snapshot, succeeds, and leaves the volume empty",
            one.replication.title(), source->replication.title()));
    draft.label("leads to another repository").about(member.cluster, *one.replication.resource, own.field);
    draft.related(one.repository->where, "restores from here").related(source->repository->where, "backs up to here");
    if (own.text() == other.text()) {
      draft.help("use one repository for both");
    } else {
      draft.fix(fmt::format("restore from the repository of {}", source->replication.title()), Safety::unsafe,
                *one.replication.resource, yaml::set_scalar(own.field, other.text()));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_destination_repository_differs) = checked({
    .summary = "a claim is restored from another repository than it is backed up to",
    .explanation = R"md(
## What it finds
A ReplicationDestination and a ReplicationSource of the same claim whose `RESTIC_REPOSITORY` provably differ, where no
ReplicationSource of the cluster writes to the one that is restored from.

## Why it matters
VolSync makes a repository where it finds none, also for a restore. It says "No eligible snapshots found", succeeds, and
the application starts with an empty volume. The next backup stores that, and the retention deletes the good snapshots.

## How to fix it
Let both name one Secret, which `vlint --fix --unsafe-fixes` writes.

## When to ignore it
When a repository of another cluster is restored from on purpose.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync mover-restic/entry.sh, issues 627, 1211",
    .check = check,
});

}  // namespace vlint::rules
