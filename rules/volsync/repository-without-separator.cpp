#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

// A text of a ConfigMap or Secret that is the beginning of a location.
struct Base {
  const kube::Resource* resource = nullptr;
  yaml::Entry entry;
};

// "s3:https://host/bucket" in "s3:https://host/bucketwiki": the beginning, with nothing between it and what follows.
bool is_joined_without_separator(std::string_view base, std::string_view location) {
  const bool is_location = base.find(':') != std::string_view::npos && base.find('/') != std::string_view::npos;
  if (!is_location || base.size() >= location.size() || !location.starts_with(base)) return false;
  constexpr std::string_view kSeparators = "/:?";
  return kSeparators.find(base.back()) == std::string_view::npos &&
         kSeparators.find(location[base.size()]) == std::string_view::npos;
}

std::optional<Base> find_base(const model::Cluster& cluster, std::string_view location) {
  for (const kube::Resource& one : cluster.resources()) {
    const bool is_map = one.is("", "ConfigMap");
    if ((!is_map && !one.is("", "Secret")) || one.generation != kube::kNotGenerated) continue;
    for (const yaml::Entry& entry : one[is_map ? "data" : "stringData"].entries()) {
      const bool is_known = entry.value.is_scalar() && kube::has_known_text(entry.value);
      if (is_known && is_joined_without_separator(entry.value.text(), location)) return Base{&one, entry};
    }
  }
  return std::nullopt;
}

void report_source(const model::Cluster& cluster, const volsync::Source& source, const kube::Resource& secret,
                   const Base& base, Report& report) {
  report
      .at(source.repository->where,
          fmt::format(
              "RESTIC_REPOSITORY of {}, which {} reads, joins the base of {} and what follows it without a slash: "
              "the backups go to a path or bucket beside the one that was meant",
              secret.title(), source.replication.title(), base.resource->title()))
      .label("no slash between the parts")
      .about(cluster, secret)
      .related(base.entry.key.span(), "does not end in a slash")
      .help("let the base end in a slash, or write one behind it where the parts are joined");
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    for (const volsync::Source& source : plan.sources) {
      const std::optional<std::string_view> location =
          source.repository ? source.repository->location.text() : std::nullopt;
      if (!location) continue;
      const volsync::Replication& replication = source.replication;
      const kube::Resource* secret =
          member.cluster.find("", "Secret", replication.resource->name_space, replication.repository()->name.text());
      // Only what a policy joins is known to be joined.
      if (secret == nullptr || secret->generation == kube::kNotGenerated) continue;
      const std::optional<Base> base = find_base(member.cluster, *location);
      if (base) report_source(member.cluster, source, *secret, *base, report);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_repository_without_separator) = checked({
    .summary = "a policy joins base and name of a restic repository without a slash between them",
    .explanation = R"md(
## What it finds
A Secret that a Kyverno policy makes for a ReplicationSource whose `RESTIC_REPOSITORY` begins with a value of a
ConfigMap or Secret of the repository, the base, where that has no slash at its end and none follows it.

## Why it matters
`s3:https://host/backups` and `wiki` become `s3:https://host/backupswiki`: another bucket, which does not exist, or
which somebody else may have. With a path in the base the backups lie beside the folder for which the credentials, the
lifecycle and the restore were made.

## How to fix it
Let the base end in a slash, or write one where the parts are joined. What was backed up already stays at the old
location.

## When to ignore it
When the base ends in a prefix of the name on purpose.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "restic internal/backend/location/location.go; mitchross/talos-argocd-proxmox aa2a6255",
    .check = check,
});

}  // namespace vlint::rules
