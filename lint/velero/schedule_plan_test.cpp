// How a run reads as verdicts: of claims that several pods mount, of volumes that are backed up twice, of doubts.
#include "lint/velero/schedule_plan.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

const Verdict& first(const VolumeUse& use) { return use.verdicts.front(); }
const Verdict& first(const Claim& claim) { return claim.verdicts.front(); }

constexpr char kTemplate[] = ", volumeClaimTemplates: [{metadata: {name: t}, spec: {storageClassName: fast}}]";

// A StatefulSet of two pods that mount `data` as `v`, and each a claim of its own as `t`.
Pod set_of_two(const std::string& mounts = "{name: v}, {name: t}") {
  Pod pod;
  pod.kind = "StatefulSet";
  pod.volumes = kClaimVolume;
  pod.containers = "[{name: c, volumeMounts: [" + mounts + "]}]";
  pod.spec = std::string(", replicas: 2") + kTemplate;
  return pod;
}

TEST_CASE("a volume that Velero never copies says so whatever becomes of its pod") {
  Pod pod;
  pod.volumes = "[{name: v, secret: {secretName: s}}]";
  pod.spec = ", replicas: 0";
  CHECK(first(Planned(installed() + schedule(kFsDefault) + pod.text()).use("v")).reason == Reason::type_never_copied);
  pod.spec = "";
  const Planned elsewhere(installed() + schedule("{includedNamespaces: [db]}") + pod.text());
  CHECK(first(elsewhere.use("v")).outcome == Outcome::skipped_on_purpose);
  CHECK(first(elsewhere.use("v")).selected == Known::no);
}

TEST_CASE("a claim whose volume names another claim is copied and snapshotted") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const Planned planned(server() + schedule(kFsDefault) + pod.text() + claim("data", ", volumeName: pv") + kClass +
                        kSnapshotClass +
                        "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
                        "spec: {csi: {driver: driver.longhorn.io}, claimRef: {namespace: apps, name: other}}\n");
  CHECK(first(planned.of_claim("data")).method == Method::fs_backup);
  CHECK(first(planned.of_claim("data")).also == Method::csi_snapshot);
  CHECK(first(planned.use("v")).also == Method::csi_snapshot);
}

TEST_CASE("a volume that a manifest does not bind yet is taken for bound") {
  Pod job;
  job.kind = "Job";
  job.volumes = kClaimVolume;
  const Planned planned(server() + location("aws") + schedule(kFsDefault) + job.text() +
                        claim("data", ", volumeName: pv") + kClass +
                        "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
                        "spec: {awsElasticBlockStore: {volumeID: v}}\n");
  CHECK(first(planned.of_claim("data")).reason == Reason::suppressed_by_fs_backup);
}

TEST_CASE("the pods of a StatefulSet share a claim") {
  const std::string data = claim("data", "", "{tier: db}") + class_of("fast", "kubernetes.io/aws-ebs");
  const std::string twice = server() + location("aws") + policy("{pvcLabels: {tier: db}}", "fs-backup");
  const Planned both(twice + schedule(fmt::format("{{{}}}", kPolicy)) + set_of_two().text() + data);
  CHECK(first(both.use("v")).method == Method::fs_backup);
  CHECK(first(both.use("v")).also == Method::native_snapshot);
  // Another pod than the first comes first.
  const Planned second(installed() +
                       schedule("{defaultVolumesToFsBackup: true, orderedResources: {pods: apps/web-1}}") +
                       set_of_two().text() + data);
  CHECK(first(second.use("v")).method == Method::fs_backup);
  CHECK(first(second.use("v")).outcome == Outcome::is_protected);
}

TEST_CASE("a claim template has the verdict of its first pod's claim") {
  const std::string slow = class_of("slow", "rancher.io/local-path") +
                           "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: t-web-1, namespace: "
                           "apps}\nspec: {storageClassName: slow}\n";
  const Planned planned(installed() + schedule(kFsDefault) + set_of_two().text() + slow + kClass);
  CHECK(first(planned.use("t")).outcome == Outcome::is_protected);
  CHECK(first(planned.of_claim("t-web-1")).cause == Reason::host_path_volume);
  // The second pod's claim is copied from elsewhere; that says nothing of the first.
  Pod other;
  other.name = "a";
  other.volumes = "[{name: v, persistentVolumeClaim: {claimName: t-web-1}}]";
  const Planned elsewhere(installed() + schedule(kFsDefault) + set_of_two("{name: v}").text() + other.text() + kClass);
  CHECK(first(elsewhere.of_claim("t-web-1")).outcome == Outcome::is_protected);
  CHECK(first(elsewhere.use("t")).outcome == Outcome::not_protected);
}

