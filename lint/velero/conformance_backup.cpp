// Conformance suites on Schedules, on file system backup, and on whole runs of Velero's backup engine.
#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/velero/conformance_cases.h"
#include "lint/velero/names.h"
#include "lint/velero/server_flags.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kTested = "v1.18.1";

std::string go_bool(Value value) { return is_true(value) ? "true" : "false"; }

std::string backup_manifest(std::string_view fs_backup_by_default, Value policy) {
  std::string text = fmt::format(
      "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {{name: b, namespace: velero}}\n"
      "spec: {{defaultVolumesToFsBackup: {}{}}}\n",
      fs_backup_by_default, policy.is_set() ? ", resourcePolicy: {kind: configmap, name: policy}" : "");
  if (policy.is_set()) {
    text += fmt::format(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: policy, namespace: velero}}\ndata: {{p: {}}}\n",
        written(policy));
  }
  return text;
}

Selected claims_selected(Value excluded) {
  Selected claims;
  claims.selected = known(!is_true(excluded));
  return claims;
}

// Whether Velero asks for a copy, whatever comes of it.
bool is_wanted(const FsDecision& decision) {
  return decision.result == FsResult::copied || decision.result == FsResult::dropped;
}

CaseResult opt_in_list(Value input, Value expected) {
  std::vector<std::string> names;
  for (const std::string_view name : read_volume_names(input["annotations"], kBackupVolumes).names) {
    names.emplace_back(name);
  }
  return expect_names(names, strings(expected["volumes"]), "volumes");
}

CaseResult volumes_by_pod(Value input, Value expected) {
  // The function of the cases is that of Velero 1.13, where names in the annotation are taken whatever their type.
  const bool by_default = is_true(input["defaultVolumesToFsBackup"]);
  if (!by_default) {
    const VolumeNames named = read_volume_names(input["pod"]["metadata"]["annotations"], kBackupVolumes);
    const std::vector<std::string> names(named.names.begin(), named.names.end());
    return expect_names(names, strings(expected["included"]), "included");
  }
  const Prepared prepared(install_manifests(kTested, true) + document(input["pod"]) + backup_manifest("true", {}));
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install,
                           claims_selected(input["backupExcludePVC"]));
  std::vector<std::string> included;
  std::vector<std::string> opted_out;
  for (std::size_t i = 0; i < prepared.plan.volumes.size(); ++i) {
    const VolumeUse& use = prepared.plan.volumes[i];
    const FsDecision decision = fs_backup.decide(prepared.facts.pods[use.workload], prepared.facts.volumes[i].volume);
    if (prepared.plan.workloads[use.workload].resource->kind != "Pod") continue;
    if (is_wanted(decision)) included.emplace_back(use.name);
    if (decision.reason == Reason::opted_out) opted_out.emplace_back(use.name);
  }
  const CaseResult result = expect_names(included, strings(expected["included"]), "included");
  return result.failure.empty() ? expect_names(opted_out, strings(expected["optedOut"]), "optedOut") : result;
}

const Claim* find_claim(const Plan& plan, std::string_view name_space, std::string_view name) {
  for (const Claim& claim : plan.claims) {
    if (claim.name == name && (name_space.empty() || claim.name_space == name_space)) return &claim;
  }
  return nullptr;
}

CaseResult volume_name_for_claim(Value input, Value expected) {
  const Prepared prepared(document(input["pod"]));
  const Claim* claim = find_claim(prepared.plan, {}, input["pvcName"].text());
  if (claim == nullptr) return expect(true, is_true(expected["error"]), "error");
  return expect(prepared.plan.volumes[claim->mounted_by.front()].name, expected["volumeName"].text(), "volumeName");
}

CaseResult pods_using_claim(Value input, Value expected) {
  const Prepared prepared(documents(input["cluster"]));
  const Claim* claim = find_claim(prepared.plan, input["pvcNamespace"].text(), input["pvcName"].text());
  const std::size_t count = claim == nullptr ? 0 : claim->mounted_by.size();
  return expect(std::to_string(count), expected["podCount"].text(), "podCount");
}

CaseResult claim_by_legacy(Value input, Value expected) {
  const Prepared prepared(install_manifests(kTested, true) + documents(input["cluster"]) +
                          backup_manifest(go_bool(input["defaultVolumesToFsBackup"]), {}));
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install, {});
  const Claim* claim = find_claim(prepared.plan, input["pvcNamespace"].text(), input["pvcName"].text());
  Known wanted = Known::no;
  if (claim != nullptr) {
    for (const std::uint32_t use : claim->mounted_by) {
      const PodFacts& pod = prepared.facts.pods[prepared.plan.volumes[use].workload];
      wanted = wanted || fs_backup.legacy_choice(pod, prepared.facts.volumes[use].volume).wanted;
    }
  }
  return expect(wanted == Known::yes, is_true(expected["fsBackup"]), "fsBackup");
}

