#include "rules/common/kyverno_permissions.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/kube/kinds.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using kube::Resource;
using yaml::Value;

constexpr std::string_view kLabels[] = {
    "rbac.kyverno.io/aggregate-to-admission-controller", "rbac.kyverno.io/aggregate-to-background-controller",
    "rbac.kyverno.io/aggregate-to-cleanup-controller", "rbac.kyverno.io/aggregate-to-reports-controller"};

// "background-controller", as labels, ServiceAccounts and values of the chart have it.
std::string_view component_of(Controller controller) {
  return controller == Controller::background ? "background-controller" : "admission-controller";
}
std::string_view values_key(Controller controller) {
  return controller == Controller::background ? "backgroundController" : "admissionController";
}
std::size_t index_of(Controller controller) { return static_cast<std::size_t>(controller); }

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_role(const Resource& resource) {
  return resource.group == "rbac.authorization.k8s.io" && (resource.kind == "ClusterRole" || resource.kind == "Role");
}

// What the chart's own roles have besides Kyverno's kinds: charts/kyverno/values.yaml coreClusterRole.extraResources.
struct Default {
  std::string_view group;
  std::string_view resource;
};
constexpr Default kBackgroundDefaults[] = {
    {"", "configmaps"},
    {"", "limitranges"},
    {"", "resourcequotas"},
    {"networking.k8s.io", "ingressclasses"},
    {"networking.k8s.io", "ingresses"},
    {"networking.k8s.io", "networkpolicies"},
    {"rbac.authorization.k8s.io", "rolebindings"},
    {"rbac.authorization.k8s.io", "roles"},
    {"resource.k8s.io", "resourceclaims"},
    {"resource.k8s.io", "resourceclaimtemplates"},
};

bool is_read(std::string_view verb) { return verb == "get" || verb == "list" || verb == "watch"; }

// A text that is not known may be anything.
bool lists(Value list, std::string_view wanted) {
  for (const Value item : list.items()) {
    if (item.text() == wanted || item.text() == "*" || item.is_templated() || !kube::has_known_text(item)) return true;
  }
  return !list.is_sequence() && list.is_set();
}

// What is spelt wrong is told where it stands, and counts as what is meant.
bool lists_group(Value groups, std::string_view wanted) {
  if (lists(groups, wanted)) return true;
  for (const Value item : groups.items()) {
    if (group_without_version(item.text()) == wanted) return true;
  }
  return false;
}
bool lists_resource(Value resources, std::string_view group, std::string_view wanted) {
  if (lists(resources, wanted)) return true;
  for (const Value item : resources.items()) {
    const std::optional<std::string> meant = meant_resource(group, item.text());
    if (meant && *meant == wanted) return true;
  }
  return false;
}

bool gives(Value rules, std::string_view verb, const WantedRight& right) {
  for (const Value rule : rules.items()) {
    if (lists(rule["verbs"], verb) && lists_group(rule["apiGroups"], right.group) &&
        lists_resource(rule["resources"], right.group, right.resource)) {
      return true;
    }
  }
  return !rules.is_sequence() && rules.is_set();
}

// The labels of the chart's own roles, by which the controller's role takes others too.
bool has_component_labels(const Resource& role, std::string_view component) {
  const Value labels = role.metadata["labels"];
  return labels["app.kubernetes.io/component"].text() == component && labels["app.kubernetes.io/part-of"].is_set() &&
         labels["app.kubernetes.io/instance"].is_set();
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash + 1));
}

bool is_kustomization(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization";
}

// Missing where there is none, or where it is broken.
Value first_document(const yaml::Tree& tree) {
  const bool has_one = !tree.documents.empty() && tree.documents.front().root != yaml::kNoNode;
  return has_one ? Value(tree, tree.documents.front().root) : Value();
}

}  // namespace

std::string_view to_string(Controller controller) {
  return controller == Controller::background ? "background controller" : "admission controller";
}

std::vector<std::string_view> aggregation_labels() { return {std::begin(kLabels), std::end(kLabels)}; }

