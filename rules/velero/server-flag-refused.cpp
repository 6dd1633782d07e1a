#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

using yaml::Value;

constexpr std::string_view kUploader = "uploader-type";

// Flags that not every release from 1.9 on knows: minor releases, the first and the one that dropped it (0 for none).
// velero pkg/cmd/server/server.go, from 1.15 on pkg/cmd/server/config/config.go.
struct FlagHistory {
  std::string_view name;
  int since;
  int until;
  std::string_view instead;  // what to write
};
constexpr std::string_view kMaintenance =
    "write it into the ConfigMap of `--repo-maintenance-job-configmap` (in the chart's values "
    "`configuration.repositoryMaintenanceJob.repositoryConfigData`)";
constexpr FlagHistory kHistory[] = {
    {"backup-repository-configmap", 15, 0, {}},
    {"concurrent-backups", 18, 0, {}},
    {"default-item-operation-timeout", 11, 0, {}},
    {"default-repo-maintain-frequency", 10, 0, {}},
    {"default-restic-prune-frequency", 0, 10, "call it --default-repo-maintain-frequency"},
    {"default-snapshot-move-data", 12, 0, {}},
    {"default-volumes-to-fs-backup", 10, 0, {}},
    {"default-volumes-to-restic", 0, 10, "call it --default-volumes-to-fs-backup"},
    {"disable-informer-cache", 12, 0, {}},
    {"fs-backup-timeout", 10, 0, {}},
    {"item-block-worker-count", 16, 0, {}},
    {"item-operation-sync-frequency", 11, 0, {}},
    {"keep-latest-maintenance-jobs", 14, 17, kMaintenance},
    {"maintenance-job-cpu-limit", 14, 17, kMaintenance},
    {"maintenance-job-cpu-request", 14, 17, kMaintenance},
    {"maintenance-job-mem-limit", 14, 17, kMaintenance},
    {"maintenance-job-mem-request", 14, 17, kMaintenance},
    {"repo-maintenance-job-configmap", 15, 0, {}},
    {"resource-timeout", 11, 0, {}},
    {"restic-timeout", 0, 10, "call it --fs-backup-timeout"},
    {"schedule-skip-immediately", 13, 0, {}},
    {"uploader-type", 10, 0, {}},
    {"volume-group-snapshot-label-key", 17, 0, {}},
};

const FlagHistory* history_of(std::string_view name) {
  const auto found =
      std::find_if(std::begin(kHistory), std::end(kHistory), [&](const FlagHistory& one) { return one.name == name; });
  return found == std::end(kHistory) ? nullptr : found;
}

// The argument that stands at a place, and the list that holds it.
struct Argument {
  const VeleroContainer* server = nullptr;
  Value value;
  Value next;
};
std::optional<Argument> argument_at(const std::vector<VeleroContainer>& servers, Span where) {
  for (const VeleroContainer& server : servers) {
    for (const Value list : {server.container["args"], server.container["command"]}) {
      const std::vector<Value> items = list.items();
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].span() == where) return Argument{&server, items[i], i + 1 < items.size() ? items[i + 1] : Value{}};
      }
    }
  }
  return std::nullopt;
}

yaml::Edits set_value(const Argument& argument, std::string_view value) {
  const std::string_view text = argument.value.text();
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos) {
    return yaml::set_scalar(argument.value, fmt::format("{}{}", text.substr(0, equals + 1), value));
  }
  return yaml::set_scalar(argument.next, value);
}

void offer_kopia(const velero::WrittenFlag& flag, const Argument& argument, Draft& draft) {
  const bool is_spelling = to_lower_ascii(trim(flag.value)) == "kopia";
  const bool is_restic = trim(flag.value) == "restic";
  if (!is_spelling && !is_restic) return;
  draft.fix("write kopia", is_spelling ? Safety::safe : Safety::unsafe, *argument.server->resource,
            set_value(argument, "kopia"));
  if (is_restic) {
    draft.help(
        "kopia begins repositories of its own: what restic has written can be restored only by releases that still "
        "read "
        "it");
  }
}

void report_value(const ClusterModel& member, const std::vector<VeleroContainer>& servers,
                  const velero::Evidence& fault, Report& report) {
  const std::optional<Argument> argument = argument_at(servers, fault.where);
  if (!argument) return;
  Draft draft = report.at(
      fault.where, fmt::format("{}: {}, so no backup is made", argument->server->resource->title(), fault.message));
  draft.label("refused").about(member.cluster, *argument->server->resource, argument->value);
  for (const velero::WrittenFlag& flag : member.plan.install.flags.written) {
    if (flag.where == fault.where && flag.name == kUploader) offer_kopia(flag, *argument, draft);
  }
}

void report_unknown(const ClusterModel& member, const std::vector<VeleroContainer>& servers,
                    const velero::WrittenFlag& flag, const FlagHistory& history, Report& report) {
  const velero::Install& install = member.plan.install;
  const std::optional<Argument> argument = argument_at(servers, flag.where);
  if (!argument) return;
  const bool is_dropped = history.until != 0 && install.is_at_least(1, history.until);
  const std::string what = is_dropped ? fmt::format("no longer knows the flag --{}", flag.name)
                                      : fmt::format("does not know the flag --{} yet", flag.name);
  Draft draft =
      report.at(flag.where, fmt::format("{}: the server exits at its start, since Velero {} {}, so no backup is made",
                                        argument->server->resource->title(), velero::to_string(install.version), what));
  draft.label(is_dropped ? fmt::format("dropped in 1.{}", history.until)
                         : fmt::format("known from 1.{} on", history.since));
  draft.about(member.cluster, *argument->server->resource, argument->value);
  draft.related(install.version_where, "the version that runs");
  draft.help(is_dropped ? std::string(history.instead) : "remove it, or upgrade the server");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    const std::vector<VeleroContainer> servers = server_containers(install);
    for (const velero::Evidence& fault : install.flags.invalid) report_value(member, servers, fault, report);
    if (!knows_version(install)) continue;
    for (const velero::WrittenFlag& flag : install.flags.written) {
      const FlagHistory* history = history_of(flag.name);
      if (history == nullptr) continue;
      const bool is_known = (history->since == 0 || install.is_at_least(1, history->since)) &&
                            (history->until == 0 || !install.is_at_least(1, history->until));
      if (!is_known) report_unknown(member, servers, flag, *history, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_server_flag_refused) = checked({
    .summary = "the Velero server has a flag, or a value of one, with which it does not start",
    .explanation = R"md(
## What it finds
Arguments of the Velero server that make it exit at its start:

- `--uploader-type` with another value than `kopia` (`restic` is taken up to 1.16);
- a boolean flag that is neither true nor false, and a duration that Go can't read;
- a flag that the installed version does not know yet, or no longer: the `--maintenance-job-...` flags and
  `--keep-latest-maintenance-jobs` are gone in 1.17, those with `restic` in their names in 1.10.

## Why it matters
The Deployment is applied without complaint and its pod crashes again and again. Nothing is backed up, and nothing says
so but the pod's log. It mostly comes with an upgrade of the image alone, or of the chart alone.

## How to fix it
Write what the version takes. `vlint --fix` corrects the spelling of `kopia`, `--unsafe-fixes` also writes it for
`restic`: that begins new repositories, and volumes that restic has copied can be restored only as long as the installed
version reads them.

## When to ignore it
When the image is another one than it seems, a build of your own with a tag of an older release.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/cmd/server/config/config.go, pkg/uploader/types.go ValidateUploaderType; helm-charts "
               "velero templates/deployment.yaml",
    .check = check,
});

}  // namespace vlint::rules