CaseResult type_gate(Value input, Value expected) {
  const std::string pod =
      fmt::format("---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: ns}}\nspec: {{volumes: [{}]}}\n",
                  written(input["volume"]));
  const Prepared prepared(install_manifests(kTested, true) + pod + backup_manifest("true", {}));
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install,
                           claims_selected(input["pvcResourceExcluded"]));
  const std::size_t last = prepared.plan.volumes.size() - 1;
  const PodFacts& facts = prepared.facts.pods[prepared.plan.volumes[last].workload];
  return expect(is_wanted(fs_backup.decide(facts, prepared.facts.volumes[last].volume)), is_true(expected["eligible"]),
                "eligible");
}

CaseResult should_fs_backup(Value input, Value expected) {
  const Prepared prepared(install_manifests(kTested, true) + documents(input["cluster"]) +
                          backup_manifest(go_bool(input["defaultVolumesToFsBackup"]), input["volumePolicy"]));
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install,
                           claims_selected(input["pvcResourceExcluded"]));
  for (std::size_t i = 0; i < prepared.plan.volumes.size(); ++i) {
    const VolumeUse& use = prepared.plan.volumes[i];
    const kube::Resource& owner = *prepared.plan.workloads[use.workload].resource;
    if (owner.name != input["pod"]["metadata"]["name"].text() || use.name != input["volume"].text()) continue;
    const FsDecision decision = fs_backup.decide(prepared.facts.pods[use.workload], prepared.facts.volumes[i].volume);
    if (is_true(expected["error"])) return expect(decision.reason == Reason::claim_unbound, true, "error");
    return expect(is_wanted(decision), is_true(expected["fsBackup"]), "fsBackup");
  }
  return {false, "the volume was not found"};
}

// An uploader without a repository is one that can't be opened.
CaseResult preconditions(Value input, Value expected) {
  if (!input["pod"].is_set()) return expect("0", expected["podVolumeBackups"].text(), "podVolumeBackups");
  PlanOptions options;
  options.is_dump = true;
  Prepared prepared(install_manifests(kTested, false) + documents(input["cluster"]) + document(input["pod"]) +
                        backup_manifest("true", {}),
                    options);
  Schedule& schedule = prepared.plan.schedules.front();
  if (is_true(input["uploaderHasNoRepositoryType"])) schedule.can_open_repository = Known::no;
  const FsBackup fs_backup(schedule, prepared.plan.install, {});
  std::size_t copied = 0;
  bool fails = false;
  for (std::size_t i = 0; i < prepared.plan.workloads.size(); ++i) {
    if (prepared.plan.workloads[i].resource->name != input["pod"]["metadata"]["name"].text()) continue;
    const std::optional<FsDecision> obstacle = fs_backup.check_pod(prepared.facts.pods[i]);
    fails = fails || (obstacle && obstacle->result == FsResult::fails);
  }
  for (std::size_t i = 0; i < prepared.plan.volumes.size(); ++i) {
    const FsDecision decision =
        fs_backup.decide(prepared.facts.pods[prepared.plan.volumes[i].workload], prepared.facts.volumes[i].volume);
    copied += decision.result == FsResult::copied ? 1U : 0U;
    fails = fails || decision.result == FsResult::fails;
  }
  const CaseResult result = expect(std::to_string(copied), expected["podVolumeBackups"].text(), "podVolumeBackups");
  if (!result.failure.empty() || !expected["errors"]) return result;
  return expect(fails, expected["errors"].size() > 0, "errors");
}

CaseResult pod_running(Value input, Value expected) {
  return expect(is_pod_running(input["pod"]) == Known::yes, is_true(expected["running"]), "running");
}

CaseResult uploader_type(Value input, Value expected) {
  const World world(
      install_manifests(kTested, true, fmt::format(", \"--uploader-type={}\"", input["uploaderType"].text())));
  const Install install = find_install(world.cluster(), {});
  return expect(!install.flags.invalid.empty(), expected["error"].is_set(), "error");
}

}  // namespace

std::vector<Suite> backup_suites() {
  return {
      {"annotation-optin-list", opt_in_list},
      {"legacy-volumes-by-pod", volumes_by_pod},
      {"pod-volume-name-for-pvc", volume_name_for_claim},
      {"pods-using-pvc", pods_using_claim},
      {"pvc-selected-by-legacy-fs", claim_by_legacy},
      {"fs-volume-type-gate", type_gate},
      {"should-fs-backup", should_fs_backup},
      {"fs-preconditions", preconditions},
      {"pod-running", pod_running},
      {"uploader-type", uploader_type},
  };
}

}  // namespace vlint::velero
