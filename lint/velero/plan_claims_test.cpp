#include "lint/velero/plan.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

TEST_CASE("what becomes of a claim that one pod mounts") {
  struct Row {
    const char* what;
    std::string backup;
    Pod pod;
    std::string claim;
    Method method;
    Outcome outcome;
    Reason reason;
    bool assumed;
    Reason cause = Reason::unknown_value;
  };
  const auto pod = [](auto change) {
    Pod made;
    made.volumes = kClaimVolume;
    change(made);
    return made;
  };
  const Pod plain = pod([](Pod&) {});
  const std::string local =
      "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: slow}\nprovisioner: "
      "rancher.io/local-path\n";
  const std::string data = claim() + kClass;
  for (const Row& row : {
           Row{"copied", kFsDefault, plain, data, Method::fs_backup, Outcome::is_protected,
               Reason::default_is_fs_backup, false},
           Row{"unknown class", kFsDefault, plain, claim(), Method::fs_backup, Outcome::is_protected,
               Reason::default_is_fs_backup, true},
           Row{"unseen claim", kFsDefault, plain, "", Method::fs_backup, Outcome::is_protected,
               Reason::default_is_fs_backup, true},
           Row{"hostPath", kFsDefault, plain,
               local + "---\napiVersion: v1\nkind: PersistentVolumeClaim\n"
                       "metadata: {name: data, namespace: apps}\nspec: {storageClassName: slow}\n",
               Method::none, Outcome::not_protected, Reason::suppressed_by_fs_backup, false, Reason::host_path_volume},
           Row{"block device", kFsDefault,
               pod([](Pod& p) { p.containers = "[{name: c, volumeDevices: [{name: v, devicePath: /d}]}]"; }), data,
               Method::none, Outcome::not_protected, Reason::suppressed_by_fs_backup, false, Reason::block_volume},
           Row{"not mounted", kFsDefault, pod([](Pod& p) { p.containers = "[{name: c}]"; }), data, Method::none,
               Outcome::not_protected, Reason::suppressed_by_fs_backup, false, Reason::not_mounted},
           Row{"job", kFsDefault, pod([](Pod& p) { p.kind = "Job"; }), data, Method::none, Outcome::not_protected,
               Reason::suppressed_by_fs_backup, true, Reason::pod_not_running},
           Row{"deleted job", kFsDefault, pod([](Pod& p) {
                 p.kind = "Job";
                 p.spec = ", ttlSecondsAfterFinished: 0";
               }),
               data, Method::none, Outcome::not_protected, Reason::csi_disabled, false},
           Row{"pod is label-excluded", kFsDefault,
               pod([](Pod& p) { p.labels = "{velero.io/exclude-from-backup: 'true'}"; }), data, Method::none,
               Outcome::not_protected, Reason::suppressed_by_fs_backup, false, Reason::excluded_by_label},
           Row{"pods are filtered out", "{defaultVolumesToFsBackup: true, includedResources: [pvc, pv]}", plain, data,
               Method::none, Outcome::not_protected, Reason::suppressed_by_fs_backup, false,
               Reason::resource_not_selected},
           Row{"no pods", kFsDefault, pod([](Pod& p) { p.spec = ", replicas: 0"; }), data, Method::none,
               Outcome::not_protected, Reason::csi_disabled, false},
           Row{"opted out", kFsDefault,
               pod([](Pod& p) { p.annotations = "{backup.velero.io/backup-volumes-excludes: v}"; }), data, Method::none,
               Outcome::not_protected, Reason::csi_disabled, false},
           Row{"opted out, no snapshots", "{defaultVolumesToFsBackup: true, snapshotVolumes: false}",
               pod([](Pod& p) { p.annotations = "{backup.velero.io/backup-volumes-excludes: v}"; }), data, Method::none,
               Outcome::skipped_on_purpose, Reason::opted_out, false},
           Row{"not opted in", "{}", plain, data, Method::none, Outcome::not_protected, Reason::csi_disabled, false},
           Row{"not opted in, no snapshots", "{snapshotVolumes: false}", plain, data, Method::none,
               Outcome::not_protected, Reason::snapshot_volumes_false, false},
           Row{"opted in", "{snapshotVolumes: false}",
               pod([](Pod& p) { p.annotations = "{backup.velero.io/backup-volumes: v}"; }), data, Method::fs_backup,
               Outcome::is_protected, Reason::opted_in, false},
           Row{"namespace", "{defaultVolumesToFsBackup: true, includedNamespaces: [db]}", plain, data, Method::none,
               Outcome::not_protected, Reason::namespace_not_selected, false},
       }) {
    CAPTURE(row.what);
    const Planned planned(installed() + schedule(row.backup) + row.pod.text() + row.claim);
    for (const Verdict& verdict : {planned.use("v").verdicts.front(), planned.of_claim("data").verdicts.front()}) {
      CHECK(verdict.method == row.method);
      CHECK(verdict.outcome == row.outcome);
      CHECK(verdict.reason == row.reason);
      CHECK(verdict.cause == row.cause);
      CHECK(verdict.assumed == row.assumed);
      CHECK_FALSE(verdict.evidence.empty());
    }
  }
}

