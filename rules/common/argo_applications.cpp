#include "rules/common/argo_applications.h"

#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kGroup = "argoproj.io";
constexpr std::string_view kApplication = "Application";

// argocd-cm, if there is exactly one and its values can be read.
const kube::Resource* settings_of(const model::Cluster& cluster) {
  const kube::Resource* found = nullptr;
  for (const kube::Resource* map : cluster.of_kind("", "ConfigMap")) {
    if (map->name != "argocd-cm") continue;
    if (found != nullptr || map->encrypted || map->name_space.empty()) return nullptr;
    found = map;
  }
  return found;
}

// Every image of Argo CD in the namespace is of a version that tracks by label unless it is told otherwise.
bool tracks_by_label_by_default(const model::Cluster& cluster, std::string_view name_space) {
  bool is_seen = false;
  for (const std::string_view kind : {"Deployment", "StatefulSet"}) {
    for (const kube::Resource* workload : cluster.of_kind("apps", kind)) {
      const std::optional<kube::PodTemplate> pod = kube::pod_template(*workload);
      if (!pod || workload->name_space != name_space) continue;
      for (const yaml::Value container : pod->spec["containers"].items()) {
        const yaml::Value image = container["image"];
        if (!image_without_tag(image.text()).ends_with("argoproj/argocd")) continue;
        const std::string_view tag = tag_of(image.text());
        if (image.is_templated() || !(tag.starts_with("v2.") || tag.starts_with("v1."))) return false;
        is_seen = true;
      }
    }
  }
  return is_seen;
}

// Whether Argo CD looks at Velero's objects; what may be otherwise counts as no.
bool watches_velero(yaml::Value data) {
  if (data["resource.inclusions"].is_set()) return false;
  const yaml::Value excluded = data["resource.exclusions"];
  const std::string_view text = excluded.text();
  return !excluded.is_templated() && text.find("velero") == std::string_view::npos &&
         text.find('*') == std::string_view::npos;
}

// "apps/velero" of "./apps/velero/".
std::string_view folder_of(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

bool deploys_folder(yaml::Value source, std::string_view folder) {
  const yaml::Value path = source["path"];
  return !path.is_templated() && !source["chart"].is_set() && !path.text().empty() && folder_of(path.text()) == folder;
}

bool deploys_folder(const kube::Resource& application, std::string_view folder) {
  if (deploys_folder(application["spec"]["source"], folder)) return true;
  for (const yaml::Value source : application["spec"]["sources"].items()) {
    if (deploys_folder(source, folder)) return true;
  }
  return false;
}

}  // namespace

std::optional<LabelTracking> label_tracking(const model::Cluster& cluster) {
  const kube::Resource* settings = settings_of(cluster);
  if (settings == nullptr) return std::nullopt;
  const yaml::Value data = (*settings)["data"];
  const yaml::Value method = data["application.resourceTrackingMethod"];
  const yaml::Value key = data["application.instanceLabelKey"];
  if (method.is_templated() || key.is_templated() || !watches_velero(data)) return std::nullopt;
  const bool is_by_label =
      method.text().empty() ? tracks_by_label_by_default(cluster, settings->name_space) : method.text() == "label";
  if (!is_by_label) return std::nullopt;
  return LabelTracking{key.text().empty() ? "app.kubernetes.io/instance" : key.text(), settings->name_space, settings};
}

bool prunes_here(const kube::Resource& application) {
  const yaml::Value spec = application["spec"];
  const yaml::Value policy = spec["syncPolicy"];
  for (const yaml::Value option : policy["syncOptions"].items()) {
    if (option.text().find("Prune=") != std::string_view::npos) return false;
  }
  const yaml::Value automated = policy["automated"];
  const yaml::Value destination = spec["destination"];
  const bool is_here =
      destination["server"].text() == "https://kubernetes.default.svc" || destination["name"].text() == "in-cluster";
  return is_here && automated["prune"].as_bool() == true &&
         (!automated["enabled"].is_set() || automated["enabled"].as_bool() == true);
}

const kube::Resource* application_of(const Model& model, const model::Cluster& cluster, const LabelTracking& tracking,
                                     const kube::Resource& object) {
  const yaml::Value label = object.metadata["labels"][tracking.key];
  const std::string& folder = model.units.all[object.unit].folder;
  const kube::Resource* labelled = nullptr;
  for (const kube::Resource* application : cluster.of_kind(kGroup, kApplication)) {
    if (application->name_space != tracking.name_space || application->encrypted) continue;
    if (deploys_folder(*application, folder)) return application;
    if (!label.is_templated() && !application->name.empty() && label.text() == application->name) {
      labelled = application;
    }
  }
  return labelled;
}

}  // namespace vlint::rules
