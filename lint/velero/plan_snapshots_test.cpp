// What the plan says of claims that are left to snapshots: one row for each step that decides.
#include "lint/velero/plan.h"
#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

TEST_CASE("what the CSI plugin does with a claim") {
  struct Row {
    const char* what;
    std::string manifests;  // with the server
    std::string backup;
    Method method;
    Outcome outcome;
    Reason reason;
    bool assumed;
  };
  const std::string data = claim() + kClass;
  const std::string all = data + kSnapshotClass;
  const std::string second =
      "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\n"
      "metadata: {name: other}\ndriver: driver.longhorn.io\n";
  const std::string static_volume =
      "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\nspec: {csi: {driver: driver.longhorn.io}}\n";
  for (const Row& row : {
           Row{"taken", server() + all, "{}", Method::csi_snapshot, Outcome::is_protected, Reason::csi_snapshot, false},
           Row{"feature off", server("v1.18.1", "") + all, "{}", Method::none, Outcome::not_protected,
               Reason::csi_disabled, false},
           Row{"server unseen", all, "{}", Method::none, Outcome::unknown, Reason::unknown_value, false},
           Row{"server unseen, no snapshots", all, "{snapshotVolumes: false}", Method::none, Outcome::not_protected,
               Reason::snapshot_volumes_false, false},
           Row{"no snapshots", server() + all, "{snapshotVolumes: false}", Method::none, Outcome::not_protected,
               Reason::snapshot_volumes_false, false},
           Row{"moved", server() + all, "{snapshotMoveData: true}", Method::csi_data_movement, Outcome::is_protected,
               Reason::csi_data_movement, false},
           Row{"moved by the server's default",
               server("v1.18.1", ", --features=EnableCSI, --default-snapshot-move-data") + all, "{}",
               Method::csi_data_movement, Outcome::is_protected, Reason::csi_data_movement, false},
           Row{"moved without an agent", server("v1.18.1", kEnable, false) + all, "{snapshotMoveData: true}",
               Method::csi_data_movement, Outcome::fails, Reason::no_node_agent, false},
           Row{"moved by another", server() + all, "{snapshotMoveData: true, datamover: mine}",
               Method::csi_data_movement, Outcome::unknown, Reason::data_mover_unknown, false},
           Row{"moved by velero", server() + all, "{snapshotMoveData: true, datamover: velero}",
               Method::csi_data_movement, Outcome::is_protected, Reason::csi_data_movement, false},
           Row{"not moved before 1.12", server("v1.14.1") + all, "{}", Method::csi_snapshot, Outcome::is_protected,
               Reason::csi_snapshot, false},
           Row{"no class of the driver", server() + data, "{}", Method::csi_snapshot, Outcome::fails,
               Reason::no_snapshot_class, true},
           Row{"two classes", server() + all + second, "{}", Method::csi_snapshot, Outcome::fails,
               Reason::no_snapshot_class, true},
           Row{"class unseen", server() + claim() + kSnapshotClass, "{}", Method::none, Outcome::unknown,
               Reason::unknown_value, false},
           Row{"no CSI volume", server() + claim_of("data", "slow") + class_of("slow", "k8s.io/minikube-hostpath"),
               "{}", Method::none, Outcome::not_protected, Reason::not_csi_volume, false},
           Row{"no CSI volume, feature off",
               server("v1.18.1", "") + claim_of("data", "slow") + class_of("slow", "k8s.io/minikube-hostpath"), "{}",
               Method::none, Outcome::not_protected, Reason::not_csi_volume, false},
           Row{"static volume with an empty class",
               server() + kSnapshotClass + static_volume +
                   "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps}\n"
                   "spec: {storageClassName: '', volumeName: pv}\n",
               "{}", Method::csi_snapshot, Outcome::fails, Reason::storage_class_missing, false},
           Row{"static volume of an unseen class",
               server() + kSnapshotClass + static_volume + claim("data", ", volumeName: pv"), "{}",
               Method::csi_snapshot, Outcome::is_protected, Reason::csi_snapshot, true},
           Row{"pending", server() + claim() + "status: {phase: Pending}\n" + kClass + kSnapshotClass, "{}",
               Method::csi_snapshot, Outcome::fails, Reason::claim_unbound, false},
           Row{"excluded by label", server() + claim("data", "", "{velero.io/exclude-from-backup: 'true'}") + kClass,
               "{}", Method::none, Outcome::not_protected, Reason::excluded_by_label, false},
           Row{"plugin of its own up to 1.13", server("v1.13.2") + all, "{}", Method::none, Outcome::not_protected,
               Reason::no_csi_plugin, false},
       }) {
    CAPTURE(row.what);
    const Planned planned(row.manifests + schedule(row.backup));
    const Verdict& verdict = planned.of_claim("data").verdicts.front();
    CHECK(verdict.method == row.method);
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
    CHECK(verdict.assumed == row.assumed);
    CHECK_FALSE(verdict.evidence.empty());
  }
}