TEST_CASE("a claim whose type is filtered out is left out with its volumes") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const std::string manifests =
      schedule("{defaultVolumesToFsBackup: true, includedResources: [pods]}") + pod.text() + claim() + kClass;
  const Planned planned(installed() + manifests);
  CHECK(planned.use("v").verdicts.front().reason == Reason::claim_type_excluded);
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::not_protected);
  CHECK(planned.of_claim("data").verdicts.front().reason == Reason::resource_not_selected);
  // The gate came with 1.14.
  CHECK(Planned(installed("v1.13.2") + manifests).use("v").verdicts.front().outcome == Outcome::is_protected);
}

TEST_CASE("a claim with the exclude label is copied with its pod all the same") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const Planned planned(installed() + schedule(kFsDefault) + pod.text() +
                        claim("data", "", "{velero.io/exclude-from-backup: 'true'}") + kClass);
  CHECK(planned.of_claim("data").verdicts.front().outcome == Outcome::is_protected);
}

TEST_CASE("a claim that no pod mounts is left to its snapshot, or to nothing") {
  const Planned snapshots(installed() + schedule(kFsDefault) + claim());
  CHECK(snapshots.of_claim("data").verdicts.front().reason == Reason::csi_disabled);
  CHECK(snapshots.of_claim("data").is_protected == Known::no);
  const Planned none(installed() + schedule("{defaultVolumesToFsBackup: true, snapshotVolumes: false}") + claim());
  CHECK(none.of_claim("data").verdicts.front().reason == Reason::snapshot_volumes_false);
  CHECK(none.of_claim("data").is_protected == Known::no);
  const Planned excluded(installed() + schedule(kFsDefault) +
                         claim("data", "", "{velero.io/exclude-from-backup: 'true'}"));
  CHECK(excluded.of_claim("data").verdicts.front().reason == Reason::excluded_by_label);
}

TEST_CASE("a claim that two workloads mount is copied once, from the first by name") {
  Pod first;
  first.volumes = kClaimVolume;
  first.name = "a";
  Pod second = first;
  second.name = "b";
  const Planned planned(installed() + schedule(kFsDefault) + second.text() + first.text() + claim() + kClass);
  CHECK(planned.use("v", "a").verdicts.front().reason == Reason::default_is_fs_backup);
  const Verdict& other = planned.use("v", "b").verdicts.front();
  CHECK(other.reason == Reason::shared_claim_taken);
  CHECK(other.method == Method::none);
  CHECK(other.outcome == Outcome::is_protected);
  CHECK(planned.of_claim("data").verdicts.front().reason == Reason::default_is_fs_backup);
  CHECK(planned.of_claim("data").mounted_by.size() == 2);
}

TEST_CASE("the next pod is tried where the first one can't be copied") {
  Pod first;
  first.volumes = kClaimVolume;
  first.name = "a";
  first.containers = "[{name: c}]";
  Pod second;
  second.volumes = kClaimVolume;
  second.name = "b";
  const Planned planned(installed() + schedule(kFsDefault) + first.text() + second.text() + claim() + kClass);
  CHECK(planned.use("v", "b").verdicts.front().reason == Reason::default_is_fs_backup);
  CHECK(planned.use("v", "a").verdicts.front().reason == Reason::shared_claim_taken);
}

TEST_CASE("a claim that the first pod opts out is copied by each later pod") {
  Pod first;
  first.volumes = kClaimVolume;
  first.name = "a";
  first.annotations = "{backup.velero.io/backup-volumes-excludes: v}";
  Pod second;
  second.volumes = kClaimVolume;
  second.name = "b";
  Pod third = second;
  third.name = "c";
  const Planned planned(installed() + schedule(kFsDefault) + first.text() + second.text() + third.text() + claim() +
                        kClass);
  CHECK(planned.use("v", "b").verdicts.front().method == Method::fs_backup);
  CHECK(planned.use("v", "c").verdicts.front().method == Method::fs_backup);
}

