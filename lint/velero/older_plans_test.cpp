#include "lint/velero/older_plans.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

#include "lint/velero/conformance_cases.h"
#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

// Clusters that are made up at random, of what releases of Velero decide otherwise and of what they decide alike.
class RandomCluster {
 public:
  explicit RandomCluster(std::uint32_t seed) : random_(seed) {
    is_dump_ = chance(3);
    text_ = chance(4) ? "" : velero();
    for (const char* name : {"a", "b", "apps"}) add_namespace(name);
    add_storage();
    const unsigned claims = 2 + below(5);
    for (unsigned i = 0; i < claims; ++i) add_claim(i);
    const unsigned volumes = below(4);
    for (unsigned i = 0; i < volumes; ++i) add_volume(i);
    const unsigned pods = 1 + below(7);
    for (unsigned i = 0; i < pods; ++i) add_workload(i);
    const unsigned schedules = 1 + below(4);
    for (unsigned i = 0; i < schedules; ++i) add_schedule(i);
  }

  const std::string& text() const { return text_; }
  bool is_dump() const { return is_dump_; }

 private:
  unsigned below(unsigned count) { return static_cast<unsigned>(random_() % count); }
  bool chance(unsigned of) { return below(of) == 0; }
  std::string any(const std::vector<std::string>& of) { return of[below(static_cast<unsigned>(of.size()))]; }
  std::string maybe(const std::vector<std::string>& of) { return chance(2) ? any(of) : std::string(); }