std::optional<MisspeltAggregation> misspelt_aggregation(const Resource& role) {
  constexpr std::string_view kAggregate = "aggregate-to-";
  constexpr std::size_t kFarthest = 2;
  for (const yaml::Entry& label : role.metadata["labels"].entries()) {
    const std::string_view key = label.key.text();
    const std::size_t slash = key.find('/');
    if (slash == std::string_view::npos || label.key.is_templated()) continue;
    const std::string_view prefix = key.substr(0, slash);
    const std::string_view name = key.substr(slash + 1);
    const bool has_prefix = key.substr(0, kAggregationPrefix.size()) == kAggregationPrefix;
    const std::vector<std::string_view> right = aggregation_labels();
    if (std::find(right.begin(), right.end(), key) != right.end()) continue;
    for (const std::string_view one : right) {
      const std::string_view right_name = one.substr(kAggregationPrefix.size());
      // "aggregate-to-background", "aggregate-background-controller", "kyverno.io/aggregate-to-background-controller".
      const bool is_short =
          has_prefix && name.size() > kAggregate.size() && right_name == std::string(name) + "-controller";
      const bool is_near = has_prefix && edit_distance(name, right_name, kFarthest).has_value();
      const bool is_elsewhere = name == right_name && (prefix.find("kyverno") != std::string_view::npos ||
                                                       prefix == "rbac.authorization.k8s.io");
      if (is_short || is_near || is_elsewhere) return MisspeltAggregation{label, std::string(one)};
    }
  }
  return std::nullopt;
}

std::optional<std::string> meant_resource(std::string_view group, std::string_view resource) {
  const std::string lower = to_lower_ascii(resource);
  for (const kube::KindInfo& info : kube::kinds()) {
    if (info.group != group) continue;
    if (resource == info.plural) return std::nullopt;
    if (lower == info.plural || lower == to_lower_ascii(info.kind)) return std::string(info.plural);
  }
  return std::nullopt;
}

std::optional<std::string_view> group_without_version(std::string_view group) {
  const auto is_version = [](std::string_view text) {
    return text.size() > 1 && text[0] == 'v' && text[1] >= '0' && text[1] <= '9' && text.find('.') == text.npos;
  };
  if (is_version(group)) return std::string_view{};
  const std::size_t slash = group.find('/');
  if (slash == std::string_view::npos || !is_version(group.substr(slash + 1))) return std::nullopt;
  return group.substr(0, slash);
}

KyvernoPermissions::KyvernoPermissions(const Model& model, const ClusterModel& member)
    : cluster_(member.cluster), own_namespace_(member.kyverno.install.name_space.value_or("")) {
  for (const Resource& resource : cluster_.resources()) {
    if (is_role(resource)) read_role(resource);
    if (resource.group == "rbac.authorization.k8s.io" &&
        (resource.kind == "ClusterRoleBinding" || resource.kind == "RoleBinding")) {
      read_binding(resource);
    }
    if (resource.is("helm.toolkit.fluxcd.io", "HelmRelease")) read_release(resource);
    if (resource.is("argoproj.io", "Application")) {
      read_application_source(resource["spec"]["source"]);
      for (const Value source : resource["spec"]["sources"].items()) read_application_source(source);
    }
  }
  read_kustomize_charts(model);
  look_at_templates(model);
  // Without the chart the roles that are shown are all there is only where everything is seen.
  const std::optional<kyverno::Release>& release = member.kyverno.install.release;
  const bool shows_all =
      release && release->is_at_least(1, 13) && !roles_.empty() && !may_hold_unseen_objects(model, cluster_);
  if (!has_chart_ && !shows_all) is_unknown_ = true;
}

void KyvernoPermissions::grant(Controller controller, Value rules, std::string_view name_space, Span where) {
  grants_[index_of(controller)].push_back({rules, std::string(name_space), where});
}