TEST_CASE("data movement needs a repository at the storage location") {
  const std::string location =
      "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: default, namespace: velero}\n"
      "spec: {provider: example.com/mine}\n";
  const Planned planned(server() + location + schedule("{snapshotMoveData: true}") + claim() + kClass + kSnapshotClass);
  CHECK(planned.of_claim("data").verdicts.front().outcome == Outcome::fails);
  CHECK(planned.of_claim("data").verdicts.front().reason == Reason::no_repository);
}

TEST_CASE("a dump proves that something does not exist") {
  PlanOptions options;
  options.is_dump = true;
  const std::string location =
      "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: default, namespace: velero}\n"
      "spec: {provider: aws}\n";
  const auto volume = [](const std::string& source) {
    return "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
           "spec: {" +
           source + ", claimRef: {namespace: apps, name: data}}\n";
  };
  const auto bound = [](const std::string& spec) {
    return "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps}\nspec: {" + spec +
           "}\nstatus: {phase: Bound}\n";
  };
  const std::string csi = volume("csi: {driver: driver.longhorn.io}");
  struct Row {
    const char* what;
    std::string objects;
    Outcome outcome;
    Reason reason;
  };
  for (const Row& row : {
           Row{"taken", csi + bound("storageClassName: fast, volumeName: pv") + kClass + kSnapshotClass,
               Outcome::is_protected, Reason::csi_snapshot},
           Row{"no class of the driver", csi + bound("storageClassName: fast, volumeName: pv") + kClass, Outcome::fails,
               Reason::no_snapshot_class},
           Row{"no storage class", csi + bound("volumeName: pv") + kSnapshotClass, Outcome::fails,
               Reason::no_storage_class},
           Row{"a storage class that is not there",
               csi + bound("storageClassName: gone, volumeName: pv") + kSnapshotClass, Outcome::fails,
               Reason::storage_class_missing},
           Row{"no CSI volume", volume("nfs: {server: s, path: /p}") + bound("storageClassName: fast, volumeName: pv"),
               Outcome::not_protected, Reason::not_csi_volume},
           Row{"a volume that is not there", bound("storageClassName: fast, volumeName: gone") + kClass, Outcome::fails,
               Reason::claim_unbound},
       }) {
    CAPTURE(row.what);
    const Planned planned(server() + location + schedule("{}") + row.objects, true, options);
    CHECK(planned.of_claim("data").verdicts.front().outcome == row.outcome);
    CHECK(planned.of_claim("data").verdicts.front().reason == row.reason);
    CHECK_FALSE(planned.of_claim("data").verdicts.front().assumed);
  }
  const Planned no_location(server() + schedule("{}"), true, options);
  CHECK(no_location.plan.schedules.front().is_valid == Known::no);
  const Planned no_snapshot_location(server() + location + schedule("{volumeSnapshotLocations: [gone]}"), true,
                                     options);
  CHECK(no_snapshot_location.plan.schedules.front().is_valid == Known::no);
  CHECK(Planned(server() + schedule("{volumeSnapshotLocations: [gone]}")).plan.schedules.front().is_valid ==
        Known::yes);
}

