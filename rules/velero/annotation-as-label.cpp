#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;
using yaml::Value;

std::vector<std::string_view> trimmed_names(Value list) {
  std::vector<std::string_view> names;
  for (const ListedName& listed : listed_names(list)) {
    if (!trim(listed.text).empty()) names.push_back(trim(listed.text));
  }
  return names;
}

struct Move {
  Result<std::vector<TextEdit>> edits;
  Safety safety;
};

// Adds the removal to the edits. The annotations may begin on the line that the removed label ends: then one edit does
// both.
void remove_beside(std::vector<TextEdit>& edits, const TextEdit& removal) {
  for (TextEdit& edit : edits) {
    const bool touches = edit.where.file == removal.where.file && edit.where.begin == edit.where.end &&
                         removal.where.begin <= edit.where.begin && edit.where.begin <= removal.where.end;
    if (!touches) continue;
    const std::size_t line_end = edit.text.substr(0, 2) == "\r\n" ? 2 : edit.text.substr(0, 1) == "\n" ? 1 : 0;
    const bool before_line_end = line_end > 0 && edit.where.begin + line_end == removal.where.end;
    if (before_line_end) edit.text = edit.text.substr(line_end) + edit.text.substr(0, line_end);
    edit.where = removal.where;
    return;
  }
  edits.push_back(removal);
}

Move move_to_annotations(const Workload& workload, Value metadata, std::string_view key) {
  Result<RemovedAnnotation> removed = remove_annotation(metadata, key, "labels");
  if (!removed.ok()) return {Error{removed.error()}, Safety::safe};
  const Value label = metadata["labels"][key];
  Result<std::vector<TextEdit>> added = add_to_list_beside(workload, label, key, trimmed_names(label));
  if (!added.ok()) return {std::move(added), Safety::safe};
  std::vector<TextEdit> edits = std::move(added).value();
  const bool keeps_comments = !removed->has_comments() || carry_comments(*removed, key, edits);
  for (const TextEdit& removal : removed->edits) remove_beside(edits, removal);
  return {std::move(edits), keeps_comments ? Safety::safe : Safety::unsafe};
}

void check_labels(const ClusterModel& model, std::size_t i, Value metadata, Report& report) {
  const Workload& workload = model.plan.workloads[i];
  const kube::Resource& resource = *workload.resource;
  for (const std::string_view key : kVolumeAnnotations) {
    const yaml::Entry entry = metadata["labels"].find(key);
    if (!entry) continue;
    const bool is_refused = entry.value.text().find_first_of(", ") != std::string_view::npos;
    Draft draft =
        report.at(entry.key.span(),
                  fmt::format("{} is a label of {}, {}", key, resource.title(),
                              is_refused ? "and the API server refuses a label with commas or blanks in its value"
                                         : "but Velero reads it from the annotations of pods, so it has no effect"));
    draft.label("a label").about(model.cluster, resource, entry.value);
    draft.help(resource.info->pod_template.empty()
                   ? "write it in metadata.annotations"
                   : fmt::format("write it in {}.metadata.annotations", resource.info->pod_template));
    const bool is_selected_by = static_cast<bool>(resource["spec"]["selector"]["matchLabels"][key]);
    if (is_selected_by || !workload.spec_is_known || entry.value.is_templated() ||
        !is_sound_list(model.plan, i, key, trimmed_names(entry.value))) {
      continue;
    }
    Move move = move_to_annotations(workload, metadata, key);
    draft.fix("move it to the annotations of the pod", move.safety, resource, std::move(move.edits));
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& cluster : model.clusters) {
    for (std::size_t i = 0; i < cluster.plan.workloads.size(); ++i) {
      const Workload& workload = cluster.plan.workloads[i];
      check_labels(cluster, i, workload.pod.metadata, report);
      if (!workload.resource->info->pod_template.empty()) check_labels(cluster, i, workload.resource->metadata, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_annotation_as_label) = checked({
    .summary = "a volume annotation of Velero is written as a label",
    .explanation = R"md(
## What it finds
`backup.velero.io/backup-volumes` or `backup.velero.io/backup-volumes-excludes` under the `labels` of a pod template, a
Pod or a workload.

## Why it matters
Velero reads both from the annotations of pods. As a label it does nothing: the volume is not saved, or not left out. A
list of several names is worse, since a label's value can't hold a comma: the API server refuses the whole object.

## How to fix it
Write it under `annotations` of the pod template. `vlint --fix` moves it, where the names are volumes of the pod and a
Schedule may read the list.

## When to ignore it
When the label is there for another tool.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/podvolume/pod_volume.go",
    .check = check,
});

}  // namespace vlint::rules
