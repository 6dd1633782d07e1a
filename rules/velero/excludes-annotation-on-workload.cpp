#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;
using yaml::Value;

struct Move {
  Result<std::vector<TextEdit>> edits;
  Safety safety;
};

// Removes the annotation from `metadata` and adds its names to the list of the pod template. Its comments go with it;
// where they can't, the move is not safe.
Move move_to_template(Value metadata, const Workload& workload, std::string_view key) {
  Result<RemovedAnnotation> removed = remove_annotation(metadata, key);
  if (!removed.ok()) return {Error{removed.error()}, Safety::safe};
  std::vector<std::string_view> names;
  for (const ListedName& listed : listed_names(metadata["annotations"][key])) {
    if (!trim(listed.text).empty()) names.push_back(trim(listed.text));
  }
  std::vector<TextEdit> edits;
  if (!names.empty()) {
    Result<std::vector<TextEdit>> added = add_to_list_beside(workload, metadata["annotations"][key], key, names);
    if (!added.ok()) return {Error{added.error()}, Safety::safe};
    edits = std::move(added).value();
  }
  const bool keeps_comments = !removed->has_comments() || carry_comments(*removed, key, edits);
  edits.insert(edits.end(), removed->edits.begin(), removed->edits.end());
  return {std::move(edits), keeps_comments ? Safety::safe : Safety::unsafe};
}

// The template's own annotation, when it lists every name that `annotation` lists.
Value says_the_same(const kube::PodTemplate& pod, Value annotation, std::string_view key) {
  const Value own = pod.metadata["annotations"][key];
  if (!own) return {};
  std::vector<std::string_view> read;
  for (const ListedName& listed : listed_names(own)) read.push_back(listed.text);
  for (const ListedName& listed : listed_names(annotation)) {
    if (std::find(read.begin(), read.end(), trim(listed.text)) == read.end()) return {};
  }
  return own;
}

void check_metadata(const model::Cluster& cluster, const Workload& workload, Value metadata, std::string_view path,
                    Report& report) {
  for (const std::string_view key : kVolumeAnnotations) {
    const yaml::Entry entry = metadata["annotations"].find(key);
    if (!entry) continue;
    const kube::Resource& resource = *workload.resource;
    Move move = move_to_template(metadata, workload, key);
    if (const Value right_one = says_the_same(workload.pod, entry.value, key)) {
      report
          .at(entry.key.span(),
              fmt::format(
                  "{} on {} has no effect; the pod template has the same list, which is the one that Velero reads", key,
                  resource.title()))
          .severity(Severity::note)
          .label("Velero never looks here")
          .about(cluster, resource, entry.value)
          .related(right_one.span(), "this one is read")
          .fix("remove it", move.safety, resource, std::move(move.edits));
      continue;
    }
    report
        .at(entry.key.span(),
            fmt::format("{} on {} has no effect: Velero reads it from pods, and {} never reaches them", key,
                        resource.title(), path))
        .label("Velero never looks here")
        .about(cluster, resource, entry.value)
        .related(workload.pod.owner.find("metadata").key.span(), "it belongs here, in the pod template")
        .help(fmt::format("write it in {}.metadata.annotations", resource.info->pod_template))
        .fix("move it to the pod template", move.safety, resource, std::move(move.edits));
  }
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const Workload& workload : plan.workloads) {
      const kube::Resource& resource = *workload.resource;
      if (resource.info->pod_template.empty()) continue;  // a Pod's own metadata is the right place
      check_metadata(cluster, workload, resource.metadata, "metadata.annotations", report);
      const Value job_template = resource.root["spec"]["jobTemplate"];
      if (job_template) {
        check_metadata(cluster, workload, job_template["metadata"], "spec.jobTemplate.metadata.annotations", report);
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_excludes_annotation_on_workload) = checked({
    .summary = "a volume annotation of Velero stands on the workload instead of its pod template",
    .explanation = R"md(
## What it finds
`backup.velero.io/backup-volumes-excludes` or `backup.velero.io/backup-volumes` in the metadata of a Deployment,
StatefulSet, DaemonSet, Job, CronJob or Rollout itself, or in a CronJob's `jobTemplate.metadata`.

## Why it matters
Velero reads both annotations from pods. Kubernetes makes pods from the template's metadata and never copies the
workload's own. So the volume that should be excluded is copied every night, or the one that should be saved is not, and
nothing says so.

## How to fix it
Move the annotation to `spec.template.metadata.annotations` (for a CronJob to
`spec.jobTemplate.spec.template.metadata.annotations`). `vlint --fix` does it, and joins the list with one that is
already there. Where the template lists the same names already, the finding is a note, and the fix removes the one that
does nothing.

## When to ignore it
When another tool reads the annotation from the workload.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/podvolume/pod_volume.go; velero issue 2089",
    .check = check,
});

}  // namespace vlint::rules