void KyvernoPermissions::add_role(const Resource& role) {
  if (std::find(roles_.begin(), roles_.end(), &role) == roles_.end()) roles_.push_back(&role);
}

void KyvernoPermissions::read_role(const Resource& role) {
  if (role.kind != "ClusterRole") return;
  const std::optional<MisspeltAggregation> misspelt = misspelt_aggregation(role);
  for (const Controller controller : kControllers) {
    const std::string label = fmt::format("{}aggregate-to-{}", kAggregationPrefix, component_of(controller));
    const bool is_labelled = role.metadata["labels"][label].is_set() || (misspelt && misspelt->meant == label) ||
                             role.metadata["labels"]["app.kubernetes.io/component"].text() == component_of(controller);
    if (!is_labelled) continue;
    grant(controller, role["rules"], {}, role.place());
    add_role(role);
    // "kyverno:background-controller:core" is the chart's.
    if (ends_with(role.name, ":core") && has_component_labels(role, component_of(controller))) has_chart_ = true;
  }
}

void KyvernoPermissions::read_binding(const Resource& binding) {
  for (const Value subject : binding["subjects"].items()) {
    if (subject["kind"].text() != "ServiceAccount") continue;
    const std::string_view name = subject["name"].text();
    if (subject["name"].is_templated()) is_unknown_ = true;
    for (const Controller controller : kControllers) {
      const bool is_own =
          ends_with(name, component_of(controller)) || name == "kyverno" || name == "kyverno-service-account";
      if (!is_own) continue;
      const Value ref = binding["roleRef"];
      const bool is_cluster_role = ref["kind"].text() == "ClusterRole";
      const Resource* role =
          cluster_.find("rbac.authorization.k8s.io", ref["kind"].text(),
                        is_cluster_role ? std::string_view{} : binding.name_space, ref["name"].text());
      const std::string_view name_space = binding.kind == "RoleBinding" ? binding.name_space : std::string_view{};
      // `view` gives reads, which are not told anyway; of others that are not here nothing is known, but for the
      // chart's own.
      if (role == nullptr) {
        const bool is_chart_role = ref["name"].text().find(":") != std::string_view::npos;
        if (ref["name"].text() != "view" && !is_chart_role) is_unknown_ = true;
        continue;
      }
      grant(controller, (*role)["rules"], name_space, role->place());
      add_role(*role);
    }
  }
}

// Before chart 3.3, of Kyverno 1.13, the roles had other rules; up to 3.2 they read everything.
void KyvernoPermissions::look_at_version(Value version) {
  const std::optional<kyverno::Release> chart = kyverno::parse_release(version.text());
  if (!chart || !chart->is_at_least(3, 3)) is_unknown_ = true;
}

void KyvernoPermissions::read_chart_values(Value values) {
  if (values["global"].is_templated()) sees_chart_ = false;
  for (const Controller controller : kControllers) {
    const Value rbac = values[values_key(controller)]["rbac"];
    if (rbac["create"].as_bool() == false) is_unknown_ = true;
    for (const std::string_view role : {"clusterRole", "coreClusterRole"}) {
      const yaml::Entry extra = rbac[role].find("extraResources");
      if (!extra) continue;
      if (role == "coreClusterRole" && controller == Controller::background) core_defaults_ = false;
      if (extra.value.size() > 0) grant(controller, extra.value, {}, extra.key.span());
    }
  }
}

// Values as one text, which is not read further: without these words nothing in it is about rights.
void KyvernoPermissions::read_values_text(Value text) {
  if (!text.is_set()) return;
  if (text.text().find("rbac") != std::string_view::npos || !kube::has_known_text(text)) sees_chart_ = false;
}

void KyvernoPermissions::read_release(const Resource& release) {
  const Value spec = release["spec"];
  const bool is_kyverno =
      spec["chart"]["spec"]["chart"].text() == "kyverno" || (spec["chartRef"].is_set() && release.name == "kyverno");
  if (!is_kyverno) return;
  has_chart_ = true;
  look_at_version(spec["chart"]["spec"]["version"]);
  if (spec["valuesFrom"].size() > 0 || release.encrypted) sees_chart_ = false;
  read_chart_values(spec["values"]);
}

