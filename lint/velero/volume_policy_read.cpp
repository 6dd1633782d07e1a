// Decoding and validation of volume policies, as strict as Velero's (yaml.v3 with KnownFields), with a place for each
// fault.
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <memory>

#include "lint/base/text.h"
#include "lint/velero/embedded_yaml.h"
#include "lint/velero/volume_policy.h"

namespace vlint::velero {
namespace {

using yaml::Entry;
using yaml::Value;

// A key of a mapping and the Velero version that introduced it.
struct Field {
  std::string_view name;
  int minor = 0;
  int patch = 0;
};

constexpr Field kPolicyFields[] = {{"version"}, {"volumePolicies"}, {"includeExcludePolicy", 17}};
constexpr Field kVolumePolicyFields[] = {{"conditions"}, {"action"}};
constexpr Field kActionFields[] = {{"type"}, {"parameters"}};
constexpr Field kConditionFields[] = {{"capacity"},        {"storageClass"},  {"nfs"},         {"csi"},
                                      {"volumeTypes", 13}, {"pvcLabels", 16}, {"pvcPhase", 18}};
constexpr Field kNfsFields[] = {{"server"}, {"path"}};
constexpr Field kCsiFields[] = {{"driver"}, {"volumeAttributes", 16}};
constexpr Field kIncludeExcludeFields[] = {{"includedClusterScopedResources"},
                                           {"excludedClusterScopedResources"},
                                           {"includedNamespaceScopedResources"},
                                           {"excludedNamespaceScopedResources"}};
constexpr Field kActions[] = {{"skip", 11}, {"fs-backup", 14}, {"snapshot", 14}, {"custom", 18, 1}};

class Reader {
 public:
  Reader(const Version& version, const EmbeddedYaml& text, std::vector<Evidence>& faults)
      : version_(version), text_(text), faults_(faults) {}

  void fault(std::string message, Value at) { faults_.push_back({std::move(message), text_.outer(at)}); }

  // A mapping or nothing; each of its keys must be among `fields`.
  template <std::size_t N>
  bool check_mapping(Value value, std::string_view what, const Field (&fields)[N]) {
    if (!value.is_set()) return false;
    if (!value.is_mapping()) {
      fault(fmt::format("{} must be a mapping", what), value);
      return false;
    }
    for (const Entry& entry : value.entries()) {
      const auto* field = std::find_if(std::begin(fields), std::end(fields),
                                       [&](const Field& known) { return known.name == entry.key.text(); });
      if (field == std::end(fields)) {
        fault(fmt::format("{} has no field {}", what, quoted(entry.key.text())), entry.key);
      } else if (!at_least(version_, 1, field->minor, field->patch)) {
        fault(fmt::format("the field {} is known from Velero 1.{} on", field->name, field->minor), entry.key);
      }
    }
    return true;
  }

  std::string read_text(Value value, std::string_view what) {
    if (!value.is_set()) return {};
    if (!value.is_scalar()) fault(fmt::format("{} must be a string", what), value);
    return std::string(value.text());
  }

  std::vector<std::string> read_list(Value value, std::string_view what) {
    std::vector<std::string> list;
    if (!value.is_set()) return list;
    if (!value.is_sequence()) fault(fmt::format("{} must be a list", what), value);
    for (const Value item : value.items()) list.push_back(read_text(item, what));
    return list;
  }

  kube::StringMap read_map(Value value, std::string_view what) {
    kube::StringMap map;
    if (!value.is_set()) return map;
    if (!value.is_mapping()) fault(fmt::format("{} must be a mapping", what), value);
    for (const Entry& entry : value.entries()) {
      map.emplace_back(entry.key.text(), read_text(entry.value, what));
    }
    std::sort(map.begin(), map.end());
    return map;
  }

  CapacityRange read_capacity(Value value) {
    const std::string text = read_text(value, "capacity");
    Result<CapacityRange> range = CapacityRange::parse(text);
    if (!range) {
      fault(fmt::format("the capacity {} is not of the form \"lower,upper\": {}", quoted(text), range.error()), value);
      return {};
    }
    if (!range->is_valid()) fault(fmt::format("the capacity {} ends below its begin", quoted(text)), value);
    return *range;
  }

  std::optional<PolicyConditions::Csi> read_csi(Value value) {
    if (!check_mapping(value, "csi", kCsiFields)) return std::nullopt;
    PolicyConditions::Csi csi{read_text(value["driver"], "csi.driver"),
                              read_map(value["volumeAttributes"], "csi.volumeAttributes")};
    if (csi.driver.empty() && value["volumeAttributes"].is_set()) {
      fault("csi.volumeAttributes needs a csi.driver beside it", value);
    }
    return csi;
  }

