#include "lint/model/deployers.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace vlint::model {
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

}  // namespace

bool has_deployers(const Cluster& cluster) {
  return std::any_of(std::begin(kDeployers), std::end(kDeployers),
                     [&](const auto& kind) { return !cluster.of_kind(kind.first, kind.second).empty(); });
}

}  // namespace vlint::model
