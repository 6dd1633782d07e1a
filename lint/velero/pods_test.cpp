#include "lint/velero/pods.h"

#include <doctest/doctest.h>

#include <string>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

PodFacts facts_of(const World& world) {
  const kube::Resource& workload = world.cluster().resources().front();
  return read_pod_facts(workload, *kube::pod_template(workload), Scalers(world.cluster()));
}

TEST_CASE("names in an annotation are split at commas and not trimmed") {
  const World world("a: {k: 'data, cache,,logs '}\nb: {k: ''}\nc: {k: '${NAMES}'}\nd: {}\n");
  const yaml::Value root(world.tree(), world.tree().documents.front().root);
  const VolumeNames names = read_volume_names(root["a"], "k");
  CHECK(names.names == std::vector<std::string_view>{"data", " cache", "", "logs "});
  CHECK(names.contains("data") == Known::yes);
  CHECK(names.contains("cache") == Known::no);
  CHECK(names.contains("logs") == Known::no);
  CHECK(read_volume_names(root["b"], "k").names.empty());
  CHECK(read_volume_names(root["c"], "k").contains("data") == Known::unknown);
  CHECK(read_volume_names(root["d"], "k").contains("data") == Known::no);
}

TEST_CASE("only regular containers count as mounting a volume") {
  const World world(R"(
initContainers:
- {name: i, volumeMounts: [{name: init}, {name: both}]}
- {name: sidecar, restartPolicy: Always, volumeMounts: [{name: sidecar}]}
containers:
- {name: a, volumeMounts: [{name: both}, {name: data}]}
- {name: b, volumeDevices: [{name: block}]}
)");
  const Mounts mounts(yaml::Value(world.tree(), world.tree().documents.front().root));
  CHECK(mounts.of("data") == Mount::mounted);
  CHECK(mounts.of("both") == Mount::mounted);
  CHECK(mounts.of("init") == Mount::init_only);
  CHECK(mounts.of("sidecar") == Mount::init_only);
  CHECK(mounts.of("block") == Mount::device);
  CHECK(mounts.of("other") == Mount::none);
}

TEST_CASE("where the mounts are templated a volume may be mounted") {
  const World world("containers:\n- {name: a, volumeMounts: '${MOUNTS}'}\n- {name: b, volumeMounts: [{name: data}]}\n");
  const Mounts mounts(yaml::Value(world.tree(), world.tree().documents.front().root));
  CHECK(mounts.of("data") == Mount::mounted);
  CHECK(mounts.of("other") == Mount::unknown);
}

TEST_CASE("the source of a volume is its field; without one it is an emptyDir") {
  const World world(R"(
- {name: a, emptyDir: {}}
- {emptyDir: {medium: Memory}, name: a}
- {name: a}
- {name: a, emptyDir: null}
- {name: a, secret: {secretName: s}}
- {name: a, image: {reference: x}}
- text
)");
  const yaml::Value root(world.tree(), world.tree().documents.front().root);
  const char* expected[] = {"emptyDir", "emptyDir", "emptyDir", "emptyDir", "secret", "image", ""};
  for (std::size_t i = 0; i < 7; ++i) {
    CAPTURE(i);
    CHECK(source_of(root.at(i)) == expected[i]);
  }
}

