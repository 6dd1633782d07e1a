#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

using yaml::Value;

struct Field {
  std::string_view name;
  int since = 0;  // the minor version of Velero that brought it; 0: older than all that are asked
};

constexpr Field kRoot[] = {{"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status"}};
constexpr Field kScheduleSpec[] = {
    {"paused", 10}, {"schedule"}, {"skipImmediately", 13}, {"template"}, {"useOwnerReferencesInBackup"}};
// velero config/crd/v1/bases/velero.io_backups.yaml.
constexpr Field kBackupSpec[] = {
    {"csiSnapshotTimeout"},
    {"datamover", 12},
    {"defaultVolumesToFsBackup", 10},
    {"defaultVolumesToRestic"},
    {"excludedClusterScopedResources", 11},
    {"excludedNamespaceScopedResources", 11},
    {"excludedNamespaces"},
    {"excludedResources"},
    {"hooks"},
    {"includeClusterResources"},
    {"includedClusterScopedResources", 11},
    {"includedNamespaceScopedResources", 11},
    {"includedNamespaces"},
    {"includedResources"},
    {"itemOperationTimeout", 11},
    {"labelSelector"},
    {"metadata"},
    {"orLabelSelectors"},
    {"orderedResources"},
    {"resourcePolicy", 11},
    {"snapshotMoveData", 12},
    {"snapshotVolumes"},
    {"storageLocation"},
    {"ttl"},
    {"uploaderConfig", 13},
    {"volumeGroupSnapshotLabelKey", 17},
    {"volumeSnapshotLocations"},
};
constexpr Field kMetadata[] = {{"labels"}};
constexpr Field kHooks[] = {{"resources"}};
constexpr Field kHookResource[] = {{"excludedNamespaces"},
                                   {"excludedResources"},
                                   {"includedNamespaces"},
                                   {"includedResources"},
                                   {"labelSelector"},
                                   {"name"},
                                   {"post"},
                                   {"pre"}};
constexpr Field kHook[] = {{"exec"}};
constexpr Field kExec[] = {{"command"}, {"container"}, {"onError"}, {"timeout"}};
constexpr Field kPolicy[] = {{"apiGroup"}, {"kind"}, {"name"}};
constexpr Field kUploader[] = {{"parallelFilesUpload"}};
constexpr Field kSelector[] = {{"matchExpressions"}, {"matchLabels"}};

using Fields = std::span<const Field>;

