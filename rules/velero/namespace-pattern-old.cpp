#include <fmt/format.h>

#include <algorithm>

#include "lint/base/glob.h"
#include "lint/velero/include_exclude.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

// The namespaces that the manifests show and that the pattern means, sorted.
std::vector<std::string> matches_of(const model::Cluster& cluster, std::string_view pattern) {
  std::vector<std::string> names;
  const Result<Glob> glob = Glob::compile(pattern);
  if (!glob.ok()) return names;
  for (const kube::Resource& resource : cluster.resources()) {
    const std::string_view name = resource.is("", "Namespace") ? resource.name : resource.name_space;
    if (!name.empty() && glob->matches(name)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    const velero::Install& install = cluster.plan.install;
    if (!knows_version(install) || install.is_at_least(1, 18)) return;
    for (const velero::NameList::Name& entry : schedule.backup.included_namespaces.names) {
      const bool is_pattern = entry.known && entry.text != "*" && velero::is_namespace_pattern(entry.text);
      if (!is_pattern || !velero::check_namespaces({std::string(entry.text)}, {}, install.version).empty()) continue;
      const std::vector<std::string> names = matches_of(cluster.cluster, entry.text);
      Draft draft = report.at(entry.value.span(),
                              fmt::format("{} includes the namespaces {}, which Velero {} takes for the name of one "
                                          "namespace, so none of them is backed up",
                                          title_of(schedule), entry.text, velero::to_string(install.version)));
      draft.label("matches nothing before Velero 1.18")
          .about(cluster.cluster, *schedule.resource, entry.value)
          .related(install.version_where, "the version of Velero")
          .help(names.empty() ? "name the namespaces one by one, or upgrade Velero to 1.18"
                              : fmt::format("name the namespaces one by one ({} in this repository), or upgrade Velero "
                                            "to 1.18",
                                            enumerate(names)));
    }
  });
}

}  // namespace

VLINT_RULE(velero_namespace_pattern_old) = checked({
    .summary = "a pattern among the included namespaces matches nothing in this version of Velero",
    .explanation = R"md(
## What it finds
An entry with a wildcard, such as `app-*`, in `includedNamespaces` where the version of Velero is known to be 1.17 or
older. The lone `"*"` is fine, and so are patterns in `excludedNamespaces`: those work in every version.

## Why it matters
Up to 1.17 Velero takes the pattern through its validation and then asks the API for a namespace of just that name. It
finds nothing, so no namespace of the pattern is in any backup. Up to 1.14.0 the backups are Completed; from 1.14.1 they
are PartiallyFailed.

## How to fix it
Name the namespaces one by one, take all of them and exclude the others by a pattern, or upgrade Velero to 1.18.

## When to ignore it
When Velero is upgraded in another repository before this Schedule reaches the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_collector.go getNamespacesToList; velero issues 1874, 4407",
    .check = check,
});

}  // namespace vlint::rules
