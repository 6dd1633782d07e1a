#include "lint/velero/volume_policy.h"

#include <doctest/doctest.h>

#include <string>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

struct Policy {
  explicit Policy(const std::string& text, const Version& version = {1, 18, 1})
      : world("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  p: |\n" + indented(text)),
        policies(read_volume_policies(world.cluster().resources().front()["data"]["p"], version)) {}
  static std::string indented(const std::string& text) {
    std::string lines = "    ";
    for (const char c : text) {
      lines += c;
      if (c == '\n') lines += "    ";
    }
    return lines + "\n";
  }
  World world;
  VolumePolicies policies;
};

std::string one(const std::string& conditions, const std::string& action = "skip") {
  return "version: v1\nvolumePolicies:\n- conditions: " + conditions + "\n  action: {type: " + action + "}";
}

TEST_CASE("each fault of a policy is told at its place") {
  struct Row {
    std::string text;
    Version version;
    const char* message;
    const char* where;
  };
  const Version newest{1, 18, 1};
  for (const Row& row : {
           Row{"version: v2", newest, "must be v1", "v2"},
           Row{"volumePolicies: []", newest, "must be v1", "volumePolicies: []"},
           Row{"version: v1\npolicies: []", newest, "no field \"policies\"", "policies"},
           Row{one("{Capacity: '1Gi,'}"), newest, "no field \"Capacity\"", "Capacity"},
           Row{one("{capacity: 10Gi}"), newest, "lower,upper", "10Gi"},
           Row{one("{capacity: '1,2,3'}"), newest, "lower,upper", "'1,2,3'"},
           Row{one("{capacity: 'x,y'}"), newest, "lower,upper", "'x,y'"},
           Row{one("{capacity: '2Gi,1Gi'}"), newest, "ends below", "'2Gi,1Gi'"},
           Row{one("{storageClass: gp2}"), newest, "must be a list", "gp2"},
           Row{one("{csi: ebs}"), newest, "must be a mapping", "ebs"},
           Row{one("{csi: {volumeAttributes: {a: b}}}"), newest, "needs a csi.driver", "{volumeAttributes: {a: b}}"},
           Row{one("{nfs: {host: x}}"), newest, "no field \"host\"", "host"},
           Row{one("{pvcLabels: production}"), newest, "must be a mapping", "production"},
           Row{one("{pvcLabels: null}"), newest, "must be a mapping", "null"},
           Row{one("[]"), newest, "must be a mapping", "[]"},
           Row{one("{}", "copy"), newest, "is no action", "copy"},
           Row{one("{}", "custom"), Version{1, 18, 0}, "not known to Velero 1.18.0", "custom"},
           Row{one("{}", "fs-backup"), Version{1, 13, 2}, "not known to Velero 1.13.2", "fs-backup"},
           Row{one("{volumeTypes: [nfs]}"), Version{1, 12, 4}, "from Velero 1.13 on", "volumeTypes"},
           Row{one("{pvcLabels: {a: b}}"), Version{1, 15, 2}, "from Velero 1.16 on", "pvcLabels"},
           Row{one("{pvcPhase: [Pending]}"), Version{1, 17, 2}, "from Velero 1.18 on", "pvcPhase"},
           Row{"version: v1\nincludeExcludePolicy: {}", Version{1, 16, 2}, "from Velero 1.17 on",
               "includeExcludePolicy"},
           Row{"version: v1\nincludeExcludePolicy: {excludedNamespaceScopedResources: ['*']}", newest, "can't hold",
               "{excludedNamespaceScopedResources: ['*']}"},
           Row{"version: v1\nversion: v1", newest, "not valid YAML", "version"},
           Row{"version: [", newest, "not valid YAML", nullptr},
       }) {
    CAPTURE(row.text);
    const Policy policy(row.text, row.version);
    REQUIRE_FALSE(policy.policies.faults.empty());
    const Evidence& fault = policy.policies.faults.front();
    CHECK(fault.message.find(row.message) != std::string::npos);
    CHECK(fault.where.valid());
    if (row.where != nullptr) CHECK(policy.world.text(fault.where) == row.where);
  }
}