const Field* find_field(Fields fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& one) { return one.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

yaml::NewValue copy_of(Value value) {
  if (value.is_mapping()) {
    std::vector<yaml::NewEntry> entries;
    for (const yaml::Entry& entry : value.entries()) {
      entries.push_back({std::string(entry.key.text()), copy_of(entry.value)});
    }
    return yaml::NewValue::mapping(std::move(entries));
  }
  if (value.is_sequence()) {
    std::vector<yaml::NewValue> items;
    for (const Value item : value.items()) items.push_back(copy_of(item));
    return yaml::NewValue::sequence(std::move(items));
  }
  return value.as_string() ? yaml::NewValue::string(value.text()) : yaml::NewValue::typed(value.text());
}

class FieldCheck {
 public:
  FieldCheck(const ClusterModel& member, const velero::Schedule& schedule, Report& report)
      : member_(member), schedule_(schedule), resource_(*schedule.resource), report_(report) {}

  void check() const {
    const Value spec = resource_["spec"];
    level(resource_.root, {}, kRoot);
    if (schedule_.one_off) {
      backup(spec, "spec");
      return;
    }
    level(spec, "spec", kScheduleSpec);
    backup(spec["template"], "spec.template");
  }

 private:
  void backup(Value spec, const std::string& path) const {
    level(spec, path, kBackupSpec);
    level(spec["metadata"], path + ".metadata", kMetadata);
    level(spec["resourcePolicy"], path + ".resourcePolicy", kPolicy);
    level(spec["uploaderConfig"], path + ".uploaderConfig", kUploader);
    level(spec["labelSelector"], path + ".labelSelector", kSelector);
    for (const Value one : spec["orLabelSelectors"].items()) level(one, path + ".orLabelSelectors[]", kSelector);
    level(spec["hooks"], path + ".hooks", kHooks);
    for (const Value resource : spec["hooks"]["resources"].items()) {
      level(resource, path + ".hooks.resources[]", kHookResource);
      level(resource["labelSelector"], path + ".hooks.resources[].labelSelector", kSelector);
      for (const std::string_view phase : {"pre", "post"}) {
        for (const Value hook : resource[phase].items()) {
          level(hook, fmt::format("{}.hooks.resources[].{}[]", path, phase), kHook);
          level(hook["exec"], fmt::format("{}.hooks.resources[].{}[].exec", path, phase), kExec);
        }
      }
    }
  }

  void level(Value mapping, const std::string& path, Fields fields) const {
    for (const yaml::Entry& entry : mapping.entries()) {
      const std::string_view name = entry.key.text();
      const Field* field = find_field(fields, name);
      if (field == nullptr) {
        if (!entry.key.is_templated()) report_unknown(mapping, path, fields, entry);
      } else if (entry.value.is_set() && knows_version(member_.plan.install) &&
                 !member_.plan.install.is_at_least(1, field->since)) {
        report_too_new(path, *field, entry);
      }
    }
  }

  std::string full_path(const std::string& path, std::string_view name) const {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
  }

  void report_too_new(const std::string& path, const Field& field, const yaml::Entry& entry) const {
    const velero::Install& install = member_.plan.install;
    report_
        .at(entry.key.span(),
            fmt::format("{} of {} has no effect, because Velero {} does not know it", full_path(path, field.name),
                        title_of(schedule_), velero::to_string(install.version)))
        .label(fmt::format("from Velero 1.{} on", field.since))
        .about(member_.cluster, resource_, entry.value)
        .related(install.version_where, "the version of Velero")
        .help(fmt::format("remove it, or upgrade Velero to 1.{}", field.since));
  }

  void report_unknown(Value mapping, const std::string& path, Fields fields, const yaml::Entry& entry) const {
    const std::string_view name = entry.key.text();
    Draft draft = report_.at(entry.key.span(),
                             fmt::format("{} of {} has no effect, because a {} has no such field and the API server "
                                         "drops it",
                                         full_path(path, name), title_of(schedule_), resource_.kind));
    draft.label("no such field").about(member_.cluster, resource_, entry.value);
    if (path == "spec.template" && name == "spec") {
      draft.help("write its fields right below template");
    } else if (offer_move(path, entry, draft)) {
      return;
    } else if (const std::optional<std::string_view> near = near_field(mapping, fields, name)) {
      draft.fix(fmt::format("write {}", *near), Safety::unsafe, resource_, yaml::rename_key(entry.key, *near));
    } else {
      draft.help(fmt::format("remove it; `kubectl explain {}.{}` lists the fields", to_lower_ascii(resource_.kind),
                             path.empty() ? "spec" : plain(path)));
    }
  }

  static std::string plain(std::string path) {
    for (std::size_t at = path.find("[]"); at != std::string::npos; at = path.find("[]")) path.erase(at, 2);
    return path;
  }

  // A field of the backup that stands one level or two too high.
  bool offer_move(const std::string& path, const yaml::Entry& entry, Draft& draft) const {
    const Value spec = resource_["spec"];
    const std::string_view name = entry.key.text();
    const bool is_high = path == "spec" || path.empty();
    if (schedule_.one_off ? !path.empty() : !is_high) return false;
    const bool is_of_backup = find_field(kBackupSpec, name) != nullptr && name != "metadata";
    const bool is_of_schedule = !schedule_.one_off && find_field(kScheduleSpec, name) != nullptr;
    if (!is_of_backup && !is_of_schedule) return false;
    const Value target = is_of_schedule || schedule_.one_off ? spec : spec["template"];
    const std::string_view target_path = is_of_schedule || schedule_.one_off ? "spec" : "spec.template";
    if (target[name]) {
      draft.help(fmt::format("remove it: {} has {} already", target_path, name));
      return true;
    }
    if (!target.is_mapping()) {
      draft.help(fmt::format("it belongs into {}", target_path));
      return true;
    }
    const Result<yaml::Removal> removal = yaml::remove_entry(entry.key, yaml::OnlyChild::leave_empty);
    draft.fix(fmt::format("move {} into {}", name, target_path), Safety::unsafe, resource_,
              together({yaml::add_entry(target, name, copy_of(entry.value)),
                        removal.ok() ? yaml::Edits(removal->edits) : yaml::Edits(Error{removal.error()})}));
    return true;
  }

  std::optional<std::string_view> near_field(Value mapping, Fields fields, std::string_view name) const {
    std::vector<std::string_view> free;
    for (const Field& field : fields) {
      if (mapping[field.name]) continue;
      if (to_lower_ascii(field.name) == to_lower_ascii(name)) return field.name;
      free.push_back(field.name);
    }
    constexpr std::size_t kShortest = 5;
    return name.size() < kShortest ? std::nullopt : closest(name, free, 2);
  }

  const ClusterModel& member_;
  const velero::Schedule& schedule_;
  const kube::Resource& resource_;
  Report& report_;
};

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    if (!schedule.resource->encrypted) FieldCheck(member, schedule, report).check();
  });
}

}  // namespace

VLINT_RULE(velero_unknown_field) = checked({
    .summary = "a Schedule or Backup has a field that its kind does not know, so it is dropped",
    .explanation = R"md(
## What it finds
A key in a Schedule or Backup that its schema does not have at that place: fields of the backup right below `spec` of a
Schedule instead of `spec.template`, a `spec` inside of `template`, misspelt names, and fields that are newer than the
version of Velero, where that is known.

## Why it matters
The API server drops unknown fields without a fault. A Schedule whose `includedNamespaces` is in the wrong place backs up
the whole cluster; one whose `ttl` is misspelt keeps backups for thirty days.

## How to fix it
Write the field where it belongs. `vlint --fix --unsafe-fixes` moves what is in the wrong place, and corrects a name that
is near to a field. What was dropped so far takes effect then: read the whole object again.

## When to ignore it
When the cluster has a custom build of Velero with more fields.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero config/crd/v1/bases/velero.io_schedules.yaml, velero.io_backups.yaml",
    .check = check,
});

}  // namespace vlint::rules
