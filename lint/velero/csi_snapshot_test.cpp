// CSI snapshots: what the plugin asks before it takes one, and which class it takes.
#include "lint/velero/csi_snapshot.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

constexpr char kOther[] =
    "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {name: other}\n"
    "driver: driver.longhorn.io\n";

std::string with_plugin(const std::string& version) {
  std::string text = server(version);
  const std::string at = "      containers:\n";
  text.replace(text.find(at), at.size(),
               "      initContainers: [{name: p, image: velero/velero-plugin-for-csi:v0.7.1}]\n" + at);
  return text;
}

std::string claim_with(const std::string& metadata, const std::string& spec, const std::string& status = "") {
  return "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps" + metadata +
         "}\nspec: {" + spec + "}\n" + status;
}

TEST_CASE("policies that are not known leave the snapshot open") {
  const std::string objects = claim() + kClass + kSnapshotClass;
  const Planned unseen(server() + schedule(fmt::format("{{{}}}", kPolicy)) + objects);
  const Verdict& verdict = unseen.of_claim("data").verdicts.front();
  CHECK(verdict.outcome == Outcome::unknown);
  CHECK(verdict.reason == Reason::unknown_value);
  CHECK(says(verdict, "the volume policy \"p\" is not in the repository"));
  // A condition on what Git does not tell.
  const Planned open(server() + policy("{csi: {volumeAttributes: {a: b}, driver: driver.longhorn.io}}", "skip") +
                     schedule(fmt::format("{{{}}}", kPolicy)) + objects);
  const Verdict& undecided = open.of_claim("data").verdicts.front();
  CHECK(undecided.outcome == Outcome::unknown);
  CHECK(undecided.reason == Reason::unknown_value);
  CHECK(says(undecided, "whether the volume policy matches is not known"));
  // A claim that no pod asks a copy of.
  Pod pod;
  pod.volumes = kClaimVolume;
  pod.spec = ", replicas: 0";
  const Planned missing(server() + policy("{csi: {}}", "skip") + schedule(fmt::format("{{{}}}", kPolicy)) + pod.text());
  CHECK(missing.of_claim("data").verdicts.front().outcome == Outcome::unknown);
  CHECK(missing.of_claim("data").verdicts.front().reason == Reason::claim_missing);
}

TEST_CASE("a claim that waits for its volume is shown to policies without it") {
  const std::string volume =
      "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
      "spec: {capacity: {storage: 10Gi}, csi: {driver: driver.longhorn.io}}\n";
  const std::string pending =
      claim_with("", "storageClassName: fast, volumeName: pv", "status: {phase: Pending}\n") + volume + kClass;
  const auto verdict = [&](const std::string& version, const std::string& conditions, const std::string& action) {
    return Planned(server(version) + policy(conditions, action) + schedule(fmt::format("{{{}}}", kPolicy)) + pending)
        .of_claim("data")
        .verdicts.front();
  };
  CHECK(verdict("v1.18.1", "{capacity: '0,1Gi'}", "skip").outcome == Outcome::skipped_on_purpose);
  CHECK(verdict("v1.18.1", "{capacity: '0,1Gi'}", "skip").reason == Reason::policy_skip);
  CHECK(verdict("v1.18.1", "{capacity: '0,1Gi'}", "fs-backup").reason == Reason::suppressed_by_fs_backup);
  CHECK(verdict("v1.17.2", "{capacity: '0,1Gi'}", "fs-backup").reason == Reason::claim_unbound);
  CHECK(verdict("v1.17.2", "{capacity: '0,1Gi'}", "fs-backup").outcome == Outcome::fails);
}

TEST_CASE("a volume that is missing is an error of its claim where policies are asked, whatever the feature") {
  PlanOptions options;
  options.is_dump = true;
  const std::string objects =
      "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: default, namespace: velero}\n"
      "spec: {provider: aws}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\n" +
      claim_with("", "volumeName: gone", "status: {phase: Lost}\n");
  const auto reason = [&](const std::string& backup) {
    return Planned(server("v1.18.1", "") + policy("{nfs: {}}", "skip") + schedule(backup) + objects, true, options)
        .of_claim("data")
        .verdicts.front()
        .reason;
  };
  CHECK(reason(fmt::format("{{{}}}", kPolicy)) == Reason::volume_missing);
  CHECK(reason("{}") == Reason::not_csi_volume);  // no policies are asked
}

