#include <fmt/format.h>

#include "rules/common/argo_applications.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

// What Backups inherit keeps Argo CD from pruning them: annotations of the Schedule, or its ownership.
bool are_kept(const kube::Resource& schedule) {
  const yaml::Value annotations = schedule.metadata["annotations"];
  const yaml::Value owner = schedule["spec"]["useOwnerReferencesInBackup"];
  return annotations["argocd.argoproj.io/sync-options"].is_set() ||
         annotations["argocd.argoproj.io/compare-options"].is_set() || (owner.is_set() && owner.as_bool() != false);
}

// The Schedule's own labels, which its Backups had so far; one of Velero's where it has none.
yaml::NewValue own_labels(yaml::Value labels, std::string_view tracking_key) {
  std::vector<yaml::NewEntry> entries;
  for (const auto& [key, value] : kube::string_map(labels)) {
    if (key != tracking_key) entries.push_back({key, yaml::NewValue::string(value)});
  }
  if (entries.empty()) entries.push_back({"app.kubernetes.io/created-by", yaml::NewValue::string("velero")});
  return yaml::NewValue::mapping(std::move(entries));
}

void check_schedule(const Model& model, const ClusterModel& member, const LabelTracking& tracking,
                    const velero::Schedule& schedule, Report& report) {
  const kube::Resource& resource = *schedule.resource;
  if (schedule.one_off || schedule.runs == Known::no || resource.encrypted || are_kept(resource) ||
      resource["spec"]["template"]["metadata"]["labels"].is_set()) {
    return;
  }
  const kube::Resource* application = application_of(model, member.cluster, tracking, resource);
  if (application == nullptr || !prunes_here(*application)) return;
  const yaml::Value label = resource.metadata["labels"][tracking.key];
  Draft draft = report.at(
      label ? label.span() : resource.place(),
      fmt::format("Argo CD deletes the Backups of Schedule {}: they inherit its label {}, by which {} takes them for "
                  "objects of its own that are not in Git",
                  schedule.name, tracking.key, application->title()));
  draft
      .label(label ? "every Backup gets this label, too" : "Argo CD sets the label here, and every Backup gets it, too")
      .about(member.cluster, resource, label)
      .related((*application)["spec"]["syncPolicy"]["automated"]["prune"].span(), "prunes what is not in Git")
      .related((*tracking.settings)["data"]["application.resourceTrackingMethod"].span(), "tracks objects by label");
  constexpr std::string_view kPath[] = {"spec", "template", "metadata"};
  draft.fix("give the Backups labels of their own", Safety::safe, resource,
            yaml::ensure_path(resource.root, kPath, "labels", own_labels(resource.metadata["labels"], tracking.key)));
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    const std::optional<LabelTracking> tracking = label_tracking(member.cluster);
    if (tracking) check_schedule(model, member, *tracking, schedule, report);
  });
}

}  // namespace

VLINT_RULE(velero_argo_prunes_backups) = checked({
    .summary = "Argo CD prunes the Backups of a Schedule, since they inherit its tracking label",
    .explanation = R"md(
## What it finds
A Schedule without `template.metadata.labels` that an Argo CD Application with automated pruning deploys, where Argo CD
tracks objects by label: `argocd-cm` says `application.resourceTrackingMethod: label`, or says nothing and the images are
of Argo CD 2, whose default that is. It is silent where objects are tracked by annotation, where the method is not known,
and where Argo CD is told not to watch Velero's objects.

## Why it matters
Without labels in its template a Schedule passes its own labels on to each Backup. With them goes the one by which Argo CD
knows what belongs to an Application. The Backup is not in Git, so it is deleted: a running one is lost, a finished one
comes back from the bucket at the next synchronization and is deleted again.

## How to fix it
Give the Backups labels of their own; then those of the Schedule are not copied:

```yaml
spec:
  template:
    metadata:
      labels:
        app.kubernetes.io/created-by: velero
```

`vlint --fix` writes this, with the other labels of the Schedule where it has any. To track by annotation mends it for all
Applications at once.

## When to ignore it
When the Application comes from another repository than its path suggests.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/builder/backup_builder.go FromSchedule, issues 2975 and 3560; argo-cd "
               "util/settings/settings.go, gitops-engine pkg/cache/cluster.go GetManagedLiveObjs",
    .check = check,
});

}  // namespace vlint::rules