TEST_CASE("without a node-agent copies fail") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const std::string manifests = schedule(kFsDefault) + pod.text() + claim() + kClass;
  const Planned planned(install_manifests("v1.18.1", false) + manifests);
  for (const Verdict& verdict : {planned.use("v").verdicts.front(), planned.of_claim("data").verdicts.front()}) {
    CHECK(verdict.method == Method::fs_backup);
    CHECK(verdict.outcome == Outcome::fails);
    CHECK(verdict.reason == Reason::no_node_agent);
    CHECK(planned.place(verdict) == "true");
    CHECK(planned.place(verdict, 1) == "velero");
  }
  CHECK(planned.of_claim("data").is_protected == Known::no);
  // Not seen is not absent.
  const Planned unseen(install_manifests("v1.18.1", false) + manifests, false);
  CHECK(unseen.use("v").verdicts.front().outcome == Outcome::is_protected);
}

TEST_CASE("a pod that isn't running comes before the node-agent, except in 1.12") {
  Pod pod;
  pod.kind = "Job";
  const std::string manifests = schedule(kFsDefault) + pod.text();
  CHECK(Planned(install_manifests("v1.18.1", false) + manifests).use("v").verdicts.front().reason ==
        Reason::pod_not_running);
  CHECK(Planned(install_manifests("v1.12.4", false) + manifests).use("v").verdicts.front().reason ==
        Reason::no_node_agent);
}

TEST_CASE("block devices made copies fail up to 1.12.0") {
  Pod pod;
  pod.volumes = kClaimVolume;
  pod.containers = "[{name: c, volumeDevices: [{name: v}]}]";
  const std::string manifests = schedule(kFsDefault) + pod.text() + claim() + kClass;
  CHECK(Planned(installed("v1.12.0") + manifests).use("v").verdicts.front().outcome == Outcome::fails);
  CHECK(Planned(installed("v1.12.1") + manifests).use("v").verdicts.front().outcome != Outcome::fails);
}

TEST_CASE("a volume policy comes before annotations and defaults") {
  struct Row {
    const char* what;
    std::string policy;
    std::string backup;  // behind a comma
    std::string volumes;
    std::string claim;
    Outcome outcome;
    Reason reason;
  };
  const auto policy = [](const std::string& conditions, const std::string& action) {
    return "- {conditions: " + conditions + ", action: {type: " + action + "}}";
  };
  const std::string empty_dir = "[{name: v, emptyDir: {}}]";
  const std::string on = ", defaultVolumesToFsBackup: true";
  const std::string data = claim() + kClass;
  for (const Row& row : {
           Row{"skips an emptyDir", policy("{volumeTypes: [emptyDir]}", "skip"), on, empty_dir, "",
               Outcome::skipped_on_purpose, Reason::policy_skip},
           Row{"skips one without source", policy("{volumeTypes: [emptyDir]}", "skip"), on, "[{name: v}]", "",
               Outcome::skipped_on_purpose, Reason::policy_skip},
           Row{"copies an emptyDir", policy("{volumeTypes: [emptyDir]}", "fs-backup"), "", empty_dir, "",
               Outcome::is_protected, Reason::policy_fs_backup},
           Row{"snapshot of an emptyDir is nothing", policy("{}", "snapshot"), on, empty_dir, "",
               Outcome::not_protected, Reason::policy_other_action},
           Row{"no match", policy("{volumeTypes: [nfs]}", "skip"), on, empty_dir, "", Outcome::is_protected,
               Reason::default_is_fs_backup},
           Row{"never copied", policy("{}", "fs-backup"), on, "[{name: v, secret: {secretName: s}}]", "",
               Outcome::skipped_on_purpose, Reason::type_never_copied},
           Row{"copies a claim", policy("{storageClass: [fast]}", "fs-backup"), "", kClaimVolume, data,
               Outcome::is_protected, Reason::policy_fs_backup},
           Row{"skips a claim", policy("{csi: {driver: driver.longhorn.io}}", "skip"), on, kClaimVolume, data,
               Outcome::skipped_on_purpose, Reason::policy_skip},
           Row{"snapshots a claim", policy("{csi: {}}", "snapshot"), on + ", snapshotVolumes: false", kClaimVolume,
               data, Outcome::not_protected, Reason::csi_disabled},
           Row{"unknown class", policy("{csi: {}}", "skip"), on, kClaimVolume, claim(), Outcome::unknown,
               Reason::unknown_value},
           Row{"known by the claim", policy("{storageClass: [fast]}", "skip"), on, kClaimVolume, claim(),
               Outcome::skipped_on_purpose, Reason::policy_skip},
           Row{"unseen claim", policy("{csi: {}}", "skip"), on, kClaimVolume, "", Outcome::unknown,
               Reason::claim_missing},
           Row{"unseen claim, any volume", policy("{}", "skip"), on, kClaimVolume, "", Outcome::skipped_on_purpose,
               Reason::policy_skip},
       }) {
    CAPTURE(row.what);
    Pod pod;
    pod.volumes = row.volumes;
    const Planned planned(
        installed() + schedule("{resourcePolicy: {kind: configmap, name: p}" + row.backup + "}") +
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata:\n  p: |\n"
        "    version: v1\n    volumePolicies:\n    " +
        row.policy + "\n" + pod.text() + row.claim);
    const Verdict& verdict = planned.use("v").verdicts.front();
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
    if (row.reason == Reason::policy_skip || row.reason == Reason::policy_fs_backup) {
      CHECK(planned.place(verdict) == row.policy.substr(2));
    }
  }
}

