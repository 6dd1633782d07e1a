#include "lint/velero/install.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "lint/velero/server_flags.h"
#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

std::string server(const std::string& container, const std::string& metadata = "{name: backup, namespace: velero}") {
  return fmt::format(
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {}\nspec: {{template: {{spec: {{containers: [{}]}}}}}}\n",
      metadata, container);
}

std::string agent(const std::string& labels, const std::string& name_space = "velero") {
  return fmt::format(
      "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: agent, namespace: {}}}\nspec:\n  template:\n"
      "    metadata: {{labels: {}}}\n"
      "    spec: {{containers: [{{name: a, image: velero/velero, args: [node-agent, server]}}]}}\n",
      name_space, labels);
}

TEST_CASE("the server is known by what it runs") {
  struct Row {
    const char* container;
    bool expected;
  };
  for (const Row& row : {
           Row{"{name: x, image: 'example.com/x:1', command: [/velero], args: [server]}", true},
           Row{"{name: x, image: 'velero/velero:v1.18.1', args: [server, --log-level=info]}", true},
           Row{"{name: x, image: 'registry:5000/mirror/velero@sha256:abc', args: [server]}", true},
           Row{"{name: x, image: x, command: [/bin/velero, --features, EnableCSI, server]}", true},
           Row{"{name: x, image: x, command: [/bin/sh, -c, 'exec /velero server --log-level=info']}", true},
           Row{"{name: velero, image: 'velero/velero:v1.18.1', args: [node-agent, server]}", false},
           Row{"{name: velero, image: 'velero/velero:v1.18.1', command: [/velero], args: [backup, create, server]}",
               false},
           Row{"{name: velero, image: 'velero/velero-plugin-for-aws:v1.14.0', args: [server]}", false},
           Row{"{name: velero, image: x, args: [server]}", false},
           Row{"{name: velero, image: x, command: [/bin/sh, -c, 'echo server']}", false},
       }) {
    CAPTURE(row.container);
    const World world(server(row.container));
    CHECK(find_install(world.cluster(), {}).servers.empty() != row.expected);
  }
}

TEST_CASE("the version comes from the option, else the image tag, else it is the newest known") {
  const World world(install_manifests("v1.16.2@sha256:abc", true));
  const Install tagged = find_install(world.cluster(), {});
  CHECK(tagged.version == Version{1, 16, 2});
  CHECK(to_string(tagged.version_from) == "image tag");
  CHECK(world.text(tagged.version_where) == "velero/velero:v1.16.2@sha256:abc");

  const Install asked = find_install(world.cluster(), {Version{1, 14, std::nullopt}});
  CHECK(asked.version == Version{1, 14, std::nullopt});
  CHECK(to_string(asked.version_from) == "option");
  CHECK_FALSE(asked.version_where.valid());

  for (const char* tag : {"main", "${VELERO_VERSION}", "v1.x"}) {
    const World unknown(install_manifests(tag, true));
    const Install install = find_install(unknown.cluster(), {});
    CHECK(install.version == kNewestVersion);
    CHECK(to_string(install.version_from) == "newest known");
  }
}

TEST_CASE("servers that are written several times must agree") {
  const World world(install_manifests("v1.16.2", true, ", --default-volumes-to-fs-backup") +
                    install_manifests("v1.17.1", true));
  const Install install = find_install(world.cluster(), {});
  CHECK(install.servers.size() == 2);
  CHECK(install.version_from == VersionFrom::newest_known);
  CHECK(install.flags.default_volumes_to_fs_backup.value == Known::unknown);
  CHECK(install.flags.restore_only.value == Known::no);
  CHECK(install.name_space == "velero");
}

TEST_CASE("the namespace is the flag's, the variable's, or Velero's own name") {
  struct Row {
    const char* container;
    const char* metadata;
    std::optional<std::string> expected;
  };
  const char* from_pod =
      "{image: velero/velero, args: [server], env: [{name: VELERO_NAMESPACE, valueFrom: {fieldRef: "
      "{fieldPath: metadata.namespace}}}]}";
  for (const Row& row : {
           Row{from_pod, "{name: v, namespace: backup}", "backup"},
           Row{from_pod, "{name: v}", std::nullopt},
           Row{from_pod, "{name: v, namespace: '${NS}'}", std::nullopt},
           Row{"{image: velero/velero, args: [server, --namespace=a]}", "{name: v, namespace: b}", "a"},
           Row{"{image: velero/velero, args: [server, -n, a]}", "{name: v, namespace: b}", "a"},
           Row{"{image: velero/velero, args: [server, '-n=$(NS)']}", "{name: v, namespace: b}", std::nullopt},
           Row{"{image: velero/velero, args: [server], env: [{name: VELERO_NAMESPACE, value: c}]}",
               "{name: v, namespace: b}", "c"},
           Row{"{image: velero/velero, args: [server]}", "{name: v, namespace: b}", "velero"},
           Row{"{image: velero/velero, args: [server], envFrom: [{configMapRef: {name: x}}]}",
               "{name: v, namespace: b}", std::nullopt},
       }) {
    CAPTURE(row.container);
    const World world(server(row.container, row.metadata));
    CHECK(find_install(world.cluster(), {}).name_space == row.expected);
  }
}

