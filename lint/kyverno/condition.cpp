#include "lint/kyverno/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <utility>

#include "lint/base/text.h"
#include "lint/jmespath/semver.h"
#include "lint/jmespath/wildcard.h"
#include "lint/kube/quantity.h"
#include "lint/kyverno/condition_membership.h"
#include "lint/kyverno/condition_values.h"

namespace vlint::kyverno {
namespace {

using jmespath::Failure;
using jmespath::FailureKind;
using jmespath::Json;

// api/kyverno/v1: ConditionOperators. The deprecated ones last.
constexpr std::array<std::string_view, 18> kOperators = {"Equal",
                                                         "Equals",
                                                         "NotEqual",
                                                         "NotEquals",
                                                         "AnyIn",
                                                         "AllIn",
                                                         "AnyNotIn",
                                                         "AllNotIn",
                                                         "GreaterThanOrEquals",
                                                         "GreaterThan",
                                                         "LessThanOrEquals",
                                                         "LessThan",
                                                         "In",
                                                         "NotIn",
                                                         "DurationGreaterThanOrEquals",
                                                         "DurationGreaterThan",
                                                         "DurationLessThanOrEquals",
                                                         "DurationLessThan"};
constexpr std::size_t kFirstDeprecated = 12;
constexpr std::array<std::string_view, 2> kInsteadOfIn = {"AllIn", "AnyIn"};
constexpr std::array<std::string_view, 2> kInsteadOfNotIn = {"AllNotIn", "AnyNotIn"};
constexpr std::string_view kDurationPrefix = "Duration";

// How many edits a misspelt operator may be away from the right one.
constexpr std::size_t kFarthest = 3;

const std::string_view* find_operator(std::string_view text) {
  const std::string lower = to_lower_ascii(text);
  const auto* const found = std::find_if(kOperators.begin(), kOperators.end(),
                                         [&lower](std::string_view name) { return to_lower_ascii(name) == lower; });
  return found == kOperators.end() ? nullptr : found;
}

// "GreaterThanOrEquals" by its parts; the name as a policy has it, since capitals count here.
bool holds_in_order(std::string_view name, std::partial_ordering order) {
  if (name == "GreaterThanOrEquals") return order >= 0;
  if (name == "GreaterThan") return order > 0;
  if (name == "LessThanOrEquals") return order <= 0;
  return name == "LessThan" && order < 0;
}

// pkg/engine/variables/operator/equal.go: a string. Durations, else quantities, else a wildcard pattern.
bool equals_text(const std::string& key, const Json& key_value, const Json& value) {
  if (const auto durations = read_durations(key_value, value)) return durations->key == durations->value;
  if (!value.is_string()) return false;
  if (kube::Quantity::parse(key).ok()) return compare_quantities(key, value.as_string()) == std::strong_ordering::equal;
  return jmespath::matches_wildcard(value.as_string(), key);
}

bool equals_number(const Json& key, const Json& value) {
  if (value.is_number()) return key.as_number() == value.as_number();
  if (!value.is_string()) return false;
  if (!key.is_go_int()) return read_float(value.as_string()) == key.as_number();
  const auto number = read_integer(value.as_string());
  return number && static_cast<double>(*number) == key.as_number();
}

Known equals_whole(const Json& key, const Json& value) {
  if (value.type() != key.type() || value.is_go_list_of_maps()) return Known::no;
  if (key.has_unknown() || value.has_unknown()) return Known::unknown;
  return known(key == value);
}

// Nothing for keys that Equals and NotEquals are both false for.
std::optional<Known> equals(const Json& key, const Json& value) {
  if (key.is_null() || key.is_go_list_of_maps()) return std::nullopt;
  if (key.is_unknown() || value.is_unknown()) return Known::unknown;
  switch (key.type()) {
    case Json::Type::boolean:
      return known(value.is_boolean() && value.as_boolean() == key.as_boolean());
    case Json::Type::number:
      return known(equals_number(key, value));
    case Json::Type::string:
      return known(equals_text(key.as_string(), key, value));
    default:
      return equals_whole(key, value);
  }
}

// numeric.go: a number, or a text that reads as one, against a number or a text.
bool number_in_order(std::string_view name, double key, const Json& value) {
  if (value.is_number()) return holds_in_order(name, key <=> value.as_number());
  if (!value.is_string()) return false;
  if (const auto durations = read_durations(Json::number(key), value)) {
    return holds_in_order(name, durations->key <=> durations->value);
  }
  const auto number = read_float(value.as_string());
  return number && holds_in_order(name, key <=> *number);
}

// Durations, quantities, numbers, versions, in this order; the first that the key is decides.
bool text_in_order(std::string_view name, const Json& key, const Json& value) {
  const std::string& text = key.as_string();
  if (const auto durations = read_durations(key, value)) {
    return holds_in_order(name, durations->key <=> durations->value);
  }
  if (value.is_string()) {
    if (const auto order = compare_quantities(text, value.as_string())) return holds_in_order(name, *order);
  }
  if (const auto number = read_float(text)) return number_in_order(name, *number, value);
  const auto version = jmespath::SemanticVersion::parse(text);
  const auto other = jmespath::SemanticVersion::parse(value.as_string());
  return version && other && holds_in_order(name, *version <=> *other);
}

Known in_order(std::string_view name, const Json& key, const Json& value) {
  if (!key.is_unknown() && !key.is_number() && !key.is_string()) return Known::no;
  if (!value.is_unknown() && !value.is_number() && !value.is_string()) return Known::no;
  if (key.is_unknown() || value.is_unknown()) return Known::unknown;
  return known(key.is_number() ? number_in_order(name, key.as_number(), value) : text_in_order(name, key, value));
}

// duration.go.
Known durations_in_order(std::string_view name, const Json& key, const Json& value) {
  if ((!key.is_unknown() && !read_duration(key)) || (!value.is_unknown() && !read_duration(value))) return Known::no;
  if (key.is_unknown() || value.is_unknown()) return Known::unknown;
  name.remove_prefix(kDurationPrefix.size());
  return known(holds_in_order(name, *read_duration(key) <=> *read_duration(value)));
}

std::optional<Membership> membership_of(std::string_view exact) {
  if (exact == "AnyIn") return Membership::any_in;
  if (exact == "AllIn") return Membership::all_in;
  if (exact == "AnyNotIn") return Membership::any_not_in;
  if (exact == "AllNotIn") return Membership::all_not_in;
  if (exact == "In") return Membership::in;
  if (exact == "NotIn") return Membership::not_in;
  return std::nullopt;
}

bool is_block(const Json& condition) {
  return (condition.find("any") != nullptr || condition.find("all") != nullptr) && condition.find("key") == nullptr;
}

const Json& member(const Json& object, std::string_view name) {
  static const Json null;
  const Json* const found = object.find(name);
  return found != nullptr ? *found : null;
}

ConditionOutcome failed(FailureKind kind, std::string message) {
  return {Known::no, Failure{kind, std::move(message)}};
}

// Runs conditions in their order and stops where upstream stops.
class Judge {
 public:
  explicit Judge(const Substitute& substitute) : substitute_(substitute) {}

