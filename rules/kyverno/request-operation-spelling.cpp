#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/policy.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kOperations[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};

bool is_operation(std::string_view text) {
  return std::find(std::begin(kOperations), std::end(kOperations), text) != std::end(kOperations);
}

std::string to_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string without_blanks(std::string_view text) {
  std::string rest(text);
  rest.erase(std::remove(rest.begin(), rest.end(), ' '), rest.end());
  return rest;
}

enum class Asks : std::uint8_t { nothing, exactly, with_default };

// Whether a key is the request's operation. Admission looks at the first form only.
Asks asks_operation(std::string_view key) {
  const std::string text = without_blanks(key);
  constexpr std::string_view kBegin = "{{request.operation";
  if (text == "{{request.operation}}") return Asks::exactly;
  return text.rfind(kBegin, 0) == 0 && text.compare(kBegin.size(), 2, "||") == 0 ? Asks::with_default : Asks::nothing;
}

struct Place {
  const model::Cluster& cluster;
  const kube::Resource& policy;
  std::string title;
  std::string_view consequence;
};

void check_text(yaml::Value text, const Place& place, bool only_spelling, Report& report) {
  if (!text.is_scalar() || has_variable(text) || is_operation(text.text())) return;
  const std::string upper = to_upper(text.text());
  const bool is_meant = is_operation(upper);
  if (only_spelling && !is_meant) return;
  Draft draft = report.at(text.span(), fmt::format("{} asks for the operation {}, which no request has: {}",
                                                   place.title, quoted(text.text()), place.consequence));
  draft.about(place.cluster, place.policy, text);
  if (is_meant) {
    draft.label("operations are in capitals");
    draft.fix(fmt::format("write {}", upper), Safety::safe, place.policy, yaml::set_scalar(text, upper));
  } else {
    draft.label("no such operation").help("operations are CREATE, UPDATE, DELETE and CONNECT");
  }
}

void check_condition(const PolicyCondition& condition, Report& report) {
  const Asks asks = asks_operation(condition.key().text());
  if (asks == Asks::nothing) return;
  const bool is_refused = asks == Asks::exactly && !condition.is_typed && condition.site != ConditionSite::target;
  const std::string_view consequence = is_refused ? "Kyverno refuses the policy" : "the comparison is never true";
  const Place place{condition.cluster, condition.policy, condition.title(), consequence};
  // What is compared with a default may be that default. Wildcards fit in a comparison that nobody refuses.
  const bool only_spelling = !is_refused;
  if (condition.value().is_sequence()) {
    for (const yaml::Value item : condition.value().items()) check_text(item, place, only_spelling, report);
  } else {
    check_text(condition.value(), place, only_spelling, report);
  }
}

void check_filters(const ClusterModel& member, const kyverno::Policy& policy, Report& report) {
  for (const kyverno::Rule& rule : policy.rules) {
    const Place place{member.cluster, *policy.object, title_of_rule(*policy.object, rule.where),
                      "the API server refuses the policy"};
    for (const kyverno::MatchBlock* block : {&rule.match, &rule.exclude}) {
      const auto check_all = [&](const kyverno::Filter& filter) {
        for (const yaml::Value operation : filter.operations) check_text(operation, place, false, report);
      };
      for (const kyverno::Filter& filter : block->any) check_all(filter);
      for (const kyverno::Filter& filter : block->all) check_all(filter);
      check_all(block->legacy);
    }
  }
}

void check(const Model& model, Report& report) {
  for_each_condition(model, [&](const PolicyCondition& condition) { check_condition(condition, report); });
  for (const ClusterModel& member : model.clusters) {
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (!policy.object->encrypted) check_filters(member, policy, report);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_request_operation_spelling) = checked({
    .summary = "a policy asks for an operation that no request has",
    .explanation = R"md(
## What it finds
A condition that compares `{{ request.operation }}` with something else than CREATE, UPDATE, DELETE or CONNECT, most
often in small letters, and such a text in `operations` of match or exclude.

## Why it matters
Kyverno's webhook, or the schema of the custom resource, refuses the policy, and the sync that applies it fails. With
a default in the key (`{{ request.operation || 'BACKGROUND' }}`) nobody refuses it: the comparison is just never true.

## How to fix it
Write the operation in capitals; `vlint --fix` does.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/validate.go validateConditionValuesKeyRequestOperation, api/kyverno/v1 "
               "AdmissionOperation",
    .check = check,
});

}  // namespace vlint::rules
