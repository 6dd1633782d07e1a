#include "lint/kyverno/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/jmespath/wildcard.h"

namespace vlint::kyverno {
namespace {

using kube::Resource;
using yaml::Value;

constexpr std::string_view kNameLabel = "kubernetes.io/metadata.name";

// Whether a text that may not be known fits a wildcard pattern of a manifest.
Known match_text(Value pattern, std::string_view text, bool text_known) {
  if (!kube::has_known_text(pattern)) return Known::unknown;
  if (pattern.text() == "*") return Known::yes;
  return text_known ? known(jmespath::matches_wildcard(pattern.text(), text)) : Known::unknown;
}

Known match_any(const std::vector<Value>& patterns, std::string_view text, bool text_known) {
  Known any = Known::no;
  for (const Value pattern : patterns) {
    any = any || match_text(pattern, text, text_known);
    if (any == Known::yes) break;
  }
  return any;
}

// Only CREATE is certain to come; an UPDATE comes some day or never.
Known match_operations(const std::vector<Value>& operations) {
  if (operations.empty()) return Known::yes;
  Known any = Known::no;
  for (const Value operation : operations) {
    if (operation.text() == "CREATE") return Known::yes;
    if (operation.text() == "UPDATE" || !kube::has_known_text(operation)) any = Known::unknown;
  }
  return any;
}

Known match_kinds(const std::vector<Kind>& kinds, const Resource& object) {
  Known any = Known::no;
  for (const Kind& kind : kinds) {
    if (kind.selector.matches(object.group, object.version, object.kind)) return Known::yes;
    if (!kube::has_known_text(kind.where)) any = Known::unknown;
  }
  return any;
}

// kyverno pkg/utils/match/annotations.go: each entry must be found, keys and values may hold wildcards.
Known match_annotation(const yaml::Entry& wanted, const std::vector<yaml::Entry>& entries) {
  Known any = Known::no;
  for (const yaml::Entry& entry : entries) {
    const Known key = match_text(wanted.key, entry.key.text(), kube::has_known_text(entry.key));
    any = any || (key && match_text(wanted.value, entry.value.text(), kube::has_known_text(entry.value)));
  }
  return any;
}

Known match_annotations(const std::vector<yaml::Entry>& wanted, const Resource& object) {
  if (wanted.empty()) return Known::yes;
  const std::vector<yaml::Entry> entries = object.metadata["annotations"].entries();
  Known all = Known::yes;
  for (const yaml::Entry& entry : wanted) all = all && match_annotation(entry, entries);
  return all;
}

// kyverno pkg/engine/wildcards: the entry is replaced by a label that it fits; with none, its wildcards become "0".
Known match_wildcard(const Selector::Wildcard& wanted, const kube::KnownLabels& labels) {
  for (const auto& [key, value] : labels.labels) {
    if (jmespath::matches_wildcard(wanted.key.text(), key) && jmespath::matches_wildcard(wanted.value.text(), value)) {
      return Known::yes;
    }
  }
  for (const std::string& key : labels.unknown) {
    if (jmespath::matches_wildcard(wanted.key.text(), key)) return Known::unknown;
  }
  const auto plain = [](std::string_view text) {
    std::string result(text);
    for (char& c : result) {
      if (c == '*' || c == '?') c = '0';
    }
    return result;
  };
  return labels.has(plain(wanted.key.text()), plain(wanted.value.text()));
}

Known match_labels(const Selector& selector, const kube::KnownLabels& labels) {
  Known all = kube::matches(selector.plain, labels);
  for (const Selector::Wildcard& wildcard : selector.wildcards) all = all && match_wildcard(wildcard, labels);
  return all;
}

bool may_take(const MatchBlock& block, const Resource& object) {
  const auto takes = [&](const Filter& filter) {
    return filter.kinds.empty() || match_kinds(filter.kinds, object) != Known::no;
  };
  if (const std::vector<Filter>* filters = block.listed()) return std::any_of(filters->begin(), filters->end(), takes);
  return takes(block.legacy);
}

// Keeps the first part that is not certain, a no before an unknown.
class Parts {
 public:
  explicit Parts(const Filter& filter) { verdict_.filter = &filter; }

  // Whether to go on.
  bool add(MatchPart part, Known result) {
    if (result < verdict_.result) {
      verdict_.result = result;
      verdict_.part = part;
    }
    return result != Known::no;
  }
  const MatchVerdict& verdict() const { return verdict_; }

