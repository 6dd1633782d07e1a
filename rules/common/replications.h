// What rules about VolSync share: the ReplicationSources and ReplicationDestinations of the clusters, their claims, and
// which of their methods has which fields.
//
// What the objects say is read in lint/volsync; nothing is judged here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/storage.h"
#include "lint/volsync/plan.h"

namespace vlint::rules {

// Whether a cluster may hold objects that the repository doesn't show, also by a policy of Kyverno of which Git doesn't
// tell what it makes: then that one isn't there proves nothing.
bool may_hold_more(const Model& model, const ClusterModel& member);

// Sources and destinations of clusters in which a policy changes them are left out of all that follows: what the
// cluster gets is not what is written.
using ReplicationVisitor = std::function<void(const ClusterModel&, const volsync::Replication&)>;
// All of them, in the order of their sources.
void for_each_source(const Model& model, const ReplicationVisitor& visit);
void for_each_destination(const Model& model, const ReplicationVisitor& visit);
void for_each_replication(const Model& model, const ReplicationVisitor& visit);  // sources first

// A source that copies, and its claim, which a manifest or a StatefulSet's template describes.
struct SourceOfClaim {
  const ClusterModel& member;
  const volsync::Replication& source;
  const velero::Claim& claim;
  const velero::ClaimFacts facts;
};
using SourceOfClaimVisitor = std::function<void(const SourceOfClaim&)>;
void for_each_source_of_claim(const Model& model, const SourceOfClaimVisitor& visit);

// The plans of the clusters that have sources or destinations.
using VolsyncPlanVisitor = std::function<void(const ClusterModel&, const volsync::Plan&)>;
void for_each_volsync_plan(const Model& model, const VolsyncPlanVisitor& visit);

// The claim of Velero's plan that a source or destination names; null when it is not among them.
const velero::Claim* claim_of(const ClusterModel& member, const volsync::Replication& replication);
// The manifest of the Namespace in which it stands, or null.
const kube::Resource* namespace_of(const ClusterModel& member, const kube::Resource& resource);

// One method, whose fields are written out: no template stands in their place.
bool has_known_method(const volsync::Replication& replication);
// restic, rclone, rsync and rsyncTLS (and kopia of the fork): a copy of the volume is made, and a Job moves it.
bool copies_volume(const volsync::Replication& replication);
// restic and kopia have a cache volume, which takes class and access modes of the copy where it has none of its own.
bool has_cache(const volsync::Replication& replication);

// An entry of a mapping of the object; of what a policy of Kyverno makes, the policy's own, which has a key to point at
// and to edit.
yaml::Entry written_entry(const kube::Resource& resource, yaml::Value mapping, std::string_view key);
// The key of a method in the spec, likewise.
yaml::Value key_of(const volsync::Replication& replication, const volsync::MoverUse& use);

// The mapping of the only method.
inline yaml::Value mover_spec(const volsync::Replication& replication) { return replication.mover()->spec; }

// A schedule for a source that has none: once a day at night, each source at another minute. The same for the same
// source on every run.
std::string daily_schedule_for(const volsync::Replication& replication);

}  // namespace vlint::rules
