// Volume groups: what all members must have, and what they bring.
#include "lint/velero/group_snapshot.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

constexpr char kGroupClass[] =
    "---\napiVersion: groupsnapshot.storage.k8s.io/v1beta2\nkind: VolumeGroupSnapshotClass\n"
    "metadata: {name: g, labels: {velero.io/csi-volumegroupsnapshot-class: 'true'}}\ndriver: driver.longhorn.io\n";

std::string member(const std::string& name, const std::string& spec = "storageClassName: fast",
                   const std::string& group = "db", const std::string& status = "") {
  return fmt::format(
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\n"
      "metadata: {{name: {}, namespace: apps, labels: {{velero.io/volume-group: {}}}}}\nspec: {{{}}}\n{}",
      name, group, spec, status);
}

Verdict of_first(const std::string& others, const std::string& backup = "{}", bool is_complete = true) {
  return Planned(server() + schedule(backup) + kClass + kSnapshotClass + member("a") + others, is_complete)
      .of_claim("a")
      .verdicts.front();
}

TEST_CASE("all members of a group need a volume of one CSI driver") {
  struct Row {
    const char* what;
    std::string others;
    Outcome outcome;
    Reason reason;
    std::string evidence;
  };
  for (const Row& row : {
           Row{"alone", "", Outcome::is_protected, Reason::csi_snapshot,
               "the claim is in a volume group by its label velero.io/volume-group"},
           Row{"a member that waits", member("b", "storageClassName: fast", "db", "status: {phase: Pending}\n"),
               Outcome::fails, Reason::claim_unbound, "the claim is Pending"},
           Row{"a member that waits, and one that does not",
               member("b", "storageClassName: fast", "db", "status: {phase: Pending}\n") + member("c"), Outcome::fails,
               Reason::claim_unbound, "the claim is Pending"},
           Row{"a member of another group that waits",
               member("b", "storageClassName: fast", "web", "status: {phase: Pending}\n"), Outcome::is_protected,
               Reason::csi_snapshot, ""},
           Row{"a member without a group's name",
               member("b", "storageClassName: fast", "''", "status: {phase: Pending}\n"), Outcome::is_protected,
               Reason::csi_snapshot, ""},
           Row{"a member of a class that is not seen", member("b", "storageClassName: gone"), Outcome::unknown,
               Reason::unknown_value, "the StorageClass gone is not in the repository"},
           Row{"a member on another driver", member("b", "storageClassName: nas") + class_of("nas", "nfs.csi.k8s.io"),
               Outcome::fails, Reason::group_of_several_drivers, "this claim of the group is on another driver"},
           Row{"a member on none", member("b", "storageClassName: cloud") + class_of("cloud", "kubernetes.io/aws-ebs"),
               Outcome::fails, Reason::group_of_several_drivers, "this claim of the group is on no CSI driver"},
       }) {
    CAPTURE(row.what);
    const Verdict verdict = of_first(kGroupClass + row.others);
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
    CHECK(says(verdict, row.evidence));
  }
}

TEST_CASE("without a class for the group its snapshot fails, if everything was seen") {
  CHECK(of_first("").outcome == Outcome::fails);
  CHECK(of_first("").reason == Reason::no_group_snapshot_class);
  CHECK(of_first("", "{}", false).outcome == Outcome::unknown);
}

TEST_CASE("a Schedule without a key for groups has none") {
  const std::string pending = member("b", "storageClassName: fast", "db", "status: {phase: Pending}\n");
  CHECK(of_first(pending, "{volumeGroupSnapshotLabelKey: tier}").reason == Reason::csi_snapshot);
  CHECK(of_first(pending, "{volumeGroupSnapshotLabelKey: '${KEY}'}").reason == Reason::csi_snapshot);
}

TEST_CASE("a claim that is selected brings its group") {
  const std::string other =
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: b, namespace: apps, "
      "labels: {velero.io/volume-group: db, tier: x}}\nspec: {storageClassName: fast}\n";
  CHECK(of_first(kGroupClass + other, "{labelSelector: {matchLabels: {tier: x}}}").selected == Known::yes);
  CHECK(of_first(kGroupClass + other, "{labelSelector: {matchLabels: {tier: y}}}").selected == Known::no);
}

TEST_CASE("a member that fails a policy's question stays in the group") {
  const std::string pending = member("b", "storageClassName: fast", "db", "status: {phase: Pending}\n");
  const std::string policies = schedule(fmt::format("{{{}}}", kPolicy)) + kClass + kSnapshotClass + kGroupClass;
  const auto reason = [&](const std::string& conditions, const std::string& action) {
    return Planned(server() + policies + policy(conditions, action) + member("a") + pending)
        .of_claim("a")
        .verdicts.front()
        .reason;
  };
  CHECK(reason("{pvcPhase: [Pending]}", "skip") == Reason::csi_snapshot);
  CHECK(reason("{nfs: {}}", "skip") == Reason::claim_unbound);
}

}  // namespace
}  // namespace vlint::velero
