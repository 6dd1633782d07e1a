#include "lint/velero/conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "lint/base/text.h"
#include "lint/velero/conformance_cases.h"
#include "lint/yaml/parse.h"

namespace vlint::velero {
namespace {

using yaml::Value;

FileSet one_file(std::string name, std::string text) {
  std::vector<SourceFile> files;
  files.push_back({std::move(name), std::move(text)});
  return FileSet(std::move(files));
}

// JSON is YAML, with everything in flow style.
constexpr yaml::Limits kDataLimits{std::size_t{256} << 20, 200, 1'000'000};

std::map<std::string_view, CaseResult (*)(Value, Value)> all_suites() {
  std::map<std::string_view, CaseResult (*)(Value, Value)> suites;
  for (const std::vector<Suite>& some :
       {filter_suites(), policy_suites(), backup_suites(), snapshot_suites(), schedule_suites(), engine_suites()}) {
    for (const Suite& suite : some) suites.emplace(suite.name, suite.run);
  }
  return suites;
}

}  // namespace

Prepared::Prepared(const std::string& manifests, const PlanOptions& options) : world(manifests) {
  plan.install = find_install(world.cluster(), options);
  plan.schedules = read_schedules(world.cluster(), plan.install);
  facts = gather_facts(world.cluster(), plan, options.is_dump);
  labelled = labelled_namespaces(world.cluster());
}

CaseResult expect(bool found, bool expected, std::string_view what) {
  if (found == expected) return passed();
  return {false, fmt::format("{} is {}, expected {}", what, found, expected)};
}

CaseResult expect(std::string_view found, std::string_view expected, std::string_view what) {
  if (found == expected) return passed();
  return {false, fmt::format("{} is {}, expected {}", what, quoted(found), quoted(expected))};
}

CaseResult expect_names(std::vector<std::string> found, std::vector<std::string> expected, std::string_view what) {
  std::sort(found.begin(), found.end());
  std::sort(expected.begin(), expected.end());
  if (found == expected) return passed();
  return {false, fmt::format("{}: [{}], expected [{}]", what, join(found, ", "), join(expected, ", "))};
}

std::vector<std::string> strings(Value list) {
  std::vector<std::string> texts;
  for (const Value item : list.items()) texts.emplace_back(item.text());
  return texts;
}

bool is_true(Value value) { return value.as_bool() == true; }

std::string written(Value value) {
  if (!value) return "null";
  const Span span = value.content_span();
  return std::string(value.tree()->slice(span.begin, span.end));
}

std::string document(Value object) { return fmt::format("---\n{}\n", written(object)); }

std::string documents(Value cluster) {
  std::string text;
  for (const Value item : cluster.items()) {
    if (!item["items"]) {
      text += document(item);
      continue;
    }
    for (const Value object : item["items"].items()) text += document(object);
  }
  return text;
}

std::string backup_with_policy(Value backup, Value policy) {
  if (!policy.is_set()) return document(backup);
  const Value spec = backup["spec"];
  const Span whole = backup.content_span();
  const yaml::Tree& tree = *backup.tree();
  const std::uint32_t at = spec.content_span().begin + 1;  // behind the brace
  return fmt::format(
      "---\n{}\"resourcePolicy\": {{\"kind\": \"configmap\", \"name\": \"policy\"}}, {}\n---\napiVersion: v1\n"
      "kind: ConfigMap\nmetadata: {{name: policy, namespace: velero}}\ndata: {{policy: {}}}\n",
      tree.slice(whole.begin, at), tree.slice(at, whole.end), written(policy));
}

std::size_t ConformanceReport::skipped_cases() const {
  std::size_t sum = 0;
  for (const auto& [suite, count] : skipped) sum += count;
  return sum;
}

Result<ConformanceReport> run_conformance(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{"can't read " + path};
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return Error{"can't read " + path};
  return run_cases(std::move(text));
}

Result<ConformanceReport> run_cases(std::string text) {
  const FileSet files = one_file("cases.json", std::move(text));
  const yaml::Tree tree = yaml::parse(files, files.id_at(0), kDataLimits);
  if (tree.documents.empty() || tree.documents.front().root == yaml::kNoNode || tree.documents.front().broken) {
    return Error{tree.problems.empty() ? "the data file is empty"
                                       : "the data file is no JSON: " + tree.problems.front().message};
  }
  const Value list(tree, tree.documents.front().root);
  if (!list.is_sequence()) return Error{"the data file is no list of cases"};

  const auto suites = all_suites();
  ConformanceReport report;
  for (const Value item : list.items()) {
    const std::string_view suite = item["suite"].text();
    if (suite.empty()) continue;  // the description of the format
    const auto known = suites.find(suite);
    const CaseResult result = known == suites.end() ? skip() : known->second(item["input"], item["expected"]);
    if (result.skipped) {
      ++report.skipped[std::string(suite)];
    } else if (result.failure.empty()) {
      ++report.passed;
    } else {
      report.failures.push_back(fmt::format("{}: {}: {}", suite, item["name"].text(), result.failure));
    }
  }
  return report;
}

std::string to_text(const ConformanceReport& report) {
  std::string text;
  for (const std::string& failure : report.failures) text += fmt::format("FAILED {}\n", failure);
  for (const auto& [suite, count] : report.skipped) text += fmt::format("skipped {} of {}\n", count, suite);
  return text + fmt::format("{} passed, {} failed, {} skipped\n", report.passed, report.failures.size(),
                            report.skipped_cases());
}

}  // namespace vlint::velero
