#include "lint/kyverno/policy.h"

#include <algorithm>

#include "lint/jmespath/wildcard.h"
#include "lint/kyverno/admission.h"

namespace vlint::kyverno {
namespace {

using kube::Resource;
using yaml::Value;

std::string_view known_text(Value value) { return value.is_set() ? value.text() : std::string_view{}; }

// Wildcard entries are kept apart: as they stand they are no labels.
Selector read_selector(Value value) {
  Selector selector;
  if (!value.is_set()) return selector;
  selector.where = value;
  selector.plain = kube::read_label_selector(value);
  for (const yaml::Entry& entry : value["matchLabels"].entries()) {
    if (!jmespath::has_wildcard(entry.key.text()) && !jmespath::has_wildcard(entry.value.text())) continue;
    if (!kube::has_known_text(entry.key) || !kube::has_known_text(entry.value)) continue;
    selector.wildcards.push_back({entry.key, entry.value});
    auto& requirements = selector.plain.selector.requirements;
    const auto is_entry = [&](const kube::Requirement& requirement) {
      return requirement.op == kube::SelectorOperator::equals && requirement.key == entry.key.text();
    };
    requirements.erase(std::remove_if(requirements.begin(), requirements.end(), is_entry), requirements.end());
    auto& faults = selector.plain.faults;
    const Span place = entry.key.span();
    faults.erase(std::remove_if(faults.begin(), faults.end(), [&](const auto& fault) { return fault.where == place; }),
                 faults.end());
  }
  return selector;
}

Value user_info_of(Value filter) {
  for (const std::string_view key : {"roles", "clusterRoles", "subjects"}) {
    if (filter[key].size() > 0) return filter[key];
  }
  return {};
}

Filter read_filter(Value value) {
  Filter filter;
  filter.where = value;
  filter.user_info = user_info_of(value);
  const Value resources = value["resources"];
  if (!resources.is_set()) return filter;
  filter.resources = resources;
  for (const Value kind : resources["kinds"].items()) filter.kinds.push_back({parse_kind_selector(kind.text()), kind});
  if (!known_text(resources["name"]).empty()) filter.name = resources["name"];
  filter.names = resources["names"].items();
  filter.namespaces = resources["namespaces"].items();
  filter.annotations = resources["annotations"].entries();
  filter.selector = read_selector(resources["selector"]);
  filter.namespace_selector = read_selector(resources["namespaceSelector"]);
  filter.operations = resources["operations"].items();
  return filter;
}

GeneratePattern read_pattern(Value value) {
  GeneratePattern pattern;
  pattern.where = value;
  pattern.api_version = value["apiVersion"];
  pattern.kind = value["kind"];
  pattern.name = value["name"];
  pattern.name_space = value["namespace"];
  if (value["data"].is_set()) pattern.data = value["data"];
  pattern.clone = value["clone"];
  pattern.clone_list = value["cloneList"];
  return pattern;
}

Generate read_generate(Value value, Value spec) {
  Generate generate;
  generate.where = value;
  generate.synchronize = read_flag(value["synchronize"], false);
  generate.generate_existing = value["generateExisting"].is_set() ? read_flag(value["generateExisting"], false)
                                                                  : read_flag(spec["generateExisting"], false);
  generate.orphan_downstream = read_flag(value["orphanDownstreamOnPolicyDelete"], false);
  generate.pattern = read_pattern(value);
  generate.has_for_each = value["foreach"].is_set();
  for (const Value entry : value["foreach"].items()) {
    generate.for_each.push_back({entry["list"], entry["context"], entry["preconditions"], read_pattern(entry)});
  }
  return generate;
}

Rule read_rule(Value value, Value spec) {
  Rule rule;
  rule.where = value;
  rule.name = known_text(value["name"]);
  rule.match = read_match(value["match"]);
  rule.exclude = read_match(value["exclude"]);
  rule.context = value["context"];
  rule.preconditions = value["preconditions"];
  rule.mutates_existing = value["mutate"]["targets"].is_set();
  rule.skip_background_requests = read_flag(value["skipBackgroundRequests"], true);
  if (value["generate"].size() > 0) rule.generate = read_generate(value["generate"], spec);
  return rule;
}

}  // namespace

MatchBlock read_match(Value value) {
  MatchBlock block;
  block.where = value;
  for (const Value filter : value["any"].items()) block.any.push_back(read_filter(filter));
  for (const Value filter : value["all"].items()) block.all.push_back(read_filter(filter));
  block.legacy = read_filter(value);
  return block;
}

bool Filter::takes_no_resources() const {
  return kinds.empty() && !name && names.empty() && namespaces.empty() && annotations.empty() && !selector &&
         !namespace_selector && operations.empty();
}

bool Policy::has_generate() const {
  return std::any_of(rules.begin(), rules.end(), [](const Rule& rule) { return rule.generate.has_value(); });
}

Known read_flag(Value field, bool otherwise) {
  if (!field.is_set()) return known(otherwise);
  const std::optional<bool> value = field.as_bool();
  return value ? known(*value) : Known::unknown;
}

Policy read_policy(const Resource& resource, std::uint32_t index) {
  Policy policy;
  policy.resource = index;
  policy.object = &resource;
  policy.namespaced = resource.kind == "Policy";
  policy.name = resource.name;
  policy.name_space = policy.namespaced ? resource.name_space : std::string_view{};
  const Value spec = resource["spec"];
  policy.apply_one = spec["applyRules"].text() == "One";
  policy.admission = read_flag(spec["admission"], true);
  policy.background = read_flag(spec["background"], true);
  const Value conditions = spec["webhookConfiguration"]["matchConditions"];
  if (conditions.size() > 0) policy.match_conditions = conditions;
  for (const Value rule : spec["rules"].items()) policy.rules.push_back(read_rule(rule, spec));
  return policy;
}

std::vector<Policy> read_policies(const model::Cluster& cluster) {
  std::vector<Policy> policies;
  const Scopes scopes(cluster);
  const std::vector<Resource>& resources = cluster.resources();
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Resource& resource = resources[i];
    if (resource.group != "kyverno.io" || (resource.kind != "ClusterPolicy" && resource.kind != "Policy")) continue;
    policies.push_back(read_policy(resource, static_cast<std::uint32_t>(i)));
    judge_admission(scopes, policies.back());
  }
  return policies;
}

std::vector<std::uint32_t> find_cel_policies(const model::Cluster& cluster) {
  std::vector<std::uint32_t> found;
  const std::vector<Resource>& resources = cluster.resources();
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Resource& resource = resources[i];
    if (resource.group != "policies.kyverno.io") continue;
    if (resource.kind != "GeneratingPolicy" && resource.kind != "NamespacedGeneratingPolicy") continue;
    found.push_back(static_cast<std::uint32_t>(i));
  }
  return found;
}

}  // namespace vlint::kyverno
