#include "lint/volsync/replication.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "lint/kube/selector_value.h"
#include "lint/volsync/schedule.h"

namespace vlint::volsync {
namespace {

using yaml::Value;

struct MoverInfo {
  Mover mover;
  std::string_view field;
  Known history;
};
constexpr auto kMovers = std::to_array<MoverInfo>({
    {Mover::restic, "restic", Known::yes},
    {Mover::rclone, "rclone", Known::no},
    {Mover::rsync, "rsync", Known::no},
    {Mover::rsync_tls, "rsyncTLS", Known::no},
    {Mover::syncthing, "syncthing", Known::no},
    {Mover::external, "external", Known::unknown},
    {Mover::kopia, "kopia", Known::yes},
});

const MoverInfo& info_of(Mover mover) {
  return *std::find_if(kMovers.begin(), kMovers.end(), [&](const MoverInfo& one) { return one.mover == mover; });
}

// volsync api/v1alpha1/common_types.go: CopyMethodType. None is the old name of Direct.
CopyMethod read_copy_method(const Text& text) {
  if (text.given() == Known::no) return CopyMethod::none_given;
  if (text.given() == Known::unknown) return CopyMethod::unknown;
  if (text.text() == "Direct" || text.text() == "None") return CopyMethod::direct;
  if (text.text() == "Clone") return CopyMethod::clone;
  return text.text() == "Snapshot" ? CopyMethod::snapshot : CopyMethod::invalid;
}

// statemachine/machine.go: getTrigger.
TriggerKind kind_of(const Trigger& trigger) {
  if (trigger.manual.given() == Known::yes) return TriggerKind::manual;
  if (trigger.manual.given() == Known::unknown) return TriggerKind::unknown;
  if (trigger.schedule.given() == Known::yes) return TriggerKind::schedule;
  return trigger.schedule.given() == Known::no ? TriggerKind::continuous : TriggerKind::unknown;
}

Trigger read_trigger(Value field) {
  Trigger trigger;
  trigger.field = field;
  trigger.schedule = {field["schedule"]};
  trigger.manual = {field["manual"]};
  trigger.kind = kind_of(trigger);
  if (!field["schedule"].is_set()) return trigger;
  if (!kube::has_known_text(field["schedule"])) {
    trigger.crd_accepts = Known::unknown;
    trigger.is_readable = Known::unknown;
    return trigger;
  }
  const std::string_view text = trigger.schedule.text();
  trigger.crd_accepts = known(crd_accepts_schedule(text));
  if (text.empty()) return trigger;
  Result<kube::Cron> cron = kube::Cron::parse(text);
  trigger.is_readable = known(cron.ok());
  if (cron.ok()) {
    trigger.cron = std::move(cron).value();
  } else {
    trigger.fault = cron.error();
  }
  return trigger;
}

struct KeepInfo {
  std::string_view what;
  std::int64_t days;  // that one of them covers; 0 for an hour
  bool is_text;
};
constexpr auto kKeeps = std::to_array<KeepInfo>({{"hourly", 0, false},
                                                 {"daily", 1, false},
                                                 {"weekly", 7, false},
                                                 {"monthly", 30, false},
                                                 {"yearly", 365, false},
                                                 {"within", 0, true},
                                                 {"last", 0, true}});

std::optional<std::int64_t> number_of(Value value) {
  if (const std::optional<std::int64_t> number = value.as_int()) return number;
  const std::string_view text = value.text();
  std::int64_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = !text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size();
  return is_number ? std::optional(number) : std::nullopt;
}

Retain read_retain(Value field) {
  Retain retain;
  retain.field = field;
  retain.snapshots = 0;
  retain.days = 0;
  // Far above what anybody keeps, and far below an overflow.
  constexpr std::int64_t kMost = 1'000'000;
  for (const KeepInfo& keep : kKeeps) {
    const Value value = field[keep.what];
    if (!value.is_set()) continue;
    retain.keeps.push_back({keep.what, value});
    const bool is_known = kube::has_known_text(value);
    if (is_known && keep.is_text != value.as_string().has_value()) retain.wrong_types.push_back(value);
    const std::optional<std::int64_t> count = is_known && keep.what != "within" ? number_of(value) : std::nullopt;
    const bool is_counted = count && *count >= 0 && *count <= kMost;
    if (!is_counted || !retain.snapshots) {
      retain.snapshots.reset();
    } else {
      *retain.snapshots += *count;
    }
    if (keep.what == "last" && is_counted) continue;
    if (!is_counted || !retain.days) {
      retain.days.reset();
    } else {
      *retain.days = std::max(*retain.days, keep.days == 0 ? *count / 24 : *count * keep.days);
    }
  }
  if (retain.keeps.empty()) retain.snapshots = 1;
  return retain;
}

// What the mover's Secret must hold. restic/mover.go: validateRepository; rclone/mover.go: validateRcloneConfig;
// rsync and rsynctls/mover.go: ensureSecrets.
void read_secrets(const MoverUse& use, bool is_source, Replication& out) {
  const Value spec = use.spec;
  switch (use.mover) {
    case Mover::restic:
      out.secrets.push_back({{spec["repository"]}, {"RESTIC_REPOSITORY", "RESTIC_PASSWORD"}, true});
      break;
    case Mover::kopia:
      out.secrets.push_back({{spec["repository"]}, {"KOPIA_PASSWORD"}, true});
      break;
    case Mover::rclone:
      out.secrets.push_back({{spec["rcloneConfig"]}, {"rclone.conf"}, true});
      break;
    case Mover::rsync:
      if (spec["sshKeys"].is_set()) {
        out.secrets.push_back({{spec["sshKeys"]},
                               is_source
                                   ? std::vector<std::string_view>{"source", "source.pub", "destination.pub"}
                                   : std::vector<std::string_view>{"destination", "destination.pub", "source.pub"},
                               false});
      }
      break;
    case Mover::rsync_tls:
      if (spec["keySecret"].is_set()) out.secrets.push_back({{spec["keySecret"]}, {"psk.txt"}, false});
      break;
    case Mover::syncthing:
    case Mover::external:
      break;
  }
  // utils/customca.go: ValidateCustomCA. Without a key nothing is read; the Secret wins over the ConfigMap.
  out.custom_ca = spec["customCA"];
  const Text ca_key{out.custom_ca["key"]};
  const Text ca_secret{out.custom_ca["secretName"]};
  if (ca_key.given() == Known::yes && ca_secret.given() != Known::no) {
    out.secrets.push_back({ca_secret, {ca_key.text()}, false});
  }
  for (const Value volume : spec["moverVolumes"].items()) {
    const Value secret = volume["volumeSource"]["secret"]["secretName"];
    if (secret.is_set()) out.secrets.push_back({{secret}, {}, false});
  }
}

void read_mover(const MoverUse& use, Replication& out) {
  const Value spec = use.spec;
  if (!out.is_source) out.claim = {spec["destinationPVC"]};
  out.copy_method_text = {spec["copyMethod"]};
  out.copy_method = read_copy_method(out.copy_method_text);
  out.capacity = {spec["capacity"]};
  out.storage_class = {spec["storageClassName"]};
  out.snapshot_class = {spec["volumeSnapshotClassName"]};
  out.access_modes = spec["accessModes"];
  read_secrets(use, out.is_source, out);
  out.cache_capacity = {spec["cacheCapacity"]};
  out.cache_storage_class = {spec["cacheStorageClassName"]};
  out.cache_access_modes = spec["cacheAccessModes"];
  out.security_context = spec["moverSecurityContext"];
  out.service_account = {spec["moverServiceAccount"]};
  out.pod_labels = spec["moverPodLabels"];
  out.mover_volumes = spec["moverVolumes"];
  out.address = {spec["address"]};
  out.retain = read_retain(spec["retain"]);
  out.prune_interval_days = {spec["pruneIntervalDays"]};
  out.unlock = {spec["unlock"]};
  out.previous = {spec["previous"]};
  out.restore_as_of = {spec["restoreAsOf"]};
  out.deletes_files = read_flag(spec["enableFileDeletion"]);
  out.cleans_up_claim = read_flag(spec["cleanupTempPVC"]);
  out.cleans_up_cache = read_flag(spec["cleanupCachePVC"]);
}

}  // namespace

std::string_view field_of(Mover mover) { return info_of(mover).field; }
Known keeps_history(Mover mover) { return info_of(mover).history; }

Known Text::given() const {
  if (!field.is_set()) return Known::no;
  if (!field.is_scalar() || !kube::has_known_text(field)) return Known::unknown;
  return known(!field.text().empty());
}

bool Replication::has_access_mode(std::string_view mode) const {
  const std::vector<Value> modes = access_modes.items();
  return std::any_of(modes.begin(), modes.end(), [&](const Value& one) { return one.text() == mode; });
}

const SecretUse* Replication::repository() const {
  const auto found =
      std::find_if(secrets.begin(), secrets.end(), [](const SecretUse& use) { return use.is_repository; });
  return found == secrets.end() ? nullptr : &*found;
}

Known read_flag(Value field, Known otherwise) {
  if (!field.is_set()) return otherwise;
  if (!field.is_scalar() || !kube::has_known_text(field)) return Known::unknown;
  const std::optional<bool> flag = field.as_bool();
  return flag ? known(*flag) : Known::unknown;  // the API server refuses anything else
}

Replication read_replication(const kube::Resource& resource) {
  Replication read;
  read.resource = &resource;
  read.is_source = resource.kind == "ReplicationSource";
  const Value spec = resource["spec"];
  for (const yaml::Entry& entry : spec.entries()) {
    const auto info = std::find_if(kMovers.begin(), kMovers.end(),
                                   [&](const MoverInfo& one) { return one.field == entry.key.text(); });
    const bool is_method = info != kMovers.end() && (read.is_source || info->mover != Mover::syncthing);
    if (is_method && entry.value.is_set()) read.movers.push_back({info->mover, entry.key, entry.value});
  }
  read.trigger = read_trigger(spec["trigger"]);
  read.is_paused = read_flag(spec["paused"]);
  read.paused_where = spec["paused"].span();
  if (const yaml::Entry debug = resource.metadata["annotations"].find("volsync.backube/enable-debug-mover")) {
    read.is_debugged = Known::yes;
    read.debug_where = debug.key.span();
  }
  if (read.is_source) read.claim = {spec["sourcePVC"]};
  if (const MoverUse* use = read.mover()) {
    const MoverUse copy = *use;
    read_mover(copy, read);
  }
  return read;
}

}  // namespace vlint::volsync
