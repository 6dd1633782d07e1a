// Conformance suites on volume policies.
#include <fmt/format.h>

#include "lint/velero/conformance_cases.h"
#include "lint/velero/volume_policy.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr Version kTested{1, 18, 1};

std::string action_name(const PolicyMatch& match) {
  if (!match.known) return "unknown";
  return match.action ? std::string(to_string(*match.action)) : std::string("null");
}

CaseResult expect_action(const PolicyMatch& match, Value action) {
  return expect(action_name(match), action.is_set() ? action.text() : "null", "action");
}

CaseResult decode(Value input, Value expected) {
  const Value text = input["yaml"] ? input["yaml"] : input["volumePolicy"];
  return expect(!read_volume_policies(text, kTested).faults.empty(), is_true(expected["error"]), "error");
}

// A policy that skips the volumes that the conditions match.
VolumePolicies policy_of(Value conditions) {
  const World world(
      fmt::format("text: |\n  version: v1\n  volumePolicies:\n  - conditions: {}\n    action: {{type: skip}}\n",
                  written(conditions)));
  const Value root(world.tree(), world.tree().documents.front().root);
  return read_volume_policies(root["text"], kTested);
}

CaseResult decode_conditions(Value input, Value expected) {
  return expect(!policy_of(input["conditions"]).faults.empty(), expected["errorContains"].is_set(), "error");
}

VolumeAttributes attributes_of(Value volume) {
  VolumeAttributes attributes;
  attributes.capacity = read_quantity(volume["capacity"]);
  attributes.storage_class = std::string(volume["storageClass"].text());
  if (const Value nfs = volume["nfs"]; nfs.is_set()) {
    attributes.is_nfs = Known::yes;
    attributes.nfs_server = std::string(nfs["server"].text());
    attributes.nfs_path = std::string(nfs["path"].text());
  }
  if (const Value csi = volume["csi"]; csi.is_set()) {
    attributes.is_csi = Known::yes;
    attributes.csi_driver = std::string(csi["driver"].text());
    attributes.csi_attributes = kube::string_map(csi["volumeAttributes"]);
  }
  attributes.type = std::string(volume["volumeType"].text());
  attributes.claim_labels = kube::read_labels(volume["pvcLabels"]);
  attributes.claim_phase = std::string(volume["pvcPhase"].text());
  return attributes;
}

CaseResult match_attributes(Value input, Value expected) {
  const VolumePolicies policies = read_volume_policies(input["volumePolicy"], kTested);
  return expect_action(policies.match(attributes_of(input["volume"])), expected["action"]);
}

CaseResult condition(Value input, Value expected) {
  const PolicyMatch match = policy_of(input["condition"]).match(attributes_of(input["volume"]));
  return expect(match.action.has_value(), is_true(expected["match"]), "match");
}

// A volume as Velero would describe it: from its PersistentVolume, else from the pod, and from its claim.
CaseResult match_objects(Value input, Value expected) {
  VolumeAttributes attributes;
  if (input["pv"].is_set()) {
    read_persistent_volume(input["pv"]["spec"], attributes);
  } else if (input["podVolume"].is_set()) {
    read_pod_volume(input["podVolume"], attributes);
  }
  if (input["pvc"].is_set()) read_claim(input["pvc"], attributes);
  const PolicyMatch match = read_volume_policies(input["volumePolicy"], kTested).match(attributes);
  if (!expected["skip"]) return expect_action(match, expected["action"]);
  return expect(match.known && match.action == PolicyAction::skip, is_true(expected["skip"]), "skip");
}

CaseResult claim_attributes(Value input, Value expected) {
  VolumeAttributes attributes;
  if (input["pvc"].is_set()) read_claim(input["pvc"], attributes);
  for (const yaml::Entry& label : expected["pvcLabels"].entries()) {
    if (attributes.claim_labels->has(label.key.text(), label.value.text()) != Known::yes) {
      return {false, fmt::format("the label {} is missing", label.key.text())};
    }
  }
  return expect(*attributes.claim_phase, expected["pvcPhase"].text(), "pvcPhase");
}

CapacityRange range_of(Value input) { return {*read_quantity(input["lower"]), *read_quantity(input["upper"])}; }

CaseResult parse_capacity(Value input, Value expected) {
  const Result<CapacityRange> range = CapacityRange::parse(input["capacity"].text());
  if (!range || is_true(expected["error"])) return expect(!range.ok(), is_true(expected["error"]), "error");
  const CapacityRange wanted = range_of(expected);
  return expect(range->lower == wanted.lower && range->upper == wanted.upper, true, "equal bounds");
}

CaseResult capacity_in_range(Value input, Value expected) {
  return expect(range_of(input).contains(*read_quantity(input["quantity"])), is_true(expected["inRange"]), "inRange");
}

CaseResult validate_capacity(Value input, Value expected) {
  return expect(!range_of(input).is_valid(), is_true(expected["error"]), "error");
}

CaseResult type_of_pv(Value input, Value expected) {
  return expect(policy_type_of_pv(input["pv"]["spec"]), expected["volumeType"].text(), "volumeType");
}

CaseResult type_of_pod_volume(Value input, Value expected) {
  return expect(policy_type_of_pod_volume(input["podVolume"]), expected["volumeType"].text(), "volumeType");
}

}  // namespace

std::vector<Suite> policy_suites() {
  return {
      {"policy-decode", decode},
      {"policy-validate", decode},
      {"policy-conditions-decode", decode_conditions},
      {"policy-match-attributes", match_attributes},
      {"policy-condition", condition},
      {"policy-match-objects", match_objects},
      {"policy-match-pvc-item", match_objects},
      {"policy-match-pod-volume", match_objects},
      {"policy-pvc-attributes", claim_attributes},
      {"policy-capacity-parse", parse_capacity},
      {"policy-capacity-in-range", capacity_in_range},
      {"policy-capacity-validate", validate_capacity},
      {"policy-volume-type-pv", type_of_pv},
      {"policy-volume-type-pod", type_of_pod_volume},
  };
}

}  // namespace vlint::velero