TEST_CASE("whether a workload has running pods") {
  struct Row {
    std::string manifests;
    Known running;
    Known exist;
    bool assumed;
  };
  const std::string pod = "template: {spec: {containers: []}}";
  const auto workload = [&](const std::string& api, const std::string& kind, const std::string& spec) {
    return "apiVersion: " + api + "\nkind: " + kind + "\nmetadata: {name: x, namespace: apps}\nspec: {" + spec + "}\n";
  };
  const std::string zero = workload("apps/v1", "Deployment", "replicas: 0, " + pod);
  const auto scaler = [](const std::string& api, const std::string& kind, const std::string& spec) {
    return "---\napiVersion: " + api + "\nkind: " + kind + "\nmetadata: {name: s, namespace: apps}\nspec: {" + spec +
           "}\n";
  };
  for (const Row& row : {
           Row{workload("apps/v1", "Deployment", pod), Known::yes, Known::yes, false},
           Row{workload("apps/v1", "DaemonSet", pod), Known::yes, Known::yes, false},
           Row{zero, Known::no, Known::no, false},
           Row{workload("apps/v1", "StatefulSet", "replicas: 0, " + pod), Known::no, Known::no, false},
           Row{workload("apps/v1", "Deployment", "replicas: '${N}', " + pod), Known::yes, Known::yes, true},
           Row{zero +
                   scaler("autoscaling/v2", "HorizontalPodAutoscaler", "scaleTargetRef: {kind: Deployment, name: x}"),
               Known::unknown, Known::unknown, true},
           Row{zero +
                   scaler("autoscaling/v2", "HorizontalPodAutoscaler", "scaleTargetRef: {kind: StatefulSet, name: x}"),
               Known::no, Known::no, false},
           Row{zero + scaler("keda.sh/v1alpha1", "ScaledObject", "scaleTargetRef: {name: x}"), Known::unknown,
               Known::unknown, true},
           Row{zero + scaler("argoproj.io/v1alpha1", "Rollout", "workloadRef: {kind: Deployment, name: x}"),
               Known::unknown, Known::unknown, true},
           Row{workload("apps/v1", "Deployment", pod) +
                   scaler("keda.sh/v1alpha1", "ScaledObject", "scaleTargetRef: {name: x}"),
               Known::yes, Known::yes, true},
           Row{workload("apps/v1", "Deployment", pod) +
                   scaler("keda.sh/v1alpha1", "ScaledObject", "minReplicaCount: 1, scaleTargetRef: {name: x}"),
               Known::yes, Known::yes, false},
           Row{workload("batch/v1", "Job", pod), Known::no, Known::yes, true},
           Row{workload("batch/v1", "Job", "ttlSecondsAfterFinished: 60, " + pod), Known::no, Known::unknown, true},
           Row{workload("batch/v1", "Job", "suspend: true, " + pod), Known::no, Known::no, true},
           Row{workload("batch/v1", "CronJob", "jobTemplate: {spec: {" + pod + "}}"), Known::no, Known::yes, true},
           Row{workload("batch/v1", "CronJob", "successfulJobsHistoryLimit: 0, jobTemplate: {spec: {" + pod + "}}"),
               Known::no, Known::unknown, true},
           Row{workload("v1", "Pod", "containers: []"), Known::yes, Known::yes, false},
           Row{workload("v1", "Pod", "nodeName: n") + "status: {phase: Running}\n", Known::yes, Known::yes, false},
           Row{workload("v1", "Pod", "nodeName: n") + "status: {phase: Succeeded}\n", Known::no, Known::yes, false},
           Row{workload("v1", "Pod", "") + "status: {phase: Running}\n", Known::no, Known::yes, false},
       }) {
    CAPTURE(row.manifests);
    const World world(row.manifests);
    const PodFacts facts = facts_of(world);
    CHECK(facts.running == row.running);
    CHECK(facts.exist == row.exist);
    CHECK(facts.assumed == row.assumed);
    CHECK(facts.state.empty() == (row.running == Known::yes && !row.assumed));
  }
}

TEST_CASE("labels that controllers add are not known") {
  const World world(
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec: {template: {metadata: {labels: {app: a}}, "
      "spec: {}}}\n");
  const PodFacts facts = facts_of(world);
  CHECK(facts.labels.has("app", "a") == Known::yes);
  CHECK(facts.labels.has("apps.kubernetes.io/pod-index", "0") == Known::unknown);
  CHECK(facts.labels.has("pod-template-hash", "0") == Known::no);
}

TEST_CASE("the exclude label must say true as text") {
  struct Row {
    std::string value;
    Known expected;
  };
  for (const Row& row :
       {Row{"'true'", Known::yes}, Row{"'True'", Known::no}, Row{"'yes'", Known::no}, Row{"'${X}'", Known::unknown}}) {
    CAPTURE(row.value);
    const World world("apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {velero.io/exclude-from-backup: " +
                      row.value + "}}\nspec: {}\n");
    CHECK(facts_of(world).excluded == row.expected);
  }
}

}  // namespace
}  // namespace vlint::velero
