#include "rules/common/copies.h"

#include <algorithm>
#include <iterator>

#include "lint/kube/selector_value.h"
#include "lint/velero/claim_description.h"
#include "rules/common/claims.h"
#include "rules/common/schedules.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

// Provisioners that make volumes without a CSI driver.
constexpr std::string_view kNoDrivers[] = {
    "cluster.local/nfs-subdir-external-provisioner",
    "docker.io/hostpath",
    "k8s-sigs.io/nfs-subdir-external-provisioner",
    "k8s.io/minikube-hostpath",
    "kubernetes.io/host-path",
    "kubernetes.io/no-provisioner",
    "microk8s.io/hostpath",
    "nfs-subdir-external-provisioner",
    "openebs.io/local",
    "rancher.io/local-path",
};

// Images of servers whose files can't be copied while they run, by the last part of their names.
constexpr std::string_view kDatabases[] = {
    "cassandra",  "clickhouse-server", "couchdb", "elasticsearch", "etcd",       "influxdb",       "mariadb",
    "mongo",      "mongodb",           "mysql",   "neo4j",         "opensearch", "percona-server", "postgres",
    "postgresql", "timescaledb",
};

bool is_database(std::string_view image) {
  const std::string_view name = image_without_tag(image);
  const std::size_t slash = name.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return std::find(std::begin(kDatabases), std::end(kDatabases), last) != std::end(kDatabases);
}

// Its pods stay; a Job's go.
bool stays(const kube::Resource& workload) {
  const std::string_view kind = workload.kind;
  const bool is_kind = kind == "Deployment" || kind == "StatefulSet" || kind == "DaemonSet";
  return is_kind && workload["spec"]["replicas"].as_int() != 0;
}

constexpr std::string_view kDefaultClass = "snapshot.storage.kubernetes.io/is-default-class";

}  // namespace

bool is_no_csi_driver(std::string_view provisioner) {
  return std::find(std::begin(kNoDrivers), std::end(kNoDrivers), provisioner) != std::end(kNoDrivers);
}

bool takes_no_snapshots(std::string_view provisioner) {
  return has_no_snapshots(provisioner) || is_no_csi_driver(provisioner);
}

std::vector<const kube::Resource*> default_snapshot_classes(const model::Cluster& cluster, std::string_view driver) {
  std::vector<const kube::Resource*> classes = snapshot_classes_of(cluster, driver);
  classes.erase(std::remove_if(classes.begin(), classes.end(),
                               [](const kube::Resource* one) {
                                 return one->metadata["annotations"][kDefaultClass].text() != "true";
                               }),
                classes.end());
  return classes;
}

bool knows_snapshot_classes(const model::Cluster& cluster) {
  const std::vector<const kube::Resource*> classes = cluster.of_kind("snapshot.storage.k8s.io", "VolumeSnapshotClass");
  return std::all_of(classes.begin(), classes.end(), [](const kube::Resource* one) {
    return kube::has_known_text((*one)["driver"]) &&
           kube::has_known_text(one->metadata["annotations"][kDefaultClass]) &&
           kube::has_known_text(one->metadata["name"]);
  });
}

std::vector<yaml::Entry> fields_of_copy_alone(const volsync::Replication& source) {
  std::vector<yaml::Entry> fields;
  const yaml::Value spec = mover_spec(source);
  for (const yaml::Entry& entry : spec.entries()) {
    const std::string_view key = entry.key.text();
    const bool is_for_cache = has_cache(source) && ((key == "storageClassName" && !source.cache_storage_class.field) ||
                                                    (key == "accessModes" && !source.cache_access_modes));
    const bool is_of_copy =
        key == "capacity" || key == "storageClassName" || key == "accessModes" || key == "volumeSnapshotClassName";
    if (is_of_copy && !is_for_cache && entry.value.is_set()) {
      fields.push_back(written_entry(*source.resource, spec, key));
    }
  }
  return fields;
}