TEST_CASE("boolean flags are read as Go reads them") {
  struct Row {
    const char* args;
    Known expected;
  };
  for (const Row& row : {
           Row{"", Known::no},
           Row{", --default-volumes-to-fs-backup", Known::yes},
           Row{", --default-volumes-to-fs-backup=true", Known::yes},
           Row{", --default-volumes-to-fs-backup=T", Known::yes},
           Row{", --default-volumes-to-fs-backup=0", Known::no},
           Row{", --default-volumes-to-fs-backup=FALSE", Known::no},
           // A separate word is no value of a boolean flag.
           Row{", --default-volumes-to-fs-backup, 'false'", Known::yes},
           // The last one wins.
           Row{", --default-volumes-to-fs-backup, --default-volumes-to-fs-backup=false", Known::no},
           Row{", --default-volumes-to-restic", Known::yes},
           Row{", '--default-volumes-to-fs-backup=${FS}'", Known::unknown},
           Row{", '--default-volumes-to-fs-backup=$(FS)'", Known::unknown},
           Row{", '${EXTRA}'", Known::unknown},
           Row{", --, --default-volumes-to-fs-backup", Known::no},
           // It is the value of the flag before it.
           Row{", --log-format, --default-volumes-to-fs-backup", Known::no},
       }) {
    CAPTURE(row.args);
    const World world(install_manifests("v1.18.1", true, row.args));
    CHECK(find_install(world.cluster(), {}).flags.default_volumes_to_fs_backup.value == row.expected);
  }
}

TEST_CASE("flags have places, defaults and, where no server is seen, nothing") {
  const World world(install_manifests("v1.18.1", true, ", --default-backup-ttl, 72h, '--features=EnableCSI,Other'"));
  const ServerFlags flags = find_install(world.cluster(), {}).flags;
  CHECK(flags.default_backup_ttl.value == "72h");
  CHECK(world.text(flags.default_backup_ttl.where) == "--default-backup-ttl");
  CHECK(flags.features.contains("EnableCSI") == Known::yes);
  CHECK(flags.features.contains("EnableAPIGroupVersions") == Known::no);
  CHECK(flags.default_backup_storage_location.value == "default");
  CHECK_FALSE(flags.default_backup_storage_location.where.valid());
  CHECK(flags.uploader_type.value == "kopia");

  const World nothing("");
  const ServerFlags unknown = find_install(nothing.cluster(), {}).flags;
  CHECK(unknown.restore_only.value == Known::unknown);
  CHECK(unknown.features.contains("EnableCSI") == Known::unknown);
  CHECK_FALSE(unknown.default_backup_ttl.value.has_value());
}

TEST_CASE("flags that make the server exit are told with their place") {
  struct Row {
    const char* version;
    const char* flag;
    bool is_invalid;
  };
  for (const Row& row : {
           Row{"v1.18.1", ", --restore-only=maybe", true},
           Row{"v1.18.1", ", --default-backup-ttl=30d", true},
           Row{"v1.18.1", ", --default-backup-ttl=720h", false},
           Row{"v1.18.1", ", --uploader-type=restic", true},
           Row{"v1.16.2", ", --uploader-type=restic", false},
           Row{"v1.16.2", ", --uploader-type=rsync", true},
           Row{"v1.18.1", ", '--uploader-type=  kopia '", false},
       }) {
    CAPTURE(row.flag);
    const World world(install_manifests(row.version, true, row.flag));
    const ServerFlags flags = find_install(world.cluster(), {}).flags;
    CHECK(flags.invalid.empty() != row.is_invalid);
    if (row.is_invalid) CHECK(flags.invalid.front().where.valid());
  }
}