TEST_CASE("a policy that gives a claim to copies keeps its snapshot away even where no pod mounts it") {
  const Planned planned(installed() + schedule("{resourcePolicy: {kind: configmap, name: p}}") +
                        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata:\n"
                        "  p: 'version: v1\n\n    volumePolicies: [{conditions: {}, action: {type: fs-backup}}]'\n" +
                        claim() + kClass);
  CHECK(planned.of_claim("data").verdicts.front().outcome == Outcome::not_protected);
  CHECK(planned.of_claim("data").verdicts.front().reason == Reason::suppressed_by_fs_backup);
  CHECK(planned.of_claim("data").verdicts.front().cause == Reason::not_mounted);
}

TEST_CASE("a policy that isn't in the repository leaves open what it could change") {
  const Planned planned(installed() + schedule("{defaultVolumesToFsBackup: true, resourcePolicy: {name: p}}") +
                        Pod{}.text());
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::unknown);
  CHECK(planned.place(planned.use("v").verdicts.front()) == "{name: p}");
  Pod secret;
  secret.volumes = "[{name: v, secret: {secretName: s}}]";
  const Planned never(installed() + schedule("{defaultVolumesToFsBackup: true, resourcePolicy: {name: p}}") +
                      secret.text());
  CHECK(never.use("v").verdicts.front().reason == Reason::type_never_copied);
}

TEST_CASE("a claim that is not bound needs a policy that matches") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const std::string pending = claim() + "status: {phase: Pending}\n";
  const auto planned = [&](const std::string& version, const std::string& conditions) {
    return Planned(installed(version) + schedule("{defaultVolumesToFsBackup: true, resourcePolicy: {name: p}}") +
                   "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata:\n  p: |\n"
                   "    version: v1\n    volumePolicies: [{conditions: " +
                   conditions + ", action: {type: skip}}]\n" + pod.text() + pending);
  };
  CHECK(planned("v1.18.1", "{capacity: '1Gi,'}").use("v").verdicts.front().reason == Reason::claim_unbound);
  CHECK(planned("v1.18.1", "{capacity: '1Gi,'}").use("v").verdicts.front().outcome == Outcome::fails);
  CHECK(planned("v1.18.1", "{pvcPhase: [Pending]}").use("v").verdicts.front().reason == Reason::policy_skip);
  CHECK(planned("v1.17.2", "{}").use("v").verdicts.front().reason == Reason::claim_unbound);
}

TEST_CASE("a StatefulSet's claims are predicted by template, name and ordinal") {
  Pod pod;
  pod.kind = "StatefulSet";
  pod.name = "db";
  pod.volumes = "[{name: v, emptyDir: {}}, {name: tmp, emptyDir: {}}]";
  pod.spec =
      ", replicas: 2, selector: {matchLabels: {app: web}}, volumeClaimTemplates: [{metadata: {name: v}, spec: "
      "{storageClassName: fast}}]";
  const Planned planned(installed() + schedule(kFsDefault) + pod.text() + kClass);
  REQUIRE(planned.plan.claims.size() == 2);
  CHECK(planned.plan.claims[0].name == "v-db-0");
  CHECK(planned.plan.claims[1].name == "v-db-1");
  CHECK(planned.plan.claims[1].name_space == "apps");
  CHECK(planned.plan.claims[1].is_protected == Known::yes);
  CHECK(planned.plan.claims[1].mounted_by.size() == 1);
  // The template takes the place of the volume of the same name.
  REQUIRE(planned.plan.volumes.size() == 2);
  CHECK(planned.plan.volumes[0].name == "tmp");
  CHECK(planned.plan.volumes[1].name == "v");
  CHECK(planned.plan.volumes[1].source == "volumeClaimTemplate");
  CHECK(planned.plan.volumes[1].claim.empty());
  CHECK(planned.use("v", "db").verdicts.front().reason == Reason::default_is_fs_backup);
}

