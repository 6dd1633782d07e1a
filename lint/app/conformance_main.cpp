// vlint-conformance: runs the cases of other projects against the engine.
//
//   vlint-conformance jmespath FILE
//   vlint-conformance kustomize DIR
//   vlint-conformance kyverno-generate DIR
//   vlint-conformance velero FILE
//
// Prints each failure on one line and ends with "N passed, M failed". Exit codes: 0 all passed, 1 some failed, 2 the
// cases could not be read.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "lint/kustomize/conformance.h"
#include "lint/kyverno/generate_conformance.h"
#include "lint/kyverno/jmespath_conformance.h"
#include "lint/velero/conformance.h"

namespace {

using vlint::Error;
using vlint::Result;

struct Outcome {
  std::string text;
  bool all_passed;
};

Result<Outcome> run_velero(const std::string& path) {
  const Result<vlint::velero::ConformanceReport> report = vlint::velero::run_conformance(path);
  if (!report.ok()) return Error{report.error()};
  return Outcome{vlint::velero::to_text(*report), report->failures.empty()};
}

Result<Outcome> run_kustomize(const std::string& folder) {
  const auto results = vlint::kustomize::run_cases(folder);
  if (!results.ok()) return Error{results.error()};
  const bool all_passed =
      std::all_of(results->begin(), results->end(), [](const auto& result) { return result.passed; });
  return Outcome{vlint::kustomize::report_cases(*results), all_passed};
}

Result<Outcome> run_jmespath(const std::string& path) {
  const Result<vlint::kyverno::JmespathReport> report = vlint::kyverno::run_jmespath_conformance(path);
  if (!report.ok()) return Error{report.error()};
  return Outcome{vlint::kyverno::to_text(*report), report->failures.empty()};
}

Result<Outcome> run_kyverno_generate(const std::string& folder) {
  const auto report = vlint::kyverno::run_generate_conformance(folder);
  if (!report.ok()) return Error{report.error()};
  return Outcome{vlint::kyverno::to_text(*report), report->failures.empty()};
}

struct Suite {
  std::string_view name;
  Result<Outcome> (*run)(const std::string& path);
};

constexpr Suite kSuites[] = {
    {"jmespath", run_jmespath},
    {"kustomize", run_kustomize},
    {"kyverno-generate", run_kyverno_generate},
    {"velero", run_velero},
};

int cannot_work(std::string_view sentence) {
  fmt::print(stderr, "vlint-conformance: {}\n", sentence);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3)
    return cannot_work(
        "usage: vlint-conformance SUITE DATA, where SUITE is jmespath, kustomize, kyverno-generate or velero");
  for (const Suite& suite : kSuites) {
    if (suite.name != argv[1]) continue;
    const Result<Outcome> outcome = suite.run(argv[2]);
    if (!outcome.ok()) return cannot_work(outcome.error());
    fmt::print("{}", outcome->text);
    return outcome->all_passed ? 0 : 1;
  }
  return cannot_work(fmt::format("no suite is named {}", argv[1]));
}
