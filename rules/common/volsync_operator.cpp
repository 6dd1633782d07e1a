#include "rules/common/volsync_operator.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

using yaml::Value;

constexpr std::string_view kChart = "volsync";
constexpr std::string_view kRepository = "backube.github.io/helm-charts";

struct Sighting {
  Value text;  // "quay.io/backube/volsync:0.13.0", "0.13.0"
  std::string_view version;
};

void add_images(const kube::Resource& resource, std::vector<Sighting>& seen) {
  if (!resource.is("apps", "Deployment")) return;
  const std::optional<kube::PodTemplate> pod = kube::pod_template(resource);
  if (!pod) return;
  for (const Value container : pod->spec["containers"].items()) {
    const Value image = container["image"];
    if (!kube::has_known_text(image)) continue;
    if (image_without_tag(image.text()) == "quay.io/backube/volsync") seen.push_back({image, tag_of(image.text())});
  }
}

// Values that name an image may name the fork's.
bool may_change_image(Value spec) {
  return spec["valuesFrom"].is_set() || spec["values"]["image"].is_set() || spec["postRenderers"].is_set() ||
         spec["helm"].is_set();
}

bool is_repository(const model::Cluster& cluster, Value reference, std::string_view name_space) {
  const Value wanted = reference["namespace"];
  const kube::Resource* found = cluster.find("source.toolkit.fluxcd.io", "HelmRepository",
                                             wanted.is_set() ? wanted.text() : name_space, reference["name"].text());
  return found != nullptr && (*found)["spec"]["url"].text().find(kRepository) != std::string_view::npos;
}

void add_release(const model::Cluster& cluster, const kube::Resource& resource, std::vector<Sighting>& seen) {
  const Value spec = resource["spec"];
  if (resource.is("helm.toolkit.fluxcd.io", "HelmRelease")) {
    const Value chart = spec["chart"]["spec"];
    const bool is_it = chart["chart"].text() == kChart && !may_change_image(spec) &&
                       is_repository(cluster, chart["sourceRef"], resource.name_space);
    if (is_it && kube::has_known_text(chart["version"])) seen.push_back({chart["version"], chart["version"].text()});
  }
  if (resource.is("argoproj.io", "Application")) {
    const Value source = spec["source"];
    const bool is_it = source["chart"].text() == kChart && !may_change_image(source) &&
                       source["repoURL"].text().find(kRepository) != std::string_view::npos;
    const Value version = source["targetRevision"];
    if (is_it && kube::has_known_text(version)) seen.push_back({version, version.text()});
  }
}

// "0.13.0", "v0.13.1": three numbers. A range or a line of releases is no version.
std::optional<velero::Version> read_version(std::string_view text) {
  const std::optional<velero::Version> version = velero::parse_version(text);
  const bool is_exact = version && version->patch && std::count(text.begin(), text.end(), '.') == 2 &&
                        text.find_first_not_of("v0123456789.") == std::string_view::npos;
  return is_exact ? version : std::nullopt;
}

}  // namespace

std::optional<VolsyncOperator> volsync_operator(const model::Cluster& cluster) {
  std::vector<Sighting> seen;
  for (const kube::Resource& resource : cluster.resources()) {
    add_images(resource, seen);
    add_release(cluster, resource, seen);
  }
  std::optional<VolsyncOperator> found;
  for (const Sighting& one : seen) {
    const std::optional<velero::Version> version = read_version(one.version);
    if (!version || (found && !(found->version == *version))) return std::nullopt;
    if (!found) found = {*version, one.text.span()};
  }
  return found;
}

const kube::Resource* definition_of(const model::Cluster& cluster, std::string_view kind) {
  const std::string name = fmt::format("{}s.volsync.backube", to_lower_ascii(kind));
  return cluster.find("apiextensions.k8s.io", "CustomResourceDefinition", "", name);
}

yaml::Value spec_schema(const model::Cluster& cluster, std::string_view kind) {
  const kube::Resource* found = definition_of(cluster, kind);
  if (found == nullptr) return {};
  for (const Value version : (*found)["spec"]["versions"].items()) {
    if (version["name"].text() == "v1alpha1") {
      return kube::follow(version, "schema.openAPIV3Schema.properties.spec");
    }
  }
  return {};
}

}  // namespace vlint::rules
