// Velero's own installation as the manifests of a cluster show it: the server with its flags and version, the
// node-agent that copies files, the storage locations.
//
// The server is known by what it runs (`velero server`), never by its name. What is not in the manifests is unknown,
// not absent. Installations by charts are seen only where their output is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/model/cluster.h"
#include "lint/velero/evidence.h"
#include "lint/velero/version.h"

namespace vlint::velero {

// What the command line and the configuration state of Velero and of the cluster.
struct PlanOptions {
  std::optional<Version> velero_version = {};  // wins over the server's image tag
  // Counts where neither the image nor the chart of the server tells the version.
  std::optional<Version> configured_version = {};
  // Likewise where no manifest tells: the server's namespace, and whether the node-agent runs.
  std::optional<std::string> configured_namespace = {};
  std::optional<bool> configured_node_agent = {};
  // The manifests are a dump: all that the cluster holds, as it holds it. What is named and isn't there does not exist.
  bool is_dump = false;
  // Of native snapshot plugins, by provider, the names of the PersistentVolumes that they recognise.
  std::map<std::string, std::vector<std::string>> native_volumes = {};
  // Threads to plan with; Schedules are planned side by side. 0: one a core.
  unsigned jobs = 0;
};

enum class VersionFrom : std::uint8_t { image_tag, chart, option, configuration, newest_known };
std::string_view to_string(VersionFrom from);  // "image tag", "chart", "option", "configuration", "newest known"

// A flag as it is written in the server's command or arguments, in their order.
struct WrittenFlag {
  std::string_view name;   // without dashes
  std::string_view value;  // empty for a flag without a value
  Span where;              // of the argument that has the name
};

// A flag that is not given has Velero's default and no place. Flags are unknown when no server was found, when an
// argument is templated, or when a shell starts the server.
struct BoolFlag {
  Known value = Known::unknown;
  Span where;
};
struct TextFlag {
  std::optional<std::string> value;
  Span where;
};
struct ListFlag {
  std::optional<std::vector<std::string>> value;
  Span where;

  Known contains(std::string_view item) const;
};

// Velero pkg/cmd/server/config/config.go: BindFlags; `features` and `namespace` belong to the root command.
struct ServerFlags {
  BoolFlag default_volumes_to_fs_backup;  // also by its name up to Velero 1.9: default-volumes-to-restic
  BoolFlag default_snapshot_move_data;
  BoolFlag restore_only;
  BoolFlag schedule_skip_immediately;
  ListFlag features;
  ListFlag disable_controllers;
  TextFlag uploader_type;  // blanks at the ends removed, as the server does
  TextFlag default_backup_storage_location;
  TextFlag default_volume_snapshot_locations;
  TextFlag default_backup_ttl;
  TextFlag fs_backup_timeout;
  TextFlag volume_group_snapshot_label_key;
  TextFlag default_item_operation_timeout;
  TextFlag name_space;  // no value: not given

  std::vector<WrittenFlag> written;
  // Flags with values that make the server exit at its start.
  std::vector<Evidence> invalid;
};

struct BackupStorageLocation {
  const kube::Resource* resource = nullptr;
  std::string_view name;
  std::string_view provider;
  Known is_default = Known::no;
  Known read_only = Known::no;
  Known unavailable = Known::no;  // by its status
};

struct VolumeSnapshotLocation {
  const kube::Resource* resource = nullptr;
  std::string_view name;
  std::string_view provider;
};

struct Install {
  // Every Deployment that runs the server. More than one is taken for the same installation written several times
  // (one folder an environment): what they disagree on is unknown.
  std::vector<const kube::Resource*> servers;

  // The namespace that Velero works in: its Schedules, locations and policies must be there.
  std::optional<std::string> name_space;
  Span name_space_where;

  Version version = kNewestVersion;
  VersionFrom version_from = VersionFrom::newest_known;
  Span version_where;  // of the image or its tag

  ServerFlags flags;

  // Sorted by name, as the API lists them; those in other namespaces than Velero's are left out.
  std::vector<BackupStorageLocation> backup_storage_locations;
  std::vector<VolumeSnapshotLocation> volume_snapshot_locations;

  // yes: a DaemonSet whose pods Velero finds by their label. no: the server stands in the repository, everything was
  // seen, and there is no such DaemonSet.
  Known node_agent = Known::unknown;
  std::vector<const kube::Resource*> node_agents;
  std::vector<Evidence> node_agent_evidence;
  // Where Pods of the agent are to be seen, the nodes on which they run; a dump without any has none.
  std::optional<std::set<std::string_view>> agent_nodes;
  Span agent_nodes_where;
  // The agent runs only on nodes with these labels; then whether it runs on a pod's node is an assumption.
  kube::StringMap agent_node_selector;
  EvidenceList assumed_agent;
  bool agent_covers(yaml::Value node_selector) const;

  // Images of the server's init containers, which bring its plugins; unknown when no server was found.
  std::vector<std::string_view> plugin_images;
  // Up to Velero 1.13: whether velero-plugin-for-csi is among them.
  Known has_csi_plugin = Known::unknown;
  std::map<std::string, std::vector<std::string>> native_volumes;  // as PlanOptions says
  bool is_dump = false;

  bool is_at_least(int major, int minor, int patch = 0) const { return at_least(version, major, minor, patch); }
};

Install find_install(const model::Cluster& cluster, const PlanOptions& options);
// The same installation taken for another version.
Install with_version(const model::Cluster& cluster, const PlanOptions& options, const Version& version);

}  // namespace vlint::velero
