#include "lint/velero/pods.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "lint/base/text.h"
#include "lint/velero/names.h"

namespace vlint::velero {
namespace {

using kube::Resource;
using yaml::Value;

// Labels that controllers add to their pods; no manifest tells their values.
void add_controller_labels(const Resource& workload, kube::KnownLabels& labels) {
  const auto add = [&](std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) kube::add_unknown_label(labels, key);
  };
  if (workload.kind == "Deployment" || workload.kind == "ReplicaSet") add({"pod-template-hash"});
  if (workload.kind == "Rollout") add({"rollouts-pod-template-hash"});
  if (workload.kind == "DaemonSet") add({"controller-revision-hash", "pod-template-generation"});
  if (workload.kind == "StatefulSet") {
    add({"controller-revision-hash", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"});
  }
  if (workload.kind == "Job" || workload.kind == "CronJob") {
    add({"batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name",
         "batch.kubernetes.io/job-completion-index"});
  }
}

void set_state(PodFacts& facts, Known running, Known exist, bool assumed, Evidence evidence) {
  facts.running = running;
  facts.exist = exist;
  facts.assumed = assumed;
  facts.state = {std::move(evidence)};
}

// Hooks of Helm and Argo CD are usually deleted when they are done.
bool is_hook(const Resource& job) {
  const Value annotations = job.metadata["annotations"];
  return annotations["helm.sh/hook"].is_set() || annotations["argocd.argoproj.io/hook"].is_set();
}

// Pods of a Job run only while it works; a backup that happens to start then is left out of account. They stay until
// the Job is deleted.
void read_job_state(const Resource& job, Value job_spec, PodFacts& facts) {
  const Value spec = job["spec"];
  if (const Value suspend = spec["suspend"]; suspend.as_bool() == true) {
    return set_state(facts, Known::no, Known::no, true, {"it is suspended", suspend.span()});
  }
  const bool deleted =
      job_spec["ttlSecondsAfterFinished"].is_set() || is_hook(job) || spec["successfulJobsHistoryLimit"].as_int() == 0;
  set_state(facts, Known::no, deleted ? Known::unknown : Known::yes, true,
            {fmt::format("the pods of a {} are taken for finished when a backup is made", job.kind), job.place()});
}

void read_replicas(const Resource& workload, const Scalers& scalers, PodFacts& facts) {
  const Value replicas = workload["spec"]["replicas"];
  const Resource* scaler = scalers.find(workload);
  if (replicas.is_set() && !kube::has_known_text(replicas)) {
    return set_state(facts, Known::yes, Known::yes, true, {"its replicas are taken for more than 0", replicas.span()});
  }
  if (replicas.as_int() == 0) {
    if (scaler == nullptr) return set_state(facts, Known::no, Known::no, false, {"replicas is 0", replicas.span()});
    return set_state(facts, Known::unknown, Known::unknown, true,
                     {fmt::format("replicas is 0, but {} scales it", scaler->title()), scaler->place()});
  }
  // A ScaledObject scales down to nothing unless it says otherwise.
  if (scaler == nullptr || scaler->kind != "ScaledObject") return;
  const Value minimum = (*scaler)["spec"]["minReplicaCount"];
  if (minimum.as_int().value_or(0) > 0) return;
  set_state(facts, Known::yes, Known::yes, true,
            {fmt::format("{} may scale it to 0; pods are taken for running", scaler->title()), scaler->place()});
}

// A Pod of a cluster's dump has a status; one of a manifest is taken for running.
void read_pod_state(const Resource& pod, PodFacts& facts) {
  facts.terminating = pod.metadata["deletionTimestamp"].is_set();
  if (!pod["status"]["phase"].is_set()) return;
  if (is_pod_running(pod.root) == Known::yes) return;
  set_state(facts, Known::no, Known::yes, false,
            {fmt::format("the pod is not running: its phase is {}", pod["status"]["phase"].text()), pod.place()});
}

void read_state(const Resource& workload, const Scalers& scalers, PodFacts& facts) {
  if (workload.kind == "Pod") return read_pod_state(workload, facts);
  if (workload.kind == "Job") return read_job_state(workload, workload["spec"], facts);
  if (workload.kind == "CronJob") return read_job_state(workload, workload["spec"]["jobTemplate"]["spec"], facts);
  if (workload.kind != "DaemonSet") read_replicas(workload, scalers, facts);
}

void collect(Value containers, std::string_view list, std::vector<std::string_view>& names) {
  for (const Value container : containers.items()) {
    for (const Value mount : container[list].items()) names.push_back(mount["name"].text());
  }
}

bool is_known_list(Value list) {
  if (!list) return true;
  if (!list.is_sequence()) return list.is_null();
  const std::vector<Value> items = list.items();
  return std::all_of(items.begin(), items.end(), [](Value item) { return item.is_mapping(); });
}

bool has(const std::vector<std::string_view>& sorted, std::string_view name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

}  // namespace

Known VolumeNames::contains(std::string_view volume) const {
  if (!known) return Known::unknown;
  return vlint::known(std::find(names.begin(), names.end(), volume) != names.end());
}

// Velero pkg/util/podvolume/pod_volume.go: GetVolumesToBackup, GetVolumesToExclude.
VolumeNames read_volume_names(Value annotations, std::string_view key) {
  VolumeNames list;
  list.entry = annotations.find(key);
  if (!list.entry) return list;  // mutant: a shortcut, a missing entry has no names
  list.known = kube::has_known_text(list.entry.value);
  if (list.known && !list.entry.value.text().empty()) list.names = split(list.entry.value.text(), ',');
  const Span where = list.entry.key.span();
  list.chosen = {{fmt::format("{} by {}", key == kBackupVolumes ? "chosen" : "excluded", key), where}};
  if (!list.known) list.templated = {{fmt::format("{} is templated", key), where}};
  return list;
}

Mounts::Mounts(Value pod_spec) {
  const Value containers = pod_spec["containers"];
  known_ = is_known_list(containers);
  for (const Value container : containers.items()) {
    known_ = known_ && is_known_list(container["volumeMounts"]) && is_known_list(container["volumeDevices"]);
  }
  collect(containers, "volumeMounts", mounted_);
  collect(containers, "volumeDevices", devices_);
  collect(pod_spec["initContainers"], "volumeMounts", init_);
  collect(pod_spec["initContainers"], "volumeDevices", init_);
  for (std::vector<std::string_view>* names : {&mounted_, &devices_, &init_}) std::sort(names->begin(), names->end());
}

Mount Mounts::of(std::string_view volume) const {
  if (has(devices_, volume)) return Mount::device;  // asked before the mounts
  if (has(mounted_, volume)) return Mount::mounted;
  if (!known_) return Mount::unknown;
  return has(init_, volume) ? Mount::init_only : Mount::none;
}

Scalers::Scalers(const model::Cluster& cluster) {
  const auto add = [this](const Resource& scaler, Value target, std::string_view default_kind) {
    const Value kind = target["kind"];
    const std::string_view kind_name = kind.is_set() ? kind.text() : default_kind;
    by_target_.try_emplace(Key(scaler.name_space, kind_name, target["name"].text()), &scaler);
  };
  for (const Resource* hpa : cluster.of_kind("autoscaling", "HorizontalPodAutoscaler")) {
    add(*hpa, (*hpa)["spec"]["scaleTargetRef"], "Deployment");
  }
  for (const Resource* scaled : cluster.of_kind("keda.sh", "ScaledObject")) {
    add(*scaled, (*scaled)["spec"]["scaleTargetRef"], "Deployment");
  }
  for (const Resource* rollout : cluster.of_kind("argoproj.io", "Rollout")) {
    const Value target = (*rollout)["spec"]["workloadRef"];
    if (target.is_set()) add(*rollout, target, "Deployment");
  }
}

const Resource* Scalers::find(const Resource& workload) const {
  const auto found = by_target_.find(Key(workload.name_space, workload.kind, workload.name));
  return found == by_target_.end() ? nullptr : found->second;
}

PodFacts read_pod_facts(const Resource& workload, const kube::PodTemplate& pod, const Scalers& scalers) {
  PodFacts facts;
  const Value labels = pod.metadata["labels"];
  const Value annotations = pod.metadata["annotations"];
  facts.labels = kube::read_labels(labels);
  facts.excluded = facts.labels.has(kExcludeLabel, "true");
  facts.excluded_where = labels.find(kExcludeLabel).key.span();
  add_controller_labels(workload, facts.labels);
  facts.opt_in = read_volume_names(annotations, kBackupVolumes);
  facts.opt_out = read_volume_names(annotations, kBackupVolumesExcludes);
  facts.pre_hook = pod_hook(annotations, "pre");
  const std::string_view os = pod.spec["os"]["name"].text();
  facts.node_selector = pod.spec["nodeSelector"];
  facts.needs_windows = os == "windows" || facts.node_selector["kubernetes.io/os"].text() == "windows";
  if (workload.kind == "Pod") facts.node = pod.spec["nodeName"].text();
  read_state(workload, scalers, facts);
  return facts;
}

Known is_pod_running(Value pod) {
  const bool terminating = pod["metadata"]["deletionTimestamp"].is_set();
  const bool has_node = !pod["spec"]["nodeName"].text().empty();
  return known(has_node && !terminating && pod["status"]["phase"].text() == "Running");
}

std::string_view source_of(Value volume) {
  if (!volume.is_mapping()) return {};
  for (const yaml::Entry& entry : volume.entries()) {
    if (entry.key.text() != "name" && entry.value.is_set()) return entry.key.text();
  }
  return "emptyDir";
}

bool is_never_copied(std::string_view source) {
  return source == "hostPath" || source == "secret" || source == "configMap" || source == "projected" ||
         source == "downwardAPI";
}

}  // namespace vlint::velero
