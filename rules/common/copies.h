// Which way of copying works for the claim of a ReplicationSource, as far as the manifests tell: its CSI driver and the
// VolumeSnapshotClasses that serve it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {

// Provisioners that are no CSI drivers: they can neither snapshot nor clone.
bool is_no_csi_driver(std::string_view provisioner);
// Those, and CSI drivers that take no snapshots.
bool takes_no_snapshots(std::string_view provisioner);

// VolumeSnapshotClasses of a driver with the annotation that makes them the cluster's default for it, in the order of
// their names. external-snapshotter pkg/common-controller: SetDefaultSnapshotClass.
std::vector<const kube::Resource*> default_snapshot_classes(const model::Cluster& cluster, std::string_view driver);

// Driver and annotation of every VolumeSnapshotClass are known.
bool knows_snapshot_classes(const model::Cluster& cluster);

// The fields of the copy that nobody reads when the mover reads the volume itself. The cache takes class and access
// modes of the copy where it has none of its own: those are left out.
std::vector<yaml::Entry> fields_of_copy_alone(const volsync::Replication& source);

// A workload whose pods stay and hold a claim that one pod alone may use, and where the claim says so.
struct SinglePodHolder {
  const kube::Resource* resource = nullptr;
  yaml::Value mode;
};
std::optional<SinglePodHolder> single_pod_holder(const velero::Plan& plan, const velero::Claim& claim);

// A database, known by its image, that runs and mounts the claim.
struct RunningDatabase {
  const kube::Resource* resource = nullptr;
  yaml::Value image;
};
std::optional<RunningDatabase> database_on(const velero::Plan& plan, const velero::Claim& claim);

// Nothing speaks against copyMethod Direct.
bool may_be_read_directly(const velero::Plan& plan, const velero::Claim& claim);
// Writes copyMethod: Direct, and removes what then has no effect.
yaml::Edits read_directly(const volsync::Replication& source);

// "Snapshot" where the class that the source names, or the only default one, serves the claim's driver; "Direct" where
// the cluster is seen whole, nothing does and nothing speaks against it; nothing where Git doesn't tell.
std::optional<std::string_view> copy_method_for(const Model& model, const ClusterModel& member,
                                                const volsync::Replication& source);

}  // namespace vlint::rules
