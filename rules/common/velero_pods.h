// The containers in which Velero itself runs: its server and its node-agent.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"

namespace vlint::rules {

struct VeleroContainer {
  const kube::Resource* resource = nullptr;
  kube::PodTemplate pod;
  yaml::Value container;
};
// Those of Install::servers and Install::node_agents. A container that a shell starts is left out.
std::vector<VeleroContainer> server_containers(const velero::Install& install);
std::vector<VeleroContainer> node_agent_containers(const velero::Install& install);

// The volume mount of the container that holds the path: the one at the path or at the nearest folder above it.
yaml::Value mount_of(yaml::Value container, std::string_view path);
// The volume of that name, or a missing value.
yaml::Value volume_named(yaml::Value pod_spec, std::string_view name);

// "velero/velero-plugin-for-aws" of "docker.io/velero/velero-plugin-for-aws:v1.14.0": without tag and digest.
std::string_view image_without_tag(std::string_view image);
std::string_view tag_of(std::string_view image);  // "v1.14.0", or nothing

}  // namespace vlint::rules
