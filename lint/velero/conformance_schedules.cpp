// Conformance suites on Schedules and on what the controller makes of a Backup before it runs.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>

#include "lint/base/text.h"
#include "lint/velero/conformance_cases.h"
#include "lint/velero/hooks.h"
#include "lint/velero/item_collector.h"
#include "lint/velero/scheduled_backup.h"
#include "lint/velero/stored_namespaces.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kTested = "v1.18.1";

// The only Backup of a case, as the controller reads it, beside the objects of `more`.
struct ReadBackup {
  ReadBackup(Value backup, const std::string& more, std::string_view flags, bool is_dump = true)
      : world(install_manifests(kTested, true, flags) + more + document(backup)) {
    PlanOptions options;
    options.is_dump = is_dump;
    install = find_install(world.cluster(), options);
    schedules = read_schedules(world.cluster(), install);
  }
  const Schedule& schedule() const { return schedules.front(); }
  World world;
  Install install;
  std::vector<Schedule> schedules;
};

std::string bool_flag(std::string_view name, Value value) {
  return fmt::format(", --{}={}", name, is_true(value) ? "true" : "false");
}

CaseResult default_fs(Value input, Value expected) {
  const ReadBackup read(input["backup"], {},
                        bool_flag("default-volumes-to-fs-backup", input["serverDefaultVolumesToFsBackup"]));
  return expect(read.schedule().default_volumes_to_fs_backup.value == Known::yes,
                is_true(expected["defaultVolumesToFsBackup"]), "defaultVolumesToFsBackup");
}

CaseResult default_ttl(Value input, Value expected) {
  const ReadBackup read(input["backup"], {},
                        fmt::format(", --default-backup-ttl={}", input["serverDefaultBackupTTL"].text()));
  if (!read.schedule().ttl) return {false, "the time-to-live is not known"};
  return expect(kube::to_string(*read.schedule().ttl), expected["ttl"].text(), "ttl");
}

CaseResult expect_messages(const Schedule& schedule, Value expected) {
  std::vector<std::string> found;
  for (const Evidence& error : schedule.validation_errors) found.push_back(error.message);
  std::vector<std::string> wanted = strings(expected);
  // Velero's message on mixed filters has three lines and names flags of its command line.
  const bool is_mixed = wanted.size() == 1 && wanted.front().find("old filter parameters") != std::string::npos;
  if (is_mixed && !found.empty()) wanted = {found.front()};
  return expect_names(found, wanted, "errors");
}

CaseResult validation(Value input, Value expected) {
  const ReadBackup read(
      input["backup"], documents(input["cluster"]),
      fmt::format(", --default-backup-storage-location={}", input["serverDefaultBackupLocation"].text()), false);
  if (read.schedule().is_valid != Known::no) return {false, "the Backup is taken for valid"};
  return expect_messages(read.schedule(), expected["validationErrors"]);
}

CaseResult location(Value input, Value expected) {
  const ReadBackup read(
      input["backup"], documents(input["cluster"]),
      fmt::format(", --default-backup-storage-location={}", input["serverDefaultBackupLocation"].text()));
  if (expected["validationErrors"]) return expect_messages(read.schedule(), expected["validationErrors"]);
  if (!read.schedule().storage_location) return {false, "no location was found"};
  return expect(read.schedule().storage_location->name, expected["storageLocation"].text(), "storageLocation");
}

CaseResult location_label(Value input, Value expected) {
  return expect(label_value(input["serverDefaultBackupLocation"].text()),
                expected["label velero.io/storage-location"].text(), "label");
}

CaseResult group_label_key(Value input, Value expected) {
  const ReadBackup read(
      input["backup"], {},
      fmt::format(", --volume-group-snapshot-label-key={}", input["serverVolumeGroupSnapshotLabelKey"].text()));
  return expect(read.schedule().group_label_key.value_or("unknown"), expected["volumeGroupSnapshotLabelKey"].text(),
                "volumeGroupSnapshotLabelKey");
}

// "Finalizing" is a Backup that passed and ran; whether the bucket has it already, no manifest tells.
std::string phase_of(const Schedule& schedule, Value input) {
  if (schedule.is_valid == Known::no) return "FailedValidation";
  return is_true(input["backupExistsInStore"]) || is_true(input["storeCheckFails"]) ? "Failed" : "Finalizing";
}

