#include "lint/velero/storage.h"

#include <doctest/doctest.h>

#include <string>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

ClaimFacts describe(const std::string& claim_spec, const std::string& others, const std::string& annotations = "{}") {
  const World world(
      "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps, annotations: " +
      annotations + "}\nspec: " + claim_spec + "\n" + others);
  return Storage(world.cluster()).describe(world.cluster().resources().front());
}

std::string storage_class(const std::string& name, const std::string& provisioner,
                          const std::string& annotations = "{}") {
  return "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: " + name +
         ", annotations: " + annotations + "}\nprovisioner: " + provisioner + "\n";
}

TEST_CASE("whether a claim's volume is a hostPath") {
  struct Row {
    std::string spec;
    std::string others;
    std::string annotations;
    Known expected;
  };
  const std::string by_class = "{storageClassName: c}";
  const std::string is_default = "{storageclass.kubernetes.io/is-default-class: 'true'}";
  const std::string pv = "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\nspec: ";
  for (const Row& row : {
           Row{"{volumeName: pv}", pv + "{hostPath: {path: /x}}\n", "{}", Known::yes},
           Row{"{volumeName: pv}", pv + "{local: {path: /x}}\n", "{}", Known::no},
           Row{"{}", pv + "{hostPath: {path: /x}, claimRef: {namespace: apps, name: data}}\n", "{}", Known::yes},
           Row{"{}", pv + "{hostPath: {path: /x}, claimRef: {namespace: other, name: data}}\n", "{}", Known::unknown},
           Row{by_class, storage_class("c", "rancher.io/local-path"), "{}", Known::yes},
           Row{by_class, storage_class("c", "rancher.io/local-path"), "{volumeType: local}", Known::no},
           Row{by_class, storage_class("c", "rancher.io/local-path", "{defaultVolumeType: local}"), "{}", Known::no},
           Row{by_class, storage_class("c", "rancher.io/local-path", "{defaultVolumeType: local}"),
               "{volumeType: hostPath}", Known::yes},
           Row{by_class, storage_class("c", "k8s.io/minikube-hostpath"), "{}", Known::yes},
           Row{by_class, storage_class("c", "driver.longhorn.io"), "{}", Known::no},
           Row{by_class, storage_class("c", "hostpath.csi.k8s.io"), "{}", Known::no},
           Row{by_class, storage_class("c", "kubernetes.io/aws-ebs"), "{}", Known::no},
           Row{by_class, storage_class("c", "openebs.io/local"), "{}", Known::no},
           Row{by_class, storage_class("c", "example.com/mystery"), "{}", Known::unknown},
           Row{by_class, storage_class("c", "kubernetes.io/no-provisioner"), "{}", Known::unknown},
           Row{by_class, storage_class("other", "driver.longhorn.io"), "{}", Known::unknown},
           Row{"{}", storage_class("c", "rancher.io/local-path", is_default), "{}", Known::yes},
           Row{"{}", storage_class("c", "driver.longhorn.io"), "{}", Known::unknown},
           Row{"{}",
               storage_class("c", "driver.longhorn.io", is_default) +
                   storage_class("d", "rancher.io/local-path", is_default),
               "{}", Known::unknown},
           Row{"{storageClassName: ''}", storage_class("c", "driver.longhorn.io", is_default), "{}", Known::unknown},
       }) {
    CAPTURE(row.spec);
    CAPTURE(row.others);
    const ClaimFacts facts = describe(row.spec, row.others, row.annotations);
    CHECK(facts.host_path == row.expected);
    CHECK((facts.host_path == Known::no) == facts.volume.empty());
  }
}

TEST_CASE("policies see what a StorageClass makes") {
  const ClaimFacts facts =
      describe("{storageClassName: c, resources: {requests: {storage: 5Gi}}}", storage_class("c", "ebs.csi.aws.com"));
  CHECK(facts.attributes.storage_class == "c");
  CHECK(facts.attributes.type == "csi");
  CHECK(facts.attributes.csi_driver == "ebs.csi.aws.com");
  CHECK_FALSE(facts.attributes.csi_attributes.has_value());
  CHECK(facts.attributes.capacity == *kube::Quantity::parse("5Gi"));
  CHECK(facts.attributes.claim_phase == "Bound");
}

TEST_CASE("policies see the PersistentVolume, not the claim") {
  const ClaimFacts facts =
      describe("{volumeName: pv, storageClassName: mine, resources: {requests: {storage: 5Gi}}}",
               "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
               "spec: {capacity: {storage: 8Gi}, storageClassName: its, nfs: {server: s, path: /p}}\n");
  CHECK(facts.attributes.storage_class == "its");
  CHECK(facts.attributes.capacity == *kube::Quantity::parse("8Gi"));
  CHECK(facts.attributes.type == "nfs");
  CHECK(facts.attributes.nfs_server == "s");
}

TEST_CASE("a claim that is not bound has no volume to look at") {
  const ClaimFacts facts = describe("{storageClassName: c}\nstatus: {phase: Pending}", storage_class("c", "x.csi.y"));
  CHECK(facts.bound == Known::no);
  CHECK(facts.attributes.type == "");
  CHECK(facts.attributes.storage_class == "");
  CHECK(facts.attributes.claim_phase == "Pending");
}

TEST_CASE("a claim of a StatefulSet has the labels of its template and of the selector") {
  const World world(R"(
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: apps}
spec:
  selector: {matchLabels: {app: db, tier: x}}
  volumeClaimTemplates:
  - metadata: {name: data, labels: {tier: cache}}
    spec: {}
)");
  const kube::Resource& owner = world.cluster().resources().front();
  const ClaimFacts facts =
      Storage(world.cluster()).describe(owner, "data-db-0", owner["spec"]["volumeClaimTemplates"].at(0));
  CHECK(facts.labels.has("app", "db") == Known::yes);
  CHECK(facts.labels.has("tier", "x") == Known::yes);
}

TEST_CASE("nothing is known of a claim that is only named") {
  const ClaimFacts facts = Storage(World("").cluster()).describe_unseen("data", {});
  CHECK_FALSE(facts.in_repository);
  CHECK(facts.host_path == Known::unknown);
  CHECK_FALSE(facts.attributes.type.has_value());
  CHECK_FALSE(facts.attributes.claim_labels.has_value());
  CHECK(facts.volume.size() == 1);
}

}  // namespace
}  // namespace vlint::velero
