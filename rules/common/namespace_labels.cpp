#include "rules/common/namespace_labels.h"

#include <algorithm>

#include "lint/jmespath/wildcard.h"
#include "lint/kube/selector_value.h"

namespace vlint::rules {

std::optional<std::vector<MissingLabel>> missing_labels(yaml::Value selector, const kube::Resource& name_space) {
  const yaml::Value labels = name_space.metadata["labels"];
  std::vector<MissingLabel> missing;
  const auto add = [&](yaml::Value key, yaml::Value value) {
    const bool is_plain = kube::has_known_text(key) && kube::has_known_text(value) &&
                          !jmespath::has_wildcard(key.text()) && !jmespath::has_wildcard(value.text());
    const yaml::Value own = labels[key.text()];
    if (own && own.text() == value.text()) return true;
    missing.push_back({key.text(), value.text(), value.span()});
    return is_plain && !own;
  };
  for (const yaml::Entry& entry : selector["matchLabels"].entries()) {
    if (!add(entry.key, entry.value)) return std::nullopt;
  }
  for (const yaml::Value expression : selector["matchExpressions"].items()) {
    const yaml::Value values = expression["values"];
    if (expression["operator"].text() != "In" || values.size() != 1) return std::nullopt;
    if (!add(expression["key"], values.at(0))) return std::nullopt;
  }
  return missing;
}

yaml::Edits add_labels(const kube::Resource& name_space, const std::vector<MissingLabel>& missing) {
  std::vector<TextEdit> edits;
  for (const MissingLabel& label : missing) {
    const std::string_view path[] = {"metadata", "labels"};
    yaml::Edits edit = yaml::ensure_path(name_space.root, path, label.key, yaml::NewValue::string(label.value));
    if (!edit.ok()) return edit;
    edits.insert(edits.end(), edit->begin(), edit->end());
  }
  return edits;
}

bool is_labelled_by_argo(const model::Cluster& cluster, std::string_view name_space) {
  const std::vector<const kube::Resource*> applications = cluster.of_kind("argoproj.io", "Application");
  const std::vector<const kube::Resource*> sets = cluster.of_kind("argoproj.io", "ApplicationSet");
  const auto labels = [&](yaml::Value spec) {
    const yaml::Value target = spec["destination"]["namespace"];
    return spec["syncPolicy"]["managedNamespaceMetadata"]["labels"].is_set() &&
           (target.text() == name_space || !kube::has_known_text(target));
  };
  return std::any_of(applications.begin(), applications.end(),
                     [&](const kube::Resource* one) { return labels((*one)["spec"]); }) ||
         std::any_of(sets.begin(), sets.end(),
                     [&](const kube::Resource* one) { return labels((*one)["spec"]["template"]["spec"]); });
}

const kube::Resource* only_namespace_manifest(const model::Cluster& cluster, std::string_view name_space) {
  const kube::Resource* found = nullptr;
  for (const kube::Resource* one : cluster.of_kind("", "Namespace")) {
    if (one->name != name_space) continue;
    if (found != nullptr) return nullptr;
    found = one;
  }
  return found;
}

}  // namespace vlint::rules
