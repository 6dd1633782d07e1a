#include "lint/velero/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/include_exclude.h"
#include "lint/velero/resource_filter.h"

namespace vlint::velero {
namespace {

using kube::Resource;
using yaml::Value;

std::vector<std::string> known_texts(const NameList& list) {
  std::vector<std::string> texts;
  for (const NameList::Name& name : list.names) {
    if (name.known) texts.emplace_back(name.text);
  }
  return texts;
}

Span place_of(const NameList& first, const NameList& second) {
  return first.field ? first.field.span() : second.field.span();
}

void add(std::string_view what, std::vector<std::string> errors, Span where, Schedule& schedule) {
  for (const std::string& error : errors) {
    schedule.validation_errors.push_back({fmt::format("{}: {}", what, error), where});
  }
}

void check_resources(const Version& version, Schedule& schedule) {
  const BackupSpec& spec = schedule.backup;
  const bool has_old =
      spec.include_cluster_resources.set || spec.included_resources.is_set() || spec.excluded_resources.is_set();
  if (has_old && uses_new_filters(spec)) {
    const Span where = spec.include_cluster_resources.set ? spec.include_cluster_resources.field.span()
                                                          : place_of(spec.included_resources, spec.excluded_resources);
    schedule.validation_errors.push_back(
        {"includedResources, excludedResources and includeClusterResources can't be used together with "
         "filters by scope (includedNamespaceScopedResources, ...)",
         where});
  }
  const auto check = [&](auto checker, std::string_view what, const NameList& in, const NameList& out) {
    add(what, checker(known_texts(in), known_texts(out)), place_of(in, out), schedule);
  };
  if (uses_old_filters(spec, version)) {
    check(check_includes_excludes, "Invalid included/excluded resource lists", spec.included_resources,
          spec.excluded_resources);
    return;
  }
  check(check_scoped_includes_excludes, "Invalid cluster-scoped included/excluded resource lists",
        spec.included_cluster_scoped_resources, spec.excluded_cluster_scoped_resources);
  check(check_scoped_includes_excludes, "Invalid namespace-scoped included/excluded resource lists",
        spec.included_namespace_scoped_resources, spec.excluded_namespace_scoped_resources);
}

void check_selectors(Schedule& schedule) {
  if (!schedule.backup.label_selector.is_set() || !schedule.backup.or_label_selectors.is_set()) return;
  schedule.validation_errors.push_back(
      {"encountered labelSelector as well as orLabelSelectors in backup spec, only one can be specified",
       schedule.backup.or_label_selectors.span()});
}

// "aws:default-aws,gcp:default-gcp" of the server's flag.
bool has_default_location(const TextFlag& flag, std::string_view provider) {
  if (!flag.value) return true;  // not known: no error is proven
  for (const std::string_view entry : split(*flag.value, ',')) {
    if (trim(entry.substr(0, entry.find(':'))) == provider) return true;
  }
  return false;
}

}  // namespace

ValidationContext::ValidationContext(const model::Cluster& cluster, const Install& install)
    : cluster_(cluster), install_(install), labelled_(labelled_namespaces(cluster)) {
  for (const BackupStorageLocation& location : install.backup_storage_locations) {
    if (location.is_default == Known::unknown) default_location_known_ = false;
    if (location.is_default != Known::no) {
      default_location_ = &location;
      break;
    }
  }
  std::map<std::string_view, std::vector<const VolumeSnapshotLocation*>> by_provider;
  for (const VolumeSnapshotLocation& location : install.volume_snapshot_locations) {
    if (!snapshot_locations_.try_emplace(location.name, &location).second) continue;
    by_provider[location.provider].push_back(&location);
  }
  for (const auto& [provider, locations] : by_provider) {
    if (locations.size() < 2 || has_default_location(install.flags.default_volume_snapshot_locations, provider))
      continue;
    ambiguous_.push_back(locations.front());
  }
}

void ValidationContext::validate(Schedule& schedule) {
  check_storage_location(schedule);
  check_snapshot_locations(schedule);
  check_resources(install_.version, schedule);
  check_namespaces_of(schedule);
  check_selectors(schedule);
  read_volume_policies_of(schedule);
  if (!schedule.validation_errors.empty()) {
    schedule.is_valid = Known::no;
  } else if (schedule.has_volume_policies == Known::unknown) {
    schedule.is_valid = Known::unknown;
  }
}

// A labelled namespace counts as one more in excludedNamespaces, so it can't be in includedNamespaces.
void ValidationContext::check_namespaces_of(Schedule& schedule) const {
  const BackupSpec& spec = schedule.backup;
  constexpr std::string_view kWhat = "Invalid included/excluded namespace lists";
  const Span where = place_of(spec.included_namespaces, spec.excluded_namespaces);
  add(kWhat,
      check_namespaces(known_texts(spec.included_namespaces), known_texts(spec.excluded_namespaces), install_.version),
      where, schedule);
  const NamespaceFilter filter(spec, labelled_, install_.version);
  if (!filter.error().empty()) schedule.validation_errors.push_back({filter.error(), where});
  for (const NameList::Name& name : spec.included_namespaces.names) {
    const NamespaceFilter::Answer answer = filter.ask(name.text);
    if (!name.known || !answer.by_label) continue;
    schedule.validation_errors.push_back(
        {fmt::format("{}: namespace {} is included by name and excluded by its label", kWhat, name.text),
         name.value.span()});
  }
}

// The location that the Backup is written to, as far as the repository shows it: the one named, else the first default
// by name, else the one that the server's flag names.
const BackupStorageLocation* ValidationContext::storage_location(const Schedule& schedule) const {
  const Value named = schedule.backup.storage_location;
  if (named.is_set() && !kube::has_known_text(named)) return nullptr;
  std::string_view name = named.text();
  if (name.empty()) {
    if (default_location_ != nullptr) return default_location_known_ ? default_location_ : nullptr;
    if (!install_.flags.default_backup_storage_location.value) return nullptr;
    name = *install_.flags.default_backup_storage_location.value;
  }
  const std::vector<BackupStorageLocation>& locations = install_.backup_storage_locations;
  const auto found = std::lower_bound(
      locations.begin(), locations.end(), name,
      [](const BackupStorageLocation& location, std::string_view wanted) { return location.name < wanted; });
  return found == locations.end() || found->name != name ? nullptr : &*found;
}

void ValidationContext::check_storage_location(Schedule& schedule) const {
  const BackupStorageLocation* location = storage_location(schedule);
  if (location == nullptr || location->read_only != Known::yes) return;
  schedule.validation_errors.push_back(
      {fmt::format("backup can't be created because backup storage location {} is currently in read-only mode",
                   location->name),
       (*location->resource)["spec"]["accessMode"].span()});
}

// backup_controller.go: validateAndGetSnapshotLocations, also when snapshotVolumes is false.
void ValidationContext::check_snapshot_locations(Schedule& schedule) const {
  const Value list = schedule.backup.volume_snapshot_locations;
  std::map<std::string_view, std::string_view> named;  // provider to location
  for (const Value item : list.items()) {
    if (!kube::has_known_text(item)) return;
    const auto found = snapshot_locations_.find(item.text());
    if (found == snapshot_locations_.end()) continue;
    const std::string_view provider = found->second->provider;
    const auto [other, inserted] = named.try_emplace(provider, item.text());
    if (inserted || other->second == item.text()) continue;
    schedule.validation_errors.push_back(
        {fmt::format("more than one VolumeSnapshotLocation name specified for provider {}: {}; unexpected name was {}",
                     provider, item.text(), other->second),
         item.span()});
  }
  for (const VolumeSnapshotLocation* location : ambiguous_) {
    if (named.count(location->provider) != 0) continue;
    schedule.validation_errors.push_back(
        {fmt::format("provider {} has more than one possible volume snapshot location, and none were specified "
                     "explicitly or as a default",
                     location->provider),
         list ? list.span() : location->resource->place()});
    return;
  }
}

const Resource* ValidationContext::find_config_map(const Schedule& schedule, std::string_view name) const {
  const Resource* found = cluster_.find("", "ConfigMap", schedule.name_space, name);
  return found != nullptr ? found : cluster_.find("", "ConfigMap", "", name);
}

// Velero internal/resourcepolicies/resource_policies.go: getResourcePoliciesFromConfig.
const ValidationContext::ReadPolicies& ValidationContext::read_policies(const Resource& config_map) {
  const auto [at, inserted] = policies_.try_emplace(&config_map);
  ReadPolicies& read = at->second;
  if (!inserted) return read;
  const Value data = config_map["data"];
  const std::vector<yaml::Entry> entries = data.entries();
  if (entries.size() != 1) {
    read.known = Known::yes;
    read.policies = std::make_shared<const VolumePolicies>();
    read.errors.push_back({fmt::format("the volume policy in {} must be the only key of its data", config_map.title()),
                           data ? data.span() : config_map.place()});
    return read;
  }
  const Value text = entries.front().value;
  if (config_map.encrypted || !kube::has_known_text(text)) {
    read.evidence.push_back({fmt::format("the volume policy in {} is templated or encrypted", config_map.title()),
                             entries.front().key.span()});
    return read;
  }
  read.known = Known::yes;
  read.policies = std::make_shared<const VolumePolicies>(read_volume_policies(text, install_.version));
  read.errors = read.policies->faults;
  return read;
}

void ValidationContext::read_volume_policies_of(Schedule& schedule) {
  const Value field = schedule.backup.resource_policy;
  if (!field.is_set()) return;
  // A Schedule's policy is always taken for a ConfigMap; a Backup's of another kind is not looked at.
  const Value kind = field["kind"];
  if (schedule.one_off && to_lower_ascii(kind.text()) != "configmap") return;
  const Value name = field["name"];
  const Resource* config_map = kube::has_known_text(name) ? find_config_map(schedule, name.text()) : nullptr;
  if (config_map == nullptr) {
    schedule.has_volume_policies = Known::unknown;
    schedule.volume_policy_evidence.push_back(
        {fmt::format("the volume policy {} is not in the repository", quoted(name.text())), field.span()});
    return;
  }
  const ReadPolicies& read = read_policies(*config_map);
  schedule.has_volume_policies = read.known;
  schedule.volume_policies = read.policies;
  schedule.volume_policy_evidence = read.evidence;
  for (const Evidence& error : read.errors) schedule.validation_errors.push_back(error);
  if (read.policies && read.policies->include_exclude && uses_old_filters(schedule.backup, install_.version)) {
    schedule.validation_errors.push_back(
        {"includedResources, excludedResources and includeClusterResources can't be used together with an "
         "includeExcludePolicy",
         field.span()});
  }
}

}  // namespace vlint::velero
