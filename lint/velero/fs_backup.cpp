#include "lint/velero/fs_backup.h"

#include <fmt/format.h>

#include <utility>

#include "lint/velero/names.h"

namespace vlint::velero {
namespace {

constexpr std::string_view kDefaultToken = "default-token";

EvidenceList default_evidence(const Schedule& schedule, const Install& install) {
  const Setting& setting = schedule.default_volumes_to_fs_backup;
  const bool is_on = setting.value == Known::yes;
  if (setting.value == Known::unknown) {
    const bool is_written = setting.where.valid();
    return {{is_written ? "whether file system backup is the default is not known: the value is templated"
             : install.servers.empty()
                 ? "whether file system backup is the default is not known: the Velero server is not in the repository"
                 : "whether file system backup is the default is not known: the server's flags are not known",
             is_written ? setting.where : schedule.resource->place()}};
  }
  if (setting.from == SettingFrom::schedule) {
    return {{is_on ? "defaultVolumesToFsBackup is true" : "defaultVolumesToFsBackup is false", setting.where}};
  }
  if (setting.from == SettingFrom::server) {
    return {{is_on ? "the server runs with --default-volumes-to-fs-backup"
                   : "the server runs with --default-volumes-to-fs-backup=false",
             setting.where}};
  }
  return {{"by Velero's default only volumes that the pod names are copied", {}}};
}

Known contains(const VolumeNames& list, const PodVolume& volume) {
  const Known found = list.contains(volume.name);
  // The name of the volume is a template: it can be any of the names.
  if (found == Known::no && !volume.name_known && !list.names.empty()) return Known::unknown;
  return found;
}

FsDecision not_wanted(Reason reason, EvidenceList evidence) {
  return {FsResult::not_wanted, reason, std::move(evidence), false};
}

Evidence at_source(const PodVolume& volume, std::string message) { return {std::move(message), volume.volume.span()}; }

}  // namespace

EvidenceList never_copied_evidence(std::string_view source, yaml::Value volume) {
  return {{fmt::format("Velero never copies a {} volume", source), volume.span()}};
}

EvidenceList mount_evidence(Mount mount, yaml::Value volume) {
  switch (mount) {
    case Mount::mounted:
      return {};
    case Mount::device:
      return {{"a container uses it as a block device", volume.span()}};
    case Mount::init_only:
      return {{"only init containers mount the volume", volume.span()}};
    case Mount::none:
      return {{"no container mounts the volume", volume.span()}};
    case Mount::unknown:
      break;
  }
  return {{"whether a container mounts it is not known", volume.span()}};
}

VolumeAttributes attributes_of(const PodVolume& volume) {
  VolumeAttributes attributes;
  read_pod_volume(volume.volume, attributes);
  if (volume.source == "emptyDir") attributes.type = "emptyDir";  // also where the manifest gives no source
  return attributes;
}

FsBackup::FsBackup(const Schedule& schedule, const Install& install, Selected claims)
    : schedule_(schedule),
      install_(install),
      claims_(std::move(claims)),
      default_(default_evidence(schedule, install)),
      no_agent_(install.node_agent_evidence) {}

LegacyChoice FsBackup::legacy_choice(const PodFacts& pod, const PodVolume& volume) const {
  const Known by_default = schedule_.default_volumes_to_fs_backup.value;
  const Known named_in = contains(pod.opt_in, volume);
  const Known named_out = contains(pod.opt_out, volume);
  if (by_default == Known::yes) {
    if (named_out == Known::unknown) return {Known::unknown, Reason::unknown_value, pod.opt_out.templated};
    if (named_out == Known::yes) return {Known::no, Reason::opted_out, pod.opt_out.chosen};
    return {Known::yes, Reason::default_is_fs_backup, default_};
  }
  if (by_default == Known::no) {
    if (named_in == Known::unknown) return {Known::unknown, Reason::unknown_value, pod.opt_in.templated};
    if (named_in == Known::yes) return {Known::yes, Reason::opted_in, pod.opt_in.chosen};
    return {Known::no, Reason::not_opted_in, default_};
  }
  // Either way.
  if (named_in == Known::yes && named_out == Known::no) {
    return {Known::yes, Reason::opted_in, pod.opt_in.chosen};
  }
  if (named_in == Known::no && named_out == Known::yes) {
    return {Known::no, Reason::opted_out, pod.opt_out.chosen};
  }
  return {Known::unknown, Reason::unknown_value, default_};
}

// Up to Velero 1.13 the names in the opt-in annotation are taken as they are, whatever the type of their volumes.
// pkg/podvolume: GetVolumesByPod.
bool FsBackup::by_annotation_only() const {
  return !install_.is_at_least(1, 14) && schedule_.default_volumes_to_fs_backup.value == Known::no;
}

// internal/volumehelper/volume_policy_helper.go: shouldIncludeVolumeInBackup.
std::optional<FsDecision> FsBackup::check_type(const PodFacts& pod, const PodVolume& volume) const {
  if (!volume.never_copied.empty()) {
    const bool passes =
        by_annotation_only() && volume.source != "hostPath" && contains(pod.opt_in, volume) != Known::no;
    if (passes) return std::nullopt;
    return not_wanted(Reason::type_never_copied, volume.never_copied);
  }
  if (by_annotation_only()) return std::nullopt;
  if (volume.name.substr(0, kDefaultToken.size()) == kDefaultToken) {
    return not_wanted(Reason::default_token_name,
                      {at_source(volume, "Velero takes the name for that of a service account's token")});
  }
  // The gate by the type of claims came with 1.14.
  if (!volume.is_claim || claims_.selected == Known::yes || !install_.is_at_least(1, 14)) return std::nullopt;
  if (claims_.selected == Known::no) return not_wanted(Reason::claim_type_excluded, claims_.evidence);
  return FsDecision{FsResult::unknown, Reason::unknown_value, claims_.evidence, false};
}

PolicyMatch FsBackup::match_policy(const PodVolume& volume) const {
  if (!volume.is_claim) return schedule_.volume_policies->match(attributes_of(volume));
  if (volume.claim == nullptr) return {false, std::nullopt, volume.volume.span()};
  return schedule_.volume_policies->match(volume.claim->seen_attributes());
}

// ShouldPerformFSBackup (from 1.14): a policy that matches comes before annotations and defaults.
std::optional<FsDecision> FsBackup::check_policy(const PodVolume& volume) const {
  if (!install_.is_at_least(1, 14)) return std::nullopt;
  if (schedule_.has_volume_policies == Known::unknown) {
    return FsDecision{FsResult::unknown, Reason::unknown_value, schedule_.volume_policy_evidence, false};
  }
  if (!schedule_.volume_policies) return std::nullopt;
  const ClaimFacts* claim = volume.claim;
  if (claim != nullptr && !claim->exists) {
    return FsDecision{FsResult::fails, Reason::claim_missing, claim->volume, false};
  }
  const bool has_no_volume = claim != nullptr && !claim->has_volume();
  const auto unbound = [&] {
    const EvidenceList unmatched = {
        {"the claim is not bound to a volume, and no volume policy matches it", volume.volume.span()}};
    return FsDecision{FsResult::fails, Reason::claim_unbound, concat(unmatched, claim->binding),
                      claim->bound_is_assumed};
  };
  if (has_no_volume && !install_.is_at_least(1, 18)) return unbound();  // asked before the policies
  // Issue with 1.14.0 alone: a volume that is no claim is looked for as a claim.
  if (!volume.is_claim && install_.is_at_least(1, 14) && !install_.is_at_least(1, 14, 1)) {
    return FsDecision{FsResult::fails,
                      Reason::claim_missing,
                      {at_source(volume, "Velero 1.14.0 with a volume policy takes every volume for a claim")},
                      false};
  }
  const PolicyMatch match = match_policy(volume);
  if (!match.known) {
    const bool is_missing = claim != nullptr && !claim->in_repository;
    EvidenceList evidence = {{"whether the volume policy matches is not known", match.where}};
    if (claim != nullptr) evidence = concat(evidence, claim->volume);
    return FsDecision{FsResult::unknown, is_missing ? Reason::claim_missing : Reason::unknown_value,
                      std::move(evidence), false};
  }
  if (!match.action) return has_no_volume ? std::optional(unbound()) : std::nullopt;
  EvidenceList evidence = schedule_.volume_policies->evidence(match);
  if (*match.action == PolicyAction::fs_backup) {
    return FsDecision{FsResult::copied, Reason::policy_fs_backup, std::move(evidence), false};
  }
  const bool skips = *match.action == PolicyAction::skip;
  return not_wanted(skips ? Reason::policy_skip : Reason::policy_other_action, std::move(evidence));
}

FsDecision FsBackup::want(const PodFacts& pod, const PodVolume& volume) const {
  if (std::optional<FsDecision> decided = check_type(pod, volume)) return *std::move(decided);
  if (std::optional<FsDecision> decided = check_policy(volume)) return *std::move(decided);
  LegacyChoice choice = legacy_choice(pod, volume);
  if (choice.wanted == Known::no) return not_wanted(choice.reason, std::move(choice.evidence));
  return {choice.wanted == Known::yes ? FsResult::copied : FsResult::unknown, choice.reason, std::move(choice.evidence),
          false};
}

FsDecision FsBackup::decide(const PodFacts& pod, const PodVolume& volume) const {
  FsDecision wanted = want(pod, volume);
  const bool is_wanted = wanted.result == FsResult::copied || wanted.result == FsResult::unknown;
  return is_wanted ? carry_out(pod, volume, std::move(wanted)) : wanted;
}

// pkg/podvolume/backupper.go: BackupPodVolumes takes volumes of running pods only.
std::optional<FsDecision> FsBackup::check_running(const PodFacts& pod) const {
  if (pod.running == Known::yes) return std::nullopt;
  if (pod.running == Known::no) return FsDecision{FsResult::dropped, Reason::pod_not_running, pod.state, pod.assumed};
  return FsDecision{FsResult::unknown, Reason::no_pods, pod.state, true};
}

// pkg/nodeagent/node_agent.go: IsRunningInNode.
std::optional<FsDecision> FsBackup::check_node_agent(const PodFacts& pod) const {
  if (install_.agent_nodes && !pod.node.empty()) {
    if (install_.agent_nodes->count(pod.node) != 0) return std::nullopt;
    return FsDecision{FsResult::fails,
                      Reason::no_node_agent,
                      {{fmt::format("no node-agent runs on node {}", pod.node), install_.agent_nodes_where}},
                      false};
  }
  if (install_.node_agent != Known::no) return std::nullopt;
  return FsDecision{FsResult::fails, Reason::no_node_agent, no_agent_, false};
}

// velero 1.16 pkg/podvolume/backupper.go: the pod's node must be labelled kubernetes.io/os=linux.
std::optional<FsDecision> FsBackup::check_os(const PodFacts& pod) const {
  if (!pod.needs_windows || !install_.is_at_least(1, 16) || install_.is_at_least(1, 17)) return std::nullopt;
  return FsDecision{FsResult::fails, Reason::not_linux, {{"the pod runs on Windows nodes", {}}}, false};
}

// pkg/repository/config/config.go: GetRepoIdentifier; the repository of a location must be one that can be opened.
std::optional<FsDecision> FsBackup::check_repository() const {
  if (schedule_.can_open_repository != Known::no) return std::nullopt;
  return FsDecision{FsResult::fails, Reason::no_repository, schedule_.repository_evidence, false};
}

std::optional<FsDecision> FsBackup::check_pod(const PodFacts& pod) const {
  const bool agent_first = install_.is_at_least(1, 12) && !install_.is_at_least(1, 13);  // issue 7135
  std::optional<FsDecision> obstacle;
  if (agent_first) obstacle = check_node_agent(pod);
  if (!obstacle) obstacle = check_running(pod);
  if (!obstacle) obstacle = check_node_agent(pod);
  if (!obstacle) obstacle = check_os(pod);
  if (!obstacle) obstacle = check_repository();
  return obstacle;
}

// backupper.go: a claim that is not there is an error of the pod, and its volume is left out.
std::optional<FsDecision> FsBackup::check_claim(const PodVolume& volume) const {
  if (volume.claim == nullptr || volume.claim->exists) return std::nullopt;
  return FsDecision{FsResult::fails, Reason::claim_missing, volume.claim->volume, false};
}

// velero 1.11 to 1.13 pkg/podvolume/backupper.go: policies are asked only now, and can only skip.
std::optional<FsDecision> FsBackup::check_old_policy(const PodVolume& volume) const {
  if (install_.is_at_least(1, 14) || schedule_.has_volume_policies == Known::no) return std::nullopt;
  if (volume.claim != nullptr && volume.claim->has_volume_name && !volume.claim->volume_exists) {
    return FsDecision{FsResult::fails, Reason::volume_missing, volume.claim->binding, false};
  }
  if (!schedule_.volume_policies) {
    return FsDecision{FsResult::unknown, Reason::unknown_value, schedule_.volume_policy_evidence, false};
  }
  const PolicyMatch match = match_policy(volume);
  if (!match.known) {
    return FsDecision{FsResult::unknown,
                      Reason::unknown_value,
                      {{"whether the volume policy matches is not known", match.where}},
                      false};
  }
  if (match.action != PolicyAction::skip) return std::nullopt;
  return FsDecision{FsResult::dropped, Reason::policy_skip, schedule_.volume_policies->evidence(match), false};
}

// backupper.go: isHostPathVolume.
std::optional<FsDecision> FsBackup::check_host_path(const PodVolume& volume) const {
  if (volume.claim == nullptr) return std::nullopt;
  if (volume.claim->has_volume_name && !volume.claim->volume_exists) {
    return FsDecision{FsResult::fails, Reason::volume_missing, volume.claim->binding, false};
  }
  if (volume.claim->host_path != Known::yes) return std::nullopt;
  return FsDecision{FsResult::dropped, Reason::host_path_volume, volume.claim->volume, false};
}

std::optional<FsDecision> FsBackup::check_mount(const PodVolume& volume) const {
  switch (volume.mount) {
    case Mount::mounted:
      return std::nullopt;
    case Mount::device:
      // Up to 1.12.0 the copy of a block device is tried.
      return FsDecision{install_.is_at_least(1, 12, 1) ? FsResult::dropped : FsResult::fails, Reason::block_volume,
                        volume.unmounted, false};
    case Mount::init_only:
      return FsDecision{FsResult::dropped, Reason::init_only_mount, volume.unmounted, false};
    case Mount::none:
      return FsDecision{FsResult::dropped, Reason::not_mounted, volume.unmounted, false};
    case Mount::unknown:
      break;
  }
  return FsDecision{FsResult::unknown, Reason::unknown_value, volume.unmounted, false};
}

// Velero pkg/podvolume/backupper.go: BackupPodVolumes. `wanted` is copied, or unknown where it isn't known whether the
// volume is wanted; then a copy that can't be made is the answer all the same.
FsDecision FsBackup::carry_out(const PodFacts& pod, const PodVolume& volume, FsDecision wanted) const {
  std::optional<FsDecision> obstacle = check_pod(pod);
  if (!obstacle) obstacle = check_claim(volume);
  if (!obstacle) obstacle = check_old_policy(volume);
  if (!obstacle) obstacle = check_host_path(volume);
  if (!obstacle) obstacle = check_mount(volume);
  if (obstacle) {
    if (wanted.result == FsResult::unknown && obstacle->result == FsResult::fails) return wanted;
    obstacle->evidence = concat(wanted.evidence, obstacle->evidence);
    return *std::move(obstacle);
  }
  const bool may_be_host_path = volume.claim != nullptr && volume.claim->host_path == Known::unknown;
  const bool is_assumed_agent = pod.node.empty() && !install_.agent_covers(pod.node_selector);
  wanted.assumed = pod.assumed || may_be_host_path || is_assumed_agent;
  const EvidenceList nothing;
  wanted.evidence = concat({&wanted.evidence, pod.assumed ? &pod.state : &nothing,
                            may_be_host_path ? &volume.claim->volume : &nothing,
                            is_assumed_agent ? &install_.assumed_agent : &nothing});
  return wanted;
}

}  // namespace vlint::velero
