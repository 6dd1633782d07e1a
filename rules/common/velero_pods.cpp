#include "rules/common/velero_pods.h"

#include "lint/velero/server_flags.h"

namespace vlint::rules {
namespace {

std::vector<VeleroContainer> containers_of(const std::vector<const kube::Resource*>& resources,
                                           velero::Program program) {
  std::vector<VeleroContainer> found;
  for (const kube::Resource* resource : resources) {
    const std::optional<kube::PodTemplate> pod = kube::pod_template(*resource);
    if (!pod || resource->encrypted) continue;
    for (const yaml::Value container : pod->spec["containers"].items()) {
      const velero::CommandLine command = velero::read_command_line(container);
      if (command.program != program || command.by_shell) continue;
      found.push_back({resource, *pod, container});
      break;
    }
  }
  return found;
}

// Whether `path` is `folder` or something in it.
bool is_in(std::string_view path, std::string_view folder) {
  while (folder.size() > 1 && folder.back() == '/') folder.remove_suffix(1);
  if (folder == "/") return true;
  return path.substr(0, folder.size()) == folder && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Where the tag's colon stands: behind the last slash, since a registry may have a port.
std::size_t tag_colon(std::string_view image) {
  const std::size_t slash = image.rfind('/');
  return image.find(':', slash == std::string_view::npos ? 0 : slash);
}

}  // namespace

std::vector<VeleroContainer> server_containers(const velero::Install& install) {
  return containers_of(install.servers, velero::Program::server);
}

std::vector<VeleroContainer> node_agent_containers(const velero::Install& install) {
  return containers_of(install.node_agents, velero::Program::node_agent);
}

yaml::Value mount_of(yaml::Value container, std::string_view path) {
  yaml::Value nearest;
  for (const yaml::Value mount : container["volumeMounts"].items()) {
    const std::string_view at = mount["mountPath"].text();
    if (at.empty() || !is_in(path, at)) continue;
    if (!nearest || at.size() > nearest["mountPath"].text().size()) nearest = mount;
  }
  return nearest;
}

yaml::Value volume_named(yaml::Value pod_spec, std::string_view name) {
  for (const yaml::Value volume : pod_spec["volumes"].items()) {
    if (volume["name"].text() == name) return volume;
  }
  return {};
}

std::string_view image_without_tag(std::string_view image) {
  image = image.substr(0, image.find('@'));
  return image.substr(0, tag_colon(image));
}

std::string_view tag_of(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t colon = tag_colon(image);
  return colon == std::string_view::npos ? std::string_view{} : image.substr(colon + 1);
}

}  // namespace vlint::rules
