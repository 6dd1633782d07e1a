#include "rules/common/unseen.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace vlint::rules {
namespace {

// Kinds that deploy what is rendered elsewhere, or that make namespaces.
constexpr std::pair<std::string_view, std::string_view> kDeployers[] = {
    {"addons.cluster.x-k8s.io", "HelmChartProxy"},
    {"argoproj.io", "Application"},
    {"argoproj.io", "ApplicationSet"},
    {"capsule.clastix.io", "Tenant"},
    {"fleet.cattle.io", "Bundle"},
    {"fleet.cattle.io", "GitRepo"},
    {"fluxcd.controlplane.io", "ResourceSet"},
    {"helm.cattle.io", "HelmChart"},
    {"helm.toolkit.fluxcd.io", "HelmRelease"},
    {"hnc.x-k8s.io", "SubnamespaceAnchor"},
    {"kustomize.toolkit.fluxcd.io", "Kustomization"},
    {"project.openshift.io", "ProjectRequest"},
    {"template.openshift.io", "Template"},
};

bool has_templates(const Sources& sources) {
  const auto is_template = [](gitops::FileRole role) {
    return role == gitops::FileRole::chart_template || role == gitops::FileRole::template_text;
  };
  return std::any_of(sources.roles.begin(), sources.roles.end(), is_template);
}

}  // namespace

bool may_hold_unseen_objects(const Model& model, const model::Cluster& cluster) {
  const auto deploys = [&](const auto& kind) { return !cluster.of_kind(kind.first, kind.second).empty(); };
  return !cluster.is_complete() || has_templates(model.sources) ||
         std::any_of(std::begin(kDeployers), std::end(kDeployers), deploys);
}

}  // namespace vlint::rules
