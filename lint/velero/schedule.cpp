#include "lint/velero/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/validation.h"

namespace vlint::velero {
namespace {

using kube::Resource;
using yaml::Value;

constexpr std::size_t kLongestLabelValue = 63;

// Reads typed fields. What the API server refuses by the custom resource's schema goes into `refused`; what it takes
// and Velero then can't decode into `undecodable`.
class FieldReader {
 public:
  FieldReader(std::vector<Evidence>& refused, std::vector<Evidence>& undecodable)
      : refused_(refused), undecodable_(undecodable) {}

  NameList names(Value holder, std::string_view key) {
    NameList list;
    list.field = holder[key];
    if (!list.field.is_set()) return list;
    if (!list.field.is_sequence()) {
      refuse(list.field, key, "a list");
      if (!kube::has_known_text(list.field)) list.names.push_back({list.field.text(), list.field, false});
      return list;
    }
    for (const Value item : list.field.items()) {
      if (!item.is_scalar() || (kube::has_known_text(item) && !item.as_string()))
        refuse(item, key, "a list of strings");
      list.names.push_back({item.text(), item, kube::has_known_text(item)});
    }
    return list;
  }

  BoolField boolean(Value holder, std::string_view key) {
    BoolField field{holder[key], false, Known::unknown};
    if (!field.field.is_set()) return field;
    field.set = true;
    if (const std::optional<bool> value = field.field.as_bool()) {
      field.value = known(*value);
    } else {
      refuse(field.field, key, "true or false");
    }
    return field;
  }

  Value duration(Value holder, std::string_view key) {
    const Value field = holder[key];
    if (!field.is_set() || !kube::has_known_text(field)) return field;
    if (!field.as_string()) {
      refuse(field, key, "a string");
    } else if (const auto parsed = kube::parse_go_duration(field.text()); !parsed) {
      undecodable_.push_back(
          {fmt::format("{} is no duration: {}; Velero can't decode the object, and with it stops reading "
                       "all Schedules and Backups of the namespace",
                       key, parsed.error()),
           field.span()});
    }
    return field;
  }

  void refuse(Value field, std::string_view key, std::string_view wanted) {
    if (!kube::has_known_text(field)) return;
    refused_.push_back({fmt::format("the API server refuses the object: {} must be {}", key, wanted), field.span()});
  }