CaseResult defaults(Value input, Value expected) {
  const ReadBackup read(
      input["backup"], documents(input["cluster"]),
      fmt::format(", --default-backup-storage-location={}{}{}", input["serverDefaultBackupLocation"].text(),
                  bool_flag("default-volumes-to-fs-backup", input["serverDefaultVolumesToFsBackup"]),
                  bool_flag("default-snapshot-move-data", input["serverDefaultSnapshotMoveData"])));
  const Schedule& schedule = read.schedule();
  const ResourceLists lists = lists_in_force(schedule.backup, read.install.version);
  const std::string name(schedule.storage_location ? schedule.storage_location->name : std::string_view());
  const auto list = [&](const std::vector<std::string>& found, std::string_view what) {
    return expect_names(found, strings(expected[what]), what);
  };
  for (const CaseResult& result :
       {expect(phase_of(schedule, input), expected["phase"].text(), "phase"),
        expect(name, expected["storageLocation"].text(), "storageLocation"),
        expect(label_value(name), expected["labels"]["velero.io/storage-location"].text(), "label"),
        expect(schedule.default_volumes_to_fs_backup.value == Known::yes, is_true(expected["defaultVolumesToFsBackup"]),
               "defaultVolumesToFsBackup"),
        expect(schedule.snapshot_move_data.value == Known::yes, is_true(expected["snapshotMoveData"]),
               "snapshotMoveData"),
        list(namespaces_in_force(schedule.backup, read.install.version), "includedNamespaces"),
        list(lists.included, "includedResources"), list(lists.excluded, "excludedResources"),
        list(lists.included_cluster, "includedClusterScopedResources"),
        list(lists.excluded_cluster, "excludedClusterScopedResources"),
        list(lists.included_namespaced, "includedNamespaceScopedResources"),
        list(lists.excluded_namespaced, "excludedNamespaceScopedResources")}) {
    if (!result.failure.empty()) return result;
  }
  if (!expected["ttl"]) return passed();
  return expect(schedule.ttl ? kube::to_string(*schedule.ttl) : "unknown", expected["ttl"].text(), "ttl");
}

CaseResult snapshot_locations(Value input, Value expected) {
  std::string flag;
  for (const yaml::Entry& entry : input["serverDefaultVolumeSnapshotLocations"].entries()) {
    flag += fmt::format("{}{}:{}", flag.empty() ? "" : ",", entry.key.text(), entry.value.text());
  }
  if (!flag.empty()) flag = fmt::format(", '--default-volume-snapshot-locations={}'", flag);
  const std::string location =
      "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: default, namespace: velero}\n"
      "spec: {provider: aws}\n";
  const ReadBackup read(input["backup"], location + documents(input["volumeSnapshotLocations"]), flag);
  const Schedule& schedule = read.schedule();
  if (const Value wanted = expected["errorsContain"]; wanted.is_set()) {
    const bool found = std::any_of(schedule.validation_errors.begin(), schedule.validation_errors.end(),
                                   [&](const Evidence& error) { return error.message == wanted.text(); });
    return expect(found, true, "the error");
  }
  if (!schedule.validation_errors.empty()) return {false, schedule.validation_errors.front().message};
  std::vector<std::string> names;
  for (const VolumeSnapshotLocation& one : schedule.snapshot_locations) names.emplace_back(one.name);
  return expect_names(std::move(names), strings(expected["locations"]), "locations");
}

CaseResult cron_next(Value input, Value expected) {
  const Result<kube::Cron> cron = kube::Cron::parse(input["cron"].text());
  const auto last = parse_utc_time(input["lastBackup"].text());
  const auto now = parse_utc_time(input["now"].text());
  if (!cron || !last || !now || input["timezone"].text() != "UTC") return skip();
  const auto next = cron->next(*last);
  const CaseResult result =
      expect(next.has_value() && next == parse_utc_time(expected["next"].text()), true, "next run");
  return result.failure.empty() ? expect(next && *now > *next, is_true(expected["due"]), "due") : result;
}

CaseResult next_run(Value input, Value expected) {
  const Result<kube::Cron> cron = kube::Cron::parse(input["cron"].text());
  const auto wanted = kube::parse_go_duration(expected["nextRunAfterLastBackupOrCreation"].text());
  if (!cron || !wanted) return skip();
  const kube::UnixSeconds last{};
  const auto next = cron->next(last);
  const std::chrono::nanoseconds after(wanted->nanoseconds);
  return expect(next && *next - last == after, true, "next run");
}

CaseResult expect_time(std::optional<kube::UnixSeconds> found, Value expected, std::string_view what) {
  if (!expected) return passed();
  return expect(found == parse_utc_time(expected.text()), true, what);
}

