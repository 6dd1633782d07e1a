// What rules about claims and their snapshots share: the claims to which Schedules do the same, how messages name them,
// and which class and driver they have.
//
// What Velero does with a claim is worked out in lint/velero; nothing is judged here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/velero/storage.h"

namespace vlint::rules {

using Claims = std::vector<const velero::Claim*>;
using Schedules = std::vector<const velero::Schedule*>;

// A claim, and the Schedules (and one-off Backups) that select it and whose verdicts pass a test.
struct JudgedClaim {
  const velero::Claim* claim = nullptr;
  Schedules schedules;                       // in their order, never empty
  const velero::Verdict* verdict = nullptr;  // of the first of them
};
using VerdictTest = std::function<bool(const velero::Verdict&)>;
std::vector<JudgedClaim> claims_where(const velero::Plan& plan, const VerdictTest& passes);

// Adds what is not there yet.
void add_all(Schedules& schedules, const Schedules& others);

// "claim apps/data"; several: "claims apps/data and apps/logs".
std::string title_of(const velero::Claim& claim);
std::string enumerate(const Claims& claims);
// "each backup of Schedule velero/daily"; of one-off Backups alone "Backup velero/once".
std::string backups_of(const Schedules& schedules);

// Where the claim is written: its manifest, else the volume that makes or names it.
Span place_of(const velero::Plan& plan, const velero::Claim& claim);
// The manifest that holds it: the claim itself, else the first workload that makes or names it; may be null.
const kube::Resource* owner_of(const velero::Plan& plan, const velero::Claim& claim);
// The workloads that mount it, each once, in their order.
std::vector<const kube::Resource*> users_of(const velero::Plan& plan, const velero::Claim& claim);

// Class and volume of a claim that a manifest or a StatefulSet's template describes; nothing for one only named.
std::optional<velero::ClaimFacts> facts_of(const velero::Storage& storage, const velero::Plan& plan,
                                           const velero::Claim& claim);

// The claims of one StorageClass of which Velero wants a snapshot and finds no VolumeSnapshotClass for it.
struct UnservedClass {
  const kube::Resource* storage_class = nullptr;
  std::string driver;
  Claims claims;        // never empty
  Schedules schedules;  // never empty
};
std::vector<UnservedClass> classes_without_snapshots(const ClusterModel& member);

// Those of a driver, by name as the API lists them.
std::vector<const kube::Resource*> snapshot_classes_of(const model::Cluster& cluster, std::string_view driver);

// CSI drivers that can take no snapshots, by their own documentation.
bool has_no_snapshots(std::string_view driver);

// Whether something besides Velero saves the claim: a ReplicationSource, K8up, CloudNativePG, Longhorn's recurring
// jobs.
Known saved_by_others(const ClusterModel& member, const velero::Claim& claim);

// A tool may save volumes of the cluster of which nothing is worked out: Kasten, Stash, or a policy of Kyverno that
// changes objects or was to make some and it isn't known what came of that.
bool has_unjudged_backup_tool(const ClusterModel& member);

}  // namespace vlint::rules