TEST_CASE("an agent that selects nodes may be missing on the pod's node") {
  std::string selecting = server();
  const std::string at = "      containers: [{name: node-agent";
  selecting.replace(selecting.find(at), 0, "      nodeSelector: {disk: 'yes'}\n");
  Pod pod;
  const Planned assumed(selecting + schedule(kFsDefault) + pod.text());
  CHECK(assumed.use("v").verdicts.front().assumed);
  pod.more = ", nodeSelector: {disk: 'yes', zone: a}";
  CHECK_FALSE(Planned(selecting + schedule(kFsDefault) + pod.text()).use("v").verdicts.front().assumed);
}

TEST_CASE("the version is that of the image, else of the chart") {
  std::string chart = server("latest");
  const std::string at = "metadata: {name: velero, namespace: velero}";
  chart.replace(chart.find(at), at.size(),
                "metadata: {name: velero, namespace: velero, labels: {helm.sh/chart: velero-8.3.0}}");
  const Planned by_chart(chart);
  CHECK(by_chart.plan.install.version_from == VersionFrom::chart);
  CHECK(to_string(by_chart.plan.install.version) == "1.15.2");
  CHECK(by_chart.world.text(by_chart.plan.install.version_where) == "velero-8.3.0");
  std::string both = chart;
  both.replace(both.find(":latest"), 7, ":v1.16.1");
  CHECK(Planned(both).plan.install.version_from == VersionFrom::image_tag);
  PlanOptions options;
  options.configured_version = Version{1, 14, 1};
  CHECK(Planned(chart, true, options).plan.install.version_from == VersionFrom::chart);
}

TEST_CASE("the plan is the same with any number of threads") {
  std::string manifests = server() + claim() + kClass + kSnapshotClass + Pod{}.text();
  for (int i = 0; i < 9; ++i) manifests += schedule(i % 2 == 0 ? kFsDefault : "{}", fmt::format("s{}", i));
  PlanOptions one;
  one.jobs = 1;
  PlanOptions four;
  four.jobs = 4;
  const Planned first(manifests, true, one);
  const Planned second(manifests, true, four);
  REQUIRE(first.of_claim("data").verdicts.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(first.of_claim("data").verdicts[i].schedule == i);
    CHECK(first.of_claim("data").verdicts[i].reason == second.of_claim("data").verdicts[i].reason);
    CHECK(first.use("v").verdicts[i].reason == second.use("v").verdicts[i].reason);
  }
}

TEST_CASE("up to 1.13 a plugin of its own takes CSI snapshots") {
  std::string with_plugin = server("v1.13.2");
  const std::string at = "      containers:\n";
  with_plugin.replace(with_plugin.find(at), at.size(),
                      "      initContainers: [{name: p, image: velero/velero-plugin-for-csi:v0.7.1}]\n" + at);
  const std::string data = claim() + kClass + kSnapshotClass;
  const auto reason = [&](const std::string& backup, const std::string& more = "") {
    return Planned(with_plugin + schedule(backup) + data + more).of_claim("data").verdicts.front().reason;
  };
  CHECK(reason("{}") == Reason::csi_snapshot);
  CHECK(reason("{snapshotVolumes: false}") == Reason::snapshot_volumes_false);
  Pod job;
  job.kind = "Job";
  job.volumes = kClaimVolume;
  CHECK(reason(kFsDefault, job.text()) == Reason::suppressed_by_fs_backup);
}

