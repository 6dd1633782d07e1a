#include "rules/common/scheduling.h"

#include <algorithm>
#include <iterator>

#include "lint/kube/selector_value.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kOfTrouble[] = {"node.kubernetes.io/", "node.cloudprovider.kubernetes.io/"};
// Tolerations that manifests carry out of habit: no node of a cluster of today has these taints.
constexpr std::string_view kHabitual[] = {"node-role.kubernetes.io/master", "CriticalAddonsOnly"};

bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

bool is_exists(yaml::Value toleration) { return toleration["operator"].text() == "Exists"; }

bool is_for_key(yaml::Value toleration, std::string_view key) {
  const std::string_view own = toleration["key"].text();
  return own.empty() ? is_exists(toleration) : own == key;
}

bool covers_effect(yaml::Value toleration, std::string_view effect) {
  const std::string_view own = toleration["effect"].text();
  return own.empty() || own == effect;
}

bool has_unknown_entry(yaml::Value mapping) {
  const std::vector<yaml::Entry> entries = mapping.entries();
  return mapping.is_templated() || std::any_of(entries.begin(), entries.end(), [](const yaml::Entry& entry) {
           return entry.key.is_templated() || !kube::has_known_text(entry.value);
         });
}

std::vector<yaml::Value> required_terms(yaml::Value pod_spec) {
  return kube::follow(pod_spec,
                      "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution")["nodeSelectorTerms"]
      .items();
}

}  // namespace

bool names_taint(yaml::Value toleration) {
  const std::string_view key = toleration["key"].text();
  const auto is_prefix = [&](std::string_view prefix) { return starts_with(key, prefix); };
  return !key.empty() && std::none_of(std::begin(kOfTrouble), std::end(kOfTrouble), is_prefix) &&
         std::find(std::begin(kHabitual), std::end(kHabitual), key) == std::end(kHabitual);
}

bool tolerates(yaml::Value pod_spec, yaml::Value taint) {
  const std::vector<yaml::Value> tolerations = pod_spec["tolerations"].items();
  return std::any_of(tolerations.begin(), tolerations.end(), [&](yaml::Value toleration) {
    return covers_effect(toleration, taint["effect"].text()) && is_for_key(toleration, taint["key"].text()) &&
           (is_exists(toleration) || toleration["value"].text() == taint["value"].text());
  });
}

bool tolerates_as(yaml::Value pod_spec, yaml::Value toleration) {
  const std::vector<yaml::Value> tolerations = pod_spec["tolerations"].items();
  const std::string_view effect = toleration["effect"].text();
  const auto covers = [&](std::string_view one) {
    return std::any_of(tolerations.begin(), tolerations.end(), [&](yaml::Value own) {
      const bool differs =
          !is_exists(own) && !is_exists(toleration) && own["value"].text() != toleration["value"].text();
      return covers_effect(own, one) && is_for_key(own, toleration["key"].text()) && !differs;
    });
  };
  return effect.empty() ? covers("NoSchedule") || covers("NoExecute") : covers(effect);
}

bool selects_by(yaml::Value pod_spec, std::string_view key) {
  if (pod_spec["nodeSelector"][key]) return true;
  const std::vector<yaml::Value> terms = required_terms(pod_spec);
  return std::any_of(terms.begin(), terms.end(), [&](yaml::Value term) {
    const std::vector<yaml::Value> expressions = term["matchExpressions"].items();
    return std::any_of(expressions.begin(), expressions.end(),
                       [&](yaml::Value expression) { return expression["key"].text() == key; });
  });
}

bool has_required_affinity(yaml::Value pod_spec) { return !required_terms(pod_spec).empty(); }

bool is_placement_unknown(yaml::Value pod_spec) {
  const yaml::Value tolerations = pod_spec["tolerations"];
  const std::vector<yaml::Value> items = tolerations.items();
  return tolerations.is_templated() || pod_spec["affinity"].is_templated() ||
         has_unknown_entry(pod_spec["nodeSelector"]) || std::any_of(items.begin(), items.end(), [](yaml::Value item) {
           return !item.is_mapping() || has_unknown_entry(item);
         });
}

bool fits(yaml::Value pod_spec, const kube::Resource& node) {
  const yaml::Value labels = node.metadata["labels"];
  for (const yaml::Entry& entry : pod_spec["nodeSelector"].entries()) {
    const yaml::Value label = labels[entry.key.text()];
    if (!label || label.text() != entry.value.text()) return false;
  }
  const std::vector<yaml::Value> taints = node["spec"]["taints"].items();
  return std::all_of(taints.begin(), taints.end(), [&](yaml::Value taint) {
    return taint["effect"].text() == "PreferNoSchedule" || tolerates(pod_spec, taint);
  });
}

std::vector<const kube::Resource*> nodes_of(const model::Cluster& cluster) {
  std::vector<const kube::Resource*> nodes;
  for (const kube::Resource* node : cluster.of_kind("", "Node")) {
    if ((*node)["spec"]["unschedulable"].as_bool() != true) nodes.push_back(node);
  }
  return nodes;
}

}  // namespace vlint::rules