CaseResult reconcile_schedule(Value input, Value expected) {
  if (!input["schedule"].is_set()) return expect(false, is_true(expected["newBackupCreated"]), "newBackupCreated");
  const std::optional<kube::UnixSeconds> now = parse_utc_time(input["now"].text());
  if (!now) return {false, "the time is not known"};
  const World world(document(input["schedule"]));
  const std::vector<Schedule> schedules = read_schedules(world.cluster(), find_install(world.cluster(), {}));
  ReconcileInput asked;
  asked.schedule = &schedules.front();
  asked.now = *now;
  asked.server_skips_immediately = is_true(input["serverSkipImmediately"]);
  if (input["existingBackup"].is_set()) asked.earlier_backup = input["existingBackup"]["status"]["phase"].text();
  const Reconciled result = reconcile(asked, kNewestVersion);
  for (const CaseResult& one : {expect(result.makes_backup, is_true(expected["newBackupCreated"]), "newBackupCreated"),
                                expect_time(result.last_backup, expected["lastBackup"], "lastBackup"),
                                expect_time(result.last_skipped, expected["lastSkipped"], "lastSkipped")}) {
    if (!one.failure.empty()) return one;
  }
  return expected["phase"] ? expect(result.phase, expected["phase"].text(), "phase") : passed();
}

CaseResult schedule_to_backup(Value input, Value expected) {
  const World world(document(input["schedule"]));
  const std::optional<kube::UnixSeconds> now = parse_utc_time(input["now"].text());
  if (!now) return {false, "the time is not known"};
  const ScheduledBackup backup = backup_of_schedule(world.cluster().resources().front(), *now);
  const auto same = [](const kube::StringMap& found, Value wanted) { return found == kube::string_map(wanted); };
  for (const CaseResult& one :
       {expect(backup.name, expected["name"].text(), "name"),
        expect(backup.name_space, expected["namespace"].text(), "namespace"),
        expect(same(backup.labels, expected["labels"]), true, "labels are right"),
        expect(same(backup.annotations, expected["annotations"]), true, "annotations are right")}) {
    if (!one.failure.empty()) return one;
  }
  return passed();
}

CaseResult hook_annotations(Value input, Value expected) {
  const std::string_view phase = input["phase"].text();
  const std::optional<ExecHook> hook = hook_of_annotations(input["annotations"], phase == "any" ? "" : phase);
  const Value wanted = expected["hook"];
  if (!wanted.is_set() || !hook) return expect(hook.has_value(), wanted.is_set(), "hook");
  const std::string_view on_error = hook->on_error == OnError::fail         ? "Fail"
                                    : hook->on_error == OnError::keep_going ? "Continue"
                                                                            : "";
  const std::string timeout = hook->timeout ? kube::to_string(*hook->timeout) : std::string();
  for (const CaseResult& one :
       {expect(join(hook->command, "|"), join(strings(wanted["command"]), "|"), "command"),
        expect(hook->container, wanted["container"].text(), "container"),
        expect(on_error, wanted["onError"].text(), "onError"), expect(timeout, wanted["timeout"].text(), "timeout")}) {
    if (!one.failure.empty()) return one;
  }
  return passed();
}

CaseResult hook_selector(Value input, Value expected) {
  HookSelector selector;
  selector.included_namespaces = NameSet(strings(input["includedNamespaces"]));
  selector.excluded_namespaces = NameSet(strings(input["excludedNamespaces"]));
  selector.included_resources = NameSet(strings(input["includedResources"]));
  selector.excluded_resources = NameSet(strings(input["excludedResources"]));
  if (const Value labels = input["labelSelector"]; labels.is_set()) {
    Result<kube::LabelSelector> parsed = kube::parse_label_selector(labels.text());
    if (!parsed) return {false, parsed.error()};
    selector.labels.emplace();
    selector.labels->selector = std::move(parsed).value();
  }
  const Known applies =
      selector.applies(input["namespace"].text(), input["resource"].text(), kube::read_labels(input["labels"]));
  return expect(applies == Known::yes, is_true(expected["applies"]), "applies");
}

CaseResult namespaces_stored(Value input, Value expected) {
  const ReadBackup read(input["backup"], {}, {});
  const NamespaceFilter filter(strings(input["filterIncludes"]), strings(input["filterExcludes"]), kNewestVersion);
  const SelectorFilter selectors(read.schedule().backup);
  const NamespaceTracker tracker(filter, selectors, filter.is_everything({}), kNewestVersion, {}, true);
  const std::vector<std::string> wanted = strings(expected["trackedAtLeast"]);
  for (const Value one : input["namespaces"].items()) {
    const std::string_view name = one["metadata"]["name"].text();
    const bool is_wanted = std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    if (is_wanted && !tracker.is_stored(one)) return {false, fmt::format("namespace {} is not stored", name)};
    const bool is_active = one["status"]["phase"].text() == "Active";
    if (!is_active && tracker.is_stored(one)) return {false, fmt::format("namespace {} is stored", name)};
  }
  return passed();
}