TEST_CASE("the pod whose copy comes to nothing is named before one that is left out") {
  Pod out;
  out.name = "a";
  out.volumes = kClaimVolume;
  out.labels = "{velero.io/exclude-from-backup: 'true'}";
  Pod job;
  job.name = "b";
  job.kind = "Job";
  job.volumes = kClaimVolume;
  const Planned planned(server() + policy("{}", "fs-backup") + schedule(fmt::format("{{{}}}", kPolicy)) + out.text() +
                        job.text() + claim() + kClass);
  CHECK(first(planned.of_claim("data")).reason == Reason::suppressed_by_fs_backup);
  CHECK(first(planned.of_claim("data")).cause == Reason::pod_not_running);
}

TEST_CASE("up to 1.14 a claim that only its pod brings is lost with the pod") {
  Pod pod;
  pod.volumes =
      "[{name: v, persistentVolumeClaim: {claimName: bad}}, {name: w, persistentVolumeClaim: {claimName: good}}]";
  const auto reason = [&](const std::string& version) {
    return first(Planned(server(version) + schedule("{labelSelector: {matchLabels: {app: web}}}") + pod.text() +
                         claim("good") + kClass + kSnapshotClass + claim_of("bad", "other") +
                         class_of("other", "csi.example.com"))
                     .of_claim("good"))
        .reason;
  };
  CHECK(reason("v1.14.1") == Reason::claim_failed);
  CHECK(reason("v1.15.2") == Reason::csi_snapshot);
}

TEST_CASE("a policy that skips the volume but not its claim") {
  const std::string policies =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata:\n  p: |\n    version: v1\n"
      "    volumePolicies:\n    - {conditions: {pvcLabels: {tier: db}}, action: {type: snapshot}}\n"
      "    - {conditions: {}, action: {type: skip}}\n";
  const Planned planned(server() + location("aws") + policies + schedule(fmt::format("{{{}}}", kPolicy)) +
                        claim("data", "", "{tier: db}") + class_of("fast", "kubernetes.io/aws-ebs"));
  CHECK(first(planned.of_claim("data")).outcome == Outcome::skipped_on_purpose);
  CHECK(first(planned.of_claim("data")).reason == Reason::policy_skip);
}

TEST_CASE("the claim of a generic ephemeral volume has the verdict of the volume's copy") {
  Pod pod;
  pod.kind = "Pod";
  pod.volumes = "[{name: v, ephemeral: {volumeClaimTemplate: {spec: {storageClassName: fast}}}}]";
  const std::string classes = std::string(kClass) + kSnapshotClass;
  const Planned copied(installed() + schedule(kFsDefault) + pod.text() + classes);
  CHECK(first(copied.use("v")).method == Method::fs_backup);
  CHECK(first(copied.use("v")).also == Method::none);
  CHECK(first(copied.of_claim("web-v")).method == Method::fs_backup);
  CHECK(first(copied.of_claim("web-v")).also == Method::none);
  const Planned twice(server() + schedule(kFsDefault) + pod.text() + classes);
  CHECK(first(twice.of_claim("web-v")).method == Method::csi_snapshot);
  CHECK(first(twice.of_claim("web-v")).also == Method::fs_backup);
}

TEST_CASE("a Schedule that may not run leaves open only what it could do") {
  Pod pod;
  pod.labels = "{velero.io/exclude-from-backup: 'true'}";
  const Planned planned(installed() +
                        "---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: s, namespace: velero}\n"
                        "spec: {schedule: '@daily', paused: '${P}', template: {defaultVolumesToFsBackup: true}}\n" +
                        pod.text());
  CHECK(first(planned.use("v")).outcome == Outcome::not_protected);
  CHECK(first(planned.use("v")).reason == Reason::excluded_by_label);
}

TEST_CASE("the claim of a generic ephemeral volume may be copied from a volume that names it") {
  Pod pod;
  pod.kind = "Pod";
  pod.volumes =
      "[{name: v, ephemeral: {volumeClaimTemplate: {spec: {storageClassName: fast}}}}, "
      "{name: w, persistentVolumeClaim: {claimName: web-v}}]";
  pod.containers = "[{name: c, volumeMounts: [{name: v}, {name: w}]}]";
  pod.annotations = "{backup.velero.io/backup-volumes: w}";
  const Planned planned(installed() + schedule("{}") + pod.text() + kClass);
  CHECK(first(planned.use("w")).method == Method::fs_backup);
  CHECK(first(planned.use("v")).method == Method::none);
  CHECK(first(planned.use("v")).outcome == Outcome::is_protected);
  CHECK(first(planned.use("v")).reason == Reason::shared_claim_taken);
}

}  // namespace
}  // namespace vlint::velero
