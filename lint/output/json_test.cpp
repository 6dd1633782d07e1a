#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "lint/output/printer.h"
#include "lint/output/results_for_test.h"

namespace vlint {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kApp = "apps/homepage/deployment.yaml";
constexpr std::string_view kDaily = "velero/schedule.yaml";

TEST_CASE("the JSON of a run without findings") {
  ResultsForTest run(Files{});
  CHECK(print_json(run.results) == R"json({
  "schema": "vlint/findings/1",
  "version": ")json" VLINT_VERSION R"json(",
  "summary": {
    "files": 0,
    "documents": 0,
    "resources": 0,
    "errors": 0,
    "warnings": 0,
    "notes": 0,
    "fixable": 0,
    "unknown": 0
  },
  "findings": [],
  "incomplete": []
}
)json");
}

TEST_CASE("a finding has every field of the contract in its order") {
  ResultsForTest run(two_manifests());
  Finding& finding = run.add(kEmptyDirRule, Severity::error, "the backup fails", run.find(kApp, "logs"), "here");
  finding.precision = Precision::very_high;
  finding.subject = {"default", "Deployment", "apps", "homepage", "spec.template.spec.volumes[0]"};
  finding.related.push_back({run.find(kDaily, "true"), "chosen here"});
  finding.related.push_back({{}, "a default"});
  finding.chain.push_back({run.find(kApp, "emptyDir"), "written here"});
  finding.help = "exclude it";
  finding.fixes.push_back({"exclude it", Safety::safe, {{run.after(kApp, "{}"), "\n# x"}}});
  finding.fingerprint = "abc";
  finding.suppressed = Suppression{SuppressionKind::in_source, run.find(kApp, "kind"), "known"};
  run.results.incomplete.push_back({"apps/x", "the chart is remote", run.find(kDaily, "spec")});
  run.results.incomplete.push_back({"apps/y", "the chart is remote", {}});
  const Json json = Json::parse(print_json(run.results));
  CHECK(
      json.at("findings").at(0).dump() ==
      R"({"rule":"velero/emptydir-in-fs-backup","severity":"error","precision":"very-high","message":"the backup fails",)"
      R"("location":{"file":"apps/homepage/deployment.yaml","start":{"line":12,"column":17,"offset":185},)"
      R"("end":{"line":12,"column":21,"offset":189}},)"
      R"("subject":{"cluster":"default","kind":"Deployment","namespace":"apps","name":"homepage",)"
      R"("field":"spec.template.spec.volumes[0]"},)"
      R"("related":[{"message":"chosen here","location":{"file":"velero/schedule.yaml",)"
      R"("start":{"line":8,"column":31,"offset":136},"end":{"line":8,"column":35,"offset":140}}},)"
      R"({"message":"a default","location":null}],)"
      R"("chain":[{"what":"written here","location":{"file":"apps/homepage/deployment.yaml",)"
      R"("start":{"line":13,"column":11,"offset":200},"end":{"line":13,"column":19,"offset":208}}}],)"
      R"("help":"exclude it",)"
      R"("fixes":[{"title":"exclude it","safety":"safe","edits":[{"file":"apps/homepage/deployment.yaml",)"
      R"("start":{"line":13,"column":23,"offset":212},"end":{"line":13,"column":23,"offset":212},"text":"\n# x"}]}],)"
      R"("fingerprint":"abc",)"
      R"("suppressed":{"kind":"in-source","reason":"known","location":{"file":"apps/homepage/deployment.yaml",)"
      R"("start":{"line":2,"column":1,"offset":20},"end":{"line":2,"column":5,"offset":24}}}})");
  CHECK(json.at("incomplete").dump() ==
        R"([{"unit":"apps/x","reason":"the chart is remote","location":{"file":"velero/schedule.yaml",)"
        R"("start":{"line":5,"column":1,"offset":64},"end":{"line":5,"column":5,"offset":68}}},)"
        R"({"unit":"apps/y","reason":"the chart is remote","location":null}])");
}

TEST_CASE("findings are written one by one in the layout of the rest") {
  ResultsForTest run(two_manifests());
  for (int i = 0; i < 3; ++i) run.add(kPausedRule, Severity::note, "found", run.find(kDaily, "daily"));
  const std::string text = print_json(run.results);
  CHECK(Json::parse(text).dump(2) + "\n" == text);
  CHECK(Json::parse(text).at("findings").size() == 3);
  CHECK(Json::parse(text).at("findings").at(0).at("suppressed").is_null());
}

TEST_CASE("columns count characters and offsets count bytes") {
  ResultsForTest run(Files{{"a.yaml", "\xEF\xBB\xBFk: \xF0\x9F\x93\xB7 v\r\n"}});
  run.add(kPausedRule, Severity::note, "found", run.find("a.yaml", "v"));
  CHECK(Json::parse(print_json(run.results)).at("findings").at(0).at("location").at("start").dump() ==
        R"({"line":1,"column":6,"offset":11})");
}

TEST_CASE("bytes that are not UTF-8 are replaced") {
  ResultsForTest run(Files{{"a\xFF.yaml", "k: v\n"}});
  run.add(kPausedRule, Severity::note, "found \xC3(", run.find("a\xFF.yaml", "v"));
  run.results.incomplete.push_back({"\xFF", "x", {}});
  const Json json = Json::parse(print_json(run.results));
  CHECK(json.at("findings").at(0).at("message") == "found \xEF\xBF\xBD(");
  CHECK(json.at("findings").at(0).at("location").at("file") == "a\xEF\xBF\xBD.yaml");
}

TEST_CASE("a text that looks like the list of findings changes nothing") {
  ResultsForTest run(two_manifests());
  run.add(kPausedRule, Severity::note, "\"findings\": []", run.find(kDaily, "daily"));
  run.results.incomplete.push_back({"\"findings\": []", "\n  \"findings\": []", {}});
  const Json json = Json::parse(print_json(run.results));
  CHECK(json.at("findings").size() == 1);
  CHECK(json.at("incomplete").at(0).at("unit") == "\"findings\": []");
}

}  // namespace
}  // namespace vlint