TEST_CASE("a good policy has no fault") {
  for (const char* text : {
           "version: v1",
           "version: v1\nvolumePolicies: null",
           "version: v1\nvolumePolicies:\n- conditions: null\n  action: {type: skip, parameters: {a: 1}}",
           "version: v1\nvolumePolicies:\n- conditions: {capacity: null, nfs: null, csi: {}, storageClass: []}\n"
           "  action: {type: snapshot}",
           "version: v1\nincludeExcludePolicy: {excludedNamespaceScopedResources: [secrets]}",
       }) {
    CAPTURE(text);
    CHECK(Policy(text).policies.faults.empty());
  }
}

TEST_CASE("an empty text is refused") {
  const World world("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {p: ''}\n");
  const VolumePolicies empty = read_volume_policies(world.cluster().resources().front()["data"]["p"], {1, 18, 1});
  REQUIRE(empty.faults.size() == 1);
  CHECK(empty.faults.front().message == "the volume policy is empty");
}

VolumeAttributes csi_volume() {
  VolumeAttributes volume;
  volume.capacity = *kube::Quantity::parse("5Gi");
  volume.storage_class = "fast";
  volume.is_csi = Known::yes;
  volume.csi_driver = "ebs.csi.aws.com";
  volume.csi_attributes = kube::StringMap{{"protocol", "nfs"}};
  volume.type = "csi";
  kube::KnownLabels labels;
  labels.labels = {{"tier", "cache"}};
  volume.claim_labels = labels;
  volume.claim_phase = "Bound";
  return volume;
}

TEST_CASE("all conditions of a policy must hold") {
  struct Row {
    const char* conditions;
    bool matches;
  };
  for (const Row& row : {
           Row{"{}", true},
           Row{"{capacity: '5Gi,5Gi'}", true},
           Row{"{capacity: ',4Gi'}", false},
           Row{"{capacity: '5Gi,'}", true},
           Row{"{capacity: '6Gi,'}", false},
           Row{"{capacity: '0,0'}", true},
           Row{"{storageClass: [slow, fast]}", true},
           Row{"{storageClass: [slow]}", false},
           Row{"{csi: {}}", true},
           Row{"{csi: {driver: ebs.csi.aws.com}}", true},
           Row{"{csi: {driver: EBS.csi.aws.com}}", false},
           Row{"{csi: {driver: ebs.csi.aws.com, volumeAttributes: {protocol: nfs}}}", true},
           Row{"{csi: {driver: ebs.csi.aws.com, volumeAttributes: {protocol: smb}}}", false},
           Row{"{csi: {driver: ebs.csi.aws.com, volumeAttributes: {other: ''}}}", true},
           Row{"{nfs: {}}", false},
           Row{"{volumeTypes: [csi]}", true},
           Row{"{volumeTypes: [CSI]}", false},
           Row{"{pvcLabels: {tier: cache}}", true},
           Row{"{pvcLabels: {tier: cache, a: b}}", false},
           Row{"{pvcPhase: [Pending, Bound]}", true},
           Row{"{pvcPhase: [bound]}", false},
           Row{"{capacity: '5Gi,', storageClass: [slow]}", false},
       }) {
    CAPTURE(row.conditions);
    const Policy policy(one(row.conditions));
    REQUIRE(policy.policies.faults.empty());
    CHECK(policy.policies.match(csi_volume()).action.has_value() == row.matches);
  }
}

TEST_CASE("a volume of a pod has capacity 0 and no storage class") {
  const VolumeAttributes empty_dir;
  CHECK(Policy(one("{capacity: ',10Gi'}")).policies.match(empty_dir).action == PolicyAction::skip);
  CHECK_FALSE(Policy(one("{capacity: '1Gi,'}")).policies.match(empty_dir).action.has_value());
  CHECK_FALSE(Policy(one("{storageClass: ['']}")).policies.match(empty_dir).action.has_value());
}

TEST_CASE("nfs conditions compare what they name") {
  VolumeAttributes volume;
  volume.is_nfs = Known::yes;
  volume.nfs_server = "s";
  volume.nfs_path = "/p";
  CHECK(Policy(one("{nfs: {}}")).policies.match(volume).action.has_value());
  CHECK(Policy(one("{nfs: {server: s}}")).policies.match(volume).action.has_value());
  CHECK(Policy(one("{nfs: {path: /p}}")).policies.match(volume).action.has_value());
  CHECK_FALSE(Policy(one("{nfs: {server: s, path: /q}}")).policies.match(volume).action.has_value());
  CHECK_FALSE(Policy(one("{nfs: {server: t}}")).policies.match(volume).action.has_value());
}

