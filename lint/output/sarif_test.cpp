#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "lint/base/text.h"
#include "lint/output/printer.h"
#include "lint/output/results_for_test.h"
#include "lint/output/sarif_check.h"

namespace vlint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kApp = "apps/homepage/deployment.yaml";
constexpr std::string_view kDaily = "velero/schedule.yaml";

// The log as JSON, after our own checks.
Json checked(const Results& results, const SarifOptions& options = {}) {
  const std::string log = print_sarif(results, options);
  CHECK(join(check_sarif(log, results), "\n") == "");
  CHECK(Json::parse(log).dump(2) + "\n" == log);  // results are written in the layout of the rest
  return Json::parse(log);
}

Json first_result(const Results& results) { return checked(results).at("runs").at(0).at("results").at(0); }

std::string region_of(const Json& place) {
  const Json& region = place.at("region");
  return region.at("startLine").dump() + ":" + region.at("startColumn").dump() + "-" + region.at("endLine").dump() +
         ":" + region.at("endColumn").dump();
}

std::string primary_region(const Results& results) {
  return region_of(first_result(results).at("locations").at(0).at("physicalLocation"));
}

TEST_CASE("a clean log has an empty list of results") {
  ResultsForTest run(two_manifests());
  const Json log = checked(run.results);
  const Json& sarif_run = log.at("runs").at(0);
  CHECK(sarif_run.at("results") == Json::array());
  CHECK_FALSE(sarif_run.contains("artifacts"));
  CHECK(sarif_run.at("invocations").at(0).at("executionSuccessful") == true);
  CHECK(sarif_run.at("invocations").at(0).at("exitCode") == 0);
  CHECK(sarif_run.at("tool").at("driver").at("rules").size() == 3);
}

TEST_CASE("rules carry what code scanning shows") {
  ResultsForTest run(two_manifests());
  const Json log = checked(run.results);
  const Json& rule = log.at("runs").at(0).at("tool").at("driver").at("rules").at(0);
  CHECK(rule.at("id") == "velero/emptydir-in-fs-backup");
  CHECK(rule.at("name") == "VeleroEmptydirInFsBackup");
  CHECK(rule.at("shortDescription").at("text") == "A Schedule copies an emptyDir by file system backup");
  CHECK(rule.at("fullDescription").at("text") == "A volume that a Schedule copies from the node, see Velero.");
  CHECK(rule.at("helpUri") == "https://github.com/vlint-dev/vlint#velero-emptydir-in-fs-backup");
  CHECK(rule.at("defaultConfiguration").at("level") == "error");
  CHECK(rule.at("properties").dump() ==
        R"({"tags":["backup","kubernetes","velero"],"precision":"high","problem.severity":"error"})");
  const std::string markdown = rule.at("help").at("markdown");
  CHECK(markdown.find("from the **node**") != std::string::npos);
  CHECK(markdown.find("```yaml\n# vlint: ignore[velero/emptydir-in-fs-backup] reason\n```") != std::string::npos);
  CHECK(markdown.find("(https://github.com/vlint-dev/vlint#velero-emptydir-in-fs-backup)") != std::string::npos);
  const std::string text = rule.at("help").at("text");
  CHECK(text.find("from the node, see Velero.") != std::string::npos);
  CHECK(text.find("# vlint: ignore[velero/emptydir-in-fs-backup] reason") != std::string::npos);
}

