#include "lint/output/coverage.h"

#include <doctest/doctest.h>

#include "lint/base/text.h"
#include "lint/engine/pipeline.h"

using namespace vlint;

namespace {

Analysis analyze_text(const std::string& text, Configuration configuration = {}) {
  AnalysisOptions options;
  options.configuration = std::move(configuration);
  const Workers workers(1);
  return analyze(parse_sources(FileSet({{"a.yaml", text}}), {}, workers), options, workers);
}

std::string claim(const std::string& name, const std::string& labels = "{}") {
  return "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: " + name +
         ", namespace: apps, labels: " + labels + "}\nspec: {accessModes: [ReadWriteOnce]}\n---\n";
}

// A Deployment that mounts the claim `name` and an emptyDir.
std::string deployment(const std::string& name) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         ", namespace: apps}\nspec:\n  template:\n"
         "    spec:\n      containers: [{name: c, volumeMounts: [{name: data, mountPath: /d}, {name: tmp, mountPath: "
         "/t}]}]\n"
         "      volumes: [{name: data, persistentVolumeClaim: {claimName: " +
         name + "}}, {name: tmp, emptyDir: {}}]\n---\n";
}

const std::string kSchedule =
    "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: daily, namespace: velero}\nspec:\n  schedule: 0 3 * * "
    "*\n"
    "  template: {includedNamespaces: [apps], defaultVolumesToFsBackup: true, snapshotVolumes: false}\n---\n";

// "name: coverage" in the order of the table.
std::string entries(const Analysis& analysis) {
  std::vector<std::string> lines;
  for (const ClusterCoverage& cluster : coverage_of(analysis)) {
    for (const CoverageEntry& entry : cluster.entries) {
      lines.push_back(name_of(cluster, entry) + ": " + std::string(to_string(entry.coverage)));
    }
  }
  return join(lines, "; ");
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (const std::string_view line : split(text, '\n')) longest = std::max(longest, line.size());
  return longest;
}

}  // namespace

TEST_CASE("without a Schedule every claim is unprotected, and scratch space only counted") {
  const Analysis analysis = analyze_text(claim("a") + deployment("a"));
  CHECK(entries(analysis) == "apps/a: unprotected");
  const std::vector<ClusterCoverage> clusters = coverage_of(analysis);
  CHECK(clusters[0].scratch == 1);
  CHECK(clusters[0].percent() == 0);
  CHECK(clusters[0].uncovered() == 1);
}

TEST_CASE("what is in danger stands first") {
  const Analysis analysis = analyze_text(claim("a") + deployment("a") + claim("b") + kSchedule);
  CHECK(entries(analysis) == "apps/b: unprotected; apps/a: protected; apps/a:tmp: protected");
  CHECK(coverage_of(analysis)[0].percent() == 66);
}

TEST_CASE("a claim that is declared optional is skipped, not forgotten") {
  Configuration configuration;
  configuration.intent = Intent{true, "backup"};
  const Analysis analysis = analyze_text(claim("cache", "{backup: optional}") + claim("data"), configuration);
  CHECK(entries(analysis) == "apps/data: unprotected; apps/cache: skipped");
}

TEST_CASE("nothing to protect is full coverage") {
  const Analysis analysis = analyze_text("a: 1\n");
  CHECK(coverage_of(analysis)[0].percent() == 100);
  CHECK(print_coverage_text(analysis, 100, false) == "no claims and no volumes\n");
}

TEST_CASE("the table keeps to its width") {
  const Analysis analysis = analyze_text(claim(std::string(60, 'x')) + claim("a") + deployment("a") + kSchedule);
  for (const unsigned width : {80U, 100U, 200U}) {
    const std::string table = print_coverage_text(analysis, width, false);
    CHECK(longest_line(table) <= width);
    CHECK(table.find("velero/daily") != std::string::npos);
    CHECK(table.find(std::string(60, 'x')) != std::string::npos);
  }
}

TEST_CASE("Markdown and JSON tell the same") {
  const Analysis analysis = analyze_text(claim("a") + deployment("a") + claim("b") + kSchedule);
  const std::string markdown = print_coverage_markdown(analysis);
  CHECK(markdown.rfind("## Backup coverage\n\n", 0) == 0);
  CHECK(markdown.find("| unprotected | apps/b |") != std::string::npos);
  const std::string json = print_coverage_json(analysis);
  CHECK(json.find("\"schema\": \"vlint/coverage/1\"") != std::string::npos);
  CHECK(json.find("\"percent\": 66") != std::string::npos);
  CHECK(json.find("\"unprotected\": 1") != std::string::npos);
}
