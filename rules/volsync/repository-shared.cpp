#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Plan;
using volsync::Source;

// They name one Secret of one namespace.
bool have_one_secret(const Source& a, const Source& b) {
  return a.replication.resource->name_space == b.replication.resource->name_space &&
         a.replication.repository()->name.text() == b.replication.repository()->name.text();
}

// Two sources of one claim: their snapshots show the same files.
bool have_one_claim(const Source& a, const Source& b) { return a.claim != volsync::kNoIndex && a.claim == b.claim; }

// The text that says where a source keeps its backups, and the object that holds it; null for texts in base64.
struct Location {
  const kube::Resource* owner = nullptr;
  yaml::Value text;
};
Location location_of(const model::Cluster& cluster, const Source& source) {
  constexpr std::string_view kKey = "RESTIC_REPOSITORY";
  for (const kube::Resource& one : cluster.resources()) {
    if (one.name_space != source.replication.resource->name_space) continue;
    const bool is_secret = one.is("", "Secret");
    if (!is_secret && !one.is("external-secrets.io", "ExternalSecret")) continue;
    const yaml::Value text =
        is_secret ? one["stringData"][kKey] : kube::follow(one.root, "spec.target.template.data")[kKey];
    if (text && text.span() == source.repository->where) return {&one, text};
  }
  return {};
}

// "<location>/<namespace>/<name>".
std::string own_location(std::string_view shared, const kube::Resource& source) {
  const std::string_view slash = shared.ends_with('/') ? "" : "/";
  return fmt::format("{}{}{}{}{}", shared, slash, source.name_space, source.name_space.empty() ? "" : "/", source.name);
}

// Overlays of one base, whose location is a value of the store: where they are for two clusters the stores may differ.
bool may_differ_by_cluster(const Source& a, const Source& b) {
  return a.replication.resource->unit != b.replication.resource->unit && a.repository->where == b.repository->where &&
         !b.repository->location.is_known();
}

void report_pair(const model::Cluster& cluster, const Source& first, const Source& second, std::size_t count,
                 Report& report) {
  const volsync::Replication& source = second.replication;
  const bool same_secret = have_one_secret(first, second);
  // Texts that builds share can't be mended for one of them.
  const bool same_text = first.repository->where == second.repository->where;
  const Location location = same_text ? Location{} : location_of(cluster, second);
  const std::string others = count > 2 ? fmt::format(" and {} others", count - 2) : std::string();
  Draft draft = report.at(
      location.owner != nullptr ? location.text.span() : source.repository()->name.where(),
      fmt::format("{} keeps its backups at the same RESTIC_REPOSITORY as {}{}: all snapshots look alike there, the "
                  "retain of one deletes those of the others, and a restore takes whichever is newest",
                  source.title(), first.replication.title(), others));
  draft.label(same_secret ? "the Secret of another source" : "leads to the same repository")
      .related(first.replication.repository()->name.where(), "keeps its backups there too");
  if (location.owner != nullptr) {
    draft.about(cluster, *location.owner, location.text)
        .related(source.repository()->name.where(), "reads it here")
        .fix(fmt::format("let it end in {}/{}", source.resource->name_space, source.resource->name), Safety::unsafe,
             *location.owner, yaml::set_scalar(location.text, own_location(location.text.text(), *source.resource)));
    return;
  }
  draft.about(cluster, *source.resource, source.repository()->name.field)
      .related(second.repository->where, "the location")
      .help(
          same_secret
              ? "give each source a Secret of its own, whose RESTIC_REPOSITORY ends in the source's namespace and name"
              : "let each RESTIC_REPOSITORY end in the source's namespace and name");
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const Plan& plan) {
    for (const std::vector<std::uint32_t>& sharers : plan.shared_locations) {
      const Source& first = plan.sources[sharers.front()];
      for (std::size_t i = 1; i < sharers.size(); ++i) {
        const Source& other = plan.sources[sharers[i]];
        if (have_one_claim(first, other) || may_differ_by_cluster(first, other)) continue;
        report_pair(member.cluster, first, other, sharers.size(), report);
      }
    }
  });
}

}  // namespace

VLINT_RULE(volsync_repository_shared) = checked({
    .summary = "two ReplicationSources keep the backups of different claims at one restic repository",
    .explanation = R"md(
## What it finds
ReplicationSources with restic for different claims whose `RESTIC_REPOSITORY` is provably the same text: two that name
one Secret, two Secrets with the same value, templates of External Secrets that come out alike, as one that ends in
the claim's name without the namespace.

## Why it matters
VolSync's mover gives every snapshot the host `volsync` and the path `/data`. In one repository the snapshots of two
claims can't be told apart: `restic forget` with the retention of one deletes those of the other, and a restore takes
the newest snapshot, which may be another application's data.

## How to fix it
One repository path a claim: let `RESTIC_REPOSITORY` end in namespace and name of the source, in a Secret of its own.
New backups then begin at the new path; the old one holds the mixture until it is deleted. Where the location stands
as text in a Secret or a template of an ExternalSecret that only one of them reads, `vlint --fix --unsafe-fixes` does
that for all but one.

## When to ignore it
Never. With kopia one repository for all is right, and is not reported.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync mover-restic/entry.sh, issue 212",
    .check = check,
});

}  // namespace vlint::rules
