#include "lint/bench/plan_bench.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

#include "lint/base/workers.h"
#include "lint/velero/plan.h"
#include "lint/velero/world.h"

namespace vlint::bench {
namespace {

constexpr unsigned kWorkloadsPerNamespace = 20;

double wall_clock() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

constexpr std::string_view kStorage = R"(---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: block}
provisioner: ebs.csi.aws.com
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local}
provisioner: rancher.io/local-path
---
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata: {name: block, labels: {velero.io/csi-volumesnapshot-class: "true"}}
driver: ebs.csi.aws.com
---
apiVersion: v1
kind: ConfigMap
metadata: {name: policies, namespace: velero}
data:
  policies.yaml: |
    version: v1
    volumePolicies:
    - {conditions: {storageClass: [local]}, action: {type: fs-backup}}
    - {conditions: {volumeTypes: [emptyDir]}, action: {type: skip}}
)";

std::string claim(unsigned i, std::string_view name_space) {
  return fmt::format(
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data{0}, namespace: {1}, labels: {{app: "
      "app{0}}}}}\nspec: {{storageClassName: {2}, resources: {{requests: {{storage: 1Gi}}}}}}\n",
      i, name_space, i % 4 == 0 ? "local" : "block");
}

std::string workload(std::string_view kind, unsigned i, std::string_view name_space, std::string_view annotations,
                     std::string_view volumes, std::string_view more) {
  return fmt::format(
      "---\napiVersion: apps/v1\nkind: {}\nmetadata: {{name: app{}, namespace: {}}}\nspec:\n  template:\n"
      "    metadata: {{labels: {{app: app{}, tier: t{}}}, annotations: {{{}}}}}\n    spec:\n"
      "      containers: [{{name: c, volumeMounts: [{{name: data, mountPath: /d}}, {{name: tmp, mountPath: /t}}]}}]\n"
      "      volumes: [{{name: tmp, emptyDir: {{}}}}{}]\n{}",
      kind, i, name_space, i, i % 10, annotations, volumes, more);
}

// Of 20 workloads 12 have a claim of their own, 5 none, 2 share one, and one is a StatefulSet with three pods.
std::string workload_with_claims(unsigned i) {
  const std::string name_space = fmt::format("ns{}", i / kWorkloadsPerNamespace);
  const auto with_claim = [&](unsigned of) {
    return fmt::format(", {{name: data, persistentVolumeClaim: {{claimName: data{}}}}}", of);
  };
  const unsigned at = i % kWorkloadsPerNamespace;
  if (at == 0) {
    return workload(
        "StatefulSet", i, name_space, "", "",
        "  replicas: 3\n  volumeClaimTemplates: [{metadata: {name: data}, spec: {storageClassName: block}}]\n");
  }
  if (at == 1) return claim(i, name_space) + workload("Deployment", i, name_space, "", with_claim(i), "");
  if (at == 2) return workload("Deployment", i, name_space, "", with_claim(i - 1), "");
  if (at < 8) {
    return workload("Deployment", i, name_space, "backup.velero.io/backup-volumes-excludes: tmp",
                    ", {name: data, configMap: {name: c}}", "");
  }
  return claim(i, name_space) + workload("Deployment", i, name_space,
                                         at % 2 == 0 ? "backup.velero.io/backup-volumes: data" : "", with_claim(i), "");
}

std::string schedule(unsigned i, unsigned namespaces) {
  std::string backup;
  switch (i % 5) {
    case 0:
      backup = "defaultVolumesToFsBackup: true";
      break;
    case 1:
      backup = "includedNamespaces: [";
      for (unsigned k = 0; k < 10; ++k) backup += fmt::format("{}ns{}", k == 0 ? "" : ", ", (i * 7 + k) % namespaces);
      backup += "]";
      break;
    case 2:
      backup = fmt::format("labelSelector: {{matchLabels: {{tier: t{}}}}}", i % 10);
      break;
    case 3:
      backup = fmt::format("snapshotMoveData: true, excludedNamespaces: [ns{}]", i % namespaces);
      break;
    default:
      backup = "resourcePolicy: {kind: configmap, name: policies}";
  }
  return fmt::format(
      "---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {{name: s{}, namespace: velero}}\n"
      "spec: {{schedule: '0 2 * * *', template: {{{}}}}}\n",
      i, backup);
}

struct Measured {
  double seconds = std::numeric_limits<double>::infinity();
  std::size_t differences = 0;
};

void plan_once(const velero::World& world, const velero::PlanOptions& options, Measured& measured) {
  const double start = wall_clock();
  const velero::Plan plan = velero::make_plan(world.cluster(), options);
  measured.seconds = std::min(measured.seconds, wall_clock() - start);
  measured.differences = 0;
  for (const velero::VolumeUse& use : plan.volumes) {
    measured.differences += static_cast<std::size_t>(
        std::count_if(use.verdicts.begin(), use.verdicts.end(), [](const auto& one) { return one.differs_at != 0; }));
  }
}

}  // namespace

void measure_plan(unsigned workloads, unsigned schedules, unsigned rounds) {
  std::string text(kStorage);
  for (unsigned i = 0; i < workloads; ++i) text += workload_with_claims(i);
  for (unsigned i = 0; i < schedules; ++i) text += schedule(i, workloads / kWorkloadsPerNamespace + 1);
  const velero::World world(velero::install_manifests("latest", true, ", --features=EnableCSI") + text);
  fmt::print("{} workloads, {} Schedules, {:.1f} MB of manifests, {} rounds, {} cores\n", workloads, schedules,
             static_cast<double>(text.size()) / 1e6, rounds, Workers().jobs());
  text = {};

  velero::PlanOptions known;
  known.velero_version = velero::kNewestVersion;
  const double before = peak_megabytes();
  Measured told;
  plan_once(world, known, told);
  const double memory_told = peak_megabytes() - before;
  Measured compared;
  plan_once(world, {}, compared);
  const double memory_compared = peak_megabytes() - before;
  for (unsigned round = 0; round < rounds; ++round) {
    plan_once(world, known, told);
    plan_once(world, {}, compared);
  }
  fmt::print("{:<34} {:8.2f} s {:8.1f} MB\n", "plan, version known", told.seconds, memory_told);
  fmt::print("{:<34} {:8.2f} s {:8.1f} MB   ratio {:.2f}, {} volume verdicts differ\n",
             "plan, compared with older releases", compared.seconds, memory_compared, compared.seconds / told.seconds,
             compared.differences);
}

}  // namespace vlint::bench