TEST_CASE("a volume policy decides on the snapshot before everything else") {
  struct Row {
    const char* what;
    std::string version;
    std::string conditions;
    std::string action;
    std::string claim;
    Outcome outcome;
    Reason reason;
  };
  const std::string data = claim() + kClass + kSnapshotClass;
  const std::string pending = claim() + "status: {phase: Pending}\n" + kClass + kSnapshotClass;
  for (const Row& row : {
           Row{"snapshot", "v1.18.1", "{csi: {}}", "snapshot", data, Outcome::is_protected, Reason::csi_snapshot},
           Row{"skip", "v1.18.1", "{csi: {}}", "skip", data, Outcome::skipped_on_purpose, Reason::policy_skip},
           Row{"custom", "v1.18.1", "{csi: {}}", "custom", data, Outcome::not_protected, Reason::policy_other_action},
           Row{"fs-backup", "v1.18.1", "{csi: {}}", "fs-backup", data, Outcome::not_protected,
               Reason::suppressed_by_fs_backup},
           Row{"no match", "v1.18.1", "{nfs: {}}", "skip", data, Outcome::not_protected,
               Reason::snapshot_volumes_false},
           Row{"skip of a pending claim", "v1.18.1", "{pvcPhase: [Pending]}", "skip", pending,
               Outcome::skipped_on_purpose, Reason::policy_skip},
           Row{"snapshot of a pending claim", "v1.18.1", "{pvcPhase: [Pending]}", "snapshot", pending, Outcome::fails,
               Reason::claim_unbound},
           Row{"pending, no match", "v1.18.1", "{nfs: {}}", "skip", pending, Outcome::fails, Reason::claim_unbound},
           Row{"pending up to 1.17", "v1.17.2", "{}", "skip", pending, Outcome::fails, Reason::claim_unbound},
       }) {
    CAPTURE(row.what);
    const Planned planned(server(row.version) + policy(row.conditions, row.action) +
                          schedule(fmt::format("{{snapshotVolumes: false, {}}}", kPolicy)) + row.claim);
    const Verdict& verdict = planned.of_claim("data").verdicts.front();
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
  }
}

TEST_CASE("what pods ask for keeps a snapshot away, whether or not it is done") {
  Pod job;
  job.kind = "Job";
  job.volumes = kClaimVolume;
  const std::string data = claim() + kClass + kSnapshotClass;
  const Planned suppressed(server() + schedule(kFsDefault) + job.text() + data);
  const Verdict& verdict = suppressed.of_claim("data").verdicts.front();
  CHECK(verdict.outcome == Outcome::not_protected);
  CHECK(verdict.reason == Reason::suppressed_by_fs_backup);
  CHECK(verdict.cause == Reason::pod_not_running);
  CHECK(suppressed.place(verdict) == "true");
  CHECK(verdict.evidence.back().message.find("Velero takes no snapshot") == 0);
  // Opted out, it is left to the snapshot.
  job.annotations = "{backup.velero.io/backup-volumes-excludes: v}";
  const Planned out(server() + schedule(kFsDefault) + job.text() + data);
  CHECK(out.of_claim("data").verdicts.front().reason == Reason::csi_snapshot);
  CHECK(out.use("v").verdicts.front().method == Method::csi_snapshot);
}

