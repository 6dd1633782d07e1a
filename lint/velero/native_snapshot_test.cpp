// Native snapshots: which location takes them, and what leaves that open.
#include "lint/velero/native_snapshot.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

std::string named_location(const std::string& name, const std::string& provider) {
  return fmt::format(
      "---\napiVersion: velero.io/v1\nkind: VolumeSnapshotLocation\nmetadata: {{name: {}, namespace: velero}}\n"
      "spec: {{provider: {}}}\n",
      name, provider);
}

// A claim `data` on a volume that the AWS plugin knows.
std::string on_aws() { return claim_of("data", "c") + class_of("c", "kubernetes.io/aws-ebs"); }

TEST_CASE("the first location that knows the volume takes it") {
  struct Row {
    const char* what;
    std::string locations;
    Method method;
    Outcome outcome;
    std::string evidence;
  };
  for (const Row& row : {
           Row{"one", named_location("v", "aws"), Method::native_snapshot, Outcome::is_protected,
               "the plugin of the VolumeSnapshotLocation v takes it\n"},
           Row{"an unknown one after it", named_location("v", "aws") + named_location("x", "example.com/x"),
               Method::native_snapshot, Outcome::is_protected, "the plugin of the VolumeSnapshotLocation v takes it\n"},
           Row{"an unknown one", named_location("x", "example.com/x"), Method::none, Outcome::unknown,
               "whether the plugin of the VolumeSnapshotLocation x takes it is not known\n"},
           Row{"two unknown ones", named_location("x", "example.com/x") + named_location("y", "example.com/y"),
               Method::none, Outcome::unknown,
               "whether the plugin of the VolumeSnapshotLocation x takes it is not known\n"},
       }) {
    CAPTURE(row.what);
    const Planned planned(server("v1.18.1", "") + row.locations + schedule("{}") + on_aws());
    const Verdict& verdict = planned.of_claim("data").verdicts.front();
    CHECK(verdict.method == row.method);
    CHECK(verdict.outcome == row.outcome);
    CHECK(messages(verdict) == row.evidence);
  }
}

TEST_CASE("a location that does not know the volume leaves it to the next") {
  const Planned planned(server("v1.18.1", "") + named_location("a", "aws") + named_location("g", "gcp") +
                        schedule("{}") + claim_of("data", "c") + class_of("c", "kubernetes.io/gce-pd"));
  CHECK(planned.of_claim("data").verdicts.front().method == Method::native_snapshot);
  CHECK(messages(planned.of_claim("data").verdicts.front()) == "the plugin of the VolumeSnapshotLocation g takes it\n");
}

TEST_CASE("what a plugin knows can be told") {
  PlanOptions options;
  options.native_volumes["example.com/x"] = {"pv"};
  const std::string volume =
      "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: %s}\nspec: {claimRef: {namespace: apps, name: "
      "data}, awsElasticBlockStore: {volumeID: v}}\n";
  const auto method = [&](const std::string& name) {
    std::string named = volume;
    named.replace(named.find("%s"), 2, name);
    return Planned(server("v1.18.1", "") + named_location("x", "example.com/x") + schedule("{}") + claim() + named,
                   true, options)
        .of_claim("data")
        .verdicts.front()
        .method;
  };
  CHECK(method("pv") == Method::native_snapshot);
  CHECK(method("other") == Method::none);
}

TEST_CASE("a location without a provider takes nothing") {
  const Planned planned(server("v1.18.1", "") + named_location("v", "") + schedule("{}") + on_aws());
  CHECK(planned.of_claim("data").verdicts.front().outcome == Outcome::not_protected);
}

TEST_CASE("locations may stand where the server does") {
  const std::string enabled = schedule("{snapshotVolumes: true}");
  const Planned unseen(enabled + on_aws());
  CHECK(unseen.of_claim("data").verdicts.front().outcome == Outcome::unknown);
  CHECK(says(unseen.of_claim("data").verdicts.front(), "VolumeSnapshotLocations are not in the repository"));
  CHECK(Planned(server() + enabled + on_aws()).of_claim("data").verdicts.front().outcome == Outcome::not_protected);
  // No plugin knows such a volume.
  const std::string nfs = claim_of("data", "c") + class_of("c", "fuseim.pri/ifs");
  CHECK(Planned(enabled + nfs).of_claim("data").verdicts.front().outcome == Outcome::not_protected);
}

TEST_CASE("whether policies want it is open where they are not seen") {
  const Planned planned(server() + named_location("v", "aws") + schedule(fmt::format("{{{}}}", kPolicy)) + on_aws());
  const Verdict& verdict = planned.of_claim("data").verdicts.front();
  CHECK(verdict.method == Method::none);
  CHECK(verdict.outcome == Outcome::unknown);
}

TEST_CASE("up to 1.13 only a pod that asks for a copy keeps it away, and only while it is backed up") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const std::string base = named_location("v", "aws") + schedule(kFsDefault) + on_aws();
  const Planned copied(server("v1.13.2") + base + pod.text());
  CHECK(copied.of_claim("data").verdicts.front().method == Method::fs_backup);
  CHECK(copied.of_claim("data").verdicts.front().also == Method::none);
  pod.labels = "{velero.io/exclude-from-backup: 'true'}";
  CHECK(Planned(server("v1.13.2") + base + pod.text()).of_claim("data").verdicts.front().method ==
        Method::native_snapshot);
  CHECK(Planned(server("v1.14.1") + base + pod.text()).of_claim("data").verdicts.front().reason ==
        Reason::suppressed_by_fs_backup);
}

}  // namespace
}  // namespace vlint::velero
