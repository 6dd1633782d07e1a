#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Plan;
using velero::VolumeUse;
using velero::Workload;
using yaml::Value;

using Volumes = std::span<const VolumeUse>;

bool is_volume(Volumes volumes, std::string_view name) {
  return std::any_of(volumes.begin(), volumes.end(), [&](const VolumeUse& use) { return use.name == name; });
}

// What the author most likely meant.
struct Guess {
  std::string_view name;
  std::string why;  // continues "no volume is named X"
  bool is_certain;  // one right repair
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string without_digits(std::string_view text) {
  std::string rest(text);
  rest.erase(std::remove_if(rest.begin(), rest.end(), is_digit), rest.end());
  return rest;
}

// Whether `name` is a claim that the StatefulSet makes from the template of that name: "data-db-0" from "data".
bool is_claim_of_template(const VolumeUse& use, std::string_view set, std::string_view name) {
  const std::string prefix = fmt::format("{}-{}-", use.name, set);
  return use.source == "volumeClaimTemplate" && name.size() > prefix.size() &&
         name.substr(0, prefix.size()) == prefix &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(), is_digit);
}

std::optional<Guess> guess(const Workload& workload, Volumes volumes, std::string_view written) {
  const std::string_view trimmed = trim(written);
  if (trimmed != written && is_volume(volumes, trimmed)) {
    return Guess{trimmed, "Velero does not trim the blanks around commas", true};
  }
  const VolumeUse* of_claim = nullptr;
  std::size_t claims = 0;
  std::vector<std::string_view> names;
  for (const VolumeUse& use : volumes) {
    names.push_back(use.name);
    const bool is_claim = !use.claim.empty() && use.claim == trimmed;
    if (!is_claim && !is_claim_of_template(use, workload.resource->name, trimmed)) continue;
    of_claim = &use;
    ++claims;
  }
  if (claims == 1) {
    return Guess{of_claim->name, fmt::format("{} is the claim of volume {}", trimmed, of_claim->name), true};
  }
  constexpr std::size_t kFarthest = 2;
  const std::optional<std::string_view> near = closest(trimmed, names, kFarthest);
  if (!near) return std::nullopt;
  // cache-1 is no slip of the pen for cache-2.
  const bool is_slip = edit_distance(trimmed, *near, 1).has_value() && without_digits(trimmed) != without_digits(*near);
  return Guess{*near, fmt::format("did you mean {}?", *near), is_slip};
}

// Volumes that meshes, agents and the API server add to pods when they are made. Manuals tell people to exclude them.
bool is_injected(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {
      "aws-iam-token",  "azure-identity-token", "consul-",         "credential-socket", "dapr-",
      "default-token-", "eks-pod-identity",     "gke-gcsfuse-",    "home-init",         "home-sidecar",
      "istio",          "kube-api-access-",     "linkerd-",        "opentelemetry-",    "spiffe-",
      "vault-",         "workload-certs",       "workload-socket",
  };
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return name.substr(0, prefix.size()) == prefix; });
}

std::string help_with_volumes(Volumes volumes) {
  std::vector<std::string> names;
  for (const VolumeUse& use : volumes) names.emplace_back(use.name);
  if (names.empty()) return "the pod has no volumes";
  if (names.size() == 1) return fmt::format("the only volume of the pod is {}", names.front());
  return fmt::format("the volumes of the pod are {}", enumerate(names));
}

// The names of a list in the syntax of JSON, when all of them are volumes.
std::optional<std::string> as_list(Volumes volumes, std::string_view json) {
  std::vector<std::string_view> names;
  for (const std::string_view part : split(json.substr(1, json.size() - 2), ',')) {
    std::string_view name = trim(part);
    if (name.size() < 2 || (name.front() != '"' && name.front() != '\'') || name.back() != name.front())
      return std::nullopt;
    name = name.substr(1, name.size() - 2);
    if (!is_volume(volumes, name)) return std::nullopt;
    names.push_back(name);
  }
  return join(names, ",");
}

void report_json(const model::Cluster& cluster, const Workload& workload, Volumes volumes, std::string_view key,
                 Value annotation, Report& report) {
  const kube::Resource& resource = *workload.resource;
  Draft draft = report.at(annotation.span(),
                          fmt::format("{} of {} is a list in the syntax of JSON, which Velero splits at commas with "
                                      "brackets and quotes, so it names no volume",
                                      key, resource.title()));
  draft.label("no volume is named so").about(cluster, resource, annotation);
  if (const auto list = as_list(volumes, trim(annotation.text()))) {
    draft.fix(fmt::format("write {}", *list), Safety::safe, resource,
              yaml::set_scalar(annotation, *list, yaml::WriteAs::string));
  } else {
    draft.help(help_with_volumes(volumes));
  }
}

