#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"
#include "rules/common/volsync_operator.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

// Fields by the release of VolSync that has them first: its CHANGELOG.
struct NewField {
  std::string_view path;  // below the method
  int minor;
};
constexpr NewField kFields[] = {
    {"moverServiceAccount", 7}, {"unlock", 8},         {"customCA.configMapName", 8}, {"moverResources", 9},
    {"moverPodLabels", 9},      {"moverAffinity", 11}, {"cleanupTempPVC", 11},        {"cleanupCachePVC", 11},
    {"enableFileDeletion", 11}, {"moverVolumes", 14},
};

// The custom resource definition of the repository has no such field. Free-form schemas have all.
bool is_unknown_to(yaml::Value schema, std::string_view method, std::string_view path) {
  yaml::Value at = schema["properties"][method];
  while (!path.empty() && at["properties"].is_mapping()) {
    const std::size_t dot = path.find('.');
    const yaml::Value next = at["properties"][path.substr(0, dot)];
    if (!next) return at["x-kubernetes-preserve-unknown-fields"].as_bool() != true;
    at = next;
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return false;
}

// The key of the last part of the path.
yaml::Value key_at(const Replication& replication, std::string_view path) {
  const std::size_t dot = path.rfind('.');
  const yaml::Value parent = dot == std::string_view::npos ? mover_spec(replication)
                                                           : kube::follow(mover_spec(replication), path.substr(0, dot));
  return written_entry(*replication.resource, parent, path.substr(dot == std::string_view::npos ? 0 : dot + 1)).key;
}

void check_fields(const ClusterModel& member, const Replication& replication,
                  const std::optional<VolsyncOperator>& running, Report& report) {
  const yaml::Value schema = spec_schema(member.cluster, replication.resource->kind);
  const std::string_view method = method_of(replication);
  for (const NewField& one : kFields) {
    const yaml::Value field = kube::follow(mover_spec(replication), one.path);
    if (!field.is_set()) continue;
    // The definition decides; without it the release does.
    const bool is_not_defined = schema.is_set() && is_unknown_to(schema, method, one.path);
    const bool is_too_new = !schema.is_set() && running && is_older_than(*running, one.minor);
    if (!is_too_new && !is_not_defined) continue;
    const std::string knows = is_too_new
                                  ? fmt::format("VolSync {}.{}, which runs here, does not know", running->version.major,
                                                running->version.minor)
                                  : std::string("the custom resource definition of the repository does not know");
    Draft draft = report.at(key_at(replication, one.path).span(),
                            fmt::format("{} sets {}.{}, which {}: the API server drops it without a word",
                                        replication.title(), method, one.path, knows));
    draft.label(fmt::format("since VolSync 0.{}", one.minor))
        .about(member.cluster, *replication.resource, field)
        .help(fmt::format("upgrade VolSync, its custom resource definitions too, to 0.{} or later", one.minor));
    if (is_too_new) {
      draft.related(running->where, "what runs");
    } else {
      draft.related(definition_of(member.cluster, replication.resource->kind)->place(), "defines the fields");
    }
  }
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    const std::optional<VolsyncOperator> running = volsync_operator(member.cluster);
    const auto check_one = [&](const Replication& replication) {
      if (copies_volume(replication)) check_fields(member, replication, running, report);
    };
    for (const volsync::Source& one : plan.sources) check_one(one.replication);
    for (const volsync::Destination& one : plan.destinations) check_one(one.replication);
  });
}

}  // namespace

VLINT_RULE(volsync_field_newer_than_operator) = checked({
    .summary = "a field of VolSync is newer than the operator that runs",
    .explanation = R"md(
## What it finds
A field of a ReplicationSource or ReplicationDestination that came with a later release of VolSync than the one that
runs: `moverServiceAccount` (0.7), `unlock` and `customCA.configMapName` (0.8), `moverResources` and `moverPodLabels`
(0.9), `moverAffinity`, `cleanupTempPVC`, `cleanupCachePVC` and `enableFileDeletion` (0.11), `moverVolumes` (0.14).
What runs is read from the image of the operator's Deployment, from the version of the chart in a HelmRelease or
Application, and from the custom resource definitions of the repository.

## Why it matters
The API server drops fields that the custom resource definition does not know, without a word. The setting stands in
Git, the diff of the GitOps controller is clean, and the mover runs without it.

## How to fix it
Upgrade VolSync. Helm does not upgrade custom resource definitions in every set-up: look after them too.

## When to ignore it
When the definitions are newer than the operator's image says.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync CHANGELOG.md",
    .check = check,
});

}  // namespace vlint::rules
