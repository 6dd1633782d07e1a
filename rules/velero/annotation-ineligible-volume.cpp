#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/pods.h"
#include "lint/yaml/edit.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::VolumeUse;
using velero::Workload;

// The text without the names of these volumes; where nothing is left the annotation goes.
Result<std::vector<TextEdit>> without(const Workload& workload, yaml::Value annotation,
                                      const std::vector<std::string>& volumes, Safety& safety) {
  std::vector<std::string_view> rest;
  for (const ListedName& listed : listed_names(annotation)) {
    const bool goes = std::find(volumes.begin(), volumes.end(), listed.text) != volumes.end();
    if (!goes && !trim(listed.text).empty()) rest.push_back(listed.text);
  }
  if (!rest.empty()) return yaml::set_scalar(annotation, join(rest, ","), yaml::WriteAs::string);
  Result<RemovedAnnotation> removed = remove_annotation(workload.pod.metadata, kOptIn);
  if (!removed.ok()) return Error{removed.error()};
  if (removed->has_comments()) safety = Safety::unsafe;
  return std::move(removed).value().edits;
}

void check_workload(const ClusterModel& model, std::size_t i, Report& report) {
  const auto& [cluster, plan] = model;
  const Workload& workload = plan.workloads[i];
  const yaml::Value annotation = workload.pod.metadata["annotations"][kOptIn];
  if (!annotation.is_scalar() || annotation.is_templated() || !workload.spec_is_known) return;
  const std::vector<ListedName> listed = listed_names(annotation);
  std::vector<std::string> volumes;
  std::vector<const VolumeUse*> uses;
  const ListedName* first = nullptr;
  for (const ListedName& name : listed) {
    for (const VolumeUse& use : volumes_of(plan, i)) {
      // Up to 1.13 the names in the list are taken whatever their types, but for hostPath.
      const bool is_left_out =
          velero::is_never_copied(use.source) && (use.source == "hostPath" || plan.install.is_at_least(1, 14));
      if (use.name != name.text || !is_left_out) continue;
      if (first == nullptr) first = &name;
      volumes.emplace_back(name.text);
      uses.push_back(&use);
    }
  }
  if (first == nullptr) return;
  const kube::Resource& resource = *workload.resource;
  const bool one = volumes.size() == 1;
  Draft draft = report.at(
      place_of(annotation, *first),
      fmt::format("{} of {} names {}, but Velero never copies {}, so {} in no backup", kOptIn, resource.title(),
                  enumerate(volumes),
                  one ? fmt::format("a {} volume", uses.front()->source) : std::string("volumes of their types"),
                  one ? "it is" : "they are"));
  draft.label("never copied").about(cluster, resource, annotation);
  for (const VolumeUse* use : uses) draft.related(name_of(*use).span(), fmt::format("a {} volume", use->source));
  draft.help(uses.front()->source == "hostPath"
                 ? "what is on the node can be saved through a claim on a `local` volume, or by other means"
                 : "the object itself is in the backup, and the volume is made from it again");
  Safety safety = Safety::safe;
  auto edits = without(workload, annotation, volumes, safety);
  draft.fix(fmt::format("take {} out of the list", enumerate(volumes)), safety, resource, std::move(edits));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& cluster : model.clusters) {
    for (std::size_t i = 0; i < cluster.plan.workloads.size(); ++i) check_workload(cluster, i, report);
  }
}

}  // namespace

VLINT_RULE(velero_annotation_ineligible_volume) = checked({
    .summary = "backup-volumes names a volume of a type that Velero never copies",
    .explanation = R"md(
## What it finds
Names in `backup.velero.io/backup-volumes` of volumes that are hostPath, secret, configMap, projected or downwardAPI. Up
to Velero 1.13 only hostPath is meant: the others were copied there when the list named them.

## Why it matters
Velero leaves these types out, whatever the list says, and logs nothing. For a hostPath that means that the data which
somebody asked to be saved is in no backup.

## How to fix it
Take the name out (`vlint --fix` does it). Secrets and ConfigMaps are in the backup as objects. Data in a hostPath has to
move to a claim, on a `local` volume for example, or must be saved by other means.

## When to ignore it
Never: the name does nothing.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go (shouldIncludeVolumeInBackup)",
    .check = check,
});

}  // namespace vlint::rules