Result<std::vector<TextEdit>> rename(Value annotation, const ListedName& listed, std::string_view name) {
  auto edits = yaml::rewrite_part(annotation, listed.offset, listed.text.size(), name);
  if (edits.ok()) return edits;
  // Escapes or several lines: the whole text is written anew.
  std::string text(annotation.text());
  text.replace(listed.offset, listed.text.size(), name);
  return yaml::set_scalar(annotation, text, yaml::WriteAs::string);
}

void report_name(const model::Cluster& cluster, const Workload& workload, Volumes volumes, std::string_view key,
                 Value annotation, const ListedName& listed, Report& report) {
  const std::optional<Guess> meant = guess(workload, volumes, listed.text);
  if (!meant && is_injected(trim(listed.text))) return;
  const kube::Resource& resource = *workload.resource;
  Draft draft = report.at(place_of(annotation, listed), fmt::format("{} names {}, and {} has no volume of that name{}",
                                                                    key, vlint::quoted(listed.text), resource.title(),
                                                                    meant ? fmt::format(": {}", meant->why) : ""));
  draft.label(meant ? meant->why : "no volume of the pod").about(cluster, resource, annotation);
  const std::vector<ListedName> all = listed_names(annotation);
  const bool is_listed_too = meant && std::any_of(all.begin(), all.end(), [&](const ListedName& other) {
                               return other.offset != listed.offset && trim(other.text) == meant->name;
                             });
  if (is_listed_too) {
    draft.help(fmt::format("{} is in the list already, so take {} out", meant->name, trim(listed.text)));
  } else if (meant) {
    draft.fix(fmt::format("write {}", meant->name), meant->is_certain ? Safety::safe : Safety::unsafe, resource,
              rename(annotation, listed, meant->name));
  } else {
    draft.help(help_with_volumes(volumes));
  }
}

void check_annotation(const model::Cluster& cluster, const Workload& workload, Volumes volumes, std::string_view key,
                      Report& report) {
  const Value annotation = workload.pod.metadata["annotations"][key];
  if (!annotation.is_scalar() || annotation.is_templated()) return;
  const std::string_view text = trim(annotation.text());
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    return report_json(cluster, workload, volumes, key, annotation, report);
  }
  for (const ListedName& listed : listed_names(annotation)) {
    if (trim(listed.text).empty() || is_volume(volumes, listed.text)) continue;
    report_name(cluster, workload, volumes, key, annotation, listed, report);
  }
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (std::size_t i = 0; i < plan.workloads.size(); ++i) {
      const Workload& workload = plan.workloads[i];
      const Value annotations = workload.pod.metadata["annotations"];
      // Where the volumes are not fully known, any name may be one of them.
      // A pod without containers is a patch, whose volumes stand elsewhere.
      const bool is_known = workload.spec_is_known && workload.pod.spec["containers"].size() > 0;
      if (!is_known || (!annotations[kOptIn] && !annotations[kOptOut])) continue;
      const Volumes volumes = volumes_of(plan, i);
      for (const std::string_view key : kVolumeAnnotations) check_annotation(cluster, workload, volumes, key, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_annotation_names_unknown_volume) = checked({
    .summary = "a volume annotation of Velero names no volume of the pod",
    .explanation = R"md(
## What it finds
A name in `backup.velero.io/backup-volumes` or `backup.velero.io/backup-volumes-excludes` of a pod template that is not
the name of one of its volumes. The commonest cause is a blank after a comma: Velero splits the list at commas and does
not trim, so `data, cache` names the volumes `data` and ` cache`. The next one is the name of the claim instead of the
volume.

## Why it matters
Velero ignores an unknown name without a word. With `backup-volumes` the data is not saved; with
`backup-volumes-excludes` a volume that was to be left alone is copied.

## How to fix it
Write the names under `spec.volumes[].name` (for a StatefulSet also those of its claim templates), separated by commas
alone: `data,cache`. `vlint --fix` removes the blanks, replaces the name of a claim by that of its volume, and corrects
a single wrong letter. A name that differs by two letters, or in its digits only, it leaves to `--unsafe-fixes`.

## When to ignore it
When a volume is added by something that the repository does not show. The volumes of common injectors (Istio, Linkerd,
Vault and others) are known and not reported.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/podvolume/pod_volume.go (strings.Split); velero issues 2538, 4325, 8196",
    .check = check,
});

}  // namespace vlint::rules
