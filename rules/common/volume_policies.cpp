#include "rules/common/volume_policies.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

// The types of both lists of Velero, those of pods first.
constexpr std::string_view kPodOnlyTypes[] = {"configMap", "downwardAPI", "emptyDir", "ephemeral",
                                              "gitRepo",   "projected",   "secret"};
constexpr std::string_view kTypes[] = {
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageOS",
    "vsphereVolume",
};

std::string spelling(std::string_view text) {
  std::string lower = to_lower_ascii(text);
  lower.erase(std::remove_if(lower.begin(), lower.end(), [](char c) { return c == '-' || c == '_' || c == ' '; }),
              lower.end());
  return lower;
}

yaml::Value text_of(const kube::Resource& config_map) {
  const std::vector<yaml::Entry> entries = config_map["data"].entries();
  if (entries.size() != 1 || config_map.encrypted) return {};
  const yaml::Value text = entries.front().value;
  return text.is_scalar() && kube::has_known_text(text) ? text : yaml::Value{};
}

}  // namespace

std::string PolicyMap::fails_validation() const {
  const bool once = schedules.size() == 1 && schedules.front()->one_off;
  return once ? fmt::format("{} ends in FailedValidation", enumerate(schedules))
              : fmt::format("each backup of {} ends in FailedValidation", enumerate(schedules));
}

yaml::Value policy_name_of(const velero::Schedule& schedule) {
  const yaml::Value field = schedule.backup.resource_policy;
  // A Schedule's policy is always taken for a ConfigMap; a Backup's of another kind is not looked at.
  if (schedule.one_off && to_lower_ascii(field["kind"].text()) != "configmap") return {};
  const yaml::Value name = field["name"];
  return name.is_scalar() && !name.text().empty() && kube::has_known_text(name) ? name : yaml::Value{};
}

const kube::Resource* find_policy_map(const model::Cluster& cluster, const velero::Schedule& schedule) {
  const yaml::Value name = policy_name_of(schedule);
  if (!name) return nullptr;
  const kube::Resource* found = cluster.find("", "ConfigMap", schedule.name_space, name.text());
  return found != nullptr ? found : cluster.find("", "ConfigMap", "", name.text());
}

void for_each_policy_map(const Model& model, const PolicyMapVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    std::vector<PolicyMap> maps;
    for (const velero::Schedule& schedule : member.plan.schedules) {
      const kube::Resource* config_map = find_policy_map(member.cluster, schedule);
      if (config_map == nullptr || schedule.runs == Known::no) continue;
      const auto known =
          std::find_if(maps.begin(), maps.end(), [&](const PolicyMap& map) { return map.config_map == config_map; });
      PolicyMap& map = known == maps.end() ? maps.emplace_back() : *known;
      map.config_map = config_map;
      map.schedules.push_back(&schedule);
      map.text = text_of(*config_map);
    }
    for (const PolicyMap& map : maps) visit(member, map);
  }
}

std::vector<yaml::Value> policies_of(const velero::EmbeddedYaml& text) { return text.root()["volumePolicies"].items(); }

yaml::Edits rewrite_embedded(yaml::Value text, Span inner, std::string_view replacement) {
  return yaml::rewrite_part(text, inner.begin, inner.end - inner.begin, replacement);
}

Span place_inside_quotes(yaml::Value scalar) {
  Span place = scalar.span();
  const std::string_view written = scalar.tree()->slice(place.begin, place.end);
  const std::string_view text = scalar.text();
  const bool is_quoted = written.size() == text.size() + 2 && written.substr(1, text.size()) == text;
  if (!is_quoted) return place;
  ++place.begin;
  --place.end;
  return place;
}

std::vector<std::string_view> volume_type_names() {
  std::vector<std::string_view> names(std::begin(kTypes), std::end(kTypes));
  names.insert(names.end(), std::begin(kPodOnlyTypes), std::end(kPodOnlyTypes));
  return names;
}

bool is_pod_only_type(std::string_view type) {
  return std::find(std::begin(kPodOnlyTypes), std::end(kPodOnlyTypes), type) != std::end(kPodOnlyTypes);
}

std::optional<std::string_view> same_but_spelling(std::string_view written,
                                                  const std::vector<std::string_view>& candidates) {
  const std::string wanted = spelling(written);
  for (const std::string_view candidate : candidates) {
    if (candidate != written && spelling(candidate) == wanted) return candidate;
  }
  return std::nullopt;
}

}  // namespace vlint::rules
