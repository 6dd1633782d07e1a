#include "lint/velero/install.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/velero/server_flags.h"

namespace vlint::velero {
namespace {

using kube::Resource;
using yaml::Value;

constexpr std::string_view kGroup = "velero.io";

struct Container {
  const Resource* owner = nullptr;
  kube::PodTemplate pod;
  Value container;
  CommandLine command;
};

// The first regular container of the workload that runs `program`.
std::optional<Container> find_container(const Resource& resource, Program program) {
  const std::optional<kube::PodTemplate> pod = kube::pod_template(resource);
  if (!pod) return std::nullopt;
  for (const Value container : pod->spec["containers"].items()) {
    CommandLine command = read_command_line(container);
    if (command.program == program) return Container{&resource, *pod, container, std::move(command)};
  }
  return std::nullopt;
}

std::vector<Container> find_servers(const model::Cluster& cluster) {
  std::vector<Container> servers;
  for (const Resource* deployment : cluster.of_kind("apps", "Deployment")) {
    if (std::optional<Container> server = find_container(*deployment, Program::server)) {
      servers.push_back(*std::move(server));
    }
  }
  return servers;
}

// The tag of "registry:5000/velero/velero:v1.18.1@sha256:..."; empty when there is none.
std::string_view image_tag(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
  return colon == std::string_view::npos ? std::string_view{} : image.substr(colon + 1);
}

void read_version(const std::vector<Container>& servers, const PlanOptions& options, Install& install) {
  if (options.velero_version) {
    install.version = *options.velero_version;
    install.version_from = VersionFrom::option;
    return;
  }
  std::optional<Version> agreed;
  for (const Container& server : servers) {
    const std::optional<Version> version = parse_version(image_tag(server.container["image"].text()));
    if (!version || (agreed && *agreed != *version)) return;
    agreed = version;
    install.version_where = server.container["image"].span();
  }
  if (!agreed) {
    install.version_where = {};
    return;
  }
  install.version = *agreed;
  install.version_from = VersionFrom::image_tag;
}

// Velero pkg/client/factory.go: the flag, else the variable VELERO_NAMESPACE (which the usual manifests fill with the
// pod's namespace), else "velero".
std::optional<std::string> namespace_of(const Container& server, const ServerFlags& flags) {
  if (flags.name_space.value && !flags.name_space.value->empty()) return flags.name_space.value;
  if (flags.name_space.where.valid() || server.command.by_shell) return std::nullopt;
  for (const Value variable : server.container["env"].items()) {
    if (variable["name"].text() != "VELERO_NAMESPACE") continue;
    const Value literal = variable["value"];
    if (literal.is_set()) return literal.is_templated() ? std::nullopt : std::optional<std::string>(literal.text());
    const bool from_pod = variable["valueFrom"]["fieldRef"]["fieldPath"].text() == "metadata.namespace";
    const Value written = server.owner->metadata["namespace"];
    if (!from_pod || !written.is_set() || written.is_templated()) return std::nullopt;
    return std::string(written.text());
  }
  if (server.container["envFrom"].size() > 0) return std::nullopt;
  return "velero";
}

template <typename Flag>
void agree(Flag& flag, const Flag& other) {
  if (flag.value != other.value) flag = Flag{};
}

// What servers that are written several times disagree on is unknown.
void merge_flags(ServerFlags& flags, const ServerFlags& other) {
  agree(flags.default_volumes_to_fs_backup, other.default_volumes_to_fs_backup);
  agree(flags.default_snapshot_move_data, other.default_snapshot_move_data);
  agree(flags.restore_only, other.restore_only);
  agree(flags.schedule_skip_immediately, other.schedule_skip_immediately);
  agree(flags.features, other.features);
  agree(flags.disable_controllers, other.disable_controllers);
  agree(flags.uploader_type, other.uploader_type);
  agree(flags.default_backup_storage_location, other.default_backup_storage_location);
  agree(flags.default_volume_snapshot_locations, other.default_volume_snapshot_locations);
  agree(flags.default_backup_ttl, other.default_backup_ttl);
  agree(flags.fs_backup_timeout, other.fs_backup_timeout);
  agree(flags.volume_group_snapshot_label_key, other.volume_group_snapshot_label_key);
  agree(flags.name_space, other.name_space);
  flags.written.insert(flags.written.end(), other.written.begin(), other.written.end());
  if (other.invalid.empty()) flags.invalid.clear();
}

void read_servers(const std::vector<Container>& servers, Install& install) {
  bool first = true;
  for (const Container& server : servers) {
    install.servers.push_back(server.owner);
    ServerFlags flags = read_server_flags(server.command, install.version);
    std::optional<std::string> name_space = namespace_of(server, flags);
    const Value written = server.owner->metadata["namespace"];
    const Span where = flags.name_space.where.valid() ? flags.name_space.where : written.span();
    if (first) {
      install.flags = std::move(flags);
      install.name_space = std::move(name_space);
      install.name_space_where = where;
    } else {
      merge_flags(install.flags, flags);
      if (install.name_space != name_space) install.name_space.reset();
    }
    first = false;
  }
  if (!install.name_space) install.name_space_where = {};
}

// An object outside of Velero's namespace is never looked at; one without a namespace may be anywhere.
bool may_be_in_velero_namespace(const Resource& resource, const Install& install) {
  return !install.name_space || resource.name_space.empty() || resource.metadata["namespace"].is_templated() ||
         resource.name_space == *install.name_space;
}

Known known_bool(Value field, bool when_absent) {
  if (!field.is_set()) return known(when_absent);
  const std::optional<bool> value = field.as_bool();
  return value ? known(*value) : Known::unknown;
}

template <typename Location>
void sort_by_name(std::vector<Location>& locations) {
  std::stable_sort(locations.begin(), locations.end(),
                   [](const Location& a, const Location& b) { return a.name < b.name; });
}

void read_locations(const model::Cluster& cluster, Install& install) {
  for (const Resource* resource : cluster.of_kind(kGroup, "BackupStorageLocation")) {
    if (!may_be_in_velero_namespace(*resource, install)) continue;
    const Value spec = (*resource)["spec"];
    const Value mode = spec["accessMode"];
    install.backup_storage_locations.push_back(
        {resource, resource->name, spec["provider"].text(), known_bool(spec["default"], false),
         mode.is_templated() ? Known::unknown : known(mode.text() == "ReadOnly")});
  }
  for (const Resource* resource : cluster.of_kind(kGroup, "VolumeSnapshotLocation")) {
    if (!may_be_in_velero_namespace(*resource, install)) continue;
    install.volume_snapshot_locations.push_back({resource, resource->name, (*resource)["spec"]["provider"].text()});
  }
  sort_by_name(install.backup_storage_locations);
  sort_by_name(install.volume_snapshot_locations);
}

// Whether the pods carry the label by which the server looks for agents on a node. Velero pkg/nodeagent/node_agent.go:
// role=node-agent from 1.16, name=node-agent from 1.10; pkg/restic up to 1.9: name=restic.
struct AgentLabel {
  std::string_view key;
  std::string_view value;
};

AgentLabel agent_label(const Version& version) {
  if (at_least(version, 1, 16)) return {"role", "node-agent"};
  if (at_least(version, 1, 10)) return {"name", "node-agent"};
  return {"name", "restic"};
}

Known has_label(Value labels, const AgentLabel& label) {
  const Value value = labels[label.key];
  if (labels.is_templated() || value.is_templated()) return Known::unknown;
  return known(value.text() == label.value);
}

Known has_agent_label(const kube::PodTemplate& pod, const Install& install) {
  const Value labels = pod.metadata["labels"];
  const Known current = has_label(labels, agent_label(install.version));
  // A version that is only supposed can't prove that an older label isn't enough.
  if (install.version_from == VersionFrom::newest_known && current == Known::no) {
    const bool older = has_label(labels, agent_label({1, 15, 0})) != Known::no ||
                       has_label(labels, agent_label({1, 9, 0})) != Known::no;
    return older ? Known::unknown : Known::no;
  }
  return current;
}

void read_node_agent(const model::Cluster& cluster, Install& install) {
  Known found = Known::no;
  for (const Resource* resource : cluster.of_kind("apps", "DaemonSet")) {
    if (!may_be_in_velero_namespace(*resource, install)) continue;
    const std::optional<kube::PodTemplate> pod = kube::pod_template(*resource);
    if (!pod) continue;
    const Known labelled = has_agent_label(*pod, install);
    const bool runs_agent = find_container(*resource, Program::node_agent).has_value();
    if (labelled == Known::no && !runs_agent) continue;
    // A templated label on some other DaemonSet says nothing.
    if (labelled == Known::unknown && !runs_agent) continue;
    install.node_agents.push_back(resource);
    found = found || labelled;
    if (labelled == Known::yes) {
      install.node_agent_evidence.push_back(
          {fmt::format("{} runs the node-agent", resource->title()), resource->place()});
    } else if (labelled == Known::no) {
      const AgentLabel label = agent_label(install.version);
      install.node_agent_evidence.push_back(
          {fmt::format("the pods of {} lack the label {}: {}, by which Velero {} looks for them", resource->title(),
                       label.key, label.value, to_string(install.version)),
           resource->place()});
    }
  }
  if (found == Known::no && (install.servers.empty() || !cluster.is_complete())) found = Known::unknown;
  install.node_agent = found;
  if (found == Known::no && install.node_agents.empty()) {
    install.node_agent_evidence.push_back(
        {"Velero is installed here without a node-agent DaemonSet", install.servers.front()->place()});
  }
}

}  // namespace

std::string_view to_string(VersionFrom from) {
  switch (from) {
    case VersionFrom::image_tag:
      return "image tag";
    case VersionFrom::option:
      return "option";
    case VersionFrom::newest_known:
      break;
  }
  return "newest known";
}

Known ListFlag::contains(std::string_view item) const {
  if (!value) return Known::unknown;
  return known(std::find(value->begin(), value->end(), item) != value->end());
}

Install find_install(const model::Cluster& cluster, const PlanOptions& options) {
  Install install;
  const std::vector<Container> servers = find_servers(cluster);
  read_version(servers, options, install);
  read_servers(servers, install);
  read_locations(cluster, install);
  read_node_agent(cluster, install);
  return install;
}

}  // namespace vlint::velero