  // Every item must hold: conditions, or blocks.
  ConditionOutcome all_of(const Json& list) const {
    Known all = Known::yes;
    for (const Json& item : list.items()) {
      const ConditionOutcome one = is_block(item) ? block(item) : condition(item);
      // Behind an unknown it isn't told whether this one is looked at.
      if (one.failure) return all == Known::unknown ? ConditionOutcome{Known::unknown, {}} : one;
      if (one.holds == Known::no) return one;
      all = all && one.holds;
    }
    return {all, {}};
  }

  ConditionOutcome any_of(const Json& list) const {
    Known any = Known::no;
    for (const Json& item : list.items()) {
      const ConditionOutcome one = condition(item);
      if (one.failure) return any == Known::unknown ? ConditionOutcome{Known::unknown, {}} : one;
      if (one.holds == Known::yes) return one;
      any = any || one.holds;
    }
    return {any, {}};
  }

  // evaluateAnyAllConditions: the `all` part is looked at even if the `any` part says no.
  ConditionOutcome block(const Json& conditions) const {
    const Json& any = member(conditions, "any");
    const Json& all = member(conditions, "all");
    ConditionOutcome first{Known::yes, {}};
    if (any.is_unknown()) first.holds = Known::unknown;
    if (any.is_array()) first = any_of(any);
    if (first.failure) return first;
    ConditionOutcome second{all.is_unknown() ? Known::unknown : Known::yes, {}};
    if (all.is_array()) second = all_of(all);
    if (second.failure) return second;
    return {first.holds && second.holds, {}};
  }

