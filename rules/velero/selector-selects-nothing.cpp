#include <fmt/format.h>

#include <algorithm>

#include "lint/kube/selector_value.h"
#include "lint/velero/filters.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using kube::KnownLabels;

// The labels of everything that the manifests make: the objects, their pods and claims. Controllers add labels of their
// own, so a selector may ask for more than can be seen here.
std::vector<KnownLabels> all_labels(const ClusterModel& member) {
  std::vector<KnownLabels> all;
  for (const kube::Resource& resource : member.cluster.resources()) {
    all.push_back(kube::read_labels(resource.metadata["labels"]));
    if (const auto pod = kube::pod_template(resource)) {
      all.push_back(kube::read_labels(pod->metadata["labels"]));
      all.push_back(kube::read_labels(resource["spec"]["selector"]["matchLabels"]));
    }
    for (const yaml::Value claim : resource["spec"]["volumeClaimTemplates"].items()) {
      all.push_back(kube::read_labels(claim["metadata"]["labels"]));
    }
  }
  return all;
}

// Keys that controllers write: whether an object has them is not told by its manifest.
bool asks_for_own_labels(const kube::LabelSelector& selector) {
  return std::none_of(selector.requirements.begin(), selector.requirements.end(), [](const kube::Requirement& one) {
    return one.key.find("kubernetes.io/") != std::string::npos || one.key.find("k8s.io/") != std::string::npos ||
           one.key == "pod-template-hash" || one.key == "controller-revision-hash";
  });
}

std::vector<yaml::Value> selectors_of(const velero::BackupSpec& spec) {
  if (spec.or_label_selectors.size() != 0) return spec.or_label_selectors.items();
  return spec.label_selector.is_mapping() ? std::vector<yaml::Value>{spec.label_selector} : std::vector<yaml::Value>{};
}

bool selects_nothing(const std::vector<yaml::Value>& selectors, const std::vector<KnownLabels>& all) {
  return std::all_of(selectors.begin(), selectors.end(), [&](yaml::Value value) {
    const kube::SelectorValue selector = kube::read_label_selector(value);
    if (!selector.known || !selector.faults.empty() || !asks_for_own_labels(selector.selector)) return false;
    return std::all_of(all.begin(), all.end(),
                       [&](const KnownLabels& labels) { return kube::matches(selector, labels) == Known::no; });
  });
}

// What a backup of this repository could hold at all: without it, all that the selector is about is elsewhere.
bool has_workloads(const ClusterModel& member, const velero::Schedule& schedule) {
  const velero::NamespaceFilter filter(schedule.backup, {}, member.plan.install.version);
  return std::any_of(member.plan.workloads.begin(), member.plan.workloads.end(), [&](const velero::Workload& workload) {
    const std::string_view name = workload.resource->name_space;
    return !name.empty() && name != member.plan.install.name_space && filter.includes(name) == Known::yes;
  });
}

void report_failure(const ClusterModel& member, const velero::Schedule& schedule, const velero::EvidenceList& failure,
                    Report& report) {
  report
      .at(failure.front().where,
          fmt::format("{} has a label selector that takes nothing: {}", title_of(schedule), failure.front().message))
      .severity(Severity::error)
      .label("no listing can use this")
      .about(member.cluster, *schedule.resource)
      .help("remove the selector to take everything, or name labels in it");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const bool all_is_seen = !may_hold_unseen_objects(model, member.cluster);
    const std::vector<KnownLabels> all = all_is_seen ? all_labels(member) : std::vector<KnownLabels>{};
    for (const velero::Schedule& schedule : member.plan.schedules) {
      const std::vector<yaml::Value> selectors = selectors_of(schedule.backup);
      if (selectors.empty() || is_paused(schedule, member.plan.install)) continue;
      // Both selectors at once are refused as such.
      if (schedule.backup.label_selector.is_set() && schedule.backup.or_label_selectors.is_set()) continue;
      if (const velero::SelectorFilter filter(schedule.backup); !filter.failure().empty()) {
        report_failure(member, schedule, filter.failure(), report);
        continue;
      }
      if (!all_is_seen || !has_workloads(member, schedule) || !selects_nothing(selectors, all)) continue;
      const yaml::Value field = selectors.size() == 1 ? selectors.front() : schedule.backup.or_label_selectors;
      report
          .at(field.span(), fmt::format("{} selects by labels that no object of this repository has, so its backups "
                                        "are empty",
                                        title_of(schedule)))
          .label("nothing has these labels")
          .about(member.cluster, *schedule.resource, field)
          .help("label the pod templates and the claims that are to be saved, or correct the selector");
    }
  }
}

}  // namespace

VLINT_RULE(velero_selector_selects_nothing) = checked({
    .summary = "a backup's label selector takes no object at all",
    .explanation = R"md(
## What it finds
A `labelSelector` (or `orLabelSelectors` with each of its items) that matches no object, pod template or claim template
of the repository; and a selector that Velero can't send to the API server, such as an empty one (`labelSelector: {}`),
for which every listing fails. The first is silent when the repository doesn't show everything the cluster runs or has no
workload in the namespaces of the backup, and when the selector asks for labels that controllers write.

## Why it matters
Nothing is selected. The backup is Completed, quick and empty; with a selector that can't be sent it is PartiallyFailed.

## How to fix it
Correct the selector, or put the label where it is asked: on the pod template and on the claim, not only on the
Deployment. A backup of everything has no selector at all.

## When to ignore it
When the objects are labelled by hand, or by an admission policy.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_collector.go listResourceByLabelsPerNamespace; velero issue 2083",
    .check = check,
});

}  // namespace vlint::rules