std::optional<SinglePodHolder> single_pod_holder(const velero::Plan& plan, const velero::Claim& claim) {
  const std::vector<yaml::Value> modes = velero::spec_of(plan, claim)["accessModes"].items();
  const auto single = std::find_if(modes.begin(), modes.end(),
                                   [](const yaml::Value& mode) { return mode.text() == "ReadWriteOncePod"; });
  if (single == modes.end()) return std::nullopt;
  for (const std::uint32_t use : claim.mounted_by) {
    const kube::Resource* resource = plan.workloads[plan.volumes[use].workload].resource;
    if (stays(*resource)) return SinglePodHolder{resource, *single};
  }
  return std::nullopt;
}

std::optional<RunningDatabase> database_on(const velero::Plan& plan, const velero::Claim& claim) {
  for (const std::uint32_t i : claim.mounted_by) {
    const velero::VolumeUse& use = plan.volumes[i];
    const velero::Workload& workload = plan.workloads[use.workload];
    if (!stays(*workload.resource)) continue;
    for (const yaml::Value container : workload.pod.spec["containers"].items()) {
      const std::vector<yaml::Value> mounts = container["volumeMounts"].items();
      const bool mounts_it = std::any_of(mounts.begin(), mounts.end(),
                                         [&](const yaml::Value& mount) { return mount["name"].text() == use.name; });
      if (mounts_it && is_database(container["image"].text())) {
        return RunningDatabase{workload.resource, container["image"]};
      }
    }
  }
  return std::nullopt;
}

bool may_be_read_directly(const velero::Plan& plan, const velero::Claim& claim) {
  return !single_pod_holder(plan, claim) && !database_on(plan, claim);
}

yaml::Edits read_directly(const volsync::Replication& source) {
  std::vector<yaml::Edits> parts;
  const yaml::Value method = source.copy_method_text.field;
  parts.push_back(method ? yaml::set_scalar(method, "Direct")
                         : yaml::add_entry(mover_spec(source), "copyMethod", yaml::NewValue::string("Direct")));
  for (const yaml::Entry& field : fields_of_copy_alone(source)) {
    Result<yaml::Removal> removal = yaml::remove_entry(field.key, yaml::OnlyChild::remove_parent);
    parts.push_back(removal.ok() ? yaml::Edits(std::move(removal->edits)) : yaml::Edits(Error{removal.error()}));
  }
  return together(parts);
}

std::optional<std::string_view> copy_method_for(const Model& model, const ClusterModel& member,
                                                const volsync::Replication& source) {
  const velero::Claim* claim = claim_of(member, source);
  if (claim == nullptr || source.snapshot_class.given() == Known::unknown) return std::nullopt;
  const velero::Storage storage(member.cluster, member.plan.install.is_dump);
  const std::optional<velero::ClaimFacts> facts = velero::describe_claim(storage, member.plan, *claim);
  if (!facts || !facts->provisioner || facts->provisioner_is_assumed) return std::nullopt;
  const std::optional<std::string_view> direct =
      may_be_read_directly(member.plan, *claim) ? std::optional<std::string_view>("Direct") : std::nullopt;
  if (takes_no_snapshots(*facts->provisioner)) return direct;
  const std::vector<const kube::Resource*> of_driver = snapshot_classes_of(member.cluster, *facts->provisioner);
  if (source.snapshot_class.given() == Known::yes) {
    const bool serves = std::any_of(of_driver.begin(), of_driver.end(), [&](const kube::Resource* one) {
      return one->name == source.snapshot_class.text();
    });
    return serves ? std::optional<std::string_view>("Snapshot") : std::nullopt;
  }
  if (default_snapshot_classes(member.cluster, *facts->provisioner).size() == 1) return "Snapshot";
  const bool sees_all = !may_hold_more(model, member) && knows_snapshot_classes(member.cluster);
  return sees_all && of_driver.empty() ? direct : std::nullopt;
}

}  // namespace vlint::rules
