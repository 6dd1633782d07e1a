#include "lint/output/plan_compare.h"

#include <doctest/doctest.h>

using namespace vlint;

namespace {

Analysis analyze_as(const std::string& text, std::string_view version) {
  AnalysisOptions options;
  options.velero.velero_version = velero::parse_version(version);
  const Workers workers(1);
  return analyze(parse_sources(FileSet({{"a.yaml", text}}), {}, workers), options, workers);
}

// Patterns in names of included namespaces are expanded from 1.18 on.
const std::string kCluster = R"(apiVersion: v1
kind: Namespace
metadata: {name: app-one}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: app-one}
spec: {accessModes: [ReadWriteOnce], storageClassName: fast}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: app-one}
spec:
  template:
    spec:
      containers: [{name: c, volumeMounts: [{name: data, mountPath: /d}]}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: velero.io/v1
kind: Schedule
metadata: {name: daily, namespace: velero}
spec:
  schedule: 0 3 * * *
  template: {includedNamespaces: ["app-*"], defaultVolumesToFsBackup: true}
)";

}  // namespace

TEST_CASE("an upgrade that selects more is told once for a claim that a pod mounts") {
  const Analysis before = analyze_as(kCluster, "1.17");
  const Analysis after = analyze_as(kCluster, "1.18");
  const std::vector<VerdictChange> changes = compare_plans(before, after);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].what == "app-one/data");
  CHECK(changes[0].by == "velero/daily");
  CHECK(changes[0].before->method == velero::Method::none);
  CHECK(changes[0].after->method == velero::Method::fs_backup);
  const std::string text = print_changes_text(changes, before, after);
  CHECK(text.rfind("app-one/data, Schedule velero/daily\n      1.17  not-protected", 0) == 0);
  CHECK(text.find("\n1 verdict differs\n") != std::string::npos);
  const std::string json = print_changes_json(changes, before, after);
  CHECK(json.find("\"schema\": \"vlint/plan-changes/1\"") != std::string::npos);
  CHECK(json.find("\"to\": \"1.18\"") != std::string::npos);
}

TEST_CASE("the same version changes nothing") {
  const Analysis one = analyze_as(kCluster, "1.18");
  const Analysis other = analyze_as(kCluster, "1.18");
  CHECK(compare_plans(one, other).empty());
  CHECK(print_changes_text({}, one, other) == "Velero 1.18 does the same as 1.18 with every claim and volume\n");
}
