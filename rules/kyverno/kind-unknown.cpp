#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/wildcard.h"
#include "lint/yaml/edit.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

using kyverno::KindSelector;

// Shorter names have neighbours that mean something else: Role and Rule.
constexpr std::size_t kShortest = 8;

// The kinds of a cluster: the built-in ones, those that are defined in it, and those of its objects. By kind, the
// groups that have it.
using KindGroups = std::map<std::string_view, std::set<std::string_view>>;

KindGroups kinds_of(const model::Cluster& cluster) {
  KindGroups groups;
  for (const kube::KindInfo& info : kube::kinds()) groups[info.kind].insert(info.group);
  for (const kube::Resource* definition : cluster.of_kind("apiextensions.k8s.io", "CustomResourceDefinition")) {
    const yaml::Value spec = (*definition)["spec"];
    groups[spec["names"]["kind"].text()].insert(spec["group"].text());
  }
  for (const kube::Resource& resource : cluster.resources()) {
    if (resource.generation == kube::kNotGenerated) groups[resource.kind].insert(resource.group);
  }
  return groups;
}

// Groups without a dot are Kubernetes' own, so that their kinds are all known; volsync.backube has two.
bool is_known_group(std::string_view group) {
  return group.find('.') == std::string_view::npos || group == "volsync.backube";
}

// The only version that a group serves; empty where there are more, or it isn't known.
std::string_view only_version(std::string_view group) {
  constexpr std::pair<std::string_view, std::string_view> kVersions[] = {
      {"", "v1"}, {"apps", "v1"}, {"batch", "v1"}, {"volsync.backube", "v1alpha1"}};
  const auto at =
      std::find_if(std::begin(kVersions), std::end(kVersions), [&](const auto& one) { return one.first == group; });
  return at == std::end(kVersions) ? std::string_view{} : at->second;
}

struct Fault {
  std::string what;   // continues "rule a of ClusterPolicy b never runs for core/v1/Pod: "
  std::string meant;  // what to write; empty: nobody knows
  bool is_certain = false;
};

// Of a kind that some group has.
std::optional<Fault> fault_of_known(const KindSelector& selector, const std::set<std::string_view>& groups) {
  std::vector<std::string_view> fitting;
  std::copy_if(groups.begin(), groups.end(), std::back_inserter(fitting),
               [&](std::string_view group) { return jmespath::matches_wildcard(selector.group, group); });
  if (fitting.empty()) {
    const bool is_whole = !jmespath::has_wildcard(selector.group) && is_known_group(selector.group);
    if (!is_whole) return std::nullopt;
    return Fault{fmt::format("the group {} has no such kind", selector.group),
                 groups.size() == 1 ? std::string(selector.kind) : std::string()};
  }
  if (jmespath::has_wildcard(selector.version) || fitting.size() != 1) return std::nullopt;
  const std::string_view version = only_version(fitting.front());
  if (version.empty() || version == selector.version) return std::nullopt;
  return Fault{fmt::format("the API server has {} as {} only", selector.kind, version), std::string(selector.kind)};
}

std::optional<Fault> fault_of_unknown(std::string_view kind, const KindGroups& groups) {
  if (const kube::KindInfo* info = kube::find_resource_name(kind); info != nullptr && info->kind != kind) {
    return Fault{"that is no kind, since kinds are written as in manifests, singular and with their capitals",
                 std::string(info->kind), true};
  }
  std::vector<std::string_view> names;
  for (const auto& one : groups) names.push_back(one.first);
  for (const std::string_view name : names) {
    if (to_lower_ascii(name) == to_lower_ascii(kind)) {
      return Fault{"that is no kind, since kinds are written with their capitals", std::string(name), true};
    }
  }
  if (kind.size() < kShortest) return std::nullopt;
  const std::optional<std::string_view> near = closest(kind, names, 1);
  if (!near) return std::nullopt;
  return Fault{"no API has such a kind", std::string(*near)};
}