TEST_CASE("a claim that the repository has is not predicted again") {
  Pod pod;
  pod.kind = "StatefulSet";
  pod.name = "db";
  pod.volumes = "[]";
  pod.spec = ", ordinals: {start: 3}, volumeClaimTemplates: [{metadata: {name: v}}]";
  const Planned planned(installed() + schedule(kFsDefault) + pod.text() + claim("v-db-3") + kClass);
  REQUIRE(planned.plan.claims.size() == 1);
  CHECK(planned.plan.claims[0].resource != nullptr);
  CHECK_FALSE(planned.use("v", "db").verdicts.front().assumed);
}

TEST_CASE("hostile numbers of replicas do no harm") {
  for (const char* numbers : {"replicas: 2000000000", "replicas: -5", "ordinals: {start: 9223372036854775807}",
                              "replicas: 99999999999999999999"}) {
    CAPTURE(numbers);
    Pod pod;
    pod.kind = "StatefulSet";
    pod.volumes = "[]";
    pod.spec = fmt::format(", {}, volumeClaimTemplates: [{{metadata: {{name: v}}}}]", numbers);
    CHECK(Planned(installed() + schedule(kFsDefault) + pod.text()).plan.claims.size() <= 32);
  }
}

TEST_CASE("a claim that the selector takes pulls in the running pods that mount it, from 1.15 on") {
  Pod pod;
  pod.volumes =
      "[{name: v, persistentVolumeClaim: {claimName: data}}, {name: w, persistentVolumeClaim: {claimName: more}}]";
  pod.containers = "[{name: c, volumeMounts: [{name: v}, {name: w}]}]";
  Pod neighbour;
  neighbour.name = "neighbour";
  neighbour.volumes = "[{name: x, persistentVolumeClaim: {claimName: more}}, {name: y, emptyDir: {}}]";
  neighbour.containers = "[{name: c, volumeMounts: [{name: x}, {name: y}]}]";
  Pod stranger;
  stranger.name = "stranger";
  const std::string manifests =
      schedule("{defaultVolumesToFsBackup: true, labelSelector: {matchLabels: {backup: 'yes'}}}") + pod.text() +
      neighbour.text() + stranger.text() + claim("data", "", "{backup: 'yes'}") + claim("more") + kClass;
  const Planned planned(installed("v1.15.2") + manifests);
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::is_protected);
  CHECK(planned.use("v").verdicts.front().selected == Known::yes);
  CHECK(planned.use("v").verdicts.front().evidence.back().message == "selected because it mounts the claim data");
  // On and on: the pod brings its other claim, that claim its other pod.
  CHECK(planned.use("y", "neighbour").verdicts.front().outcome == Outcome::is_protected);
  CHECK(planned.use("v", "stranger").verdicts.front().reason == Reason::selector_misses);

  const Planned before(installed("v1.14.1") + manifests);
  const Verdict& verdict = before.use("v").verdicts.front();
  CHECK(verdict.selected == Known::no);
  CHECK(verdict.outcome == Outcome::not_protected);
  CHECK(verdict.reason == Reason::suppressed_by_fs_backup);
  CHECK(verdict.cause == Reason::selector_misses);
  CHECK(before.of_claim("data").verdicts.front().selected == Known::yes);
}

TEST_CASE("a pod that the selector takes brings its claims") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const Planned planned(installed("v1.14.1") + schedule("{labelSelector: {matchLabels: {app: web}}}") + pod.text() +
                        claim() + kClass);
  CHECK(planned.of_claim("data").verdicts.front().selected == Known::yes);
}

TEST_CASE("a generic ephemeral volume is copied, else it is left to its claim's snapshot") {
  Pod pod;
  pod.volumes = "[{name: v, ephemeral: {volumeClaimTemplate: {spec: {}}}}]";
  CHECK(Planned(installed() + schedule(kFsDefault) + pod.text()).use("v").verdicts.front().outcome ==
        Outcome::is_protected);
  CHECK(Planned(installed() + schedule("{}") + pod.text()).use("v").verdicts.front().reason == Reason::not_opted_in);
  CHECK(Planned(installed() + schedule("{snapshotVolumes: false}") + pod.text()).use("v").verdicts.front().outcome ==
        Outcome::not_protected);
}

}  // namespace
}  // namespace vlint::velero
