#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

constexpr std::size_t kMostOfLabel = 63;

// The repository that a verdict writes to; empty where it writes to none, or that is not known.
std::string_view repository_type(const velero::Verdict& verdict, const velero::Install& install) {
  if (verdict.selected != Known::yes || verdict.outcome != velero::Outcome::is_protected) return {};
  if (verdict.method == velero::Method::csi_data_movement) return "kopia";
  if (verdict.method != velero::Method::fs_backup || !install.flags.uploader_type.value) return {};
  const std::string& uploader = *install.flags.uploader_type.value;
  if (uploader == "kopia" || uploader == "restic") return uploader == "kopia" ? "kopia" : "restic";
  return uploader.empty() && install.is_at_least(1, 17) ? "kopia" : std::string_view{};
}

struct TooLong {
  const velero::BackupStorageLocation* location = nullptr;
  std::vector<std::string> names;  // of the repositories
};
using ByLocation = std::map<std::string_view, TooLong>;

// pkg/repository/backup_repo_op.go: NewBackupRepository.
void add_repository(const velero::BackupStorageLocation& location, std::string_view name_space, std::string_view type,
                    ByLocation& found) {
  std::string name = fmt::format("{}-{}-{}", name_space, location.name, type);
  if (name_space.empty() || name.size() <= kMostOfLabel) return;
  TooLong& here = found[location.name];
  here.location = &location;
  if (std::find(here.names.begin(), here.names.end(), name) == here.names.end()) here.names.push_back(std::move(name));
}

ByLocation find_too_long(const velero::Plan& plan) {
  ByLocation found;
  const auto add = [&](const velero::Verdict& verdict, std::string_view name_space) {
    const velero::Schedule& schedule = plan.schedules[verdict.schedule];
    const std::string_view type = repository_type(verdict, plan.install);
    if (schedule.storage_location && !type.empty()) add_repository(*schedule.storage_location, name_space, type, found);
  };
  for (const velero::VolumeUse& use : plan.volumes) {
    const kube::Resource& workload = *plan.workloads[use.workload].resource;
    if (workload.metadata["namespace"].is_templated()) continue;
    for (const velero::Verdict& verdict : use.verdicts) add(verdict, workload.name_space);
  }
  for (const velero::Claim& claim : plan.claims) {
    for (const velero::Verdict& verdict : claim.verdicts) add(verdict, claim.name_space);
  }
  return found;
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    // Before 1.16 the API server cut the names, from 1.18 on Velero does.
    const bool is_affected =
        knows_version(plan.install) && plan.install.is_at_least(1, 16) && !plan.install.is_at_least(1, 18);
    if (!is_affected) continue;
    for (const auto& [name, found] : find_too_long(plan)) {
      const kube::Resource& location = *found.location->resource;
      constexpr std::size_t kShown = 3;
      report
          .at(location.metadata["name"].span(),
              fmt::format("the name of {} makes names of backup repositories longer than 63 characters ({}), so their "
                          "maintenance jobs are refused, and what is deleted never leaves the bucket",
                          location.title(), enumerate(found.names, kShown)))
          .label("too long together with the namespace")
          .about(cluster, location, location.metadata["name"])
          .related(plan.install.version_where, "from 1.18 on Velero shortens the label itself")
          .help(
              "upgrade to Velero 1.18, or use a location with a shorter name: that of the namespace, of the location "
              "and of the repository's type have 61 characters in all");
    }
  }
}

}  // namespace

VLINT_RULE(velero_maintenance_label_too_long) = checked({
    .summary = "backup repositories have names that are too long for the label of their maintenance jobs",
    .explanation = R"md(
## What it finds
A BackupStorageLocation whose name, put together with that of a namespace and `kopia`, is longer than 63 characters,
while Velero 1.16 or 1.17 copies or moves volumes of that namespace into it.

## Why it matters
Velero keeps a repository for each namespace and location and names it after both. These versions write the whole name
into a label of the job that maintains the repository, and Kubernetes takes 63 characters there: the job is refused,
each hour again, with a warning in the server's log. Backups go on, but data of deleted ones is never removed, and the
repository gets bigger and slower.

## How to fix it
Upgrade to 1.18, which shortens the label. Or give the location a shorter name, for instance without the bucket's: the
bucket stays the same.

## When to ignore it
When the maintenance is done by other means.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/repository/backup_repo_op.go, pkg/repository/maintenance/maintenance.go, issue 9328",
    .check = check,
});

}  // namespace vlint::rules