TEST_CASE("a node-agent is a DaemonSet whose pods Velero finds") {
  struct Row {
    const char* version;
    std::string daemon_set;
    Known expected;
  };
  const std::string both = "{name: node-agent, role: node-agent}";
  for (const Row& row : {
           Row{"v1.18.1", agent(both), Known::yes},
           Row{"v1.18.1", agent("{name: node-agent}"), Known::no},
           Row{"v1.15.2", agent("{name: node-agent}"), Known::yes},
           Row{"v1.15.2", agent("{role: node-agent}"), Known::no},
           Row{"v1.9.7", agent("{name: restic}"), Known::yes},
           // Which label counts depends on the version.
           Row{"main", agent("{name: node-agent}"), Known::unknown},
           Row{"v1.18.1", agent("{role: '${ROLE}'}"), Known::unknown},
           Row{"v1.18.1", agent(both, "other"), Known::no},
           Row{"v1.18.1", "", Known::no},
       }) {
    CAPTURE(row.version);
    CAPTURE(row.daemon_set);
    const World world(install_manifests(row.version, false) + row.daemon_set);
    CHECK(find_install(world.cluster(), {}).node_agent == row.expected);
  }
}

TEST_CASE("the absence of a node-agent proves nothing unless everything was seen") {
  const World complete(install_manifests("v1.18.1", false));
  const Install install = find_install(complete.cluster(), {});
  CHECK(install.node_agent == Known::no);
  REQUIRE(install.node_agent_evidence.size() == 1);
  CHECK(complete.text(install.node_agent_evidence.front().where) == "velero");
  const World incomplete(install_manifests("v1.18.1", false), false);
  CHECK(find_install(incomplete.cluster(), {}).node_agent == Known::unknown);
  const World elsewhere("apiVersion: v1\nkind: Namespace\nmetadata: {name: velero}\n");
  CHECK(find_install(elsewhere.cluster(), {}).node_agent == Known::unknown);
}

TEST_CASE("storage locations of Velero's namespace are sorted by name") {
  const World world(install_manifests("v1.18.1", true) + R"(---
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: {name: z, namespace: velero}
spec: {provider: aws, default: true, accessMode: ReadOnly}
---
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: {name: a, namespace: velero}
spec: {provider: gcp, accessMode: '${MODE}'}
---
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: {name: b, namespace: elsewhere}
---
apiVersion: velero.io/v1
kind: VolumeSnapshotLocation
metadata: {name: v, namespace: velero}
spec: {provider: aws}
)");
  const Install install = find_install(world.cluster(), {});
  REQUIRE(install.backup_storage_locations.size() == 2);
  CHECK(install.backup_storage_locations[0].name == "a");
  CHECK(install.backup_storage_locations[0].is_default == Known::no);
  CHECK(install.backup_storage_locations[0].read_only == Known::unknown);
  CHECK(install.backup_storage_locations[1].is_default == Known::yes);
  CHECK(install.backup_storage_locations[1].read_only == Known::yes);
  REQUIRE(install.volume_snapshot_locations.size() == 1);
  CHECK(install.volume_snapshot_locations[0].provider == "aws");
}

TEST_CASE("what stands beside the server and the agent is neither") {
  const std::string others =
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: empty, namespace: velero}\nspec: {}\n"
      "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: empty, namespace: velero}\nspec: {}\n"
      "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: logs, namespace: velero}\n"
      "spec: {template: {metadata: {labels: {role: logs}}, spec: {containers: [{name: c, image: x}]}}}\n"
      "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: mine, namespace: velero}\n"
      "spec: {template: {metadata: {labels: {role: '${ROLE}'}}, spec: {containers: [{name: c, image: x}]}}}\n"
      "---\napiVersion: velero.io/v1\nkind: VolumeSnapshotLocation\nmetadata: {name: v, namespace: elsewhere}\n"
      "spec: {provider: aws}\n";
  const World with(install_manifests("v1.18.1", true) + others);
  const Install install = find_install(with.cluster(), {});
  CHECK(install.servers.size() == 1);
  CHECK(install.node_agents.size() == 1);
  CHECK(install.volume_snapshot_locations.empty());
  const World without(install_manifests("v1.18.1", false) + others);
  CHECK(find_install(without.cluster(), {}).node_agents.empty());
  CHECK(find_install(without.cluster(), {}).node_agent == Known::no);
}

TEST_CASE("why the agent is found, or not, is said") {
  const auto message = [](const std::string& labels) {
    const World world(install_manifests("v1.18.1", false) + agent(labels));
    const Install install = find_install(world.cluster(), {});
    return install.node_agent_evidence.empty() ? "" : install.node_agent_evidence.front().message;
  };
  CHECK(message("{role: node-agent}") == "DaemonSet velero/agent runs the node-agent");
  CHECK(message("{name: node-agent}") ==
        "the pods of DaemonSet velero/agent lack the label role: node-agent, by which Velero 1.18.1 looks for them");
}