TEST_CASE("a result has message, places, chain, fingerprints and fixes") {
  ResultsForTest run(two_manifests());
  Finding& finding = run.add(kEmptyDirRule, Severity::error, "the backup fails on the emptyDir 'logs'",
                             run.find(kApp, "logs"), "an emptyDir");
  finding.subject = {"default", "Deployment", "apps", "homepage", "spec.template.spec.volumes[0]"};
  finding.related.push_back({run.find(kDaily, "true"), "chosen [here]"});
  finding.related.push_back({{}, "the chart has a default"});
  finding.chain.push_back({run.find(kApp, "emptyDir: {}"), "written here"});
  finding.help = "exclude it";
  finding.fingerprint = "0123abcd";
  finding.fixes.push_back({"exclude logs",
                           Safety::unsafe,
                           {{run.find(kDaily, "true"), "false"},
                            {run.before(kApp, "      volumes"), "      # no backup\n"},
                            {run.find(kApp, "          emptyDir: {}\n"), ""}}});
  finding.fixes.push_back({"write to the team", Safety::suggestion, {}});
  run.results.exit_code = 1;
  const Json result = first_result(run.results);
  CHECK(result.at("ruleId") == kEmptyDirRule);
  CHECK(result.at("ruleIndex") == 0);
  CHECK(result.at("level") == "error");
  CHECK(result.at("message").at("text") ==
        "The backup fails on the emptyDir 'logs'. The chart has a default. See [chosen \\[here\\]](1). Exclude it. "
        "Suggestion: Write to the team.");
  const Json& location = result.at("locations").at(0);
  CHECK(location.at("physicalLocation").dump() ==
        R"({"artifactLocation":{"uri":"apps/homepage/deployment.yaml","uriBaseId":"%SRCROOT%","index":0},)"
        R"("region":{"startLine":12,"startColumn":17,"endLine":12,"endColumn":21,"snippet":{"text":"logs"}},)"
        R"("contextRegion":{"startLine":11,"startColumn":1,"endLine":13,"endColumn":23,)"
        R"("snippet":{"text":"      volumes:\n        - name: logs\n          emptyDir: {}"}}})");
  CHECK(location.at("logicalLocations").dump() ==
        R"([{"fullyQualifiedName":"default/Deployment/apps/homepage#spec.template.spec.volumes[0]","kind":"member"}])");
  CHECK(location.at("message").at("text") == "An emptyDir.");
  CHECK(result.at("relatedLocations").size() == 1);
  CHECK(result.at("relatedLocations").at(0).at("id") == 1);
  CHECK(region_of(result.at("relatedLocations").at(0).at("physicalLocation")) == "8:31-8:35");
  const Json& steps = result.at("codeFlows").at(0).at("threadFlows").at(0).at("locations");
  CHECK(steps.size() == 2);
  CHECK(steps.at(0).at("location").at("message").at("text") == "Written here.");
  CHECK(region_of(steps.at(1).at("location").at("physicalLocation")) == "12:17-12:21");
  CHECK(result.at("partialFingerprints").at("vlintFinding/v1") == "0123abcd");
  CHECK_FALSE(result.contains("suppressions"));
  REQUIRE(result.at("fixes").size() == 1);
  const Json& fix = result.at("fixes").at(0);
  CHECK(fix.at("description").at("text") == "Exclude logs. It may change more than this: read it first.");
  CHECK(fix.at("properties").at("vlint/safety") == "unsafe");
  CHECK(
      fix.at("artifactChanges").dump() ==
      R"([{"artifactLocation":{"uri":"apps/homepage/deployment.yaml","uriBaseId":"%SRCROOT%","index":0},"replacements":[)"
      R"({"deletedRegion":{"startLine":10,"startColumn":10,"endLine":10,"endColumn":10},)"
      R"("insertedContent":{"text":"\n      # no backup"}},)"
      R"({"deletedRegion":{"startLine":12,"startColumn":21,"endLine":13,"endColumn":23}}]},)"
      R"({"artifactLocation":{"uri":"velero/schedule.yaml","uriBaseId":"%SRCROOT%","index":1},"replacements":[)"
      R"({"deletedRegion":{"startLine":8,"startColumn":31,"endLine":8,"endColumn":35},"insertedContent":{"text":"false"}}]}])");
}

// Hashes by sha256sum and by Microsoft's sarif-multitool 5.7.0 (rewrite --insert).
TEST_CASE("hashes and columns are those of other tools") {
  ResultsForTest run(
      Files{{"apps/immich/replicationsource.yaml",
             "# photos \xE2\x80\x93 backed up nightly \xF0\x9F\x93\xB7\napiVersion: volsync.backube/v1alpha1\n"
             "kind: ReplicationSource\nmetadata:\n  name: immich\n  namespace: media\nspec:\n"
             "  sourcePVC: immich-library\n  trigger:\n    schedule: \"0 25 * * *\"\n  restic:\n"
             "    copyMethod: Direct\n    repository: immich-restic\n    retain:\n      daily: 0\n"}});
  run.add(kPausedRule, Severity::error, "hour 25", run.find("apps/immich/replicationsource.yaml", "\"0 25 * * *\""));
  const Json log = checked(run.results);
  const Json& artifact = log.at("runs").at(0).at("artifacts").at(0);
  CHECK(artifact.at("length") == 303);
  CHECK(artifact.at("mimeType") == "application/yaml");
  CHECK(artifact.at("hashes").at("sha-256") == "411e1622d4cf16caba42db7e624bad8da8847ca96707bb7503b8da3500714242");
  const Json& result = log.at("runs").at(0).at("results").at(0);
  CHECK(result.at("partialFingerprints").at("primaryLocationLineHash") == "cb32ad1a5429b35e:1");
  CHECK(region_of(result.at("locations").at(0).at("physicalLocation")) == "10:15-10:27");
}

TEST_CASE("columns are UTF-16 units after a byte-order mark, an emoji and in CRLF files") {
  ResultsForTest run(Files{{"a.yaml", "\xEF\xBB\xBF\xF0\x9F\x93\xB7\xC3\xA9: v\r\nb: w\r\n"}});
  run.add(kPausedRule, Severity::note, "found", run.find("a.yaml", "v"));
  CHECK(primary_region(run.results) == "1:6-1:7");
  run.results.findings[0].primary.where = run.find("a.yaml", "w\r\n");  // with its line end
  CHECK(primary_region(run.results) == "2:4-2:5");
  run.results.findings[0].primary.where = run.find("a.yaml", "w\r");
  CHECK(primary_region(run.results) == "2:4-2:5");
  run.results.findings[0].primary.where = run.after("a.yaml", "w\r\n");  // the end of the file
  CHECK(primary_region(run.results) == "2:5-2:5");
}

TEST_CASE("one-line and empty files have no context") {
  ResultsForTest run(Files{{"a.yaml", ""}, {"b.yaml", "a: 1"}, {"c.yaml", "a: 1\n"}});
  run.add(kPausedRule, Severity::note, "empty", {*run.results.files->find("a.yaml"), 0, 0});
  run.add(kPausedRule, Severity::note, "all of it", run.find("b.yaml", "a: 1"));
  run.add(kPausedRule, Severity::note, "all of it", run.find("c.yaml", "a: 1"));
  const Json log = checked(run.results);
  const Json& results = log.at("runs").at(0).at("results");
  const auto place = [&](std::size_t i) { return results.at(i).at("locations").at(0).at("physicalLocation"); };
  CHECK(region_of(place(0)) == "1:1-1:1");
  CHECK(results.at(0).at("partialFingerprints").at("primaryLocationLineHash") == "c129715d7a2bc9a3:1");
  CHECK_FALSE(place(0).contains("contextRegion"));
  CHECK(region_of(place(1)) == "1:1-1:5");
  CHECK_FALSE(place(1).contains("contextRegion"));
  CHECK(region_of(place(2)) == "1:1-1:5");
}

TEST_CASE("suppressions stand on all results or on none") {
  ResultsForTest run(two_manifests());
  run.add(kPausedRule, Severity::warning, "one", run.find(kDaily, "daily"));
  run.add(kPausedRule, Severity::warning, "two", run.find(kDaily, "spec")).suppressed =
      Suppression{SuppressionKind::in_source, run.find(kDaily, "kind"), "known"};
  run.add(kPausedRule, Severity::warning, "three", run.find(kDaily, "true")).suppressed =
      Suppression{SuppressionKind::configuration, {}, ""};
  const Json with = checked(run.results).at("runs").at(0).at("results");
  REQUIRE(with.size() == 3);
  CHECK(with.at(0).at("suppressions") == Json::array());
  CHECK(with.at(1).at("suppressions").at(0).at("kind") == "inSource");
  CHECK(with.at(1).at("suppressions").at(0).at("justification") == "known");
  CHECK(region_of(with.at(1).at("suppressions").at(0).at("location").at("physicalLocation")) == "2:1-2:5");
  CHECK(with.at(2).at("suppressions").dump() == R"([{"kind":"external","status":"accepted"}])");
  const Json without = checked(run.results, {false}).at("runs").at(0).at("results");
  REQUIRE(without.size() == 1);
  CHECK_FALSE(without.at(0).contains("suppressions"));
}

TEST_CASE("a file that is not YAML is a result and a warning of a successful run") {
  ResultsForTest run(Files{{"broken.yaml", "a: [\n"}});
  run.add(kSyntaxRule, Severity::error, "the list is never closed", run.find("broken.yaml", "["));
  run.results.exit_code = 1;
  const Json log = checked(run.results);
  const Json& invocation = log.at("runs").at(0).at("invocations").at(0);
  CHECK(invocation.at("executionSuccessful") == true);
  CHECK(invocation.at("exitCode") == 1);
  CHECK(
      invocation.at("toolExecutionNotifications").dump() ==
      R"([{"descriptor":{"id":"notification/file-not-analysed","index":0},"level":"warning",)"
      R"("message":{"text":"A document of 'broken.yaml' was not analysed because it is not valid YAML."},)"
      R"("associatedRule":{"id":"yaml/syntax-error","index":2},)"
      R"("locations":[{"physicalLocation":{"artifactLocation":{"uri":"broken.yaml","uriBaseId":"%SRCROOT%","index":0},)"
      R"("region":{"startLine":1,"startColumn":4,"endLine":1,"endColumn":5}}}]}])");
}

TEST_CASE("a run that could not do its work says so") {
  ResultsForTest run(Files{});
  run.results.exit_code = 2;
  run.results.nothing_analysed = true;
  const Json log = checked(run.results);
  const Json& invocation = log.at("runs").at(0).at("invocations").at(0);
  CHECK(invocation.at("executionSuccessful") == false);
  CHECK(invocation.at("toolExecutionNotifications").at(0).at("level") == "error");
}

TEST_CASE("what was not seen is a note about the run") {
  ResultsForTest run(two_manifests());
  run.results.incomplete.push_back({"apps/immich", "the chart is remote", run.find(kDaily, "daily")});
  run.results.incomplete.push_back({"apps/x", "the chart is remote", {}});
  const Json log = checked(run.results);
  const Json& notes = log.at("runs").at(0).at("invocations").at(0).at("toolExecutionNotifications");
  REQUIRE(notes.size() == 2);
  CHECK(notes.at(0).at("level") == "note");
  CHECK(notes.at(0).at("message").at("text") == "'apps/immich' was not seen: The chart is remote.");
  CHECK(region_of(notes.at(0).at("locations").at(0).at("physicalLocation")) == "4:9-4:14");
  CHECK_FALSE(notes.at(1).contains("locations"));
}

TEST_CASE("no text of a credential reaches the log") {
  ResultsForTest run(Files{{"a.yaml",
                            "kind: ConfigMap\ndata:\n  user: me\n  password: hunter2\n  after: x\n  later: y\n---\n"
                            "kind: Secret\nstringData:\n  user: hunter2\n"}});
  run.add(kPausedRule, Severity::warning, "region", run.find("a.yaml", "password: hunter2"));
  run.add(kPausedRule, Severity::warning, "context", run.find("a.yaml", "after"));
  run.add(kPausedRule, Severity::warning, "far", run.find("a.yaml", "later"));
  Finding& in_secret = run.add(kPausedRule, Severity::warning, "secret", run.find("a.yaml", "user", 1));
  in_secret.fixes.push_back({"copy", Safety::safe, {{run.find("a.yaml", "y", 0), "token: hunter2"}}});
  CHECK(print_sarif(run.results).find("hunter2") == std::string::npos);
  const Json results = checked(run.results).at("runs").at(0).at("results");
  const auto place = [&](std::size_t i) { return results.at(i).at("locations").at(0).at("physicalLocation"); };
  CHECK_FALSE(place(0).at("region").contains("snippet"));
  CHECK(place(1).at("region").at("snippet").at("text") == "after");
  CHECK_FALSE(place(1).contains("contextRegion"));
  CHECK(place(2).at("region").contains("snippet"));
  CHECK_FALSE(place(3).at("region").contains("snippet"));
  CHECK_FALSE(place(3).contains("contextRegion"));
  CHECK_FALSE(results.at(3).contains("fixes"));
}

TEST_CASE("paths are percent-encoded and files without results are not listed") {
  ResultsForTest run(Files{{"a b/\xC3\xA9#1.yml", "k: v\n"}, {"other.yaml", "k: v\n"}, {"z.json", "{}"}});
  run.add(kPausedRule, Severity::note, "found", run.find("a b/\xC3\xA9#1.yml", "v"));
  run.add(kPausedRule, Severity::note, "found", run.find("z.json", "{}"));
  const Json log = checked(run.results);
  const Json& artifacts = log.at("runs").at(0).at("artifacts");
  REQUIRE(artifacts.size() == 2);
  CHECK(artifacts.at(0).at("location").at("uri") == "a%20b/%C3%A9%231.yml");
  CHECK(artifacts.at(0).at("mimeType") == "application/yaml");
  CHECK(artifacts.at(1).at("mimeType") == "application/json");
  CHECK(log.at("runs")
            .at(0)
            .at("results")
            .at(1)
            .at("locations")
            .at(0)
            .at("physicalLocation")
            .at("artifactLocation")
            .at("index") == 1);
}

TEST_CASE("bytes that are not UTF-8 give a log without text and without fixes") {
  ResultsForTest run(Files{{"a.yaml", "k: v # \xFF\n"}});
  Finding& finding = run.add(kPausedRule, Severity::note, "found \xFF", run.find("a.yaml", "v"));
  finding.fixes.push_back({"fix", Safety::safe, {{run.find("a.yaml", "v"), "w"}}});
  const Json result = first_result(run.results);
  CHECK(result.at("message").at("text") == "Found \xEF\xBF\xBD.");
  CHECK_FALSE(result.at("locations").at(0).at("physicalLocation").at("region").contains("snippet"));
  CHECK_FALSE(result.contains("fixes"));
}

TEST_CASE("a text that looks like the list of results changes nothing") {
  ResultsForTest run(two_manifests());
  run.add(kPausedRule, Severity::note, "\"results\": []", run.find(kDaily, "daily"));
  run.results.incomplete.push_back({"\"results\": []", "x", {}});
  CHECK(checked(run.results).at("runs").at(0).at("results").size() == 1);
}

TEST_CASE("more results than code scanning takes leave the least severe out") {
  ResultsForTest run(two_manifests());
  const Span where = run.find(kDaily, "daily");
  run.add(kPausedRule, Severity::note, "first", where);
  run.add(kPausedRule, Severity::error, "suppressed", where).suppressed = Suppression{};
  for (int i = 0; i < 24'999; ++i) run.add(kPausedRule, Severity::note, "found", where);
  run.add(kPausedRule, Severity::error, "last", where);
  const Json log = Json::parse(print_sarif(run.results));
  const Json& results = log.at("runs").at(0).at("results");
  REQUIRE(results.size() == 25'000);
  CHECK(results.at(0).at("message").at("text") == "First.");
  CHECK(results.at(1).at("message").at("text") == "Found.");
  CHECK(results.at(24'999).at("message").at("text") == "Last.");
  CHECK(log.at("runs").at(0).at("invocations").at(0).at("toolExecutionNotifications").at(0).at("message").at("text") ==
        "2 results are not in this log.");
}

TEST_CASE("the check finds what is wrong with a log") {
  ResultsForTest run(two_manifests());
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", run.find(kApp, "logs"), "x");
  finding.related.push_back({run.find(kDaily, "daily"), "there"});
  finding.fixes.push_back(
      {"fix", Safety::safe, {{run.find(kApp, "Deployment"), "Job"}, {run.before(kApp, "  namespace"), "  a: b\n"}}});
  const std::string log = print_sarif(run.results);
  REQUIRE(check_sarif(log, run.results).empty());

  struct Row {
    std::string_view old_text, new_text, fault;
  };
  const Row rows[] = {
      {"\"startColumn\": 17,", "\"startColumn\": 16,", "a snippet is not the region's text"},
      {"\"startLine\": 12,", "\"startLine\": 99,", "is outside of"},
      {"\"columnKind\": \"utf16CodeUnits\"", "\"columnKind\": \"unicodeCodePoints\"", "not declared as UTF-16"},
      {"\"ruleIndex\": 1", "\"ruleIndex\": 0", "an index names another descriptor"},
      {"\"level\": \"warning\",\n          \"message\"", "\"level\": \"error\",\n          \"message\"",
       "the level is not"},
      {"(1)", "(7)", "the link to '7' leads nowhere"},
      {"\"uri\": \"velero/schedule.yaml\"", "\"uri\": \"velero/other.yaml\"", "names no file"},
      {"\"uri\": \"velero/schedule.yaml\"", "\"uri\": \"/velero/schedule.yaml\"", "is no relative URI"},
      {"\"text\": \"Job\"", "\"text\": \"Pod\"", "a fix does something else"},
      {"\"primaryLocationLineHash\": \"", "\"primaryLocationLineHash\": \"0", "the line hash is wrong"},
      {"\"sha-256\": \"", "\"sha-256\": \"0", "the hash is wrong"},
      {"\"length\": ", "\"length\": 1", "the length is wrong"},
      {"\"exitCode\": 0", "\"exitCode\": 1", "the exit code is not that of the process"},
      {"\"results\": [", "\"automationDetails\": {}, \"results\": [", "automationDetails"},
      {"\"version\": \"2.1.0\"", "\"version\": \"2.0.0\"", "the version is not 2.1.0"},
      {"\"organization\": \"vlint\"", "\"organization\": null", "there is a null"},
      {"{\n  \"$schema\"", "{\n  \"x\": 1,\n  \"$schema\"", "do not lead"},
      {"\"ruleId\"", "\"suppressions\": [], \"ruleId\"", "suppressions are neither"},
      {"\"results\": [", "\"results\": 1, \"x\": [", "a property is missing or of another type"},
      {"{", "", "the log is not JSON"},
  };
  for (const Row& row : rows) {
    std::string wrong = log;
    const std::size_t at = wrong.find(row.old_text);
    REQUIRE(at != std::string::npos);
    wrong.replace(at, row.old_text.size(), row.new_text);
    CAPTURE(row.new_text);
    CHECK(join(check_sarif(wrong, run.results), "\n").find(row.fault) != std::string::npos);
  }
}

// The log with the replacements of its only fix changed.
std::string faults_of_replacements(const Json& replacements) {
  ResultsForTest run(Files{{"a.yaml", "a:\n  b: 1\n  c: 2\n"}});
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", run.find("a.yaml", "1"));
  finding.fixes.push_back({"fix", Safety::safe, {{run.find("a.yaml", "1"), "2"}}});
  Json log = Json::parse(print_sarif(run.results));
  log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"] = replacements;
  return join(check_sarif(log.dump(2) + "\n", run.results), "\n");
}

TEST_CASE("the check finds replacements that readers would apply differently") {
  const auto replacement = [](int line, int column, int end_line, int end_column, const char* text) {
    return Json{{"deletedRegion",
                 {{"startLine", line}, {"startColumn", column}, {"endLine", end_line}, {"endColumn", end_column}}},
                {"insertedContent", {{"text", text}}}};
  };
  const auto faults = [&](const std::vector<Json>& replacements) { return faults_of_replacements(Json(replacements)); };
  CHECK(faults({replacement(2, 6, 2, 7, "2")}) == "");
  CHECK(faults({replacement(2, 1, 2, 7, "  b: 2")}).find("starts in the indentation") != std::string::npos);
  CHECK(faults({replacement(2, 6, 2, 7, "x"), replacement(2, 7, 2, 7, "y")}).find("touch") != std::string::npos);
  CHECK(faults({replacement(3, 6, 3, 7, "x"), replacement(2, 6, 2, 7, "2")}).find("touch or are not sorted") !=
        std::string::npos);
  CHECK(faults({replacement(2, 6, 2, 7, "2"), replacement(3, 7, 3, 7, "")}).find("changes nothing") !=
        std::string::npos);
  CHECK(faults({replacement(2, 6, 2, 99, "2")}).find("is outside of") != std::string::npos);
}

}  // namespace
}  // namespace vlint