TEST_CASE("native snapshots are taken of volumes that a plugin knows") {
  struct Row {
    const char* what;
    std::string provider;
    std::string provisioner;
    std::string flags;
    std::string backup;
    Method method;
    Reason reason;
  };
  for (const Row& row : {
           Row{"in-tree on AWS", "aws", "kubernetes.io/aws-ebs", kEnable, "{}", Method::native_snapshot,
               Reason::native_snapshot},
           Row{"with the provider's full name", "velero.io/aws", "kubernetes.io/aws-ebs", kEnable, "{}",
               Method::native_snapshot, Reason::native_snapshot},
           Row{"CSI on AWS, feature off", "aws", "ebs.csi.aws.com", "", "{}", Method::native_snapshot,
               Reason::native_snapshot},
           Row{"CSI on AWS is left to the CSI plugin", "aws", "ebs.csi.aws.com", kEnable, "{}", Method::csi_snapshot,
               Reason::no_snapshot_class},
           Row{"Google", "gcp", "pd.csi.storage.gke.io", "", "{}", Method::native_snapshot, Reason::native_snapshot},
           Row{"Azure", "azure", "kubernetes.io/azure-disk", "", "{}", Method::native_snapshot,
               Reason::native_snapshot},
           Row{"another cloud", "gcp", "ebs.csi.aws.com", "", "{}", Method::none, Reason::csi_disabled},
           Row{"no snapshots", "aws", "kubernetes.io/aws-ebs", kEnable, "{snapshotVolumes: false}", Method::none,
               Reason::snapshot_volumes_false},
           Row{"volumes are filtered out", "aws", "kubernetes.io/aws-ebs", kEnable, "{includeClusterResources: false}",
               Method::none, Reason::not_csi_volume},
           Row{"an unknown plugin", "example.com/x", "kubernetes.io/aws-ebs", kEnable, "{}", Method::none,
               Reason::unknown_value},
       }) {
    CAPTURE(row.what);
    const Planned planned(server("v1.18.1", row.flags) + location(row.provider) + schedule(row.backup) +
                          claim_of("data", "c") + class_of("c", row.provisioner));
    const Verdict& verdict = planned.of_claim("data").verdicts.front();
    CHECK(verdict.method == row.method);
    CHECK(verdict.reason == row.reason);
    CHECK(verdict.selected == Known::yes);
  }
}

TEST_CASE("a policy by labels of the claim does not reach the native snapshot") {
  const std::string aws = server() + location("aws") + schedule(fmt::format("{{{}}}", kPolicy)) +
                          claim("data", "", "{tier: db}") + class_of("fast", "kubernetes.io/aws-ebs");
  // Skipped all the same, since policies are asked once more with the claim.
  CHECK(Planned(aws + policy("{pvcLabels: {tier: db}}", "skip")).of_claim("data").verdicts.front().reason ==
        Reason::policy_skip);
  Pod pod;
  pod.volumes = kClaimVolume;
  const Planned twice(aws + pod.text() + policy("{pvcLabels: {tier: db}}", "fs-backup"));
  CHECK(twice.of_claim("data").verdicts.front().method == Method::fs_backup);
  CHECK(twice.of_claim("data").verdicts.front().also == Method::native_snapshot);
  CHECK(twice.use("v").verdicts.front().also == Method::native_snapshot);
}

TEST_CASE("a generic ephemeral volume is backed up twice, or by its claim alone") {
  Pod pod;
  pod.volumes = "[{name: v, ephemeral: {volumeClaimTemplate: {spec: {storageClassName: fast}}}}]";
  const std::string classes = std::string(kClass) + kSnapshotClass;
  const Planned twice(server() + schedule(kFsDefault) + pod.text() + classes);
  CHECK(twice.use("v").verdicts.front().method == Method::fs_backup);
  CHECK(twice.use("v").verdicts.front().also == Method::csi_snapshot);
  CHECK(twice.plan.claims.empty());  // of a controller's pods nobody knows the names
  pod.kind = "Pod";
  const Planned alone(server() + schedule("{}") + pod.text() + classes);
  CHECK(alone.use("v").verdicts.front().reason == Reason::csi_snapshot);
  CHECK(alone.of_claim("web-v").verdicts.front().reason == Reason::csi_snapshot);
  CHECK(alone.of_claim("web-v").existence == Certainty::assumed);
}