  std::string velero() {
    const std::string flags =
        any({"", ", --features=EnableCSI", ", --features=EnableCSI",
             ", --features=EnableCSI, --default-volumes-to-fs-backup", ", --features=EnableCSI, --uploader-type=restic",
             ", --features=EnableCSI, --volume-group-snapshot-label-key=group"});
    std::string text = install_manifests(any({"latest", "main"}), !chance(4), flags);
    if (chance(3)) {
      const std::size_t label = text.rfind(", role: node-agent");
      if (label != std::string::npos) text.erase(label, 18);
    }
    text +=
        "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: default, namespace: velero}\n"
        "spec: {provider: aws, default: true}\n";
    if (chance(4)) text += "status: {phase: Unavailable}\n";
    if (chance(2)) {
      text +=
          "---\napiVersion: velero.io/v1\nkind: VolumeSnapshotLocation\nmetadata: {name: v, namespace: velero}\n"
          "spec: {provider: aws}\n";
    }
    if (is_dump_ && !chance(4)) {
      text += fmt::format(
          "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: agent, namespace: velero, labels: {}}}\n"
          "spec: {{nodeName: n, containers: []}}\nstatus: {{phase: Running}}\n",
          any({"{name: node-agent, role: node-agent}", "{name: node-agent}"}));
    }
    text += fmt::format(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: policies, namespace: velero}}\ndata:\n  p: |\n"
        "    version: v1\n    volumePolicies:\n    - conditions: {}\n      action: {{type: {}}}\n",
        any({"{storageClass: [block]}", "{pvcLabels: {group: one}}", "{pvcPhase: [Pending]}", "{volumeTypes: [csi]}",
             "{csi: {driver: d.io}}", "{capacity: '0,5Gi'}", "{}"}),
        any({"skip", "snapshot", "fs-backup", "fs-backup"}));
    return text;
  }

  void add_namespace(const std::string& name) {
    text_ += fmt::format("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {}{}}}\n", name,
                         chance(6) ? ", labels: {velero.io/exclude-from-backup: 'true'}" : "");
  }

  void add_storage() {
    text_ +=
        "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: block}\nprovisioner: d.io\n"
        "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: late}\nprovisioner: d.io\n"
        "volumeBindingMode: WaitForFirstConsumer\n"
        "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: cloud}\n"
        "provisioner: kubernetes.io/aws-ebs\n"
        "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: host}\n"
        "provisioner: k8s.io/minikube-hostpath\n";
    for (const char* name : {"first", "second"}) {
      if (chance(3)) continue;
      text_ += fmt::format(
          "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {{name: {}{}}}\n"
          "driver: d.io\n",
          name,
          any({"", ", labels: {velero.io/csi-volumesnapshot-class: 'true'}",
               ", annotations: {snapshot.storage.kubernetes.io/is-default-class: 'true'}",
               ", annotations: {snapshot.storage.kubernetes.io/is-default-class: 'true'}"}));
    }
    if (chance(2)) {
      text_ +=
          "---\napiVersion: groupsnapshot.storage.k8s.io/v1\nkind: VolumeGroupSnapshotClass\nmetadata: {name: g, "
          "labels: "
          "{velero.io/csi-volumegroupsnapshot-class: 'true'}}\ndriver: d.io\n";
    }
  }

  void add_claim(unsigned i) {
    text_ += fmt::format(
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c{}, namespace: {}, labels: {{{}}}{}}}\n"
        "spec: {{resources: {{requests: {{storage: {}Gi}}}}{}{}}}\n",
        i, any({"a", "b", "apps"}),
        any({"app: x", "app: y", "group: one", "velero.io/volume-group: one", "velero.io/exclude-from-backup: 'true'"}),
        chance(8) ? ", annotations: {velero.io/csi-volumesnapshot-class: second}" : "", 1 + below(9),
        any({", storageClassName: block", ", storageClassName: block", ", storageClassName: late",
             ", storageClassName: cloud", ", storageClassName: host", ""}),
        chance(3) ? fmt::format(", volumeName: pv{}", below(4)) : "");
    if (is_dump_) text_ += fmt::format("status: {{phase: {}}}\n", any({"Bound", "Bound", "Bound", "Pending"}));
  }

  void add_volume(unsigned i) {
    text_ += fmt::format(
        "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: pv{}, labels: {{{}}}}}\n"
        "spec: {{capacity: {{storage: 3Gi}}, storageClassName: block{}{}}}\n",
        i, any({"app: x", "app: y"}),
        any({", csi: {driver: d.io}", ", csi: {driver: ebs.csi.aws.com}", ", awsElasticBlockStore: {volumeID: v}",
             ", hostPath: {path: /p}"}),
        chance(2) ? fmt::format(", claimRef: {{namespace: {}, name: c{}}}", any({"a", "b", "apps"}), below(6)) : "");
  }

  std::string volumes() {
    std::string text;
    for (unsigned i = 0; i < 1 + below(3); ++i) {
      text +=
          fmt::format("{}{{name: v{}, {}}}", text.empty() ? "" : ", ", i,
                      any({"emptyDir: {}", fmt::format("persistentVolumeClaim: {{claimName: c{}}}", below(6)),
                           fmt::format("persistentVolumeClaim: {{claimName: c{}}}", below(6)), "hostPath: {path: /p}",
                           "ephemeral: {volumeClaimTemplate: {spec: {storageClassName: block}}}"}));
    }
    return text;
  }

  void add_workload(unsigned i) {
    const std::string kind = is_dump_ ? "Pod" : any({"Deployment", "Deployment", "StatefulSet", "Job", "Pod"});
    const std::string spec =
        fmt::format("{{containers: [{{name: c, {}: [{{name: v0}}, {{name: v1}}, {{name: t}}]}}], volumes: [{}]{}{}}}",
                    any({"volumeMounts", "volumeMounts", "volumeMounts", "volumeDevices"}), volumes(),
                    chance(5) ? ", nodeSelector: {kubernetes.io/os: windows}" : "", is_dump_ ? ", nodeName: n" : "");
    const std::string labels = any({"app: x", "app: x", "app: y", "velero.io/exclude-from-backup: 'true'"});
    const std::string annotations =
        any({"", "", "backup.velero.io/backup-volumes: 'v0,v1,t'", "backup.velero.io/backup-volumes-excludes: v0"});
    const std::string name_space = any({"a", "b", "apps"});
    if (kind == "Pod") {
      text_ += fmt::format(
          "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: w{}, namespace: {}, labels: {{{}}}, annotations: "
          "{{{}}}}}\n"
          "spec: {}\n",
          i, name_space, labels, annotations, spec);
      if (is_dump_) text_ += fmt::format("status: {{phase: {}}}\n", any({"Running", "Running", "Pending"}));
      return;
    }
    text_ += fmt::format(
        "---\napiVersion: {}\nkind: {}\nmetadata: {{name: w{}, namespace: {}}}\n"
        "spec: {{template: {{metadata: {{labels: {{{}}}, annotations: {{{}}}}}, spec: {}}}{}}}\n",
        kind == "Job" ? "batch/v1" : "apps/v1", kind, i, name_space, labels, annotations, spec,
        kind == "StatefulSet"
            ? ", replicas: 2, volumeClaimTemplates: [{metadata: {name: t}, spec: {storageClassName: block}}]"
            : "");
  }

  void add_schedule(unsigned i) {
    std::string backup;
    const auto add = [&](const std::string& field) {
      if (!field.empty()) backup += (backup.empty() ? "" : ", ") + field;
    };
    add(maybe({"includedNamespaces: [a]", "includedNamespaces: ['a*']", "excludedNamespaces: [b]",
               "excludedNamespaces: ['a*']", "includedNamespaces: [a, b, apps]"}));
    add(maybe({"includedResources: [pods, persistentvolumeclaims, persistentvolumes]", "includedResources: [pods]",
               "excludedResources: [persistentvolumes]", "includeClusterResources: true",
               "includeClusterResources: false", "includedClusterScopedResources: [persistentvolumes]",
               "excludedNamespaceScopedResources: [secrets]"}));
    add(maybe({"labelSelector: {matchLabels: {app: x}}", "labelSelector: {matchLabels: {group: one}}"}));
    add(maybe({"defaultVolumesToFsBackup: true", "defaultVolumesToFsBackup: false"}));
    add(chance(3) ? any({"snapshotVolumes: false", "snapshotMoveData: true"}) : "");
    add(chance(3) ? "resourcePolicy: {kind: configmap, name: policies}" : "");
    add(chance(4) ? "orderedResources: {persistentvolumeclaims: 'a/c1,b/c2', pods: a/w1}" : "");
    add(chance(5) ? "volumeGroupSnapshotLabelKey: app" : "");
    const std::string cron = chance(6) ? "CRON_TZ=Europe/Berlin 0 2 * * *" : "0 2 * * *";
    text_ += fmt::format(
        "---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {{name: s{}, namespace: velero}}\n"
        "spec: {{schedule: '{}'{}, template: {{{}}}}}\n",
        i, cron, chance(8) ? ", paused: true" : "", backup);
  }

  std::mt19937 random_;
  bool is_dump_ = false;
  std::string text_;
};

