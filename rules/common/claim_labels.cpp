#include "rules/common/claim_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "lint/base/text.h"
#include "lint/jmespath/parser.h"
#include "lint/jmespath/wildcard.h"
#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/rule_run.h"
#include "lint/kyverno/variables.h"

namespace vlint::rules {
namespace {

using jmespath::Json;
using kyverno::Filter;
using kyverno::RuleRef;
using yaml::Value;

constexpr std::string_view kClaim = "PersistentVolumeClaim";

bool takes_claims_by_name(const Filter& filter) {
  return std::any_of(filter.kinds.begin(), filter.kinds.end(), [](const kyverno::Kind& kind) {
    return !jmespath::has_wildcard(kind.selector.kind) && kind.selector.matches("", "v1", kClaim);
  });
}

std::vector<const Filter*> filters_of(const kyverno::MatchBlock& block) {
  std::vector<const Filter*> filters;
  if (const std::vector<Filter>* listed = block.listed()) {
    for (const Filter& filter : *listed) filters.push_back(&filter);
  } else {
    filters.push_back(&block.legacy);
  }
  return filters;
}

bool is_plain(Value value) {
  return value.is_scalar() && kube::has_known_text(value) && !jmespath::has_wildcard(value.text()) &&
         !value.text().empty();
}

// The key of `request.object.metadata.labels.<key>`, with `|| ''` behind it or not; nothing for other expressions.
std::optional<std::string> label_key(std::string_view text) {
  const std::vector<kyverno::Variable> variables = kyverno::find_variables(text);
  if (variables.size() != 1 || variables[0].range.size() != trim(text).size()) return std::nullopt;
  const jmespath::ParseResult parsed = jmespath::parse(kyverno::expression_of(text, variables[0]));
  if (!parsed.ok()) return std::nullopt;
  const jmespath::Expression& expression = parsed.expression();
  jmespath::NodeId at = expression.root();
  if (expression.node(at).type == jmespath::NodeType::disjunction) at = expression.children(expression.node(at))[0];
  std::vector<std::string> path;
  while (expression.node(at).type == jmespath::NodeType::subexpression) {
    const auto sides = expression.children(expression.node(at));
    if (expression.node(sides[1]).type != jmespath::NodeType::field) return std::nullopt;
    path.push_back(expression.node(sides[1]).text);
    at = sides[0];
  }
  if (expression.node(at).type != jmespath::NodeType::field) return std::nullopt;
  path.push_back(expression.node(at).text);
  std::reverse(path.begin(), path.end());
  const std::vector<std::string> wanted{"request", "object", "metadata", "labels"};
  const bool is_label = path.size() == wanted.size() + 1 && std::equal(wanted.begin(), wanted.end(), path.begin());
  return is_label ? std::optional(path.back()) : std::nullopt;
}

bool asks_for_equality(std::string_view op) {
  constexpr std::string_view kOperators[] = {"equal", "equals", "anyin", "allin", "in"};
  return std::find(std::begin(kOperators), std::end(kOperators), to_lower_ascii(op)) != std::end(kOperators);
}

Json with_labels(const Json& object, const kube::StringMap& labels) {
  Json::Object entries;
  for (const auto& [key, value] : labels) entries.emplace_back(key, Json::string(value));
  const Json* metadata = object.find("metadata");
  Json::Object changed = metadata != nullptr ? metadata->members() : Json::Object{};
  changed.emplace_back("labels", Json::object(std::move(entries)));
  Json::Object members = object.members();
  members.emplace_back("metadata", Json::object(std::move(changed)));  // of equal keys the last one stays
  return Json::object(std::move(members));
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '/';
}

// Calls back for the text and for each run of letters, digits and `-_./` in it.
template <typename Visit>
void for_each_word(std::string_view text, const Visit& visit) {
  visit(text);
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end > begin) visit(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

bool names_claims(const kyverno::MatchBlock& block) {
  const std::vector<const Filter*> filters = filters_of(block);
  return std::any_of(filters.begin(), filters.end(),
                     [](const Filter* filter) { return takes_claims_by_name(*filter); });
}

std::vector<TriggerClaim> trigger_claims(const ClusterModel& member) {
  std::vector<TriggerClaim> claims;
  std::size_t next = 0;
  const std::vector<kyverno::ClaimOfSet>& of_sets = member.kyverno.claims;
  const std::vector<kube::Resource>& resources = member.cluster.resources();
  for (std::uint32_t i = 0; i < resources.size(); ++i) {
    const kube::Resource& resource = resources[i];
    const bool is_read = !resource.encrypted && resource.generation == kube::kNotGenerated && !resource.name.empty();
    if (is_read && resource.is("", kClaim)) {
      claims.push_back(
          {&resource, &resource, resource.metadata,
           fmt::format("claim {}{}{}", resource.name_space, resource.name_space.empty() ? "" : "/", resource.name)});
    }
    const Value* last = nullptr;
    for (; next < of_sets.size() && of_sets[next].stateful_set == i; ++next) {
      const kyverno::ClaimOfSet& claim = of_sets[next];
      if (!is_read || (last != nullptr && *last == claim.claim_template)) continue;
      last = &claim.claim_template;
      const Value metadata = claim.claim_template["metadata"];
      claims.push_back({&claim.object, &resource, metadata,
                        fmt::format("claim template {} of {}", metadata["name"].text(), resource.title())});
    }
  }
  return claims;
}

std::string title_of(const kyverno::Policy& policy, const kyverno::Rule& rule) {
  return fmt::format("rule {} of {}", rule.name, policy.object->title());
}

std::string_view made_kind(const kyverno::Rule& rule) {
  if (!rule.generate) return "object";
  const auto kind_of = [](const kyverno::GeneratePattern& pattern) {
    const bool is_plain_text = kube::has_known_text(pattern.kind) && !pattern.kind.is_templated();
    return is_plain_text ? pattern.kind.text() : std::string_view{};
  };
  std::string_view kind = kind_of(rule.generate->pattern);
  for (const kyverno::ForEach& each : rule.generate->for_each) {
    if (kind.empty()) kind = kind_of(each.pattern);
  }
  return kind.empty() ? "object" : kind;
}

bool makes_backups(const kyverno::Rule& rule) {
  constexpr std::string_view kKinds[] = {"Backup",        "ReplicationDestination", "ReplicationSource", "Schedule",
                                         "SnapshotGroup", "SnapshotSchedule",       "VolumeSnapshot"};
  return std::find(std::begin(kKinds), std::end(kKinds), made_kind(rule)) != std::end(kKinds);
}

ClaimRules::ClaimRules(const ClusterModel& member)
    : cluster_(member.cluster),
      simulation_(member.kyverno),
      matcher_(member.cluster, member.kyverno.policies, member.kyverno.install) {
  for (std::uint32_t p = 0; p < simulation_.policies.size(); ++p) {
    const std::vector<kyverno::Rule>& rules = simulation_.policies[p].rules;
    for (std::uint32_t r = 0; r < rules.size(); ++r) {
      const kyverno::Rule& rule = rules[r];
      if (!rule.generate || !names_claims(rule.match)) continue;
      const RuleRef ref{p, r};
      rules_.push_back(ref);
      for (const Filter* filter : filters_of(rule.match)) {
        if (takes_claims_by_name(*filter) || filter->kinds.empty()) add_selector(ref, filter->selector);
      }
      add_conditions(ref, rule.preconditions);
    }
  }
}

void ClaimRules::add_selector(RuleRef ref, const kyverno::Selector& selector) {
  for (const yaml::Entry& entry : selector.where["matchLabels"].entries()) {
    if (!is_plain(entry.key) || !is_plain(entry.value)) continue;
    labels_.push_back({ref, std::string(entry.key.text()), std::string(entry.value.text()), entry.value.span()});
  }
  for (const Value expression : selector.where["matchExpressions"].items()) {
    if (expression["operator"].text() != "In" || !is_plain(expression["key"])) continue;
    for (const Value value : expression["values"].items()) {
      if (!is_plain(value)) continue;
      labels_.push_back({ref, std::string(expression["key"].text()), std::string(value.text()), value.span()});
    }
  }
}

void ClaimRules::add_conditions(RuleRef ref, Value conditions) {
  for (const Value condition : conditions.items()) add_condition(ref, condition);
  for (const std::string_view block : {"any", "all"}) {
    for (const Value condition : conditions[block].items()) add_condition(ref, condition);
  }
}

void ClaimRules::add_condition(RuleRef ref, Value condition) {
  if (!asks_for_equality(condition["operator"].text())) return;
  const std::optional<std::string> key = label_key(condition["key"].text());
  if (!key) return;
  const Value value = condition["value"];
  const auto add = [&](Value one) {
    if (is_plain(one)) labels_.push_back({ref, *key, std::string(one.text()), one.span()});
  };
  add(value);
  for (const Value one : value.items()) add(one);
}

Known ClaimRules::judge(RuleRef ref, const kyverno::Trigger& trigger, const Json& object) const {
  const kyverno::Policy& owner = policy(ref);
  if (owner.refused == Known::yes) return Known::no;
  Known taken = !matcher_.is_filtered(trigger) && matcher_.match(ref, trigger).result;
  if (taken == Known::no) return taken;
  kyverno::RuleRun run(cache_, kyverno::Source{&cluster_, nullptr}, owner, trigger, object,
                       jmespath::from_yaml(rule(ref).context));
  const kyverno::Checked checked = run.check(jmespath::from_yaml(rule(ref).preconditions));
  return taken && (checked.failure ? Known::no : checked.met);
}

Known ClaimRules::takes(RuleRef ref, const TriggerClaim& claim) const {
  return judge(ref, kyverno::make_trigger(*claim.object), kyverno::live_object(*claim.object));
}

Known ClaimRules::takes_with(RuleRef ref, const TriggerClaim& claim, const kube::StringMap& labels) const {
  kyverno::Trigger trigger = kyverno::make_trigger(*claim.object);
  trigger.labels.labels = labels;
  return judge(ref, trigger, with_labels(kyverno::live_object(*claim.object), labels));
}

kyverno::MatchReason ClaimRules::explain(RuleRef ref, const TriggerClaim& claim) const {
  return matcher_.explain(ref, kyverno::make_trigger(*claim.object));
}

std::string ClaimRules::title(RuleRef ref) const { return title_of(policy(ref), rule(ref)); }

SelectingWords::SelectingWords(const model::Cluster& cluster, const std::set<const kube::Resource*>& left_out) {
  for (const kube::Resource& resource : cluster.resources()) {
    if (resource.generation != kube::kNotGenerated || left_out.count(&resource) != 0) continue;
    // Selectors of workloads, Services and their like select pods by labels that the pods share with their claims.
    add(resource.root, resource.info != nullptr && resource.group.find('.') == std::string_view::npos);
  }
}

void SelectingWords::add(Value value, bool is_plain_object) {
  if (value.is_scalar()) return add(value.text());
  for (const yaml::Entry& entry : value.entries()) {
    const std::string_view key = entry.key.text();
    // How many backups are kept (`retain: {weekly: 4}`) selects nothing.
    if (key == "labels" || key == "retain" || (is_plain_object && (key == "matchLabels" || key == "selector")))
      continue;
    add(key);
    add(entry.value, is_plain_object);
  }
  for (const Value item : value.items()) add(item, is_plain_object);
}

void SelectingWords::add(std::string_view text) {
  for_each_word(text, [&](std::string_view word) { words_.insert(word); });
}

bool mentions_word(Value part, std::string_view word) {
  const auto is_in = [&](std::string_view text) {
    bool found = false;
    for_each_word(text, [&](std::string_view one) { found = found || one == word; });
    return found;
  };
  if (part.is_scalar()) return is_in(part.text());
  const std::vector<yaml::Entry> entries = part.entries();
  const std::vector<Value> items = part.items();
  return std::any_of(
             entries.begin(), entries.end(),
             [&](const yaml::Entry& entry) { return is_in(entry.key.text()) || mentions_word(entry.value, word); }) ||
         std::any_of(items.begin(), items.end(), [&](const Value item) { return mentions_word(item, word); });
}

}  // namespace vlint::rules
