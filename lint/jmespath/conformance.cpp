#include "lint/jmespath/conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/jmespath/check.h"
#include "lint/jmespath/evaluate.h"
#include "lint/jmespath/parser.h"

namespace vlint::jmespath {
namespace {

std::string text_of(const Json& test, std::string_view key) {
  const Json* found = test.find(key);
  return found == nullptr ? std::string() : found->as_string();
}

std::vector<std::string> texts_of(const Json& test, std::string_view key) {
  std::vector<std::string> texts;
  if (const Json* found = test.find(key)) {
    for (const Json& item : found->items()) texts.push_back(item.as_string());
  }
  return texts;
}

void sort_unique(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

std::string differ(std::string_view what, std::vector<std::string> found, std::vector<std::string> expected) {
  sort_unique(found);
  sort_unique(expected);
  if (found == expected) return {};
  return fmt::format("{}: [{}], expected [{}]", what, join(found, ", "), join(expected, ", "));
}

std::string differ(std::string_view what, std::string_view found, std::string_view expected) {
  return found == expected ? std::string() : fmt::format("{} is {}, expected {}", what, found, expected);
}

std::string arity_text(const CheckFault& fault) {
  const Function* function = find_function(fault.function);
  const std::size_t count = function->parameters.size();
  return fmt::format("{} needs {}{} got {}", fault.function, function->variadic ? ">=" : "", count, fault.count);
}

// The outcome that a case names: what is looked for first wins.
std::string_view outcome_of(const Checked& checked) {
  const auto has = [&](FailureKind kind) {
    return std::any_of(checked.faults.begin(), checked.faults.end(),
                       [&](const CheckFault& fault) { return fault.kind == kind; });
  };
  if (has(FailureKind::unknown_function)) return "unknown-function";
  if (has(FailureKind::arity)) return "arity";
  return has(FailureKind::type) ? "type" : "valid";
}

std::string_view outcome_of(const Outcome& outcome) {
  if (outcome.ok()) return to_json(outcome.value()) ? "value" : "unserializable";
  switch (outcome.failure().kind) {
    case FailureKind::not_found:
      return "not-found";
    case FailureKind::panic:
      return "panic";
    default:
      return "error";
  }
}

bool meets_type_fault(const Expression& expression) {
  const Outcome outcome = evaluate(expression, Json()).outcome;
  return !outcome.ok() && (outcome.failure().kind == FailureKind::type || outcome.failure().kind == FailureKind::panic);
}

std::string_view error_of(FailureKind kind) {
  switch (kind) {
    case FailureKind::unknown_function:
      return "unknown-function";
    case FailureKind::arity:
      return "arity";
    case FailureKind::type:
      return "type";
    default:
      return "value";
  }
}

std::string differ_in_value(const Json& test, const Json& found) {
  const Json* expected = test.find("result");
  if (expected == nullptr) return "the case has no result";
  if (text_of(test, "order") == "any" && found.is_array() && expected->is_array()) {
    const auto texts = [](const Json& list) {
      std::vector<std::string> items;
      for (const Json& item : list.items()) items.push_back(to_json(item).value());
      std::sort(items.begin(), items.end());
      return join(items, ",");
    };
    return differ("result", texts(found), texts(*expected));
  }
  return differ("result", to_json(found).value(), to_json(*expected).value());
}

std::string differ_in_fault(const Json& test, const SyntaxFault& fault) {
  const Json* offset = test.find("offset");
  if (offset == nullptr || !offset->is_number() || offset->as_number() == static_cast<double>(fault.offset)) return {};
  return fmt::format("offset is {}, expected {}", fault.offset, offset->as_number());
}

}  // namespace

std::string run_parse_case(const Json& test) {
  const std::string outcome = text_of(test, "outcome");
  const ParseResult parsed = parse(text_of(test, "expression"));
  if (!parsed) {
    const std::string wrong = differ("outcome", "syntax-error", outcome);
    return wrong.empty() ? differ_in_fault(test, parsed.fault()) : wrong + ": " + parsed.fault().message;
  }
  const Checked checked = check(parsed.expression());
  // "valid" says that functions exist and counts fit, not that types do: a type fault is no contradiction if evaluation
  // meets it too.
  const bool is_met = outcome_of(checked) == "type" && meets_type_fault(parsed.expression());
  std::string wrong = outcome == "valid" && is_met ? "" : differ("outcome", outcome_of(checked), outcome);
  if (!wrong.empty()) return checked.faults.empty() ? wrong : wrong + ": " + checked.faults.front().message;

  std::vector<std::string> functions;
  std::vector<std::string> unknown;
  std::vector<std::string> arity;
  for (const Call& call : checked.calls) functions.push_back(call.name);
  for (const CheckFault& fault : checked.faults) {
    if (fault.kind == FailureKind::unknown_function) unknown.push_back(fault.function);
    if (fault.kind == FailureKind::arity) arity.push_back(arity_text(fault));
  }
  wrong = differ("functions", functions, texts_of(test, "functions"));
  if (wrong.empty()) wrong = differ("unknown", unknown, texts_of(test, "unknown"));
  return wrong.empty() ? differ("arity", arity, texts_of(test, "arity")) : wrong;
}

std::string run_eval_case(const Json& test, const Json& input) {
  const ParseResult parsed = parse(text_of(test, "expression"));
  if (!parsed) return "does not parse: " + parsed.fault().message;
  const Evaluation evaluation = evaluate(parsed.expression(), input);
  const Outcome& found = evaluation.outcome;
  const std::string wrong = differ("outcome", outcome_of(found), text_of(test, "outcome"));
  if (!wrong.empty()) return found.ok() ? wrong : wrong + ": " + found.failure().message;
  if (found.ok()) return text_of(test, "outcome") == "value" ? differ_in_value(test, found.value()) : std::string();
  if (text_of(test, "outcome") != "error") return {};
  const std::string kind = differ("error", error_of(found.failure().kind), text_of(test, "error"));
  return kind.empty() ? kind : kind + ": " + found.failure().message;
}

}  // namespace vlint::jmespath