 private:
  ConditionOutcome condition(const Json& item) const {
    if (item.is_unknown()) return {Known::unknown, {}};
    if (!item.is_object()) return failed(FailureKind::value, "invalid condition");
    const jmespath::Outcome key = substitute_(member(item, "key"));
    if (!key.ok()) return substitution_failed("key", key.failure());
    const jmespath::Outcome value = substitute_(member(item, "value"));
    if (!value.ok()) return substitution_failed("value", value.failure());
    const Json& op = member(item, "operator");
    if (op.is_unknown()) return {Known::unknown, {}};
    return judge_condition(key.value(), op.as_string(), value.value());
  }

  static ConditionOutcome substitution_failed(std::string_view part, const Failure& failure) {
    return failed(failure.kind,
                  fmt::format("failed to substitute variables in condition {}: {}", part, failure.message));
  }

  const Substitute& substitute_;
};

}  // namespace

std::span<const std::string_view> condition_operators() { return kOperators; }

OperatorFacts operator_facts(std::string_view text) {
  OperatorFacts facts;
  const std::string_view* const found = find_operator(text);
  if (found == nullptr) {
    facts.nearest = closest(text, kOperators, kFarthest).value_or(std::string_view());
    return facts;
  }
  facts.is_operator = *found == text;
  if (!facts.is_operator) facts.exact = *found;
  facts.nearest = *found;
  facts.is_deprecated = found - kOperators.begin() >= static_cast<std::ptrdiff_t>(kFirstDeprecated);
  if (*found == "In") facts.instead = kInsteadOfIn;
  if (*found == "NotIn") facts.instead = kInsteadOfNotIn;
  // The plain comparisons stand in the same order four places before the end of the others.
  if (found->starts_with(kDurationPrefix)) {
    const auto index = static_cast<std::size_t>(found - kOperators.begin());
    facts.instead = std::span(kOperators).subspan(index - 6, 1);
  }
  return facts;
}

ConditionOutcome judge_condition(const Json& key, std::string_view op, const Json& value) {
  const std::string_view* const found = find_operator(op);
  if (found == nullptr) {
    return failed(FailureKind::value, fmt::format("failed to create handler for condition operator: {}", quoted(op)));
  }
  if (*found == "Equal" || *found == "Equals") return {equals(key, value).value_or(Known::no), {}};
  if (*found == "NotEqual" || *found == "NotEquals") {
    const auto equal = equals(key, value);
    return {equal ? !*equal : Known::no, {}};
  }
  if (const auto membership = membership_of(*found)) {
    if (panics(*membership, key)) {
      return failed(FailureKind::panic, "interface conversion: an item of the key is not a string");
    }
    return {is_member(*membership, key, value), {}};
  }
  if (*found != op) return {Known::no, {}};  // a comparison in other letters is never true
  if (found->starts_with(kDurationPrefix)) return {durations_in_order(*found, key, value), {}};
  return {in_order(*found, key, value), {}};
}

Known evaluate_condition(const Json& key, std::string_view op, const Json& value) {
  return judge_condition(key, op, value).holds;
}

ConditionOutcome judge_conditions(const Json& conditions, const Substitute& substitute) {
  if (conditions.is_null()) return {Known::yes, {}};
  if (conditions.is_unknown()) return {Known::unknown, {}};
  const Judge judge(substitute);
  if (conditions.is_array()) return judge.all_of(conditions);
  if (conditions.is_object()) return judge.block(conditions);
  return failed(FailureKind::value, "invalid condition");
}

Known evaluate_conditions(const Json& conditions) {
  return judge_conditions(conditions, [](const Json& value) { return jmespath::Outcome(value); }).holds;
}

}  // namespace vlint::kyverno
