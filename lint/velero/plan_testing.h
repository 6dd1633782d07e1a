// Small clusters for the tests of the plan: a Schedule, a workload, a claim, and what the plan says of them.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "lint/velero/plan.h"
#include "lint/velero/world.h"

namespace vlint::velero::testing {

inline std::string schedule(const std::string& backup, const std::string& name = "daily") {
  return fmt::format(
      "---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {{name: {}, namespace: velero}}\n"
      "spec: {{schedule: '0 2 * * *', template: {}}}\n",
      name, backup);
}

// A workload of namespace apps, named "web", with one container that mounts the volume `v`.
struct Pod {
  std::string volumes = "[{name: v, emptyDir: {}}]";
  std::string annotations = "{}";
  std::string labels = "{app: web}";
  std::string containers = "[{name: c, volumeMounts: [{name: v, mountPath: /v}]}]";
  std::string more = "";  // in the pod's spec, behind a comma
  std::string spec = "";  // in the workload's spec, behind a comma
  std::string kind = "Deployment";
  std::string name = "web";
  std::string name_space = ", namespace: apps";

  std::string text() const {
    const std::string flow =
        fmt::format("{{metadata: {{labels: {}, annotations: {}}}, spec: {{containers: {}, volumes: {}{}}}}}", labels,
                    annotations, containers, volumes, more);
    if (kind == "Pod") {
      return fmt::format(
          "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {}{}, labels: {}, annotations: {}}}\n"
          "spec: {{containers: {}, volumes: {}{}}}\n",
          name, name_space, labels, annotations, containers, volumes, more);
    }
    const std::string api = kind == "Job" || kind == "CronJob" ? "batch/v1" : "apps/v1";
    const std::string head =
        fmt::format("---\napiVersion: {}\nkind: {}\nmetadata: {{name: {}{}}}\n", api, kind, name, name_space);
    if (kind == "CronJob")
      return head + fmt::format("spec: {{jobTemplate: {{spec: {{template: {}}}}}{}}}\n", flow, spec);
    return head + fmt::format("spec: {{template: {}{}}}\n", flow, spec);
  }
};

inline std::string claim(const std::string& name = "data", const std::string& more = "",
                         const std::string& labels = "{}") {
  return fmt::format(
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {}, namespace: apps, labels: {}}}\n"
      "spec: {{storageClassName: fast{}}}\n",
      name, labels, more);
}
inline constexpr char kClass[] =
    "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\nprovisioner: driver.longhorn.io\n";
inline constexpr char kClaimVolume[] = "[{name: v, persistentVolumeClaim: {claimName: data}}]";
inline constexpr char kFsDefault[] = "{defaultVolumesToFsBackup: true}";

// What snapshots need: a server, classes, locations, and volume policies of the ConfigMap that kPolicy names.
inline constexpr char kSnapshotClass[] =
    "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {name: longhorn}\n"
    "driver: driver.longhorn.io\n";
inline constexpr char kEnable[] = ", --features=EnableCSI";

inline std::string server(const std::string& version = "v1.18.1", const std::string& flags = kEnable,
                          bool agent = true) {
  return install_manifests(version, agent, flags);
}

inline std::string policy(const std::string& conditions, const std::string& action) {
  return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata:\n  p: |\n"
         "    version: v1\n    volumePolicies: [{conditions: " +
         conditions + ", action: {type: " + action + "}}]\n";
}
inline constexpr char kPolicy[] = "resourcePolicy: {kind: configmap, name: p}";

inline std::string location(const std::string& provider) {
  return "---\napiVersion: velero.io/v1\nkind: VolumeSnapshotLocation\nmetadata: {name: v, namespace: velero}\n"
         "spec: {provider: " +
         provider + "}\n";
}

inline std::string claim_of(const std::string& name, const std::string& storage_class) {
  return fmt::format(
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {}, namespace: apps}}\n"
      "spec: {{storageClassName: {}}}\n",
      name, storage_class);
}
inline std::string class_of(const std::string& name, const std::string& provisioner, const std::string& more = "") {
  return fmt::format(
      "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {}}}\nprovisioner: {}\n{}", name,
      provisioner, more);
}

struct Planned {
  explicit Planned(const std::string& manifests, bool is_complete = true, const PlanOptions& options = {})
      : world(manifests, is_complete), plan(make_plan(world.cluster(), options)) {}

  const VolumeUse& use(std::string_view volume, std::string_view workload = "web") const {
    for (const VolumeUse& one : plan.volumes) {
      if (one.name == volume && plan.workloads[one.workload].resource->name == workload) return one;
    }
    FAIL("no such volume");
    return plan.volumes.front();
  }
  const Claim& of_claim(std::string_view name) const {
    for (const Claim& one : plan.claims) {
      if (one.name == name) return one;
    }
    FAIL("no such claim");
    return plan.claims.front();
  }
  std::string_view place(const Verdict& verdict, std::size_t i = 0) const {
    return i < verdict.evidence.size() ? world.text(verdict.evidence[i].where) : std::string_view("none");
  }
  World world;
  Plan plan;
};

// The messages of a verdict's evidence, one a line.
inline std::string messages(const Verdict& verdict) {
  std::string text;
  for (const Evidence& one : verdict.evidence) text += one.message + "\n";
  return text;
}
inline bool says(const Verdict& verdict, std::string_view part) {
  return messages(verdict).find(part) != std::string::npos;
}

inline std::string installed(const std::string& version = "v1.18.1") { return install_manifests(version, true); }

}  // namespace vlint::velero::testing
