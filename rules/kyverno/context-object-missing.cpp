#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/context.h"
#include "lint/kyverno/expressions.h"
#include "lint/kyverno/simulation.h"
#include "lint/model/secrets.h"
#include "rules/common/policy_conditions.h"
#include "rules/common/unseen.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using kube::Resource;

// A ConfigMap or Secret that an entry of context reads. Name and namespace may hold variables.
struct WantedObject {
  std::string_view kind;
  yaml::Value where;
  std::string name;
  std::string name_space;
};

std::optional<WantedObject> wanted_by(yaml::Value entry) {
  const yaml::Value map = entry["configMap"];
  if (map.is_mapping()) {
    if (!map["name"].is_scalar() || !map["namespace"].is_scalar()) return std::nullopt;
    return WantedObject{"ConfigMap", map["name"], std::string(map["name"].text()),
                        std::string(map["namespace"].text())};
  }
  const yaml::Value call = entry["apiCall"];
  const yaml::Value url = call["urlPath"];
  const bool is_get = !call["method"].is_set() || call["method"].text() == "GET";
  if (!url.is_scalar() || !is_get || call["default"].is_set()) return std::nullopt;
  // A path with blanks in its variables is a path all the same.
  const std::optional<kyverno::ApiPath> path = kyverno::parse_api_path(url.text());
  if (!path || !path->group.empty() || path->version != "v1" || path->has_rest) return std::nullopt;
  if (path->name.empty() || path->name_space.empty()) return std::nullopt;
  if (path->plural != "secrets" && path->plural != "configmaps") return std::nullopt;
  return WantedObject{path->plural == "secrets" ? "Secret" : "ConfigMap", url, path->name, path->name_space};
}

// The text with the trigger's name and namespace in place of their variables; nothing when others are in it.
std::optional<std::string> for_trigger(const std::string& text, const Resource* trigger) {
  std::string result = text;
  const std::vector<kyverno::Variable> variables = kyverno::find_variables(text);
  for (auto at = variables.rbegin(); at != variables.rend(); ++at) {
    const std::string expression = kyverno::expression_of(text, *at);
    const bool is_namespace = expression == "request.namespace" || expression == "request.object.metadata.namespace";
    const bool is_name = expression == "request.name" || expression == "request.object.metadata.name";
    if (trigger == nullptr || (!is_namespace && !is_name)) return std::nullopt;
    const yaml::Value value = trigger->metadata[is_name ? "name" : "namespace"];
    if (!value.is_set() || !kube::has_known_text(value)) return std::nullopt;
    result.replace(at->range.begin, at->range.size(), value.text());
  }
  const bool is_open = result.find("{{") != std::string::npos || result.find('$') != std::string::npos;
  return is_open || result.empty() ? std::nullopt : std::optional(result);
}

// What clusters and controllers put there themselves.
bool is_of_the_cluster(const WantedObject& wanted, std::string_view name_space, std::string_view name) {
  if (name_space.rfind("kube-", 0) == 0) return true;
  constexpr std::string_view kMaps[] = {"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"};
  return wanted.kind == "ConfigMap" && std::find(std::begin(kMaps), std::end(kMaps), name) != std::end(kMaps);
}

class Checker {
 public:
  Checker(const ClusterModel& member, Report& report)
      : member_(member), report_(report), secrets_(member.cluster, true) {
    const kyverno::Simulation& simulation = member.kyverno;
    const auto add = [&](const kyverno::Cause& cause) {
      const Resource& trigger = kyverno::trigger_of(member.cluster, simulation, cause);
      std::vector<const Resource*>& all = triggers_[{cause.policy, cause.rule}];
      if (all.empty() || all.back() != &trigger) all.push_back(&trigger);
    };
    for (const kyverno::Generation& one : simulation.generations) add(one.cause);
    for (const kyverno::Attempt& one : simulation.attempts) {
      if (one.stage != kyverno::Stage::match) add(one.cause);
    }
  }

  void check() {
    const std::vector<kyverno::Policy>& policies = member_.kyverno.policies;
    for (std::uint32_t p = 0; p < policies.size(); ++p) {
      if (policies[p].object->encrypted) continue;
      for (std::uint32_t r = 0; r < policies[p].rules.size(); ++r) check_rule(p, r);
    }
  }