std::optional<Fault> fault_of(const kyverno::Kind& kind, const KindGroups& groups) {
  const KindSelector& selector = kind.selector;
  const bool is_plain = kube::has_known_text(kind.where) && !jmespath::has_wildcard(selector.kind) &&
                        selector.subresource.empty() && !selector.kind.empty() &&
                        kind.where.text().ends_with(selector.kind);
  if (!is_plain) return std::nullopt;
  const auto at = groups.find(selector.kind);
  return at != groups.end() ? fault_of_known(selector, at->second) : fault_of_unknown(selector.kind, groups);
}

struct Place {
  const model::Cluster& cluster;
  const kyverno::Policy& policy;
  const kyverno::Rule& rule;
  bool excludes = false;
};

void check_kind(const Place& place, const kyverno::Kind& kind, const KindGroups& groups, Report& report) {
  const std::optional<Fault> fault = fault_of(kind, groups);
  if (!fault) return;
  const std::string_view written = kind.where.text();
  Draft draft =
      report.at(kind.where.span(), fmt::format("{} never {} {}: {}", title_of(place.policy, place.rule),
                                               place.excludes ? "excludes" : "runs for", written, fault->what));
  draft.about(place.cluster, *place.policy.object, kind.where);
  if (fault->meant.empty()) {
    draft.label("no API has this kind").help("write group, version and kind as in a manifest: apps/v1/Deployment");
    return;
  }
  draft.label(fmt::format("did you mean {}?", fault->meant));
  const bool keeps_group = fault->meant != kind.selector.kind;
  const std::size_t from = keeps_group ? written.size() - kind.selector.kind.size() : 0;
  draft.fix(fmt::format("write {}", fault->meant), fault->is_certain ? Safety::safe : Safety::unsafe,
            *place.policy.object, yaml::rewrite_part(kind.where, from, written.size() - from, fault->meant));
}

void check_block(const Place& place, const kyverno::MatchBlock& block, const KindGroups& groups, Report& report) {
  const std::vector<kyverno::Filter> legacy{block.legacy};
  const std::vector<kyverno::Filter>* listed = block.listed();
  for (const kyverno::Filter& filter : listed != nullptr ? *listed : legacy) {
    for (const kyverno::Kind& kind : filter.kinds) check_kind(place, kind, groups, report);
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    std::optional<KindGroups> groups;
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (!policy.has_generate()) continue;
      if (!groups) groups = kinds_of(member.cluster);
      for (const kyverno::Rule& rule : policy.rules) {
        check_block({member.cluster, policy, rule, false}, rule.match, *groups, report);
        check_block({member.cluster, policy, rule, true}, rule.exclude, *groups, report);
      }
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_kind_unknown) = checked({
    .summary = "a Kyverno rule matches a kind that no API has",
    .explanation = R"md(
## What it finds
An entry of `kinds` in a policy that generates objects which is no kind: a plural or a short name (`pvc`,
`ReplicationSources`), other capitals (`PersistentVolumeclaim`), one letter too many or too few, a group that does not
have the kind (`core/v1/PersistentVolumeClaim`), or a version that the group does not serve (`v1beta1/Pod`). Kinds that a
CustomResourceDefinition of the repository defines, and those of any object in it, are taken as they are.

## Why it matters
The rule takes nothing. Since Kyverno 1.14 the policy is accepted with a warning all the same, stays not ready, and what
comes after this check is not looked at, so that it hides the policy's other faults. Before, the policy was refused.

## How to fix it
Write the kind as manifests do: `PersistentVolumeClaim`, or with version and group `v1/PersistentVolumeClaim`,
`apps/v1/Deployment`. `vlint --fix` corrects plurals, short names and capitals; `--unsafe-fixes` also letters, groups and
versions.

## When to ignore it
When a chart installs a kind of that very name.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/utils/kube/kind.go ParseKindSelector, pkg/validation/policy/validate.go validateKinds; "
               "kyverno issues 9671, 11701, 12722",
    .check = check,
});

}  // namespace vlint::rules
