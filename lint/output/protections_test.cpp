// What VolSync and other tools do, in the reports: coverage, plan, why.
#include "lint/output/protections.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "lint/engine/pipeline.h"
#include "lint/output/coverage.h"
#include "lint/output/plan_json.h"
#include "lint/output/why.h"

using namespace vlint;

namespace {

Analysis analyze_text(const std::string& text) {
  const Workers workers(1);
  return analyze(parse_sources(FileSet({{"a.yaml", text}}), {}, workers), {}, workers);
}

const std::string kClaim =
    "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps, labels: {backup: daily}}\n"
    "spec: {accessModes: [ReadWriteOnce]}\n---\n";
const std::string kSecret =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: data-repo, namespace: apps}\n"
    "stringData: {RESTIC_REPOSITORY: 's3:h/b/data', RESTIC_PASSWORD: hidden-word}\n---\n";
const std::string kSource =
    "apiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata: {name: data, namespace: apps}\n"
    "spec: {sourcePVC: data, trigger: {schedule: 0 3 * * *}, restic: {repository: data-repo, copyMethod: Direct}}\n"
    "---\n";
const std::string kSchedule =
    "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: daily, namespace: velero}\nspec:\n  schedule: 0 3 * * "
    "*\n  template: {includedNamespaces: [apps], snapshotVolumes: false}\n---\n";
// Makes the ReplicationSource of the claims that have the label.
const std::string kPolicy = R"(apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: backups}
spec:
  rules:
    - name: source
      match: {any: [{resources: {kinds: [PersistentVolumeClaim], selector: {matchLabels: {backup: daily}}}}]}
      generate:
        apiVersion: volsync.backube/v1alpha1
        kind: ReplicationSource
        name: "{{request.object.metadata.name}}-backup"
        namespace: "{{request.object.metadata.namespace}}"
        synchronize: true
        data:
          spec:
            sourcePVC: "{{request.object.metadata.name}}"
            trigger: {schedule: 0 3 * * *}
            restic: {repository: data-repo, copyMethod: Direct}
---
)";

nlohmann::json claim_of(const Analysis& analysis) {
  return nlohmann::json::parse(print_plan(analysis))["clusters"][0]["claims"][0];
}

Coverage coverage_of_first(const Analysis& analysis) { return coverage_of(analysis).at(0).entries.at(0).coverage; }

}  // namespace

TEST_CASE("a claim counts as VolSync leaves it") {
  struct Row {
    const char* what;
    std::string manifests;
    Coverage coverage;
  };
  for (const Row& row : {
           Row{"protected", kClaim + kSecret + kSource, Coverage::covered},
           Row{"protected where the Schedule saves nothing", kSchedule + kClaim + kSecret + kSource, Coverage::covered},
           Row{"fails", kSchedule + kClaim + kSource, Coverage::failing},
           Row{"nothing", kClaim + kSecret, Coverage::unprotected},
           Row{"a claim that only the source names", kSecret + kSource, Coverage::failing},
           Row{"of a policy", kPolicy + kClaim + kSecret, Coverage::covered},
       }) {
    CAPTURE(row.what);
    CHECK(coverage_of_first(analyze_text(row.manifests)) == row.coverage);
  }
}

TEST_CASE("the plan names the source, and the rule that makes it") {
  const nlohmann::json written = claim_of(analyze_text(kSchedule + kClaim + kSecret + kSource));
  REQUIRE(written["verdicts"].size() == 2);
  CHECK(written["verdicts"][0]["by"] == "velero/daily");
  const nlohmann::json& source = written["verdicts"][1];
  CHECK(source["by"] == "volsync:apps/data");
  CHECK(source["method"] == "restic");
  CHECK(source["outcome"] == "protected");
  CHECK(source["keeps_history"] == "yes");
  CHECK_FALSE(source.contains("generated_by"));
  CHECK(written["protected"] == "yes");

  const nlohmann::json made = claim_of(analyze_text(kPolicy + kClaim + kSecret))["verdicts"][0];
  CHECK(made["by"] == "volsync:apps/data-backup");
  CHECK(made["generated_by"]["policy"] == "backups");
  CHECK(made["generated_by"]["rule"] == "source");
  CHECK(made["generated_by"]["location"]["file"] == "a.yaml");
}

TEST_CASE("why goes through the steps of VolSync") {
  const Analysis analysis = analyze_text(kPolicy + kClaim + kSecret);
  const Result<std::string> text = explain_why(analysis, "apps/data", {});
  REQUIRE(text.ok());
  CHECK(text->find("ReplicationSource apps/data-backup: protected by restic") != std::string::npos);
  CHECK(text->find("the rule source of the policy backups makes it") != std::string::npos);
  CHECK(text->find("Secret apps/data-repo supplies the Secret data-repo") != std::string::npos);
  CHECK(text->find("so: backed up by VolSync") != std::string::npos);
  CHECK(text->find("the cluster has no Schedule") == std::string::npos);
  // A claim that only a source names has an answer too.
  const Result<std::string> unseen = explain_why(analyze_text(kSecret + kSource), "apps/data", {});
  REQUIRE(unseen.ok());
  CHECK(unseen->find("there is no such claim") != std::string::npos);
}

TEST_CASE("why tells where the chain of a policy breaks") {
  std::string mistyped = kClaim;
  mistyped.replace(mistyped.find("daily"), 5, "dayly");
  const Result<std::string> text = explain_why(analyze_text(kPolicy + mistyped + kSecret), "apps/data", {});
  REQUIRE(text.ok());
  CHECK(text->find("the rule source of the policy backups makes no ReplicationSource for it") != std::string::npos);
  CHECK(text->find("dayly") != std::string::npos);
}

TEST_CASE("no report shows what a Secret holds") {
  const Analysis analysis = analyze_text(kSchedule + kClaim + kSecret + kSource);
  const Result<std::string> why = explain_why(analysis, "apps/data", {});
  REQUIRE(why.ok());
  for (const std::string& text : {print_plan(analysis), print_coverage_json(analysis), *why,
                                  print_coverage_text(analysis, 100, false), print_coverage_markdown(analysis)}) {
    CHECK(text.find("hidden-word") == std::string::npos);
    CHECK(text.find("s3:h/b") == std::string::npos);
    CHECK(text.find("VolSync") != std::string::npos);
  }
}
