// Which pods, claims and volumes a Backup takes, and what it says of those that it leaves out.
#include "lint/velero/selection.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

const Verdict& first(const VolumeUse& use) { return use.verdicts.front(); }
const Verdict& first(const Claim& claim) { return claim.verdicts.front(); }

Planned dump(const std::string& objects, const std::string& flags = kEnable) {
  PlanOptions options;
  options.is_dump = true;
  return Planned(server("v1.18.1", flags) +
                     "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\n"
                     "metadata: {name: default, namespace: velero}\nspec: {provider: aws}\n"
                     "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\n" +
                     objects + schedule("{}"),
                 true, options);
}

TEST_CASE("what is being deleted is left out") {
  const std::string going = ", deletionTimestamp: '2026-01-01T00:00:00Z'";
  const auto pod = [](const std::string& metadata) {
    return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: apps" + metadata +
           "}\nspec: {nodeName: n, containers: [], volumes: [{name: v, emptyDir: {}}]}\nstatus: {phase: Running}\n";
  };
  CHECK(first(dump(pod("")).use("v")).selected == Known::yes);
  CHECK(first(dump(pod(going)).use("v")).selected == Known::no);
  CHECK(first(dump(pod(going)).use("v")).reason == Reason::pod_not_running);
  const auto claim = [](const std::string& metadata, const std::string& of_volume) {
    return "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps" + metadata +
           "}\nspec: {volumeName: pv}\nstatus: {phase: Bound}\n"
           "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv" +
           of_volume + "}\nspec: {awsElasticBlockStore: {volumeID: v}, claimRef: {namespace: apps, name: data}}\n" +
           location("aws");
  };
  CHECK(first(dump(claim("", ""), "").of_claim("data")).method == Method::native_snapshot);
  CHECK(first(dump(claim(going, ""), "").of_claim("data")).selected == Known::no);
  CHECK(first(dump(claim(going, ""), "").of_claim("data")).reason == Reason::claim_missing);
  CHECK(first(dump(claim("", going), "").of_claim("data")).method == Method::none);
  CHECK(first(dump(claim("", ", labels: {velero.io/exclude-from-backup: 'true'}"), "").of_claim("data")).method ==
        Method::none);
}

TEST_CASE("a selector that Velero can't send takes nothing, a claim that nobody saw neither") {
  Pod pod;
  pod.volumes = kClaimVolume;
  const Planned planned(server() + schedule("{labelSelector: {}}") + pod.text());
  CHECK(first(planned.of_claim("data")).selected == Known::no);
  CHECK(says(first(planned.of_claim("data")), "every listing fails"));
  CHECK(says(first(planned.use("v")), "every listing fails"));
}

TEST_CASE("a selector with a fault fails every listing") {
  const Planned planned(server() + schedule("{labelSelector: {matchExpressions: [{key: app, operator: Like}]}}") +
                        Pod{}.text());
  CHECK(first(planned.use("v")).selected == Known::no);
  CHECK(says(first(planned.use("v")), "every listing fails"));
  CHECK_FALSE(says(first(planned.use("v")), "without requirements"));
  const Planned empty(server() + schedule("{labelSelector: {}}"));
  CHECK(SelectorFilter(empty.plan.schedules.front().backup).takes({{{"app", "web"}}, {}}) == Known::no);
}

TEST_CASE("one of several selectors is enough, and none is not") {
  const auto selected = [](const std::string& backup) {
    return first(Planned(server() + schedule(backup) + Pod{}.text()).use("v")).selected;
  };
  CHECK(selected("{orLabelSelectors: [{matchLabels: {app: db}}, {matchLabels: {app: web}}]}") == Known::yes);
  CHECK(selected("{orLabelSelectors: [{matchLabels: {app: db}}, {matchLabels: {app: cache}}]}") == Known::no);
}

TEST_CASE("labels that controllers add are there, with values that nobody knows") {
  struct Row {
    std::string kind;
    std::string label;
    Known selected;
  };
  for (const Row& row : {
           Row{"Deployment", "pod-template-hash", Known::unknown},
           Row{"ReplicaSet", "pod-template-hash", Known::unknown},
           Row{"DaemonSet", "controller-revision-hash", Known::unknown},
           Row{"StatefulSet", "apps.kubernetes.io/pod-index", Known::unknown},
           Row{"Rollout", "rollouts-pod-template-hash", Known::unknown},
           Row{"Job", "job-name", Known::unknown},
           Row{"CronJob", "batch.kubernetes.io/controller-uid", Known::unknown},
           Row{"Deployment", "job-name", Known::no},
           Row{"Pod", "pod-template-hash", Known::no},
       }) {
    CAPTURE(row.kind);
    CAPTURE(row.label);
    Pod pod;
    pod.kind = row.kind;
    std::string text = pod.text();
    if (row.kind == "Rollout") text.replace(text.find("apps/v1"), 7, "argoproj.io/v1alpha1");
    const Planned planned(server() + schedule(fmt::format("{{labelSelector: {{matchLabels: {{{}: x}}}}}}", row.label)) +
                          text);
    CHECK(first(planned.use("v")).selected == row.selected);
  }
}

TEST_CASE("a claim brings its pods, and says where it stands") {
  Pod pod;
  pod.volumes = "[{name: v, persistentVolumeClaim: {claimName: data}}, {name: tmp, emptyDir: {}}]";
  const auto plan = [&](const std::string& labels) {
    return Planned(installed() +
                   schedule("{defaultVolumesToFsBackup: true, labelSelector: {matchLabels: {tier: db}}}") + pod.text() +
                   claim("data", "", labels) + kClass);
  };
  const Planned pulled = plan("{tier: db}");
  const Verdict& sure = first(pulled.use("v"));
  CHECK(sure.selected == Known::yes);
  CHECK(says(sure, "selected because it mounts the claim data"));
  CHECK(pulled.world.text(sure.evidence.back().where) == "data");
  // Whether the claim is taken is not known: no more is its pod.
  const Planned open = plan("{tier: '${TIER}'}");
  const Verdict& unsure = first(open.use("v"));
  CHECK(unsure.selected == Known::unknown);
  CHECK_FALSE(says(unsure, "selected because"));
  CHECK(says(unsure, "its labels are not those that the label selector asks for"));
  CHECK(first(plan("{tier: web}").use("v")).selected == Known::no);
}

TEST_CASE("the claim of a volume of a controller's pod is selected like others") {
  Pod pod;
  pod.volumes =
      "[{name: v, ephemeral: {volumeClaimTemplate: {metadata: {labels: {tier: db}}, spec: {storageClassName: fast}}}}]";
  const std::string classes = std::string(kClass) + kSnapshotClass;
  const Planned listed(server() + schedule("{labelSelector: {matchLabels: {tier: db}}}") + pod.text() + classes);
  CHECK(first(listed.use("v")).reason == Reason::csi_snapshot);
  pod.name_space = "";
  const Planned nowhere(server() + schedule("{includedNamespaces: [apps]}") + pod.text() + classes);
  CHECK(first(nowhere.use("v")).outcome == Outcome::unknown);
}

TEST_CASE("a claim that may be selected has a snapshot that may be taken") {
  const Planned planned(server() + schedule("{labelSelector: {matchLabels: {tier: db}}}") +
                        claim("data", "", "{tier: '${TIER}'}") + kClass + kSnapshotClass);
  const Verdict& verdict = first(planned.of_claim("data"));
  CHECK(verdict.selected == Known::unknown);
  CHECK(verdict.outcome == Outcome::unknown);
  CHECK(says(verdict, "whether the label selector takes it is not known"));
}

}  // namespace
}  // namespace vlint::velero