 private:
  void check_rule(std::uint32_t p, std::uint32_t r) {
    const kyverno::Policy& policy = member_.kyverno.policies[p];
    const kyverno::Rule& rule = policy.rules[r];
    for (const yaml::Value entry : rule.context.items()) {
      const std::optional<WantedObject> wanted = wanted_by(entry);
      if (!wanted || !is_used(policy, r, entry["name"].text())) continue;
      const auto triggers = triggers_.find({p, r});
      std::set<std::pair<std::string, std::string>> missing;
      std::vector<std::string> skipped;
      std::pair<std::string, std::string> first;
      const auto try_one = [&](const Resource* trigger) {
        const auto name = for_trigger(wanted->name, trigger);
        const auto name_space = for_trigger(wanted->name_space, trigger);
        if (!name || !name_space || !is_missing(policy, *wanted, *name_space, *name)) return;
        if (missing.empty()) first = {*name_space, *name};
        missing.insert({*name_space, *name});
        if (trigger != nullptr) skipped.push_back(trigger->title());
      };
      if (triggers == triggers_.end()) {
        try_one(nullptr);
      } else {
        for (const Resource* trigger : triggers->second) try_one(trigger);
      }
      if (!missing.empty()) report(policy, rule, entry, *wanted, first, skipped);
    }
  }

  // An entry that nothing mentions is never worked out.
  bool is_used(const kyverno::Policy& policy, std::uint32_t rule, std::string_view name) {
    if (policy.object != expressions_of_) {
      expressions_ = kyverno::find_expressions(*policy.object);
      expressions_of_ = policy.object;
    }
    return std::any_of(
        expressions_.expressions.begin(), expressions_.expressions.end(),
        [&](const kyverno::PolicyExpression& one) { return one.rule == rule && kyverno::mentions(one.text, name); });
  }

  bool is_missing(const kyverno::Policy& policy, const WantedObject& wanted, std::string_view name_space,
                  std::string_view name) const {
    if (is_of_the_cluster(wanted, name_space, name)) return false;
    if (wanted.kind == "Secret") {
      const model::SecretAnswer answer = secrets_.find(name_space, name, policy.object->unit);
      // That a ClusterExternalSecret leaves the namespace out is told there, by volsync/secret-missing.
      return answer.supplied == Known::no && answer.near_misses.empty();
    }
    const model::Cluster& cluster = member_.cluster;
    return cluster.find("", "ConfigMap", name_space, name) == nullptr &&
           cluster.find("", "ConfigMap", "", name) == nullptr;
  }

  void report(const kyverno::Policy& policy, const kyverno::Rule& rule, yaml::Value entry, const WantedObject& wanted,
              const std::pair<std::string, std::string>& object, const std::vector<std::string>& skipped) {
    const std::string consequence = !rule.generate ? "it fails for each object"
                                    : skipped.empty()
                                        ? "it is skipped without a word for every object"
                                        : fmt::format("it is skipped without a word for {}", enumerate(skipped, 3));
    Draft draft = report_.at(wanted.where.span(), fmt::format("{} reads {} {}/{}, which nothing supplies: {}",
                                                              title_of_rule(*policy.object, rule.where), wanted.kind,
                                                              object.first, object.second, consequence));
    draft.label("nothing supplies it").about(member_.cluster, *policy.object, entry);
    if (wanted.kind == "Secret") {
      const model::SecretAnswer answer = secrets_.find(object.first, object.second, policy.object->unit);
      for (const Resource* other : answer.elsewhere) draft.related(other->place(), "is in another namespace");
    }
    draft.help(
        "add it to the repository, or correct its name or namespace; `default` of an apiCall says what counts where it "
        "is missing");
  }

  const ClusterModel& member_;
  Report& report_;
  model::Secrets secrets_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const Resource*>> triggers_;
  const Resource* expressions_of_ = nullptr;
  kyverno::PolicyExpressions expressions_;
};

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (member.kyverno.policies.empty() || may_hold_unseen_objects(model, member.cluster)) continue;
    Checker(member, report).check();
  }
}

}  // namespace

VLINT_RULE(kyverno_context_object_missing) = checked({
    .summary = "a policy reads a ConfigMap or Secret that nothing supplies",
    .explanation = R"md(
## What it finds
An entry of a rule's `context` that reads a ConfigMap (by `configMap` or `apiCall`) or a Secret (by `apiCall`) which
no manifest, Kustomize generator, ExternalSecret, SealedSecret or other operator known to vlint supplies in that
namespace. Name and namespace of the trigger are put in for each object that the rule takes. It is silent for entries
that nothing uses, for calls with a `default`, and where charts, templates or Applications deploy more than is seen.

## Why it matters
A generate rule whose context can't be read is skipped: the claim is admitted, nothing is generated, and the only
trace is a line in the log of level 4. Other rules fail for each object.

## How to fix it
Add the object, or correct its name or namespace. An `apiCall` may have a `default`. A Secret that a
ClusterExternalSecret makes in other namespaces only is told by `volsync/secret-missing`.

## When to ignore it
When the object is made by hand or by another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/context/loaders, pkg/engine/background.go filterRule",
    .check = check,
});

}  // namespace vlint::rules