void KyvernoPermissions::read_application_source(Value source) {
  if (source["chart"].text() != "kyverno") return;
  has_chart_ = true;
  look_at_version(source["targetRevision"]);
  const Value helm = source["helm"];
  if (helm["valueFiles"].size() > 0 || helm["fileParameters"].size() > 0) sees_chart_ = false;
  for (const Value parameter : helm["parameters"].items()) {
    if (parameter["name"].text().find("rbac") != std::string_view::npos) sees_chart_ = false;
  }
  read_values_text(helm["values"]);
  read_chart_values(helm["valuesObject"]);
}

void KyvernoPermissions::read_kustomize_charts(const Model& model) {
  const FileSet& files = model.sources.files;
  for (std::size_t i = 0; i < files.size() && i < model.sources.trees.size(); ++i) {
    const auto& tree = model.sources.trees[i];
    const std::string& path = files[files.id_at(i)].path;
    if (tree == nullptr || !is_kustomization(path)) continue;
    const Value root = first_document(*tree);
    for (const Value chart : root["helmCharts"].items()) {
      if (chart["name"].text() != "kyverno") continue;
      has_chart_ = true;
      look_at_version(chart["version"]);
      if (model.clusters.size() > 1) is_unknown_ = true;  // which of them runs it is not told
      read_chart_values(chart["valuesInline"]);
      std::vector<Value> names = chart["additionalValuesFiles"].items();
      if (chart["valuesFile"].is_set()) names.push_back(chart["valuesFile"]);
      for (const Value name : names) {
        const std::optional<FileId> file = files.find(folder_of(path) + std::string(name.text()));
        const std::size_t index = file ? static_cast<std::size_t>(*file) : files.size();
        const auto* const values = index < model.sources.trees.size() ? model.sources.trees[index].get() : nullptr;
        if (values == nullptr || !values->problems.empty()) {
          sees_chart_ = false;
        } else {
          read_chart_values(first_document(*values));
        }
      }
    }
  }
}

// Text for a template engine is not read: it may hold roles.
void KyvernoPermissions::look_at_templates(const Model& model) {
  const FileSet& files = model.sources.files;
  for (std::size_t i = 0; i < files.size() && i < model.sources.roles.size(); ++i) {
    const gitops::FileRole role = model.sources.roles[i];
    if (role != gitops::FileRole::chart_template && role != gitops::FileRole::template_text) continue;
    const std::string& text = files[files.id_at(i)].text;
    if (text.find("background-controller") != std::string::npos || text.find("kyverno") != std::string::npos) {
      is_unknown_ = true;
    }
  }
}

bool KyvernoPermissions::lacks(Controller controller, std::string_view verb, const WantedRight& right) const {
  if (is_unknown_ || (has_chart_ && !sees_chart_)) return false;
  const bool is_secret = right.group.empty() && right.resource == "secrets";
  if (is_read(verb) && !is_secret) return false;
  // In their own namespace the controllers have more, and Kyverno's own kinds are theirs.
  const bool is_own =
      !right.name_space.empty() && (right.name_space == "kyverno" || right.name_space == own_namespace_);
  if (is_own || ends_with(right.group, "kyverno.io")) return false;
  if (controller == Controller::background && core_defaults_) {
    for (const Default& one : kBackgroundDefaults) {
      if (one.group == right.group && one.resource == right.resource) return false;
    }
  }
  for (const Grant& one : grants_[index_of(controller)]) {
    const bool is_there = one.name_space.empty() || right.name_space.empty() || one.name_space == right.name_space;
    if (is_there && gives(one.rules, verb, right)) return false;
  }
  return true;
}

Span KyvernoPermissions::place(Controller controller) const {
  const std::vector<Grant>& all = grants_[index_of(controller)];
  return all.empty() ? Span{} : all.front().where;
}

}  // namespace vlint::rules
