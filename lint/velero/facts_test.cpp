// The pods, claims and volumes that manifests are taken to make.
#include "lint/velero/facts.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

constexpr char kEphemeral[] = "[{name: v, ephemeral: {volumeClaimTemplate: {spec: {storageClassName: fast}}}}]";

Pod pod_of(const std::string& kind, const std::string& volumes, const std::string& spec = "") {
  Pod pod;
  pod.kind = kind;
  pod.volumes = volumes;
  pod.spec = spec;
  return pod;
}

std::string templates(const std::string& metadata) {
  return ", volumeClaimTemplates: [{metadata: {" + metadata + "}, spec: {storageClassName: fast}}]";
}

TEST_CASE("what is no volume makes the pod one that is not known whole") {
  const Planned planned(pod_of("Deployment", "[nothing, {name: v, emptyDir: {}}]").text());
  CHECK(planned.plan.volumes.size() == 1);
  CHECK_FALSE(planned.plan.workloads.front().spec_is_known);
  CHECK(Planned(Pod{}.text()).plan.workloads.front().spec_is_known);
  CHECK_FALSE(
      Planned(pod_of("StatefulSet", "[]", templates("name: '${T}'")).text()).plan.workloads.front().spec_is_known);
}

TEST_CASE("pods of a StatefulSet have names that orderedResources can give") {
  Pod other;
  other.name = "a";
  other.volumes = kClaimVolume;
  const std::string both = pod_of("StatefulSet", kClaimVolume).text() + other.text() + claim() + kClass;
  const auto method = [&](const std::string& order) {
    return Planned(installed() + schedule("{defaultVolumesToFsBackup: true" + order + "}") + both)
        .use("v", "web")
        .verdicts.front()
        .method;
  };
  CHECK(method("") == Method::none);
  CHECK(method(", orderedResources: {pods: apps/web-0}") == Method::fs_backup);
}

TEST_CASE("the claim of a generic ephemeral volume is called like the pod and the volume") {
  const auto claims = [](const Pod& pod, const std::string& more = "", bool is_dump = false) {
    PlanOptions options;
    options.is_dump = is_dump;
    std::string names;
    for (const Claim& one : Planned(pod.text() + more, true, options).plan.claims) {
      names += fmt::format("{} ", one.name);
    }
    return names;
  };
  CHECK(claims(pod_of("Pod", kEphemeral)) == "web-v ");
  CHECK(claims(pod_of("Pod", kEphemeral), claim("web-v")) == "web-v ");
  CHECK(claims(pod_of("Pod", kEphemeral), "", true) == "");
  CHECK(claims(pod_of("StatefulSet", kEphemeral)) == "web-0-v ");
  CHECK(claims(pod_of("StatefulSet", kEphemeral, ", replicas: 0")) == "");
  CHECK(claims(pod_of("Deployment", kEphemeral)) == "");
}

TEST_CASE("a claim that a template makes is known though another workload names it first") {
  Pod other;
  other.name = "a";
  other.volumes = "[{name: v, persistentVolumeClaim: {claimName: t-web-0}}]";
  const Planned planned(other.text() + pod_of("StatefulSet", "[]", templates("name: t")).text());
  CHECK(planned.of_claim("t-web-0").existence == Certainty::assumed);
  CHECK(planned.of_claim("t-web-0").mounted_by.size() == 2);
}

TEST_CASE("a claim of a class that waits for a pod is taken for Pending only where nothing says otherwise") {
  const std::string waits = class_of("fast", "driver.longhorn.io", "volumeBindingMode: WaitForFirstConsumer\n");
  const auto reason = [&](const std::string& name, const std::string& more, const std::string& objects = "") {
    return Planned(server() + schedule("{}") + claim(name, more) + objects + waits + kSnapshotClass)
        .of_claim(name)
        .verdicts.front()
        .reason;
  };
  CHECK(reason("data", "") == Reason::claim_unbound);
  CHECK(reason("data", "", "status: {phase: Bound}\n") == Reason::csi_snapshot);
  CHECK(reason("data", ", volumeName: pv",
               "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
               "spec: {csi: {driver: driver.longhorn.io}}\n") == Reason::csi_snapshot);
  // The claim of an ephemeral volume has its pod.
  CHECK(reason("web-v", "", pod_of("Pod", kEphemeral).text()) == Reason::csi_snapshot);
}

TEST_CASE("labels of a claim template that are not known leave the selection open") {
  const auto selected = [](const std::string& spec) {
    return Planned(server() + schedule("{labelSelector: {matchLabels: {tier: db}}}") +
                   pod_of("StatefulSet", "[]", spec + templates("name: t, labels: {tier: '${T}'}")).text() + kClass)
        .of_claim("t-web-0")
        .verdicts.front()
        .selected;
  };
  CHECK(selected("") == Known::unknown);
  CHECK(selected(", selector: {matchLabels: {tier: web}}") == Known::no);
  CHECK(selected(", selector: {matchLabels: {tier: db}}") == Known::yes);
}

TEST_CASE("a class that is templated or empty says nothing of the volume") {
  const auto verdict = [](const std::string& spec, const std::string& backup, bool is_dump = false) {
    PlanOptions options;
    options.is_dump = is_dump;
    return Planned(server() + policy("{storageClass: [fast]}", "skip") + schedule(backup) +
                       "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\n"
                       "metadata: {name: default, namespace: velero}\nspec: {provider: aws}\n"
                       "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\n"
                       "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
                       "spec: {csi: {driver: driver.longhorn.io}, claimRef: {namespace: apps, name: data}}\n"
                       "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps}\n"
                       "spec: {" +
                       spec + "}\n" + (is_dump ? "status: {phase: Bound}\n" : "") + kSnapshotClass,
                   true, options)
        .of_claim("data")
        .verdicts.front();
  };
  CHECK(verdict("volumeName: other, storageClassName: ''", fmt::format("{{{}}}", kPolicy)).outcome == Outcome::unknown);
  CHECK(says(verdict("volumeName: other, storageClassName: ''", fmt::format("{{{}}}", kPolicy)),
             "whether the volume policy matches is not known"));
  CHECK(verdict("volumeName: other, storageClassName: slow", fmt::format("{{{}}}", kPolicy)).outcome !=
        Outcome::skipped_on_purpose);
  CHECK(verdict("volumeName: pv, storageClassName: '${C}'", "{}", true).reason == Reason::csi_snapshot);
  CHECK(verdict("volumeName: pv, storageClassName: gone", "{}", true).reason == Reason::storage_class_missing);
  CHECK(says(verdict("volumeName: gone, storageClassName: gone", "{}", true),
             "the PersistentVolume gone does not exist"));
}

}  // namespace
}  // namespace vlint::velero
