#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/include_exclude.h"
#include "lint/yaml/edit.h"
#include "rules/common/namespaces.h"

namespace vlint::rules {
namespace {

// Velero looks the entries up only where Namespace objects belong into the backup: pkg/backup/item_collector.go.
bool is_partial_failure(const velero::Schedule& schedule, const velero::Plan& plan) {
  const velero::BackupSpec& spec = schedule.backup;
  const bool may_filter_namespaces = spec.included_resources.is_set() || spec.excluded_resources.is_set() ||
                                     spec.include_cluster_resources.set ||
                                     spec.excluded_cluster_scoped_resources.is_set();
  return plan.install.is_at_least(1, 14, 1) && schedule.is_valid != Known::no && schedule.runs != Known::no &&
         !may_filter_namespaces;
}

std::string_view consequence(const velero::Schedule& schedule, const velero::Plan& plan) {
  if (!is_partial_failure(schedule, plan)) return "nothing is backed up for it";
  return schedule.one_off ? "the backup ends PartiallyFailed" : "each backup ends PartiallyFailed";
}

void check_entry(const model::Cluster& cluster, const velero::Plan& plan, const velero::Schedule& schedule,
                 const velero::NameList::Name& entry, const NamespaceNames& names, Report& report) {
  const bool is_pattern = entry.text.find_first_of("*?[") != std::string_view::npos;
  if (!entry.known || entry.text.empty() || is_pattern || names.count(entry.text) != 0) return;
  // What can't be a name is refused as such.
  if (!velero::check_namespaces({std::string(entry.text)}, {}, plan.install.version).empty()) return;
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  constexpr std::size_t kFarthest = 2;
  const std::optional<std::string_view> near = closest(entry.text, candidates, kFarthest);
  Draft draft =
      report.at(entry.value.span(),
                fmt::format("{} {} includes the namespace {}, which no manifest of this cluster creates or uses: {}",
                            schedule.resource->kind, schedule.name, entry.text, consequence(schedule, plan)));
  draft.label(near ? fmt::format("did you mean {}?", *near) : "no such namespace")
      .about(cluster, *schedule.resource, entry.value);
  if (near) {
    draft.fix(fmt::format("write {}", *near), Safety::unsafe, *schedule.resource, yaml::set_scalar(entry.value, *near));
  } else {
    draft.help("remove it, or add the Namespace to the repository");
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const auto& [cluster, plan] = member;
    const std::optional<NamespaceNames> names = known_namespaces(model, member);
    if (!names) continue;
    for (const velero::Schedule& schedule : plan.schedules) {
      for (const velero::NameList::Name& entry : schedule.backup.included_namespaces.names) {
        check_entry(cluster, plan, schedule, entry, *names, report);
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_schedule_namespace_unknown) = checked({
    .summary = "a Schedule includes a namespace that no manifest creates or uses",
    .explanation = R"md(
## What it finds
An entry of `includedNamespaces` without a wildcard that is neither a Namespace of the repository nor the namespace of any
of its manifests. It is silent when the repository doesn't show everything the cluster runs: when a file could not be
read, when manifests have no namespace, when there are charts or templates, and when Argo CD Applications or Helm
releases deploy more than is seen.

## Why it matters
The namespace that was meant is in no backup. From Velero 1.14.1 each backup of the Schedule also ends PartiallyFailed,
which hides real failures behind a state that everybody is used to; before, Velero said nothing at all.

## How to fix it
Correct the name, or remove the entry. Where one namespace is near to what is written, `vlint --fix --unsafe-fixes`
writes it.

## When to ignore it
When the namespace is made by hand or by another repository.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_collector.go collectNamespaces",
    .check = check,
});

}  // namespace vlint::rules
