#include <fmt/format.h>

#include <optional>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kPlugin = "velero-plugin-for-csi";

void check_server(const ClusterModel& member, const kube::Resource& server, Report& report) {
  const std::optional<kube::PodTemplate> pod = kube::pod_template(server);
  if (!pod) return;
  const velero::Install& install = member.plan.install;
  for (const yaml::Value container : pod->spec["initContainers"].items()) {
    const yaml::Value image = container["image"];
    if (image.is_templated() || image.text().find(kPlugin) == std::string_view::npos) continue;
    Draft draft = report.at(
        image.span(), fmt::format("{} adds velero-plugin-for-csi to Velero {}, which has it built in: the plugin is "
                                  "registered twice, the server crashes at its start, and no backup is made",
                                  server.title(), velero::to_string(install.version)));
    draft.label("built in from Velero 1.14 on").about(member.cluster, server, container);
    draft.related(install.version_where, "the version of Velero");
    Result<yaml::Removal> removal = yaml::remove_item(container, yaml::OnlyChild::remove_parent);
    if (!removal.ok()) {
      draft.help("remove this init container");
      continue;
    }
    draft.fix("remove the init container", removal->removes_comments ? Safety::unsafe : Safety::safe, server,
              yaml::Edits(removal->edits));
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    if (!knows_version(install) || !install.is_at_least(1, 14)) continue;
    for (const kube::Resource* server : install.servers) check_server(member, *server, report);
  }
}

}  // namespace

VLINT_RULE(csi_plugin_built_in) = checked({
    .summary = "velero-plugin-for-csi is added to a Velero that has it built in",
    .explanation = R"md(
## What it finds
An init container with the image `velero-plugin-for-csi` at a Velero server of version 1.14 or later.

## Why it matters
From 1.14 on the CSI plugin is part of Velero. Added once more, its actions are registered twice; the server stops with an
error at its start and is restarted for ever. No Schedule runs while it does. This happens on an upgrade
that changes the server's image and leaves the plugins as they were.

## How to fix it
Remove the init container: `vlint --fix` does so. `--features=EnableCSI` stays.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/plugin/clientmgmt/process/registry.go, issue 8871, helm-charts velero 7.0.0",
    .check = check,
});

}  // namespace vlint::rules
