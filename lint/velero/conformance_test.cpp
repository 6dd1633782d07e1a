#include "lint/velero/conformance.h"

#include <doctest/doctest.h>

namespace vlint::velero {
namespace {

TEST_CASE("cases pass, fail and are skipped by suite") {
  const auto report = run_cases(R"([
{"_schema": {"about": "no case"}},
{"suite": "annotation-optin-list", "name": "two", "input": {"annotations": {"backup.velero.io/backup-volumes": "a, b"}}, "expected": {"volumes": ["a", " b"]}},
{"suite": "annotation-optin-list", "name": "wrong", "input": {"annotations": {"backup.velero.io/backup-volumes": "a"}}, "expected": {"volumes": ["b"]}},
{"suite": "some-later-suite", "name": "later", "input": {}, "expected": {}},
{"suite": "policy-validate", "name": "good", "input": {"volumePolicy": "version: v1\n"}, "expected": {"error": false}}
])");
  REQUIRE(report.ok());
  CHECK(report->passed == 2);
  REQUIRE(report->failures.size() == 1);
  CHECK(report->failures.front() == "annotation-optin-list: wrong: volumes: [a], expected [b]");
  CHECK(report->skipped_cases() == 1);
  CHECK(to_text(*report) ==
        "FAILED annotation-optin-list: wrong: volumes: [a], expected [b]\nskipped 1 of some-later-suite\n"
        "2 passed, 1 failed, 1 skipped\n");
}

TEST_CASE("a whole run of the engine is checked by its copies") {
  const char* kCase = R"([{"suite": "engine", "name": "w", "input": {"objects": [
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}, "status": {"phase": "Active"}},
{"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "apps", "name": "p"}, "spec": {"nodeName": "n", "containers": [{"name": "c", "volumeMounts": [{"name": "v"}]}], "volumes": [{"name": "v", "emptyDir": {}}]}, "status": {"phase": "Running"}}],
"backup": {"apiVersion": "velero.io/v1", "kind": "Backup", "metadata": {"namespace": "velero", "name": "b"}, "spec": {}},
"volumePolicy": "version: v1\nvolumePolicies: [{conditions: {volumeTypes: [emptyDir]}, action: {type: fs-backup}}]\n", "nodeAgentNodes": ["n"]},
"expected": {"v1.18.1": {"stored": ["namespaces apps", "pods apps/p"], "podVolumeBackups": ["apps/p/v"], "csiSnapshots": [], "dataUploads": [], "nativeSnapshots": [], "itemErrors": false}, "v1.17.2": {"sameAs": "v1.18.1"}}}])";
  const auto report = run_cases(kCase);
  REQUIRE(report.ok());
  CHECK(report->passed == 1);
  std::string wrong = kCase;
  wrong.replace(wrong.find("apps/p/v"), 8, "apps/p/w");
  const auto failing = run_cases(wrong);
  CHECK(failing->failures.size() == 1);
}

TEST_CASE("what is no list of cases is an error") {
  CHECK_FALSE(run_cases("{").ok());
  CHECK_FALSE(run_cases("{}").ok());
  CHECK_FALSE(run_cases("").ok());
  CHECK_FALSE(run_conformance("/nowhere/cases.json").ok());
}

}  // namespace
}  // namespace vlint::velero