 private:
  std::vector<Evidence>& refused_;
  std::vector<Evidence>& undecodable_;
};

void read_hook_timeouts(Value hooks, FieldReader& reader) {
  for (const Value resource : hooks["resources"].items()) {
    for (const std::string_view phase : {"pre", "post"}) {
      for (const Value hook : resource[phase].items()) reader.duration(hook["exec"], "timeout");
    }
  }
}

// Fields that a version doesn't know are pruned when the object is applied.
BackupSpec read_backup_spec(Value root, const Version& version, FieldReader& reader) {
  BackupSpec spec;
  spec.root = root;
  spec.included_namespaces = reader.names(root, "includedNamespaces");
  spec.excluded_namespaces = reader.names(root, "excludedNamespaces");
  spec.included_resources = reader.names(root, "includedResources");
  spec.excluded_resources = reader.names(root, "excludedResources");
  spec.include_cluster_resources = reader.boolean(root, "includeClusterResources");
  if (at_least(version, 1, 11)) {
    spec.included_namespace_scoped_resources = reader.names(root, "includedNamespaceScopedResources");
    spec.excluded_namespace_scoped_resources = reader.names(root, "excludedNamespaceScopedResources");
    spec.included_cluster_scoped_resources = reader.names(root, "includedClusterScopedResources");
    spec.excluded_cluster_scoped_resources = reader.names(root, "excludedClusterScopedResources");
    spec.resource_policy = root["resourcePolicy"];
    spec.item_operation_timeout = reader.duration(root, "itemOperationTimeout");
  }
  spec.label_selector = root["labelSelector"];
  spec.or_label_selectors = root["orLabelSelectors"];
  spec.snapshot_volumes = reader.boolean(root, "snapshotVolumes");
  if (at_least(version, 1, 10)) {
    spec.default_volumes_to_fs_backup = reader.boolean(root, "defaultVolumesToFsBackup");
  }
  spec.default_volumes_to_restic = reader.boolean(root, "defaultVolumesToRestic");
  if (at_least(version, 1, 12)) {
    spec.snapshot_move_data = reader.boolean(root, "snapshotMoveData");
    spec.datamover = root["datamover"];
  }
  spec.storage_location = root["storageLocation"];
  spec.volume_snapshot_locations = root["volumeSnapshotLocations"];
  spec.ttl = reader.duration(root, "ttl");
  spec.csi_snapshot_timeout = reader.duration(root, "csiSnapshotTimeout");
  spec.hooks = root["hooks"];
  spec.ordered_resources = root["orderedResources"];
  if (at_least(version, 1, 17)) spec.volume_group_snapshot_label_key = root["volumeGroupSnapshotLabelKey"];
  read_hook_timeouts(spec.hooks, reader);
  return spec;
}

Setting from_field(const BoolField& field) { return {field.value, SettingFrom::schedule, field.field.span()}; }
Setting from_flag(const BoolFlag& flag) {
  const bool given = flag.where.valid() || flag.value == Known::unknown;
  return {flag.value, given ? SettingFrom::server : SettingFrom::velero, flag.where};
}

// Velero pkg/controller/backup_controller.go: prepareBackupRequest. The field of the old name counts only when it is
// true.
Setting fs_backup_setting(const BackupSpec& spec, const Install& install) {
  const BoolField& old = spec.default_volumes_to_restic;
  if (old.set && (old.value == Known::yes || !install.is_at_least(1, 10))) return from_field(old);
  Setting setting = spec.default_volumes_to_fs_backup.set ? from_field(spec.default_volumes_to_fs_backup)
                                                          : from_flag(install.flags.default_volumes_to_fs_backup);
  if (old.set && old.value == Known::unknown) setting.value = setting.value || Known::unknown;
  return setting;
}

void read_settings(const Install& install, Schedule& schedule) {
  const BackupSpec& spec = schedule.backup;
  schedule.default_volumes_to_fs_backup = fs_backup_setting(spec, install);
  if (!install.is_at_least(1, 12)) {
    schedule.snapshot_move_data = {Known::no, SettingFrom::velero, {}};
  } else {
    schedule.snapshot_move_data = spec.snapshot_move_data.set ? from_field(spec.snapshot_move_data)
                                                              : from_flag(install.flags.default_snapshot_move_data);
  }
  // Not set counts as true.
  schedule.snapshot_volumes =
      spec.snapshot_volumes.set ? from_field(spec.snapshot_volumes) : Setting{Known::yes, SettingFrom::velero, {}};
}

// Velero 1.17 pkg/controller/backup_controller.go: prepareBackupRequest takes the server's key where the Backup has
// none.
std::optional<std::string> group_label_key(const BackupSpec& spec, const Install& install) {
  if (!install.is_at_least(1, 17)) return "";
  const Value own = spec.volume_group_snapshot_label_key;
  if (!own.is_set() || own.text().empty()) return install.flags.volume_group_snapshot_label_key.value;
  return kube::has_known_text(own) ? std::optional<std::string>(own.text()) : std::nullopt;
}

// A time-to-live of zero counts as none.
std::optional<kube::GoDuration> ttl_of(const BackupSpec& spec, const Install& install) {
  if (spec.ttl.is_set()) {
    const Result<kube::GoDuration> own = kube::parse_go_duration(spec.ttl.text());
    if (!own) return std::nullopt;
    if (own->nanoseconds != 0) return *own;
  }
  if (!install.flags.default_backup_ttl.value) return std::nullopt;
  const Result<kube::GoDuration> server = kube::parse_go_duration(*install.flags.default_backup_ttl.value);
  return server ? std::optional(*server) : std::nullopt;
}

// Velero pkg/controller/schedule_controller.go: parseCronSchedule.
void read_cron(const Install& install, Schedule& schedule) {
  const Value field = schedule.cron_field;
  if (!field.is_set() || !kube::has_known_text(field)) return;
  if (field.text().empty()) {
    schedule.cron = Error{"the schedule is empty"};
    return;
  }
  schedule.cron = kube::Cron::parse(field.text());
  // The check for a blank after the zone's name was fixed with Velero's Go version of 1.15.
  if (schedule.cron->ok() && (*schedule.cron)->time_zone() && !install.is_at_least(1, 15)) {
    schedule.cron = Error{fmt::format("Velero {} does not take a time zone in front", to_string(install.version))};
  }
}

struct Draft {
  Schedule schedule;
  std::vector<Evidence> refused;
  std::vector<Evidence> undecodable;
};

Draft read_schedule(const Resource& resource, const Install& install) {
  Draft draft;
  Schedule& schedule = draft.schedule;
  schedule.resource = &resource;
  schedule.one_off = resource.kind == "Backup";
  const Value written = resource.metadata["namespace"];
  if (written.is_set() && kube::has_known_text(written)) {
    schedule.name_space = std::string(resource.name_space);
  } else if (install.name_space) {
    schedule.name_space = *install.name_space;
  }
  schedule.name = schedule.name_space.empty() ? std::string(resource.name)
                                              : fmt::format("{}/{}", schedule.name_space, resource.name);
  FieldReader reader(draft.refused, draft.undecodable);
  const Value spec = resource["spec"];
  const Value backup = schedule.one_off ? spec : spec["template"];
  if (!schedule.one_off) {
    schedule.cron_field = spec["schedule"];
    if (!schedule.cron_field.is_set()) {
      const Span where = spec ? spec.span() : resource.place();
      draft.refused.push_back({"the API server refuses the object: spec.schedule is required", where});
    }
    if (!backup.is_set()) {
      const Span where = spec ? spec.span() : resource.place();
      draft.refused.push_back({"the API server refuses the object: spec.template is required", where});
    }
    read_cron(install, schedule);
  }
  schedule.backup = read_backup_spec(backup, install.version, reader);
  schedule.ttl = ttl_of(schedule.backup, install);
  read_settings(install, schedule);
  schedule.group_label_key = group_label_key(schedule.backup, install);
  return draft;
}

// Decides whether a Backup is ever made. Facts are asked in the order in which they are met, and all that prevent it
// are told.
class RunCheck {
 public:
  RunCheck(const Install& install, Draft& draft) : install_(install), draft_(draft), schedule_(draft.schedule) {}

