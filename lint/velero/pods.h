// The pods that a workload makes, as far as its manifest tells: labels, annotations, whether they run, what they mount.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "lint/base/known.h"
#include "lint/kube/resource.h"
#include "lint/kube/selector_value.h"
#include "lint/model/cluster.h"
#include "lint/velero/evidence.h"
#include "lint/velero/hooks.h"

namespace vlint::velero {

// An annotation with names of volumes. Velero splits it at commas and does not trim the parts.
struct VolumeNames {
  yaml::Entry entry;  // missing when the pod has no such annotation
  bool known = true;
  std::vector<std::string_view> names;
  EvidenceList chosen;     // what a volume in the list rests on
  EvidenceList templated;  // ... and one that may be in it

  Known contains(std::string_view volume) const;
};
VolumeNames read_volume_names(yaml::Value annotations, std::string_view key);

// How the regular containers of a pod use a volume. Velero does not look at init containers, native sidecars included.
enum class Mount : std::uint8_t { mounted, init_only, none, device, unknown };

class Mounts {
 public:
  explicit Mounts(yaml::Value pod_spec);
  Mount of(std::string_view volume) const;

 private:
  std::vector<std::string_view> mounted_;  // sorted
  std::vector<std::string_view> devices_;
  std::vector<std::string_view> init_;
  bool known_ = true;
};

struct PodFacts {
  kube::KnownLabels labels;
  Known excluded = Known::no;  // by the exclude label
  Span excluded_where;
  bool terminating = false;  // a Pod that is being deleted, as dumps of clusters have them
  VolumeNames opt_in;
  VolumeNames opt_out;
  std::optional<ExecHook> pre_hook;  // of its annotations
  // Whether pods of the workload are in phase Running, and whether any are there at all (finished ones count).
  Known running = Known::yes;
  Known exist = Known::yes;
  bool assumed = false;  // that is a guess
  EvidenceList state;    // what it rests on, when it isn't plain
  // The node of a Pod that has one; empty for pods that are predicted.
  std::string_view node;
  yaml::Value node_selector;
  bool needs_windows = false;  // by spec.os or by its node selector
};

// What scales a workload besides its own `replicas`.
class Scalers {
 public:
  explicit Scalers(const model::Cluster& cluster);
  // A HorizontalPodAutoscaler, ScaledObject or Rollout that names the workload, or null.
  const kube::Resource* find(const kube::Resource& workload) const;

 private:
  using Key = std::tuple<std::string_view, std::string_view, std::string_view>;  // namespace, kind, name
  std::map<Key, const kube::Resource*> by_target_;
};

PodFacts read_pod_facts(const kube::Resource& workload, const kube::PodTemplate& pod, const Scalers& scalers);

// Velero pkg/util/kube/pod.go: IsPodRunning, for a Pod that has a status.
Known is_pod_running(yaml::Value pod);

// The field that is the source of a pod volume. A volume without one is an emptyDir (Kubernetes pkg/apis/core/v1/
// defaults.go: SetDefaults_Volume). Empty when the volume isn't known.
std::string_view source_of(yaml::Value volume);

// Sources that Velero never copies, since their content is no data of the pod: hostPath, secret, configMap, projected,
// downwardAPI. internal/volumehelper/volume_policy_helper.go: shouldIncludeVolumeInBackup.
bool is_never_copied(std::string_view source);

}  // namespace vlint::velero