TEST_CASE("the feature is part of what a verdict rests on") {
  const std::string objects = schedule("{}") + claim() + kClass + kSnapshotClass;
  const Planned on(server() + objects);
  CHECK(says(on.of_claim("data").verdicts.front(), "the server runs with the feature EnableCSI"));
  const Planned off(server("v1.18.1", "") + objects);
  CHECK(says(off.of_claim("data").verdicts.front(), "the server runs without the feature EnableCSI"));
  const Planned unseen(objects);
  CHECK(says(unseen.of_claim("data").verdicts.front(),
             "whether the feature EnableCSI is on is not known: the Velero server is not in the repository"));
  const Planned templated(server("v1.18.1", ", '${FLAGS}'") + objects);
  CHECK(says(templated.of_claim("data").verdicts.front(),
             "whether the feature EnableCSI is on is not known: the server's flags are not known"));
}

TEST_CASE("up to 1.13 the plugin looks at pods only for CSI volumes") {
  Pod job;
  job.kind = "Job";
  job.volumes = kClaimVolume;
  const auto reason = [&](const std::string& provisioner) {
    return Planned(with_plugin("v1.13.2") + schedule(kFsDefault) + job.text() + claim_of("data", "c") +
                   class_of("c", provisioner))
        .of_claim("data")
        .verdicts.front()
        .reason;
  };
  CHECK(reason("driver.longhorn.io") == Reason::suppressed_by_fs_backup);
  CHECK(reason("kubernetes.io/aws-ebs") == Reason::not_csi_volume);
}

TEST_CASE("up to 1.13 the plugin is needed, and asks for snapshotVolumes and a volume") {
  const std::string objects = claim() + kClass + kSnapshotClass;
  const auto reason = [&](const std::string& server_text, const std::string& backup, const std::string& more) {
    return Planned(server_text + schedule(backup) + more).of_claim("data").verdicts.front().reason;
  };
  CHECK(reason(server("v1.13.2"), "{}", objects) == Reason::no_csi_plugin);
  CHECK(reason(server("v1.13.2", ""), "{}", objects) == Reason::csi_disabled);
  CHECK(reason(with_plugin("v1.13.2"), "{}", objects) == Reason::csi_snapshot);
  CHECK(reason(with_plugin("v1.13.2"), "{snapshotVolumes: false}", objects) == Reason::snapshot_volumes_false);
  CHECK(reason(with_plugin("v1.13.2"), "{}", claim() + "status: {phase: Pending}\n" + kClass + kSnapshotClass) ==
        Reason::claim_unbound);
}

TEST_CASE("an annotation of the claim chooses among classes") {
  const auto verdict = [](const std::string& metadata) {
    const Planned planned(server() + schedule("{}") + claim("first") + claim_with(metadata, "storageClassName: fast") +
                          kClass + kSnapshotClass + kOther);
    return planned.of_claim("data").verdicts.front();
  };
  CHECK(verdict(", annotations: {velero.io/csi-volumesnapshot-class: other}").reason == Reason::csi_snapshot);
  CHECK(says(verdict(", annotations: {velero.io/csi-volumesnapshot-class: other}"), "named by an annotation"));
  CHECK(verdict("").reason == Reason::no_snapshot_class);
}

TEST_CASE("where it isn't known whether data is moved, the snapshot is taken for staying") {
  const Planned planned(server() + schedule("{snapshotMoveData: '${M}'}") + claim() + kClass + kSnapshotClass);
  const Verdict& verdict = planned.of_claim("data").verdicts.front();
  CHECK(verdict.method == Method::csi_snapshot);
  CHECK(verdict.outcome == Outcome::is_protected);
  CHECK(verdict.assumed);
  CHECK(says(verdict, "whether snapshotMoveData is on is not known"));
}

TEST_CASE("a class may stand where nobody looked") {
  const std::string objects = server() + schedule("{}") + claim() + kClass;
  const Planned seen(objects);
  CHECK(seen.of_claim("data").verdicts.front().outcome == Outcome::fails);
  CHECK(seen.of_claim("data").verdicts.front().assumed);
  const Planned incomplete(objects, false);
  CHECK(incomplete.of_claim("data").verdicts.front().outcome == Outcome::unknown);
  CHECK(incomplete.of_claim("data").verdicts.front().reason == Reason::no_snapshot_class);
}

TEST_CASE("where it isn't known whether a pod asks for a copy, no snapshot is certain") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const Planned planned(server() + schedule("{defaultVolumesToFsBackup: '${FS}'}") + pod.text() + claim() + kClass +
                        kSnapshotClass);
  CHECK(planned.of_claim("data").verdicts.front().outcome == Outcome::unknown);
  CHECK(planned.of_claim("data").verdicts.front().method == Method::none);
}

}  // namespace
}  // namespace vlint::velero