TEST_CASE("claims of a volume group are snapshotted together, from 1.17 on") {
  const auto member = [](const std::string& name, const std::string& storage_class) {
    return fmt::format(
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\n"
        "metadata: {{name: {}, namespace: apps, labels: {{velero.io/volume-group: db}}}}\n"
        "spec: {{storageClassName: {}}}\n",
        name, storage_class);
  };
  const std::string group_class =
      "---\napiVersion: groupsnapshot.storage.k8s.io/v1beta2\nkind: VolumeGroupSnapshotClass\n"
      "metadata: {name: g, labels: {velero.io/csi-volumegroupsnapshot-class: 'true'}}\ndriver: driver.longhorn.io\n";
  const std::string base = schedule("{}") + kClass + kSnapshotClass + member("a", "fast");
  const auto reason = [&](const std::string& version, const std::string& more) {
    return Planned(server(version) + base + more).of_claim("a").verdicts.front().reason;
  };
  const std::string other = member("b", "nas") + class_of("nas", "nfs.csi.k8s.io");
  CHECK(reason("v1.18.1", "") == Reason::no_group_snapshot_class);
  CHECK(reason("v1.18.1", group_class) == Reason::csi_snapshot);
  CHECK(reason("v1.18.1", group_class + member("b", "fast")) == Reason::csi_snapshot);
  CHECK(reason("v1.18.1", group_class + other) == Reason::group_of_several_drivers);
  CHECK(reason("v1.16.2", other) == Reason::csi_snapshot);
  // 1.18 leaves members out that policies give to something else.
  const std::string skipped = member("b", "nas") + class_of("nas", "nfs.csi.k8s.io") + group_class +
                              policy("{csi: {driver: nfs.csi.k8s.io}}", "skip");
  const auto with_policy = [&](const std::string& version) {
    return Planned(server(version) + schedule(fmt::format("{{{}}}", kPolicy)) + kClass + kSnapshotClass +
                   member("a", "fast") + skipped)
        .of_claim("a")
        .verdicts.front()
        .reason;
  };
  CHECK(with_policy("v1.18.1") == Reason::csi_snapshot);
  CHECK(with_policy("v1.17.2") == Reason::group_of_several_drivers);
}

TEST_CASE("a claim that nobody uses and whose class waits for that is taken for Pending") {
  const std::string waits = class_of("fast", "driver.longhorn.io", "volumeBindingMode: WaitForFirstConsumer\n");
  const std::string data = claim() + waits + kSnapshotClass;
  const Planned unused(server() + schedule("{}") + data);
  const Verdict& verdict = unused.of_claim("data").verdicts.front();
  CHECK(verdict.outcome == Outcome::fails);
  CHECK(verdict.reason == Reason::claim_unbound);
  CHECK(verdict.assumed);
  CHECK(unused.place(verdict) == "WaitForFirstConsumer");
  CHECK(unused.of_claim("data").volume == Certainty::assumed);
  Pod pod;
  pod.volumes = kClaimVolume;
  CHECK(Planned(server() + schedule("{}") + data + pod.text()).of_claim("data").verdicts.front().reason ==
        Reason::csi_snapshot);
}

TEST_CASE("where the version is not known, verdicts that differ between versions say so") {
  std::string unknown = server("latest");
  const std::string two_classes = std::string(kSnapshotClass) +
                                  "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: "
                                  "{name: b, annotations: {snapshot.storage.kubernetes.io/is-default-class: 'true'}}\n"
                                  "driver: driver.longhorn.io\n";
  const std::string manifests = schedule("{}") + claim() + kClass + two_classes;
  const Planned planned(unknown + manifests);
  CHECK(planned.plan.install.version_from == VersionFrom::newest_known);
  CHECK(planned.of_claim("data").verdicts.front().reason == Reason::csi_snapshot);
  CHECK(planned.of_claim("data").verdicts.front().differs_at == 16);
  CHECK(Planned(server() + manifests).of_claim("data").verdicts.front().differs_at == 0);
  PlanOptions options;
  options.configured_version = Version{1, 16, 2};
  const Planned configured(unknown + manifests, true, options);
  CHECK(configured.plan.install.version_from == VersionFrom::configuration);
  CHECK(configured.of_claim("data").verdicts.front().reason == Reason::no_snapshot_class);
}

}  // namespace
}  // namespace vlint::velero
