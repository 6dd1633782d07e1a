#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/hook_annotations.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;
using yaml::Entry;
using yaml::NewValue;
using yaml::Value;

std::vector<Entry> hook_entries(Value annotations) {
  std::vector<Entry> entries;
  for (const Entry& entry : annotations.entries()) {
    if (is_hook_key(entry.key.text())) entries.push_back(entry);
  }
  return entries;
}

struct Move {
  yaml::Edits edits;
  Safety safety = Safety::safe;
};

std::size_t count_comments(const yaml::Tree& tree, const std::vector<TextEdit>& edits) {
  return static_cast<std::size_t>(
      std::count_if(tree.comments.begin(), tree.comments.end(), [&](const yaml::Comment& comment) {
        return std::any_of(edits.begin(), edits.end(), [&](const TextEdit& edit) {
          return edit.where.begin <= comment.begin && comment.end <= edit.where.end;
        });
      }));
}

// Takes all of them out at once; where nothing else is left their mapping goes too. Their comments go with them into
// `added`; the answer is unsafe where one is lost.
Move remove(Value metadata, const std::vector<Entry>& entries, std::vector<TextEdit>& added) {
  std::vector<yaml::Edits> parts;
  std::size_t carried = 0;
  for (const Entry& entry : entries) {
    Result<RemovedAnnotation> removed = remove_annotation(metadata, entry.key.text());
    if (!removed.ok()) return {Error{removed.error()}, Safety::safe};
    if (removed->has_comments() && carry_comments(*removed, entry.key.text(), added)) {
      carried += removed->comments_above.size() + (removed->comment_behind.empty() ? 0 : 1);
    }
    parts.emplace_back(removed->edits);
  }
  const Entry annotations = metadata.find("annotations");
  if (annotations.value.size() == entries.size()) {
    Result<yaml::Removal> removal = yaml::remove_entry(annotations.key, yaml::OnlyChild::remove_parent);
    if (!removal.ok()) return {Error{removal.error()}, Safety::safe};
    parts = {removal->edits};
  }
  yaml::Edits edits = together(parts);
  const bool loses = edits.ok() && count_comments(*metadata.tree(), *edits) > carried;
  return {std::move(edits), loses ? Safety::unsafe : Safety::safe};
}

yaml::Edits add(const kube::PodTemplate& pod, const std::vector<Entry>& entries) {
  const Value annotations = pod.metadata["annotations"];
  if (annotations && annotations.size() > 0) {
    std::vector<yaml::Edits> parts;
    for (const Entry& entry : entries) {
      parts.push_back(yaml::add_entry(annotations, entry.key.text(), NewValue::string(entry.value.text())));
    }
    return together(parts);
  }
  std::vector<yaml::NewEntry> added;
  for (const Entry& entry : entries) {
    added.push_back({std::string(entry.key.text()), NewValue::string(entry.value.text())});
  }
  if (annotations) return Error{"the pod template has an empty map of annotations"};
  const NewValue mapping = NewValue::mapping(std::move(added));
  if (pod.metadata) return yaml::add_entry(pod.metadata, "annotations", mapping);
  return yaml::add_entry(pod.owner, "metadata", NewValue::mapping({{"annotations", mapping}}), yaml::Where::sorted());
}

Move move_to_template(Value metadata, const Workload& workload, const std::vector<Entry>& entries) {
  const bool is_one_text = metadata.tree() != nullptr && !metadata.tree()->is_built();
  if (!is_one_text) return {Error{"a build makes the object of several texts"}, Safety::safe};
  const bool has_odd_values = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
    return !entry.value.is_scalar() || entry.value.text().find('\n') != std::string_view::npos;
  });
  if (has_odd_values) return {Error{"a value has several lines"}, Safety::safe};
  yaml::Edits additions = add(workload.pod, entries);
  if (!additions.ok()) return {std::move(additions), Safety::safe};
  std::vector<TextEdit> added = std::move(additions).value();
  Move removed = remove(metadata, entries, added);
  if (!removed.edits.ok()) return removed;
  return {together({std::move(added), removed.edits}), removed.safety};
}

void check_metadata(const ClusterModel& model, const Workload& workload, Value metadata, std::string_view path,
                    Report& report) {
  const std::vector<Entry> entries = hook_entries(metadata["annotations"]);
  if (entries.empty()) return;
  const kube::Resource& resource = *workload.resource;
  Draft draft = report.at(
      entries.front().key.span(),
      fmt::format("{} on {} has no effect: Velero reads hooks from pods, and {} never reaches them, so the hook never "
                  "runs",
                  entries.front().key.text(), resource.title(), path));
  draft.label("Velero never looks here").about(model.cluster, resource, entries.front().value);
  for (std::size_t i = 1; i < entries.size(); ++i) draft.related(entries[i].key.span(), "nor here");
  draft.related(workload.pod.owner.find("metadata").key.span(), "it belongs here, in the pod template")
      .help(fmt::format("write it in {}.metadata.annotations", resource.info->pod_template));
  const std::vector<Entry> own = hook_entries(workload.pod.metadata["annotations"]);
  if (!own.empty()) {
    draft.related(own.front().key.span(), "the pod template has hooks of its own");
    return;
  }
  Move move = move_to_template(metadata, workload, entries);
  draft.fix("move it to the pod template", move.safety, resource, std::move(move.edits));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& cluster : model.clusters) {
    for (const Workload& workload : cluster.plan.workloads) {
      const kube::Resource& resource = *workload.resource;
      // A Pod's own metadata is the right place. What has an owner got its annotations from there.
      if (resource.info->pod_template.empty() || resource.metadata["ownerReferences"].size() > 0) continue;
      check_metadata(cluster, workload, resource.metadata, "metadata.annotations", report);
      const Value job_template = resource.root["spec"]["jobTemplate"]["metadata"];
      check_metadata(cluster, workload, job_template, "spec.jobTemplate.metadata.annotations", report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_hook_on_workload) = checked({
    .summary = "a hook of Velero stands on the workload instead of its pod template",
    .explanation = R"md(
## What it finds
Annotations of backup or restore hooks (`pre.hook.backup.velero.io/command`, `post.hook.restore.velero.io/command` and
their companions) in the metadata of a Deployment, StatefulSet, DaemonSet, Job, CronJob or Rollout itself, or in a
CronJob's `jobTemplate.metadata`.

## Why it matters
Velero reads hooks from the annotations of pods. Kubernetes makes pods from the template's metadata and never copies the
workload's own. So the database is not dumped or quiesced before its files are copied, and nothing says so.

## How to fix it
Move the annotations to `spec.template.metadata.annotations` (for a CronJob to
`spec.jobTemplate.spec.template.metadata.annotations`). `vlint --fix` does it, unless the template has hooks already.

## When to ignore it
When another tool reads the annotations from the workload.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/hook/item_hook_handler.go",
    .check = check,
});

}  // namespace vlint::rules