TEST_CASE("the first policy that matches wins") {
  const Policy policy(
      "version: v1\nvolumePolicies:\n- conditions: {capacity: '10Gi,'}\n  action: {type: skip}\n"
      "- conditions: {csi: {}}\n  action: {type: snapshot}\n- conditions: {}\n  action: {type: fs-backup}");
  const PolicyMatch match = policy.policies.match(csi_volume());
  CHECK(match.action == PolicyAction::snapshot);
  CHECK(policy.world.text(match.where).substr(0, 22) == "conditions: {csi: {}}\n");
  CHECK(policy.policies.match({}).action == PolicyAction::fs_backup);
}

TEST_CASE("an attribute that isn't known matters only where the action depends on it") {
  VolumeAttributes volume = csi_volume();
  volume.storage_class = std::nullopt;
  const char* kDiffer =
      "version: v1\nvolumePolicies:\n- conditions: {storageClass: [fast]}\n  action: {type: skip}\n"
      "- conditions: {}\n  action: {type: snapshot}";
  const char* kSame =
      "version: v1\nvolumePolicies:\n- conditions: {storageClass: [fast]}\n  action: {type: skip}\n"
      "- conditions: {}\n  action: {type: skip}";
  const char* kOther =
      "version: v1\nvolumePolicies:\n- conditions: {storageClass: [fast], csi: {driver: other}}\n  action: {type: "
      "skip}";
  CHECK_FALSE(Policy(kDiffer).policies.match(volume).known);
  CHECK(Policy(kSame).policies.match(volume).known);
  CHECK(Policy(kSame).policies.match(volume).action == PolicyAction::skip);
  CHECK(Policy(kOther).policies.match(volume).known);
  CHECK_FALSE(Policy(one("{storageClass: [fast]}")).policies.match(volume).known);
  volume.capacity = std::nullopt;
  CHECK(Policy(one("{capacity: ''}")).policies.match(volume).known);
  CHECK_FALSE(Policy(one("{capacity: '1Gi,'}")).policies.match(volume).known);
}

TEST_CASE("a PersistentVolume of an unknown type is of none that only pods have") {
  VolumeAttributes volume;
  volume.type = std::nullopt;
  CHECK(Policy(one("{volumeTypes: [emptyDir, secret]}")).policies.match(volume).known);
  CHECK_FALSE(Policy(one("{volumeTypes: [emptyDir]}")).policies.match(volume).action);
  CHECK_FALSE(Policy(one("{volumeTypes: [emptyDir, csi]}")).policies.match(volume).known);
}

TEST_CASE("policies that are no list, and lists that contradict each other") {
  const auto fault = [](const std::string& text) {
    const Policy policy(text);
    return policy.policies.faults.empty() ? "" : policy.policies.faults.front().message;
  };
  CHECK(fault("version: [v1]") == "version must be a string");
  CHECK(fault("version: v1\nvolumePolicies: x") == "volumePolicies must be a list");
  CHECK(
      fault("version: v1\nincludeExcludePolicy: {includedClusterScopedResources: [pv], excludedClusterScopedResources: "
            "[pv]}") == "\"pv\" is both included and excluded");
}

TEST_CASE("a volume without a capacity has one of 0") {
  const World world(
      "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {nfs: {}}\n"
      "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: b}\nspec: {capacity: {storage: '${S}'}, nfs: "
      "{}}\n");
  VolumeAttributes none;
  read_persistent_volume(world.cluster().resources()[0]["spec"], none);
  REQUIRE(none.capacity.has_value());
  CHECK(Policy(one("{capacity: '0,1Gi'}")).policies.match(none).action == PolicyAction::skip);
  VolumeAttributes templated;
  read_persistent_volume(world.cluster().resources()[1]["spec"], templated);
  CHECK_FALSE(templated.capacity.has_value());
}

}  // namespace
}  // namespace vlint::velero
