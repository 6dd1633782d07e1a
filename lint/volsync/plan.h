// The VolSync plan: for every ReplicationSource of a cluster whether and why it protects its claim, for every
// ReplicationDestination who takes what it restores, and for every claim everything besides Velero that protects it.
//
// A simulation from manifests alone, as the Velero plan is. No rule lives here.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/model/cluster.h"
#include "lint/model/secrets.h"
#include "lint/velero/plan.h"
#include "lint/volsync/other_backups.h"
#include "lint/volsync/replication.h"
#include "lint/volsync/repository.h"
#include "lint/volsync/verdict.h"

namespace vlint::volsync {

inline constexpr std::uint32_t kNoIndex = 0xFFFFFFFFU;

struct Source {
  Replication replication;
  Verdict verdict;
  // Of a restic source whose Secret has exactly one, certain supplier that has RESTIC_REPOSITORY.
  std::optional<Repository> repository;
  // Whether the mover runs as root: the annotation volsync.backube/privileged-movers of the Namespace. Unknown where no
  // manifest describes the namespace.
  Known is_privileged = Known::unknown;
  Span privileged_where;
  std::uint32_t claim = kNoIndex;  // into Plan::claims; none where its name is not known
};

// Who takes what a ReplicationDestination restores.
struct Consumer {
  enum class Way : std::uint8_t {
    data_source,        // a claim's dataSourceRef
    claim_template,     // that of a StatefulSet's claim template
    destination_claim,  // it restores into this claim
    mount,              // a workload mounts the claim that VolSync makes, volsync-<name>-dest
  };
  Way way = Way::data_source;
  const kube::Resource* resource = nullptr;
  Span where;
};

struct Destination {
  Replication replication;
  std::optional<Repository> repository;
  std::vector<Consumer> consumers;
};

struct Claim {
  std::string_view name_space;
  std::string_view name;
  std::uint32_t velero = kNoIndex;     // into the Velero plan's claims; none for one that only sources name
  std::vector<std::uint32_t> sources;  // into Plan::sources, in their order
  std::vector<OtherBackup> others;
  // By its sources and the others, without Velero: no only where nothing may protect it.
  Known is_protected = Known::no;
};

struct Plan {
  std::vector<Source> sources;  // in the order of the manifests
  std::vector<Destination> destinations;
  std::vector<Claim> claims;  // those of the Velero plan with the same indices, then those that only sources name
  // Sources that provably keep their backups at the same location, two or more each.
  std::vector<std::vector<std::uint32_t>> shared_locations;
};

struct PlanOptions {
  // Objects may be in the cluster that are not among its resources, though everything of the repository was seen: what
  // policies make of them is not known.
  bool may_hold_more = false;
};

// Both must outlive the plan.
Plan make_plan(const model::Cluster& cluster, const velero::Plan& velero, const PlanOptions& options = {});

// Of one source for its claim. assumed: a guess about the live cluster.
Known protects(const Verdict& verdict);

}  // namespace vlint::volsync