TEST_CASE("an agent that selects nodes does so though another does not") {
  std::string selecting = agent("{role: node-agent}");
  selecting.replace(selecting.find("spec: {containers"), 6, "spec: {nodeSelector: {disk: ssd}, ");
  selecting.erase(selecting.find(", {containers") + 2, 1);
  const World world(install_manifests("v1.18.1", false) + selecting + agent("{role: node-agent}"));
  CHECK(find_install(world.cluster(), {}).agent_node_selector == kube::StringMap{{"disk", "ssd"}});
}

TEST_CASE("in a dump the agent's pods say where it runs") {
  const auto agent_pod = [](const std::string& name, const std::string& name_space, const std::string& role) {
    return fmt::format(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {0}, namespace: {1}, labels: {{role: {2}}}}}\n"
        "spec: {{nodeName: {0}}}\nstatus: {{phase: Running}}\n",
        name, name_space, role);
  };
  PlanOptions options;
  options.is_dump = true;
  const World with(install_manifests("v1.18.1", false) + agent_pod("n1", "velero", "node-agent") +
                   agent_pod("n2", "elsewhere", "node-agent") + agent_pod("n3", "velero", "web"));
  const Install install = find_install(with.cluster(), options);
  CHECK(install.agent_nodes == std::set<std::string_view>{"n1"});
  CHECK(install.node_agent == Known::yes);
  const World without(install_manifests("v1.18.1", false) + agent_pod("n3", "velero", "web"));
  const Install none = find_install(without.cluster(), options);
  CHECK(none.node_agent == Known::no);
  CHECK(none.node_agent_evidence.front().message == "no node-agent runs");
}

TEST_CASE("the configuration says what no manifest tells") {
  PlanOptions options;
  options.configured_namespace = "backup";
  options.configured_node_agent = false;
  const World nothing("");
  CHECK(find_install(nothing.cluster(), options).name_space == "backup");
  CHECK(find_install(nothing.cluster(), options).node_agent == Known::no);
  CHECK(find_install(nothing.cluster(), {}).node_agent == Known::unknown);
  CHECK(find_install(nothing.cluster(), {}).has_csi_plugin == Known::unknown);
  const World server_and_agent(install_manifests("v1.18.1", true));
  CHECK(find_install(server_and_agent.cluster(), options).name_space == "velero");
  CHECK(find_install(server_and_agent.cluster(), options).node_agent == Known::yes);
}

TEST_CASE("what servers of one installation disagree on is not known") {
  const std::string one = "{name: v, image: 'velero/velero:v1.18.1', command: [/velero], args: [server, '%']}";
  const auto with = [&](const std::string& argument, const std::string& name_space) {
    std::string container = one;
    container.replace(container.find('%'), 1, argument);
    return server(container, "{name: backup, namespace: " + name_space + "}");
  };
  const World apart(with("--namespace=a", "x") + with("--namespace=b", "x"));
  const Install install = find_install(apart.cluster(), {});
  CHECK_FALSE(install.name_space.has_value());
  CHECK_FALSE(install.name_space_where.valid());
  // A flag that is wrong in one of several places may be on its way out.
  const World wrong(with("--uploader-type=restic", "x"));
  CHECK_FALSE(find_install(wrong.cluster(), {}).flags.invalid.empty());
  const World both(with("--uploader-type=restic", "x") + with("--log-level=info", "x"));
  CHECK(find_install(both.cluster(), {}).flags.invalid.empty());
}

TEST_CASE("the namespace stands among other variables") {
  const World world(
      server("{name: v, image: 'velero/velero:v1.18.1', command: [/velero], args: [server], env: [{name: A, "
             "value: b}, {name: VELERO_NAMESPACE, value: backup}]}"));
  CHECK(find_install(world.cluster(), {}).name_space == "backup");
}

TEST_CASE("a plugin whose image is templated may be any") {
  std::string text = install_manifests("v1.13.2", false);
  const std::string at = "      containers:\n";
  text.replace(text.find(at), at.size(), "      initContainers: [{name: p, image: '${PLUGIN}'}]\n" + at);
  const World world(text);
  CHECK(find_install(world.cluster(), {}).has_csi_plugin == Known::unknown);
}

}  // namespace
}  // namespace vlint::velero