  // `stalled`: the fault of some object that keeps Velero from reading this one; may be null.
  void decide(const Evidence* stalled) {
    for (const Evidence& evidence : draft_.refused) prevent(evidence);
    for (const Evidence& evidence : draft_.undecodable) prevent(evidence);
    if (stalled != nullptr && draft_.undecodable.empty()) prevent(*stalled);
    check_server();
    check_namespace();
    if (!schedule_.one_off) check_schedule();
    if (schedule_.resource->encrypted) doubt({"the object is encrypted", schedule_.resource->place()});
    schedule_.runs = runs_;
  }

 private:
  void prevent(Evidence evidence) {
    // The first certain reason goes to the front: it is what the verdict rests on.
    if (runs_ != Known::no) schedule_.runs_evidence.clear();
    runs_ = Known::no;
    schedule_.runs_evidence.push_back(std::move(evidence));
  }
  void doubt(Evidence evidence) {
    if (runs_ == Known::no) return;
    runs_ = Known::unknown;
    schedule_.runs_evidence.push_back(std::move(evidence));
  }
  void assume(Evidence evidence) {
    schedule_.runs_assumed = true;
    if (runs_ != Known::no) schedule_.runs_evidence.push_back(std::move(evidence));
  }

  // Velero pkg/cmd/server/server.go: with --restore-only neither Schedules nor Backups are worked on.
  void check_server() {
    const ServerFlags& flags = install_.flags;
    for (const Evidence& evidence : flags.invalid) prevent(evidence);
    if (flags.restore_only.value == Known::yes) {
      prevent({"the server runs with --restore-only", flags.restore_only.where});
    }
    for (const std::string_view controller : {"schedule", "backup"}) {
      if (controller == "schedule" && schedule_.one_off) continue;
      if (flags.disable_controllers.contains(controller) == Known::yes) {
        prevent({fmt::format("the server runs with its {} controller disabled", controller),
                 flags.disable_controllers.where});
      }
    }
    if (install_.servers.size() != 1) return;
    const Value replicas = (*install_.servers.front())["spec"]["replicas"];
    if (replicas.as_int() == 0) prevent({"the Velero server has replicas: 0", replicas.span()});
  }

