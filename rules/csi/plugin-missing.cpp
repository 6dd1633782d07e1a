#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claims.h"

namespace vlint::rules {
namespace {

// velero-plugin-for-csi README: the release that goes with Velero 1.10 is 0.4, and so on up to 1.13.
int plugin_minor(const velero::Version& velero) { return velero.minor - 6; }

void report_server(const ClusterModel& member, const Claims& claims, const Schedules& schedules, Report& report) {
  const velero::Install& install = member.plan.install;
  const kube::Resource& server = *install.servers.front();
  Draft draft = report.at(
      install.version_where.valid() ? install.version_where : server.place(),
      fmt::format(
          "Velero {} takes CSI snapshots by velero-plugin-for-csi, which {} does not have: {} stores {} without "
          "{} data, and is Completed all the same",
          velero::to_string(install.version), server.title(), backups_of(schedules), enumerate(claims),
          claims.size() == 1 ? "its" : "their"));
  draft.label("needs the plugin up to 1.13").about(member.cluster, server);
  draft.related(install.flags.features.where, "asks for CSI snapshots");
  draft.related(place_of(member.plan, *claims.front()), "this claim is on a CSI volume");
  draft.help(
      fmt::format("add an init container with the image velero/velero-plugin-for-csi:v0.{}.0, like those of the "
                  "other plugins, or upgrade to Velero 1.14, which has it built in",
                  plugin_minor(install.version)));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    if (install.servers.empty() || install.is_at_least(1, 14) || !install.is_at_least(1, 10)) continue;
    const velero::Storage storage(member.cluster, install.is_dump);
    Claims claims;
    Schedules schedules;
    const std::vector<JudgedClaim> lost = claims_where(member.plan, [](const velero::Verdict& verdict) {
      return verdict.reason == velero::Reason::no_csi_plugin && verdict.outcome == velero::Outcome::not_protected;
    });
    for (const JudgedClaim& judged : lost) {
      const std::optional<velero::ClaimFacts> facts = facts_of(storage, member.plan, *judged.claim);
      if (!facts || facts->attributes.is_csi != Known::yes || judged.claim->is_protected == Known::yes) continue;
      claims.push_back(judged.claim);
      add_all(schedules, judged.schedules);
    }
    if (!claims.empty()) report_server(member, claims, schedules, report);
  }
}

}  // namespace

VLINT_RULE(csi_plugin_missing) = checked({
    .summary = "CSI snapshots are asked for, and an old Velero has no plugin that takes them",
    .explanation = R"md(
## What it finds
A server of Velero 1.10 to 1.13 with the feature EnableCSI and without `velero-plugin-for-csi` among its init containers,
while a Schedule selects claims on CSI volumes that nothing else saves.

## Why it matters
Up to 1.13 the feature is a switch alone; the work is done by a plugin. Without it no snapshot is taken and nothing is
said: the claims are stored, their data is not, and the backup is Completed.

## How to fix it
Add the plugin of the matching release as an init container: 0.7 for Velero 1.13, 0.6 for 1.12, 0.5 for 1.11, 0.4 for
1.10. Or upgrade: from 1.14 on it is built in, and must not be added.

## When to ignore it
Never: the claims are in no backup.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero-plugin-for-csi README.md and main.go, velero pkg/backup/item_backupper.go 1.13",
    .check = check,
});

}  // namespace vlint::rules