TEST_CASE("a comparison with older releases says what plans under those releases say") {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const RandomCluster cluster(seed);
    PlanOptions options;
    options.is_dump = cluster.is_dump();
    options.jobs = 1;
    const World world(cluster.text());
    const std::string wrong = check_comparison(world.cluster(), options);
    INFO("seed ", seed, "\n", cluster.text());
    REQUIRE(wrong == "");
  }
}

TEST_CASE("pods that share claims in another order are compared") {
  // The first and the third pod share a claim; the third and the second share the one that fails.
  const auto pod = [](const std::string& name, const std::string& volumes, const std::string& excludes) {
    return fmt::format(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {}, namespace: apps, annotations: "
        "{{backup.velero.io/backup-volumes-excludes: {}}}}}\nspec: {{nodeName: n, containers: [{{name: c, "
        "volumeMounts: "
        "[{{name: a}}, {{name: b}}, {{name: x}}]}}], volumes: [{}]}}\nstatus: {{phase: Running}}\n",
        name, excludes, volumes);
  };
  const auto of = [](const std::string& name, const std::string& claim) {
    return fmt::format("{{name: {}, persistentVolumeClaim: {{claimName: {}}}}}", name, claim);
  };
  const World world(
      install_manifests("latest", false, ", --features=EnableCSI") +
      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: velero, labels: {role: node-agent, name: "
      "node-agent}}\nspec: {nodeName: n}\nstatus: {phase: Running}\n"
      "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: default, namespace: velero}\n"
      "spec: {provider: aws}\n"
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: shared, namespace: apps}\n"
      "spec: {volumeName: pv}\nstatus: {phase: Bound}\n"
      "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
      "spec: {nfs: {}, claimRef: {namespace: apps, name: shared}}\n"
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps}\n"
      "spec: {}\nstatus: {phase: Pending}\n" +
      pod("p0", of("x", "shared"), "n") + pod("p1", "{name: a, emptyDir: {}}, " + of("b", "data"), "b") +
      pod("p2", of("x", "shared") + ", {name: a, emptyDir: {}}, " + of("b", "data"), "b") +
      testing::schedule("{defaultVolumesToFsBackup: true}"));
  PlanOptions options;
  options.is_dump = true;
  CHECK(check_comparison(world.cluster(), options) == "");
  int differing = 0;
  for (const VolumeUse& use : make_plan(world.cluster(), options).volumes) {
    if (use.verdicts.front().differs_at == 14) ++differing;
  }
  CHECK(differing > 0);
}

TEST_CASE("a volume that only older releases list is compared") {
  const testing::Planned planned(testing::server("latest") + testing::location("aws") + testing::schedule("{}") +
                                 testing::claim("data", "", "{velero.io/exclude-from-backup: 'true'}") +
                                 testing::class_of("fast", "kubernetes.io/aws-ebs"));
  CHECK(planned.of_claim("data").verdicts.front().outcome == Outcome::not_protected);
  CHECK(planned.of_claim("data").verdicts.front().differs_at == 16);
  CHECK(check_comparison(planned.world.cluster(), {}) == "");
}

TEST_CASE("claims of one volume belong together") {
  const auto claim = [](const std::string& name, const std::string& spec) {
    return fmt::format(
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {}, namespace: apps}}\nspec: {{{}}}\n",
        name, spec);
  };
  const Prepared prepared(claim("a", "volumeName: pv") + claim("b", "volumeName: pv") + claim("c", "") +
                          "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\nspec: {nfs: {}}\n");
  const Components components = find_components(prepared.facts);
  CHECK(components.count == 2);
  CHECK(components.of_claim[0] == components.of_claim[1]);
  CHECK(components.of_claim[0] == components.of_volume[0]);
  CHECK(components.of_claim[0] != components.of_claim[2]);
}

TEST_CASE("random clusters differ at every release that is compared") {
  std::vector<int> seen(20, 0);
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const RandomCluster cluster(seed);
    PlanOptions options;
    options.is_dump = cluster.is_dump();
    options.jobs = 1;
    const World world(cluster.text());
    const Plan plan = make_plan(world.cluster(), options);
    for (const VolumeUse& use : plan.volumes) {
      for (const Verdict& verdict : use.verdicts) ++seen[verdict.differs_at];
    }
  }
  for (const Version& version : compared_releases()) {
    INFO(to_string(version));
    CHECK(seen[static_cast<std::size_t>(version.minor)] > 0);
  }
}

}  // namespace
}  // namespace vlint::velero
