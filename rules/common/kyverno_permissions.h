// What Kyverno's controllers may do, as far as the manifests of a cluster tell: by roles that are aggregated to theirs,
// by bindings, and by the values of Kyverno's chart.
//
// Where the chart's values are not read in whole, or no manifest shows how Kyverno gets its rights, nothing is known.
// Reads are not: the chart binds the controllers to the role `view`, which other charts extend. Only what `view` never
// has, Secrets, can be told to be unreadable. Source: kyverno charts/kyverno/templates/*/clusterrole.yaml.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"

namespace vlint::rules {

enum class Controller : std::uint8_t { background, admission };
inline constexpr std::array<Controller, 2> kControllers = {Controller::background, Controller::admission};
// "background controller".
std::string_view to_string(Controller controller);

// Labels of ClusterRoles by which Kyverno's roles take their rules.
inline constexpr std::string_view kAggregationPrefix = "rbac.kyverno.io/";
std::vector<std::string_view> aggregation_labels();  // with their prefix

// A label that was to be one of those, and what it was to be.
struct MisspeltAggregation {
  yaml::Entry label;
  std::string meant;  // the whole key
};
std::optional<MisspeltAggregation> misspelt_aggregation(const kube::Resource& role);

// The resource of a rule as it would have to be written; nothing where it is right, or not known.
std::optional<std::string> meant_resource(std::string_view group, std::string_view resource);
// "volsync.backube" of "volsync.backube/v1alpha1", "" of "v1"; nothing where there is no version.
std::optional<std::string_view> group_without_version(std::string_view group);

struct WantedRight {
  std::string_view group;
  std::string_view resource;  // plural
  std::string_view name_space;
};

class KyvernoPermissions {
 public:
  KyvernoPermissions(const Model& model, const ClusterModel& member);

  // Whether nothing gives the right: yes only where everything is seen that could.
  bool lacks(Controller controller, std::string_view verb, const WantedRight& right) const;
  // Where rights are given to the controller; invalid when nowhere.
  Span place(Controller controller) const;
  // The ClusterRoles and Roles that give rights, each once, misspelt labels included.
  const std::vector<const kube::Resource*>& roles() const { return roles_; }

 private:
  struct Grant {
    yaml::Value rules;       // a list of rules
    std::string name_space;  // of a Role; empty: everywhere
    Span where;
  };

  void read_role(const kube::Resource& role);
  void read_binding(const kube::Resource& binding);
  void look_at_version(yaml::Value version);
  void read_chart_values(yaml::Value values);
  void read_values_text(yaml::Value text);
  void read_release(const kube::Resource& release);
  void read_application_source(yaml::Value source);
  void read_kustomize_charts(const Model& model);
  void look_at_templates(const Model& model);
  void grant(Controller controller, yaml::Value rules, std::string_view name_space, Span where);
  void add_role(const kube::Resource& role);

  const model::Cluster& cluster_;
  std::string own_namespace_;  // empty: not known
  std::array<std::vector<Grant>, 2> grants_;
  std::vector<const kube::Resource*> roles_;
  bool has_chart_ = false;     // Kyverno's chart is installed, or its roles are rendered
  bool sees_chart_ = true;     // all of its values are read
  bool is_unknown_ = false;    // rights come from somewhere that is not read
  bool core_defaults_ = true;  // of the background controller
};

}  // namespace vlint::rules