 private:
  MatchVerdict verdict_;
};

}  // namespace

Trigger make_trigger(const Resource& object) {
  Trigger trigger;
  trigger.object = &object;
  Value name = object.metadata["name"];
  if (!name.is_set() || name.text().empty()) name = object.metadata["generateName"];
  trigger.name = name.is_set() ? name.text() : std::string_view{};
  trigger.name_known = name.is_set() && kube::has_known_text(name);
  trigger.name_space = object.name_space;
  const bool cluster_wide = object.info != nullptr && object.info->scope == kube::Scope::cluster;
  trigger.name_space_known =
      cluster_wide || (!object.name_space.empty() && kube::has_known_text(object.metadata["namespace"]));
  trigger.labels = kube::read_labels(object.metadata["labels"]);
  return trigger;
}

Matcher::Matcher(const model::Cluster& cluster, const std::vector<Policy>& policies, const Install& install)
    : policies_(policies), install_(install) {
  for (const Resource* object : cluster.of_kind("", "Namespace")) {
    if (object->name.empty() || !kube::has_known_text(object->metadata["name"])) continue;
    NamespaceLabels labels{kube::read_labels(object->metadata["labels"]), object};
    if (labels.labels.find(kNameLabel) == nullptr) {
      auto& all = labels.labels.labels;
      all.emplace_back(kNameLabel, object->name);
      std::sort(all.begin(), all.end());
    }
    namespaces_.insert_or_assign(object->name, std::move(labels));
  }
  for (const Resource* object : cluster.of_kind("kyverno.io", "PolicyException")) {
    Exception exception{object, {}};
    exception.match = read_match((*object)["spec"]["match"]);
    exceptions_.push_back(std::move(exception));
  }
}

const std::vector<RuleRef>& Matcher::rules_for(const Resource& object) {
  const auto [at, is_new] = by_kind_.try_emplace({object.group, object.version, object.kind});
  if (!is_new) return at->second;
  for (std::uint32_t p = 0; p < policies_.size(); ++p) {
    const Policy& policy = policies_[p];
    if (!policy.has_generate()) continue;
    for (std::uint32_t r = 0; r < policy.rules.size(); ++r) {
      const Rule& rule = policy.rules[r];
      const bool counts = rule.generate || (policy.apply_one && rule.mutates_existing);
      if (counts && may_take(rule.match, object)) at->second.push_back({p, r});
    }
  }
  return at->second;
}

// kyverno pkg/config/config.go: ToFilter.
Known Matcher::is_filtered(const Trigger& trigger) const {
  const Resource& object = *trigger.object;
  Known filtered = Known::no;
  const auto fits = [](const std::string& pattern, std::string_view text, bool text_known) {
    if (pattern == "*") return Known::yes;
    return text_known ? known(jmespath::matches_wildcard(pattern, text)) : Known::unknown;
  };
  for (const ResourceFilter& filter : install_.filters) {
    if (!filter.kind.matches(object.group, object.version, object.kind)) continue;
    Known takes = fits(filter.name_space, trigger.name_space, trigger.name_space_known) &&
                  fits(filter.name, trigger.name, trigger.name_known);
    if (trigger.is_namespace()) takes = takes || fits(filter.name_space, trigger.name, trigger.name_known);
    // Where the namespace isn't written, a filter of single namespaces is no reason to know nothing of the object.
    if (takes == Known::unknown && !trigger.name_space_known && trigger.name_space.empty()) continue;
    filtered = filtered || takes;
    if (filtered == Known::yes) break;
  }
  return filtered == Known::yes && !install_.filters_known ? Known::unknown : filtered;
}

Known Matcher::match_namespace_labels(const Selector& selector, const Trigger& trigger) const {
  const bool cluster_wide = trigger.name_space_known && trigger.name_space.empty();
  if (cluster_wide) return match_labels(selector, {});
  if (!trigger.name_space_known) return Known::unknown;
  if (const auto at = namespaces_.find(trigger.name_space); at != namespaces_.end()) {
    return match_labels(selector, at->second.labels);
  }
  // Only the label that Kubernetes itself sets is known.
  if (!selector.plain.faults.empty()) return Known::no;
  Known all = selector.plain.known && selector.wildcards.empty() ? Known::yes : Known::unknown;
  const kube::StringMap own{{std::string(kNameLabel), std::string(trigger.name_space)}};
  for (const kube::Requirement& requirement : selector.plain.selector.requirements) {
    all = all && (requirement.key == kNameLabel ? known(kube::matches(requirement, own)) : Known::unknown);
  }
  return all;
}

// kyverno pkg/engine/utils/match.go: doesResourceMatchConditionBlock.
MatchVerdict Matcher::match_filter(const Filter& filter, const Trigger& trigger) const {
  const Resource& object = *trigger.object;
  Parts parts(filter);
  if (filter.is_empty()) {
    parts.add(MatchPart::empty, Known::no);
    return parts.verdict();
  }
  if (!parts.add(MatchPart::operations, match_operations(filter.operations))) return parts.verdict();
  if (!filter.kinds.empty() && !parts.add(MatchPart::kind, match_kinds(filter.kinds, object))) return parts.verdict();
  if (filter.name && !parts.add(MatchPart::name, match_text(filter.name, trigger.name, trigger.name_known))) {
    return parts.verdict();
  }
  if (!filter.names.empty() && !parts.add(MatchPart::name, match_any(filter.names, trigger.name, trigger.name_known))) {
    return parts.verdict();
  }
  if (!filter.namespaces.empty()) {
    const bool own = trigger.is_namespace();
    const Known fits = match_any(filter.namespaces, own ? trigger.name : trigger.name_space,
                                 own ? trigger.name_known : trigger.name_space_known);
    if (!parts.add(MatchPart::name_space, fits)) return parts.verdict();
  }
  if (!parts.add(MatchPart::annotations, match_annotations(filter.annotations, object))) return parts.verdict();
  if (filter.selector && !parts.add(MatchPart::selector, match_labels(filter.selector, trigger.labels))) {
    return parts.verdict();
  }
  if (filter.namespace_selector) {
    const Known fits = trigger.is_namespace() ? Known::no : match_namespace_labels(filter.namespace_selector, trigger);
    if (!parts.add(MatchPart::namespace_selector, fits)) return parts.verdict();
  }
  if (filter.user_info) parts.add(MatchPart::user_info, Known::unknown);
  return parts.verdict();
}

MatchVerdict Matcher::match_block(const MatchBlock& block, const Trigger& trigger) const {
  if (block.any.empty() && block.all.empty()) return match_filter(block.legacy, trigger);
  if (block.any.empty()) {
    MatchVerdict all;
    for (const Filter& filter : block.all) {
      const MatchVerdict verdict = match_filter(filter, trigger);
      if (verdict.result < all.result) all = verdict;
    }
    return all;
  }
  MatchVerdict best{Known::no, MatchPart::none, nullptr};
  for (const Filter& filter : block.any) {
    const MatchVerdict verdict = match_filter(filter, trigger);
    if (verdict.result == Known::yes) return verdict;
    const bool is_better =
        best.filter == nullptr || std::tie(best.result, best.part) < std::tie(verdict.result, verdict.part);
    if (is_better) best = verdict;
  }
  return best;
}

Known Matcher::is_excluded(const MatchBlock& block, const Trigger& trigger, const Filter*& by) const {
  if (block.is_empty()) return Known::no;
  const auto excludes = [&](const Filter& filter) {
    const Known result = match_filter(filter, trigger).result;
    if (result != Known::no) by = &filter;
    return result;
  };
  if (!block.any.empty()) {
    Known any = Known::no;
    for (const Filter& filter : block.any) {
      const Known result = excludes(filter);
      if (result == Known::yes) return result;
      any = any || result;
    }
    return any;
  }
  if (block.all.empty()) return excludes(block.legacy);
  Known all = Known::yes;
  for (const Filter& filter : block.all) all = all && excludes(filter);
  return all;
}

// kyverno pkg/engine/exceptions. Whether exceptions are enabled, and from which namespaces, are flags of the
// controller.
Known Matcher::is_excepted(const Policy& policy, const Rule& rule, const Trigger& trigger) const {
  for (const Exception& exception : exceptions_) {
    for (const Value entry : (*exception.object)["spec"]["exceptions"].items()) {
      const std::string_view name = entry["policyName"].text();
      const std::size_t slash = name.find('/');
      const bool names_policy = slash == std::string_view::npos
                                    ? !policy.namespaced && name == policy.name
                                    : policy.namespaced && name.substr(slash + 1) == policy.name;
      if (!names_policy || match_any(entry["ruleNames"].items(), rule.name, true) == Known::no) continue;
      if (match_block(exception.match, trigger).result != Known::no) return Known::unknown;
    }
  }
  return Known::no;
}

// kyverno pkg/engine/internal/match.go: checkNamespacedPolicy.
Known Matcher::match_policy_namespace(const Policy& policy, const Trigger& trigger) const {
  if (!policy.namespaced) return Known::yes;
  if (trigger.name_space_known && trigger.name_space.empty()) return Known::no;
  const bool known_policy = !policy.name_space.empty() && kube::has_known_text(policy.object->metadata["namespace"]);
  if (!known_policy || !trigger.name_space_known) return Known::unknown;
  return known(policy.name_space == trigger.name_space);
}

MatchVerdict Matcher::match(RuleRef ref, const Trigger& trigger) const {
  const Policy& policy = policies_[ref.policy];
  const Rule& rule = policy.rules[ref.rule];
  MatchVerdict verdict = match_block(rule.match, trigger);
  if (verdict.result == Known::no) return verdict;
  const auto add = [&](MatchPart part, Known result) {
    if (result >= verdict.result) return;
    verdict.result = result;
    verdict.part = part;
    verdict.filter = nullptr;
  };
  const Filter* by = nullptr;
  const Known excluded = is_excluded(rule.exclude, trigger, by);
  if (const Known taken = !excluded; taken < verdict.result) verdict = {taken, MatchPart::exclude, by};
  add(MatchPart::policy_namespace, match_policy_namespace(policy, trigger));
  if (policy.match_conditions) add(MatchPart::match_conditions, Known::unknown);
  if (!exceptions_.empty()) add(MatchPart::policy_exception, !is_excepted(policy, rule, trigger));
  return verdict;
}

}  // namespace vlint::kyverno