  void check_namespace() {
    const Value written = schedule_.resource->metadata["namespace"];
    if (!written.is_set()) return;
    if (!kube::has_known_text(written)) return assume({"its namespace is taken for Velero's", written.span()});
    if (!install_.name_space || written.text() == *install_.name_space) return;
    prevent({fmt::format("it stands in namespace {}, but Velero works in {}", written.text(), *install_.name_space),
             written.span()});
  }

  // pkg/controller/schedule_controller.go.
  void check_schedule() {
    const Resource& resource = *schedule_.resource;
    const Value spec = resource["spec"];
    if (const Value paused = spec["paused"]; paused.is_set() && install_.is_at_least(1, 10)) {
      const std::optional<bool> value = paused.as_bool();
      if (value == true) prevent({"it is paused", paused.span()});
      if (!value) doubt({"whether it is paused is not known", paused.span()});
    }
    if (schedule_.cron && !schedule_.cron->ok()) {
      prevent(
          {fmt::format("its schedule {} is invalid: {}", quoted(schedule_.cron_field.text()), schedule_.cron->error()),
           schedule_.cron_field.span()});
    } else if (!schedule_.cron && schedule_.cron_field.is_set()) {
      assume({"its schedule is templated and taken for valid", schedule_.cron_field.span()});
    }
    // The name becomes the value of a label on each Backup (pkg/builder/backup_builder.go: FromSchedule).
    if (resource.name.size() > kLongestLabelValue && kube::has_known_text(resource.metadata["name"])) {
      prevent({fmt::format("its name has {} characters: a Backup can't be labelled with more than {}",
                           resource.name.size(), kLongestLabelValue),
               resource.place()});
    }
    const Value skip = spec["skipImmediately"];
    if (skip.as_bool() == true && install_.is_at_least(1, 13)) {
      assume({"Velero sets skipImmediately back to false; where a GitOps tool restores it no Backup is ever made",
              skip.span()});
    }
  }

  const Install& install_;
  Draft& draft_;
  Schedule& schedule_;
  Known runs_ = Known::yes;
};

}  // namespace

bool NameList::is_known() const {
  return std::all_of(names.begin(), names.end(), [](const Name& name) { return name.known; });
}

std::vector<Schedule> read_schedules(const model::Cluster& cluster, const Install& install) {
  std::vector<const Resource*> resources = cluster.of_kind("velero.io", "Schedule");
  const std::vector<const Resource*> backups = cluster.of_kind("velero.io", "Backup");
  resources.insert(resources.end(), backups.begin(), backups.end());
  std::sort(resources.begin(), resources.end());  // the order of the sources: all stand in one vector

  std::vector<Draft> drafts;
  drafts.reserve(resources.size());
  for (const Resource* resource : resources) drafts.push_back(read_schedule(*resource, install));

  // Velero issue 6552: one object that can't be decoded stops the listing of all in its namespace.
  std::map<std::string_view, const Evidence*> stalled;
  for (const Draft& draft : drafts) {
    if (!draft.undecodable.empty()) stalled.try_emplace(draft.schedule.name_space, &draft.undecodable.front());
  }
  ValidationContext context(cluster, install);
  std::vector<Schedule> schedules;
  schedules.reserve(drafts.size());
  for (Draft& draft : drafts) {
    const auto other = stalled.find(draft.schedule.name_space);
    RunCheck(install, draft).decide(other == stalled.end() ? nullptr : other->second);
    context.validate(draft.schedule);
  }
  for (Draft& draft : drafts) schedules.push_back(std::move(draft.schedule));
  return schedules;
}

}  // namespace vlint::velero
