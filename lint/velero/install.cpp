#include "lint/velero/install.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/velero/chart_version.h"
#include "lint/velero/pods.h"
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

constexpr std::string_view kChart = "velero-";

// Of an image, or of the label helm.sh/chart ("velero-8.3.0").
std::optional<Version> version_written(Value written) {
  const std::string_view text = written.text();
  if (text.substr(0, kChart.size()) == kChart) return app_version_of_chart(text.substr(kChart.size()));
  return parse_version(image_tag(text));
}

// The version on which the servers agree; nothing when one of them has none, or another.
template <typename Read>
std::optional<Version> agreed_version(const std::vector<Container>& servers, Read read, Span& where) {
  std::optional<Version> agreed;
  for (const Container& server : servers) {
    const yaml::Value written = read(server);
    const std::optional<Version> version = version_written(written);
    if (!version || (agreed && *agreed != *version)) return std::nullopt;
    agreed = version;
    where = written.span();
  }
  return agreed;
}

// The image's tag, else the chart's version, else what the configuration says.
void read_version(const std::vector<Container>& servers, const PlanOptions& options, Install& install) {
  const auto settle = [&](const Version& version, VersionFrom from, Span where) {
    install.version = version;
    install.version_from = from;
    install.version_where = where;
  };
  if (options.velero_version) return settle(*options.velero_version, VersionFrom::option, {});
  Span where;
  const auto image = [](const Container& server) { return server.container["image"]; };
  if (const auto version = agreed_version(servers, image, where)) {
    return settle(*version, VersionFrom::image_tag, where);
  }
  const auto chart = [](const Container& server) { return server.owner->metadata["labels"]["helm.sh/chart"]; };
  if (const auto version = agreed_version(servers, chart, where)) return settle(*version, VersionFrom::chart, where);
  if (options.configured_version) settle(*options.configured_version, VersionFrom::configuration, {});
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
  agree(flags.default_item_operation_timeout, other.default_item_operation_timeout);
  agree(flags.name_space, other.name_space);
  flags.written.insert(flags.written.end(), other.written.begin(), other.written.end());
  if (other.invalid.empty()) flags.invalid.clear();
}

void read_servers(const std::vector<Container>& servers, const PlanOptions& options, Install& install) {
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
  if (servers.empty()) install.name_space = options.configured_namespace;
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
    install.backup_storage_locations.push_back({resource, resource->name, spec["provider"].text(),
                                                known_bool(spec["default"], false),
                                                mode.is_templated() ? Known::unknown : known(mode.text() == "ReadOnly"),
                                                known((*resource)["status"]["phase"].text() == "Unavailable")});
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

// Pods of the agent, as dumps have them, say on which nodes it runs.
void read_agent_nodes(const model::Cluster& cluster, Install& install) {
  const AgentLabel label = agent_label(install.version);
  std::set<std::string_view> nodes;
  bool any = false;
  for (const Resource* pod : cluster.of_kind("", "Pod")) {
    if (!may_be_in_velero_namespace(*pod, install)) continue;
    if (has_label(pod->metadata["labels"], label) != Known::yes) continue;
    any = true;
    install.agent_nodes_where = pod->place();
    if (is_pod_running(pod->root) == Known::yes) nodes.insert((*pod)["spec"]["nodeName"].text());
  }
  if (any || install.is_dump) install.agent_nodes = std::move(nodes);
}

// Whether the agent's pods can be kept from nodes on which other pods run.
void read_agent_placement(Install& install) {
  for (const Resource* agent : install.node_agents) {
    const Value selector = (*agent)["spec"]["template"]["spec"]["nodeSelector"];
    if (selector.size() == 0) continue;
    install.agent_node_selector = kube::string_map(selector);
    install.assumed_agent = {
        {"the node-agent is taken for running on the pod's node, though it selects nodes", selector.span()}};
  }
}

void read_node_agent(const model::Cluster& cluster, Install& install) {
  read_agent_nodes(cluster, install);
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
  if (install.agent_nodes && !install.agent_nodes->empty()) found = Known::yes;
  if (found == Known::no && install.is_dump) {
    install.node_agent_evidence.push_back({"no node-agent runs", {}});
    install.node_agent = found;
    return;
  }
  read_agent_placement(install);
  if (found == Known::no && (install.servers.empty() || !cluster.is_complete())) found = Known::unknown;
  install.node_agent = found;
  if (found == Known::no && install.node_agents.empty()) {
    install.node_agent_evidence.push_back(
        {"Velero is installed here without a node-agent DaemonSet", install.servers.front()->place()});
  }
}

// Plugins come as init containers of the server.
void read_plugins(const std::vector<Container>& servers, Install& install) {
  if (servers.empty()) return;
  install.has_csi_plugin = Known::no;
  for (const Container& server : servers) {
    for (const Value container : server.pod.spec["initContainers"].items()) {
      const Value image = container["image"];
      install.plugin_images.push_back(image.text());
      if (image.text().find("velero-plugin-for-csi") != std::string_view::npos) install.has_csi_plugin = Known::yes;
      if (image.is_templated()) install.has_csi_plugin = install.has_csi_plugin || Known::unknown;
    }
  }
}

}  // namespace

std::string_view to_string(VersionFrom from) {
  switch (from) {
    case VersionFrom::image_tag:
      return "image tag";
    case VersionFrom::chart:
      return "chart";
    case VersionFrom::configuration:
      return "configuration";
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

bool Install::agent_covers(Value node_selector) const {
  return std::all_of(agent_node_selector.begin(), agent_node_selector.end(),
                     [&](const auto& label) { return node_selector[label.first].text() == label.second; });
}

Install with_version(const model::Cluster& cluster, const PlanOptions& options, const Version& version) {
  PlanOptions other = options;
  other.velero_version = version;
  return find_install(cluster, other);
}

Install find_install(const model::Cluster& cluster, const PlanOptions& options) {
  Install install;
  install.is_dump = options.is_dump;
  install.native_volumes = options.native_volumes;
  const std::vector<Container> servers = find_servers(cluster);
  read_version(servers, options, install);
  read_servers(servers, options, install);
  read_plugins(servers, install);
  read_locations(cluster, install);
  read_node_agent(cluster, install);
  if (install.node_agent == Known::unknown && options.configured_node_agent) {
    install.node_agent = *options.configured_node_agent ? Known::yes : Known::no;
    install.node_agent_evidence.push_back({"the configuration says whether the node-agent runs", {}});
  }
  return install;
}

}  // namespace vlint::velero
