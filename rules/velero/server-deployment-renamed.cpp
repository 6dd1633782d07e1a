#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kName = "velero";

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    if (!knows_version(install) || !install.is_at_least(1, 14)) continue;
    for (const kube::Resource* server : install.servers) {
      const yaml::Value name = server->metadata["name"];
      if (name.text().empty() || name.is_templated() || name.text() == kName) continue;
      report
          .at(name.span(), fmt::format("{} runs Velero's server and is not called velero: Velero {} looks for its "
                                       "Deployment by that name, so {} fail",
                                       server->title(), velero::to_string(install.version),
                                       install.is_at_least(1, 16)
                                           ? "the maintenance of backup repositories and restores of copied volumes"
                                           : "the jobs that maintain backup repositories"))
          .label("must be velero")
          .about(member.cluster, *server, name)
          .related(install.version_where, "the version of Velero")
          .help("call it velero (`fullnameOverride: velero` in the chart's values), and delete the old Deployment");
    }
  }
}

}  // namespace

VLINT_RULE(velero_server_deployment_renamed) = checked({
    .summary = "the Deployment of Velero's server is not called velero",
    .explanation = R"md(
## What it finds
A Deployment that runs `velero server` under another name, with Velero 1.14 or newer. It is silent when the version is
not known.

## Why it matters
Velero reads its own Deployment, by the fixed name `velero`, to make the pods of repository maintenance (1.14) and of
restores of copied volumes (1.16) like itself. Under another name it doesn't find it: repositories grow without end, since
nothing deletes old data, and restores of file system backups fail.

## How to fix it
Call it velero. With the Helm chart (up to 10.x) that is the release name `velero` or `fullnameOverride: velero`. A
Deployment can't be renamed: a new one is made, and the old one must be deleted, so that not two servers run.

## When to ignore it
When a Kustomize prefix or another tool gives it the name velero in the end.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/repository/maintenance/maintenance.go, pkg/util/velero/velero.go",
    .check = check,
});

}  // namespace vlint::rules