  PolicyConditions read_conditions(Value value) {
    PolicyConditions conditions;
    if (!check_mapping(value, "conditions", kConditionFields)) return conditions;
    conditions.capacity = read_capacity(value["capacity"]);
    conditions.storage_classes = read_list(value["storageClass"], "storageClass");
    if (const Value nfs = value["nfs"]; check_mapping(nfs, "nfs", kNfsFields)) {
      conditions.nfs.emplace(read_text(nfs["server"], "nfs.server"), read_text(nfs["path"], "nfs.path"));
    }
    conditions.csi = read_csi(value["csi"]);
    conditions.volume_types = read_list(value["volumeTypes"], "volumeTypes");
    if (const Value labels = value["pvcLabels"]; labels.is_null()) {
      fault("pvcLabels must be a mapping", labels);  // the only condition for which null is an error
    } else {
      conditions.claim_labels = read_map(labels, "pvcLabels");
    }
    conditions.claim_phases = read_list(value["pvcPhase"], "pvcPhase");
    return conditions;
  }

  PolicyAction read_action(Value value, Value policy) {
    check_mapping(value, "action", kActionFields);
    const Value type = value["type"];
    const Value at = type ? type : policy;
    const std::string name = read_text(type, "action.type");
    const auto* action =
        std::find_if(std::begin(kActions), std::end(kActions), [&](const Field& known) { return known.name == name; });
    if (action == std::end(kActions)) {
      fault(fmt::format("{} is no action (skip, fs-backup, snapshot, custom)", quoted(name)), at);
      return PolicyAction::skip;
    }
    if (!at_least(version_, 1, action->minor, action->patch)) {
      fault(fmt::format("the action {} is not known to Velero {}", name, to_string(version_)), at);
    }
    return static_cast<PolicyAction>(action - std::begin(kActions));
  }

  void read_policies(Value list, VolumePolicies& out) {
    if (!list.is_set()) return;
    if (!list.is_sequence()) return fault("volumePolicies must be a list", list);
    for (const Value item : list.items()) {
      const bool is_good = check_mapping(item, "an item of volumePolicies", kVolumePolicyFields) || !item.is_set();
      if (!is_good) continue;  // mutant: policies with a fault are never used
      VolumePolicy policy;
      policy.conditions = read_conditions(item["conditions"]);
      policy.action = read_action(item["action"], item);
      policy.where = text_.outer(item);
      policy.evidence = {
          {fmt::format("a volume policy with the action {} matches", to_string(policy.action)), policy.where}};
      out.policies.push_back(std::move(policy));
    }
  }

  // resource_policies.go: IncludeExcludePolicy.Validate.
  void check_include_exclude(const std::vector<std::string>& included, const std::vector<std::string>& excluded,
                             Value at) {
    for (const std::vector<std::string>* list : {&included, &excluded}) {
      if (std::find(list->begin(), list->end(), "*") != list->end()) {
        return fault("an includeExcludePolicy can't hold \"*\"", at);
      }
    }
    for (const std::string& item : excluded) {
      if (std::find(included.begin(), included.end(), item) != included.end()) {
        return fault(fmt::format("{} is both included and excluded", quoted(item)), at);
      }
    }
  }

  void read_include_exclude(Value value, VolumePolicies& out) {
    if (!check_mapping(value, "includeExcludePolicy", kIncludeExcludeFields)) return;
    IncludeExcludePolicy policy;
    const auto list = [&](std::string_view name) { return read_list(value[name], name); };
    policy.included_cluster_scoped_resources = list("includedClusterScopedResources");
    policy.excluded_cluster_scoped_resources = list("excludedClusterScopedResources");
    policy.included_namespace_scoped_resources = list("includedNamespaceScopedResources");
    policy.excluded_namespace_scoped_resources = list("excludedNamespaceScopedResources");
    check_include_exclude(policy.included_cluster_scoped_resources, policy.excluded_cluster_scoped_resources, value);
    check_include_exclude(policy.included_namespace_scoped_resources, policy.excluded_namespace_scoped_resources,
                          value);
    out.include_exclude = std::move(policy);
  }

 private:
  const Version& version_;
  const EmbeddedYaml& text_;
  std::vector<Evidence>& faults_;
};

}  // namespace

VolumePolicies read_volume_policies(Value scalar, const Version& version) {
  VolumePolicies out;
  const EmbeddedYaml text(scalar);
  const Value root = text.root();
  Reader reader(version, text, out.faults);
  if (const yaml::Problem* problem = text.problem()) {
    out.faults.push_back(
        {fmt::format("the volume policy is not valid YAML: {}", problem->message), text.outer(problem->where)});
    if (!root) return out;
  }
  if (!root) {
    out.faults.push_back({"the volume policy is empty", scalar.span()});
    return out;
  }
  if (!reader.check_mapping(root, "the volume policy", kPolicyFields)) return out;
  if (const Value number = root["version"]; reader.read_text(number, "version") != "v1") {
    reader.fault("the version of a volume policy must be v1", number ? number : root);
  }
  reader.read_policies(root["volumePolicies"], out);
  reader.read_include_exclude(root["includeExcludePolicy"], out);
  return out;
}

}  // namespace vlint::velero