CaseResult volumes_to_process(Value input, Value expected) {
  const NameSet wanted(strings(input["legacyVolumeNames"]));
  std::vector<std::string> names;
  for (const Value volume : input["volumes"].items()) {
    if (should_include(wanted, {}, volume["name"].text())) names.emplace_back(volume["name"].text());
  }
  return expect_names(std::move(names), strings(expected["volumes"]), "volumes");
}

// Discovery with the types of the case, by any of their usual names.
ResourceResolver resolver(const std::vector<ListedType>& types) {
  return [&types](std::string_view name) -> std::optional<ResourceType> {
    const std::optional<ResourceType> known = resolve_resource(name);
    const std::string wanted = known ? known->name : to_lower_ascii(name);
    for (const ListedType& one : types) {
      if (one.type.name == wanted || one.type.name.substr(0, one.type.name.find('.')) == wanted) return one.type;
    }
    return known;
  };
}

// The objects of a list; some are printed with Go's names of fields.
std::string object_text(Value object) {
  std::string text = written(object);
  constexpr std::string_view kGoName = "\"ObjectMeta\"";
  if (const std::size_t at = text.find(kGoName); at != std::string::npos) {
    text.replace(at, kGoName.size(), "\"metadata\"");
  }
  return fmt::format("---\n{}\n", text);
}

std::vector<Value> roots(const World& world) {
  std::vector<Value> values;
  for (const yaml::Document& one : world.tree().documents) values.emplace_back(world.tree(), one.root);
  return values;
}

// Objects of any type that are stored. The engine of the cases stands behind the controller, which adds to filters.
CaseResult items(Value input, Value expected) {
  const ReadBackup read(input["backup"], {}, {});
  std::vector<ListedType> types;
  std::deque<World> worlds;  // of each type
  for (const Value listed : input["cluster"].items()) {
    const kube::Scope scope = is_true(listed["namespaced"]) ? kube::Scope::namespaced : kube::Scope::cluster;
    std::string objects;
    for (const Value object : listed["items"].items()) objects += object_text(object);
    worlds.emplace_back(objects);
    types.push_back({{std::string(listed["resource"].text()), scope}, roots(worlds.back())});
  }
  const BackupSpec& spec = read.schedule().backup;
  const ResourceFilter resources(lists_written(spec), uses_old_filters(spec, kNewestVersion), nullptr, resolver(types));
  const NamespaceFilter namespaces(spec, {}, kNewestVersion);
  std::vector<std::string> found;
  for (const StoredObject& object : collect_items(types, namespaces, resources, SelectorFilter(spec), kNewestVersion)) {
    found.push_back(fmt::format("{} {}/{}", object.resource, object.name_space, object.name));
  }
  // What the case's own plugin brings for a stored claim: only what is excluded by name is left out.
  const bool has_claim = std::any_of(
      found.begin(), found.end(), [](const std::string& one) { return one.rfind("persistentvolumeclaims ", 0) == 0; });
  for (const Value added : input["pvcItemActionAdds"].items()) {
    const ResourceType type{std::string(added["resource"].text()), kube::Scope::cluster};
    const std::string name = fmt::format("{} {}/{}", type.name, added["namespace"].text(), added["name"].text());
    const bool is_new = std::find(found.begin(), found.end(), name) == found.end();
    if (has_claim && is_new && resources.excludes(type) == Known::no) found.push_back(name);
  }
  std::vector<std::string> wanted;
  for (const Value item : expected["items"].items()) {
    wanted.push_back(fmt::format("{} {}/{}", item["resource"].text(), item["namespace"].text(), item["name"].text()));
  }
  return expect_names(std::move(found), std::move(wanted), "items");
}

}  // namespace

std::vector<Suite> schedule_suites() {
  return {
      {"backup-default-fs", default_fs},
      {"backup-ttl", default_ttl},
      {"backup-validation", validation},
      {"backup-location", location},
      {"backup-location-label", location_label},
      {"backup-vgs-label-key", group_label_key},
      {"backup-defaults", defaults},
      {"volume-snapshot-locations", snapshot_locations},
      {"schedule-cron-next", cron_next},
      {"schedule-next-run", next_run},
      {"schedule-reconcile", reconcile_schedule},
      {"schedule-to-backup", schedule_to_backup},
      {"hook-annotations", hook_annotations},
      {"hook-selector", hook_selector},
      {"namespaces-stored", namespaces_stored},
      {"volumes-to-process", volumes_to_process},
      {"items-crds", items},
      {"items-cohabitation", items},
      {"items-namespaces", items},
      {"items-old-filters", items},
      {"items-scoped-filters", items},
  };
}

}  // namespace vlint::velero
