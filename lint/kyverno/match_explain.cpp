// The sentence and the places of a match that fails or is not known.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/jmespath/wildcard.h"
#include "lint/kyverno/match.h"

namespace vlint::kyverno {
namespace {

using kube::Resource;
using yaml::Value;

Span first_span(std::initializer_list<Value> values) {
  for (const Value value : values) {
    if (value) return value.span();
  }
  return {};
}

std::string list(const std::vector<Value>& values) {
  std::vector<std::string_view> texts;
  for (const Value value : values) texts.push_back(value.text());
  return join(texts, ", ");
}

// What a label selector asks for that the labels don't have.
struct Wanted {
  std::string text;
  std::string key;
  Span where;
};

std::optional<Wanted> first_failed(const Selector& selector, const kube::KnownLabels& labels) {
  for (const kube::SelectorValue::Fault& fault : selector.plain.faults) return Wanted{fault.message, {}, fault.where};
  for (const yaml::Entry& entry : selector.where["matchLabels"].entries()) {
    if (jmespath::has_wildcard(entry.key.text()) || jmespath::has_wildcard(entry.value.text())) {
      const auto fits = [&](const kube::Label& label) {
        return jmespath::matches_wildcard(entry.key.text(), label.first) &&
               jmespath::matches_wildcard(entry.value.text(), label.second);
      };
      if (std::any_of(labels.labels.begin(), labels.labels.end(), fits)) continue;
    } else if (labels.has(entry.key.text(), entry.value.text()) == Known::yes) {
      continue;
    }
    return Wanted{fmt::format("{}: {}", entry.key.text(), entry.value.text()), std::string(entry.key.text()),
                  entry.value.span()};
  }
  const std::vector<Value> expressions = selector.where["matchExpressions"].items();
  for (const kube::Requirement& requirement : selector.plain.selector.requirements) {
    if (kube::matches(requirement, labels.labels)) continue;
    for (const Value expression : expressions) {
      if (expression["key"].text() != requirement.key) continue;
      const std::string values = list(expression["values"].items());
      return Wanted{fmt::format("{} {}{}{}{}", requirement.key, expression["operator"].text(),
                                values.empty() ? "" : " (", values, values.empty() ? "" : ")"),
                    requirement.key, expression.span()};
    }
  }
  return std::nullopt;
}

std::string has_label(const Resource& object, const std::string& key, std::string_view what) {
  const Value value = object.metadata["labels"][key];
  if (!value) return fmt::format("{} has no label {}", what, key);
  return fmt::format("{} has {}: {}", what, key, value.text());
}

void explain_selector(const MatchVerdict& verdict, const Trigger& trigger, MatchReason& reason) {
  const Resource& object = *trigger.object;
  const std::optional<Wanted> wanted = first_failed(verdict.filter->selector, trigger.labels);
  const Value labels = object.metadata["labels"];
  reason.object_place = first_span({labels, object.metadata["name"]});
  if (!wanted) {
    reason.policy_place = verdict.filter->selector.where.span();
    reason.message = "the selector or the labels are not fully known";
    return;
  }
  reason.policy_place = wanted->where;
  if (const Value value = labels[wanted->key]) reason.object_place = value.span();
  reason.message =
      fmt::format("the selector asks for {}, and {}", wanted->text, has_label(object, wanted->key, "the object"));
}

void explain_annotations(const MatchVerdict& verdict, const Trigger& trigger, MatchReason& reason) {
  const Value annotations = trigger.object->metadata["annotations"];
  reason.object_place = first_span({annotations, trigger.object->metadata["name"]});
  for (const yaml::Entry& wanted : verdict.filter->annotations) {
    const auto fits = [&](const yaml::Entry& entry) {
      return jmespath::matches_wildcard(wanted.key.text(), entry.key.text()) &&
             jmespath::matches_wildcard(wanted.value.text(), entry.value.text());
    };
    const std::vector<yaml::Entry> entries = annotations.entries();
    if (std::any_of(entries.begin(), entries.end(), fits)) continue;
    reason.policy_place = wanted.value.span();
    if (const Value value = annotations[wanted.key.text()]) reason.object_place = value.span();
    reason.message = fmt::format("the rule asks for the annotation {}: {}", wanted.key.text(), wanted.value.text());
    return;
  }
}

}  // namespace

void Matcher::explain_filter(const Trigger& trigger, MatchReason& reason) const {
  const MatchVerdict& verdict = reason.verdict;
  const Filter& filter = *verdict.filter;
  const Resource& object = *trigger.object;
  const auto tell = [&](Value policy, Value thing, std::string message) {
    reason.policy_place = policy.span();
    reason.object_place = thing.span();
    reason.message = std::move(message);
  };
  const Value resources = filter.resources;
  switch (verdict.part) {
    case MatchPart::empty:
      return tell(filter.where, {}, "the filter asks for nothing, so it takes nothing");
    case MatchPart::operations:
      return tell(resources["operations"], {}, fmt::format("the rule acts on {} only", list(filter.operations)));
    case MatchPart::kind:
      return tell(
          resources["kinds"], object.root["kind"],
          fmt::format("the rule takes {}, and the object is a {}", list(resources["kinds"].items()), object.kind));
    case MatchPart::name:
      return tell(filter.name ? filter.name : resources["names"], object.metadata["name"],
                  fmt::format("the rule takes objects named {}, and this is {}",
                              filter.name ? std::string(filter.name.text()) : list(filter.names), trigger.name));
    case MatchPart::name_space:
      return tell(resources["namespaces"],
                  trigger.is_namespace() ? object.metadata["name"] : object.metadata["namespace"],
                  fmt::format("the rule takes the namespaces {} only", list(filter.namespaces)));
    case MatchPart::annotations:
      return explain_annotations(verdict, trigger, reason);
    case MatchPart::selector:
      return explain_selector(verdict, trigger, reason);
    case MatchPart::namespace_selector: {
      tell(filter.namespace_selector.where, object.metadata["namespace"],
           fmt::format("the labels of the namespace {} are not known", trigger.name_space));
      if (trigger.is_namespace()) reason.message = "a namespaceSelector never takes a Namespace itself";
      const auto at = namespaces_.find(trigger.name_space);
      if (trigger.is_namespace() || at == namespaces_.end()) return;
      const Value labels = at->second.object->metadata["labels"];
      reason.object_place = first_span({labels, at->second.object->metadata["name"]});
      if (const std::optional<Wanted> wanted = first_failed(filter.namespace_selector, at->second.labels)) {
        reason.policy_place = wanted->where;
        if (const Value value = labels[wanted->key]) reason.object_place = value.span();
        reason.message = fmt::format(
            "the namespaceSelector asks for {}, and {}", wanted->text,
            has_label(*at->second.object, wanted->key, fmt::format("the namespace {}", trigger.name_space)));
      }
      return;
    }
    case MatchPart::user_info:
      return tell(filter.user_info, {}, "who creates the object is not known");
    default:
      return;
  }
}

MatchReason Matcher::explain(RuleRef ref, const Trigger& trigger) const {
  const Policy& policy = policies_[ref.policy];
  const Rule& rule = policy.rules[ref.rule];
  MatchReason reason;
  reason.verdict = match(ref, trigger);
  const Known seen = !is_filtered(trigger);
  if (reason.verdict.result != Known::no && seen < reason.verdict.result) {
    reason.verdict = {seen, MatchPart::resource_filters, nullptr};
  }
  const Resource& object = *trigger.object;
  switch (reason.verdict.part) {
    case MatchPart::none:
      return reason;
    case MatchPart::resource_filters:
      reason.policy_place = install_.filters_where;
      reason.object_place = first_span({object.metadata["namespace"], object.metadata["name"]});
      reason.message = "Kyverno's configuration (resourceFilters) keeps the object from every rule";
      return reason;
    case MatchPart::policy_namespace:
      reason.policy_place = first_span({policy.object->metadata["namespace"], policy.object->metadata["name"]});
      reason.object_place = first_span({object.metadata["namespace"], object.metadata["name"]});
      reason.message = fmt::format("a Policy acts in its own namespace only, which is {}", policy.name_space);
      return reason;
    case MatchPart::match_conditions:
      reason.policy_place = policy.match_conditions.span();
      reason.message = "the policy's matchConditions are CEL, which is not evaluated";
      return reason;
    case MatchPart::policy_exception:
      reason.object_place = object.place();
      reason.message = "a PolicyException names this rule, and whether exceptions are enabled is not known";
      return reason;
    case MatchPart::exclude:
      reason.policy_place =
          reason.verdict.filter != nullptr ? reason.verdict.filter->where.span() : rule.exclude.where.span();
      reason.object_place = object.place();
      reason.message = reason.verdict.result == Known::no ? "the rule excludes the object"
                                                          : "whether the rule excludes the object is not known";
      return reason;
    default:
      if (reason.verdict.filter != nullptr) explain_filter(trigger, reason);
      return reason;
  }
}

}  // namespace vlint::kyverno
