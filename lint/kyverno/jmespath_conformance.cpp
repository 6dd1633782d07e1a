#include "lint/kyverno/jmespath_conformance.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "lint/jmespath/conformance.h"
#include "lint/jmespath/evaluate.h"
#include "lint/jmespath/json.h"
#include "lint/jmespath/parser.h"
#include "lint/kyverno/condition.h"
#include "lint/kyverno/substitution.h"
#include "lint/kyverno/variables.h"

namespace vlint::kyverno {
namespace {

using jmespath::Json;

const Json kNull;

const Json& member(const Json& object, std::string_view key) {
  const Json* found = object.find(key);
  return found == nullptr ? kNull : *found;
}

std::string run_parse(const Json& test, const Json&) { return jmespath::run_parse_case(test); }

std::string run_eval(const Json& test, const Json& inputs) {
  return jmespath::run_eval_case(test, member(inputs, member(test, "input").as_string()));
}

// Every innermost variable of a template is an expression. A template may also be a bare expression with none.
std::string run_nested(const Json& test, const Json&) {
  const std::string& text = member(test, "template").as_string();
  for (const NestedVariable& nested : find_all_variables(text)) {
    if (!nested.inner.empty()) continue;
    const std::string expression = expression_of(text, nested.variable);
    const jmespath::ParseResult parsed = jmespath::parse(expression);
    if (!parsed) return fmt::format("{} does not parse: {}", expression, parsed.fault().message);
  }
  return {};
}

jmespath::Outcome resolve(std::string_view expression, const Json& input) {
  const jmespath::ParseResult parsed = jmespath::parse(expression);
  if (!parsed) return jmespath::Failure{jmespath::FailureKind::value, parsed.fault().message};
  return jmespath::evaluate(parsed.expression(), input).outcome;
}

std::string run_substitution(const Json& test, const Json& inputs) {
  const Json& input = member(inputs, member(test, "input").as_string());
  SubstitutionOptions options;
  options.is_delete = member(member(input, "request"), "operation").as_string() == "DELETE";
  const Resolver resolver = [&](std::string_view expression) { return resolve(expression, input); };
  const Substituted done = substitute(member(test, "document"), resolver, options);
  const bool expects_value = member(test, "outcome").as_string() == "value";
  if (!done.ok()) return expects_value ? "fails: " + done.failure->message : std::string();
  const std::string found = jmespath::to_json(done.value).value();
  if (!expects_value) return fmt::format("result is {}, expected an error", found);
  const std::string expected = jmespath::to_json(member(test, "result")).value();
  return found == expected ? std::string() : fmt::format("result is {}, expected {}", found, expected);
}

// A failure of `panic` is what the case expects where it has no result.
std::string run_condition(const Json& test, const Json&) {
  const ConditionOutcome found =
      judge_condition(member(test, "key"), member(test, "operator").as_string(), member(test, "value"));
  const Json* expected = test.find("result");
  if (found.failure) return expected == nullptr ? std::string() : "fails: " + found.failure->message;
  if (expected == nullptr) return fmt::format("result is {}, expected a failure", to_string(found.holds));
  if (found.holds == known(expected->as_boolean())) return {};
  return fmt::format("result is {}, expected {}", to_string(found.holds), expected->as_boolean());
}

struct Suite {
  std::string_view name;
  std::string (*run)(const Json& test, const Json& inputs);
};

constexpr std::array kSuites = {
    Suite{"parse", run_parse},          Suite{"eval", run_eval},
    Suite{"conditions", run_condition}, Suite{"substitution", run_substitution},
    Suite{"nested", run_nested},
};

}  // namespace

Result<JmespathReport> run_jmespath_conformance(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{"can't read " + path};
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return Error{"can't read " + path};
  return run_jmespath_cases(text);
}

Result<JmespathReport> run_jmespath_cases(std::string_view text) {
  const Result<Json> file = jmespath::parse_json(text);
  if (!file) return Error{"the data file is no JSON: " + file.error()};
  if (!file->is_object()) return Error{"the data file has no lists of cases"};
  JmespathReport report;
  for (const Suite& suite : kSuites) {
    for (const Json& test : member(*file, suite.name).items()) {
      const std::string wrong = suite.run(test, member(*file, "inputs"));
      if (wrong.empty()) {
        ++report.passed;
        continue;
      }
      const Json& subject =
          member(test, "expression").is_null() ? member(test, "document") : member(test, "expression");
      const std::string shown = jmespath::to_json(subject).value();
      report.failures.push_back(fmt::format("{} {} {}: {}", suite.name, member(test, "id").as_string(), shown, wrong));
    }
  }
  return report;
}

std::string to_text(const JmespathReport& report) {
  std::string text;
  for (const std::string& failure : report.failures) {
    for (const char c : failure) text += c == '\n' || c == '\r' ? ' ' : c;
    text += '\n';
  }
  return text + fmt::format("{} passed, {} failed\n", report.passed, report.failures.size());
}

}  // namespace vlint::kyverno
