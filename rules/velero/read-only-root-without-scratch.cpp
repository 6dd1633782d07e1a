#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

// Where Kopia keeps the settings of repositories and its cache: below the home of the image's user.
struct Folder {
  std::string_view path;
  std::string_view volume;
};
constexpr Folder kFolders[] = {{"/home/cnb/udmrepo", "udmrepo"}, {"/home/cnb/.cache", "cache"}};

bool has_own_home(yaml::Value container) {
  for (const yaml::Value variable : container["env"].items()) {
    if (variable["name"].text() == "HOME" || variable["name"].text() == "XDG_CACHE_HOME") return true;
  }
  return container["envFrom"].size() > 0;
}

// restic, the default up to 1.16, writes elsewhere.
bool uses_kopia(const velero::Install& install) {
  return install.flags.uploader_type.value == "kopia" || (knows_version(install) && install.is_at_least(1, 17));
}

yaml::Edits add_item(yaml::Value parent, std::string_view list, const std::vector<yaml::NewValue>& items) {
  if (!parent[list].is_set()) return yaml::add_entry(parent, list, yaml::NewValue::sequence(items));
  std::vector<yaml::Edits> parts;
  for (const yaml::NewValue& item : items) parts.push_back(yaml::append_item(parent[list], item));
  return together(parts);
}

yaml::Edits add_scratch(const VeleroContainer& program, const std::vector<Folder>& folders) {
  std::vector<yaml::NewValue> mounts;
  std::vector<yaml::NewValue> volumes;
  for (const Folder& folder : folders) {
    if (volume_named(program.pod.spec, folder.volume)) {
      return Error{fmt::format("there is a volume {} already", folder.volume)};
    }
    mounts.push_back(yaml::NewValue::mapping(
        {{"name", yaml::NewValue::string(folder.volume)}, {"mountPath", yaml::NewValue::string(folder.path)}}));
    volumes.push_back(yaml::NewValue::mapping(
        {{"name", yaml::NewValue::string(folder.volume)}, {"emptyDir", yaml::NewValue::mapping({})}}));
  }
  return together(
      {add_item(program.container, "volumeMounts", mounts), add_item(program.pod.spec, "volumes", volumes)});
}

void check_program(const ClusterModel& member, const VeleroContainer& program, Report& report) {
  const yaml::Value flag = program.container["securityContext"]["readOnlyRootFilesystem"];
  if (flag.as_bool() != true || has_own_home(program.container)) return;
  std::vector<Folder> missing;
  std::vector<std::string_view> paths;
  for (const Folder& folder : kFolders) {
    const yaml::Value mount = mount_of(program.container, folder.path);
    if (mount && mount["readOnly"].as_bool() != true) continue;
    missing.push_back(folder);
    paths.push_back(folder.path);
  }
  if (missing.empty()) return;
  report
      .at(flag.span(),
          fmt::format("{} has a read-only root file system and nothing writable at {}: backup repositories "
                      "can't be opened, and volumes are neither copied nor restored",
                      program.resource->title(), join(paths, " and ")))
      .label("Kopia writes below /home/cnb")
      .about(member.cluster, *program.resource, flag)
      .help(fmt::format("mount an emptyDir at {}", join(paths, " and ")))
      .fix(missing.size() == 1 ? "mount an emptyDir there" : "mount emptyDirs there", Safety::safe, *program.resource,
           add_scratch(program, missing));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    if (!uses_kopia(install)) continue;
    for (const VeleroContainer& server : server_containers(install)) check_program(member, server, report);
    for (const VeleroContainer& agent : node_agent_containers(install)) check_program(member, agent, report);
  }
}

}  // namespace

VLINT_RULE(velero_read_only_root_without_scratch) = checked({
    .summary = "Velero has a read-only root file system and no place for its repository files",
    .explanation = R"md(
## What it finds
A container of Velero's server or node-agent with `readOnlyRootFilesystem: true` and no writable mount at
`/home/cnb/udmrepo` and `/home/cnb/.cache`. It is silent while the uploader is restic (the default up to 1.16), and where
`HOME` or `XDG_CACHE_HOME` is set.

## Why it matters
Kopia keeps the settings of each backup repository and its cache there. On a read-only file system it can't connect
to a repository: file system backup and data movement fail for every volume, and so do their restores.

## How to fix it
Mount an emptyDir at both paths. `vlint --fix` writes it. The chart has `extraVolumes` and `extraVolumeMounts`, for the
server and below `nodeAgent`.

## When to ignore it
When something adds the mounts in the cluster, or the image has another home.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/repository/udmrepo/repo_options.go, site/content/docs file-system-backup.md; helm-charts "
               "charts/velero/templates/deployment.yaml",
    .check = check,
});

}  // namespace vlint::rules
