#include "rules/common/failed_expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "lint/jmespath/check.h"
#include "lint/jmespath/parser.h"
#include "lint/yaml/scalar_part.h"

namespace vlint::rules {
namespace {

using kyverno::Attempt;
using kyverno::Stage;

struct Group {
  const Attempt* first = nullptr;
  std::vector<const kube::Resource*> objects;
};

std::string_view loss(Stage stage) {
  return stage == Stage::preconditions ? "it is skipped for" : "it makes nothing for";
}

void add_names(yaml::Value entries, std::vector<std::string_view>& names) {
  for (const yaml::Value entry : entries.items()) names.push_back(entry["name"].text());
}

// Whether the expression fails for every object: it doesn't compile, or begins with a name that nothing defines.
bool fails_always(const kyverno::Rule& rule, const kyverno::FailedExpression& failed) {
  const jmespath::ParseResult parsed = jmespath::parse(failed.expression);
  if (!parsed.ok()) return true;
  // A jmesPath may be applied to something else than the context.
  const bool is_bare = failed.scalar.text().find("{{") == std::string_view::npos;
  if (failed.entry && is_bare) return false;
  std::vector<std::string_view> names = {"request", "images", "serviceAccountName", "serviceAccountNamespace"};
  add_names(rule.context, names);
  for (const kyverno::ForEach& entry : rule.generate ? rule.generate->for_each : std::vector<kyverno::ForEach>{}) {
    add_names(entry.context, names);
  }
  const jmespath::Expression& expression = parsed.expression();
  const std::vector<bool> at_root = jmespath::nodes_at_root(expression);
  for (jmespath::NodeId id = 0; id < at_root.size(); ++id) {
    const jmespath::Node& node = expression.node(id);
    if (!at_root[id] || node.type != jmespath::NodeType::field || node.text.starts_with("element")) continue;
    if (std::find(names.begin(), names.end(), node.text) == names.end()) return true;
  }
  return false;
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool mentions_key(yaml::Value value, std::string_view key) {
  if (value.is_scalar()) return value.text().find(key) != std::string_view::npos;
  for (const yaml::Value item : value.items()) {
    if (mentions_key(item, key)) return true;
  }
  for (const yaml::Entry& entry : value.entries()) {
    if (entry.key.text().find(key) != std::string_view::npos || mentions_key(entry.value, key)) return true;
  }
  return false;
}

}  // namespace

std::string FailedForObjects::title() const {
  return fmt::format("rule {} of {} {}{}{}", rule.name, policy.kind, policy.name_space,
                     policy.name_space.empty() ? "" : "/", policy.name);
}

void for_each_failed_expression(const Model& model, jmespath::FailureKind kind,
                                const std::function<void(const FailedForObjects&)>& visit) {
  using Key = std::tuple<std::uint32_t, std::uint32_t, Span, std::size_t, std::string_view>;
  for (const ClusterModel& member : model.clusters) {
    const kyverno::Simulation& simulation = member.kyverno;
    std::map<Key, Group> groups;
    for (const Attempt& attempt : simulation.attempts) {
      if (attempt.outcome != kyverno::AttemptOutcome::failed || !attempt.expression) continue;
      const kyverno::FailedExpression& failed = *attempt.expression;
      if (failed.failure.kind != kind || !failed.scalar || failed.expression.empty()) continue;
      if (fails_always(simulation.rule_of(attempt.cause), failed)) continue;
      Group& group = groups[{attempt.cause.policy, attempt.cause.rule, failed.scalar.span(), failed.variable.begin,
                             failed.failure.message}];
      if (group.first == nullptr) group.first = &attempt;
      const kube::Resource& object = kyverno::trigger_of(member.cluster, simulation, attempt.cause);
      if (group.objects.empty() || group.objects.back() != &object) group.objects.push_back(&object);
    }
    for (const auto& [key, group] : groups) {
      const std::size_t others = group.objects.size() - 1;
      const std::string outcome = fmt::format("{} {}{}", loss(group.first->stage), group.objects.front()->title(),
                                              others == 0 ? std::string() : fmt::format(" and {} more", others));
      visit({member, *simulation.policy_of(group.first->cause).object, simulation.rule_of(group.first->cause),
             group.first->stage, *group.first->expression, group.objects, outcome});
    }
  }
}

bool may_be_added_at_admission(const model::Cluster& cluster, std::string_view key) {
  for (const kube::Resource& resource : cluster.resources()) {
    if (resource.kind.find("Policy") == std::string_view::npos) continue;
    if (resource.kind.find("Mutating") != std::string_view::npos && mentions_key(resource["spec"], key)) return true;
    if (resource.group != "kyverno.io") continue;
    for (const yaml::Value rule : resource["spec"]["rules"].items()) {
      if (mentions_key(rule["mutate"], key)) return true;
    }
  }
  return false;
}

Span place_of_name(const kyverno::FailedExpression& failed, std::string_view name) {
  const std::string_view text = failed.scalar.text();
  const std::size_t begin = std::min(failed.variable.begin, text.size());
  const std::string_view variable = text.substr(begin, failed.variable.size());
  std::size_t found = std::string_view::npos;
  for (std::size_t at = name.empty() ? std::string_view::npos : variable.find(name); at != std::string_view::npos;
       at = variable.find(name, at + 1)) {
    const bool is_whole = (at == 0 || !is_name_char(variable[at - 1])) &&
                          (at + name.size() >= variable.size() || !is_name_char(variable[at + name.size()]));
    if (!is_whole) continue;
    if (found != std::string_view::npos) return yaml::part_span(failed.scalar, begin, variable.size());
    found = at;
  }
  if (found == std::string_view::npos) return yaml::part_span(failed.scalar, begin, variable.size());
  return yaml::part_span(failed.scalar, begin + found, name.size());
}

}  // namespace vlint::rules
