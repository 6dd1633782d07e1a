// What rules about volume policies share: the ConfigMaps that Schedules use, and places and edits inside of their text.
//
// What the text means is in lint/velero/volume_policy.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text_edit.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/embedded_yaml.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {

// A ConfigMap that Schedules (or one-off Backups) take their volume policies from. Those that rest do not count.
struct PolicyMap {
  const kube::Resource* config_map = nullptr;
  std::vector<const velero::Schedule*> schedules;  // in their order, never empty
  // The text of the policies: missing when the data has not exactly one key, and when it is templated or encrypted.
  yaml::Value text;

  // "each backup of Schedule velero/daily ends in FailedValidation"
  std::string fails_validation() const;
  // The place in the manifest, or the ConfigMap where no manifest has the text as it is.
  Span at(Span where) const { return where.valid() ? where : config_map->place(); }
};
using PolicyMapVisitor = std::function<void(const ClusterModel&, const PolicyMap&)>;
void for_each_policy_map(const Model& model, const PolicyMapVisitor& visit);

// The name of the ConfigMap that a Schedule takes its policies from; missing when it names none, another kind of
// object, or one whose name is not known.
yaml::Value policy_name_of(const velero::Schedule& schedule);
const kube::Resource* find_policy_map(const model::Cluster& cluster, const velero::Schedule& schedule);

// The items of volumePolicies.
std::vector<yaml::Value> policies_of(const velero::EmbeddedYaml& text);

// Replaces a part of the policies' text, given by its place inside of it.
yaml::Edits rewrite_embedded(yaml::Value text, Span inner, std::string_view replacement);
// The place of a scalar's text: without quotes where it stands between them as it is.
Span place_inside_quotes(yaml::Value scalar);

// All names that `volumeTypes` can match (velero internal/resourcepolicies/volume_types_conditions.go).
std::vector<std::string_view> volume_type_names();
// Types that only volumes of pods have, never a PersistentVolume.
bool is_pod_only_type(std::string_view type);

// The candidate that differs only in case and in hyphens, blanks or underscores.
std::optional<std::string_view> same_but_spelling(std::string_view written,
                                                  const std::vector<std::string_view>& candidates);

}  // namespace vlint::rules
