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

// What "aws:default-aws,gcp:default-gcp" of the server's flag names for a provider.
struct DefaultLocation {
  Known known = Known::no;
  std::string_view name;
};
DefaultLocation default_location(const TextFlag& flag, std::string_view provider) {
  if (!flag.value) return {Known::unknown, {}};
  for (const std::string_view entry : split(*flag.value, ',')) {
    const std::size_t colon = entry.find(':');
    if (colon == std::string_view::npos || trim(entry.substr(0, colon)) != provider) continue;
    return {Known::yes, trim(entry.substr(colon + 1))};
  }
  return {};
}

constexpr std::string_view kProviderPrefix = "velero.io/";

// An address with more behind its host than a slash.
bool has_path(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t slash = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return slash != std::string_view::npos && slash + 1 < url.size();
}

// Velero pkg/repository/config/config.go: getBackendType and GetRepoPrefix; aws.go: the address of a store has no path.
void read_repository(const BackupStorageLocation& location, Schedule& schedule) {
  const Value spec = (*location.resource)["spec"];
  const Value provider = spec["provider"];
  const Value url = spec["config"]["s3Url"];
  schedule.can_open_repository = Known::unknown;
  if (!kube::has_known_text(provider) || !kube::has_known_text(url) || spec["config"].is_templated()) return;
  std::string_view name = provider.text();
  if (name.substr(0, kProviderPrefix.size()) == kProviderPrefix) name.remove_prefix(kProviderPrefix.size());
  const bool is_known = name == "aws" || name == "azure" || name == "gcp" || name == "fs";
  if (has_path(url.text())) {
    schedule.can_open_repository = Known::no;
    schedule.repository_evidence = {{"no backup repository can be opened: s3Url has a path", url.span()}};
  } else if (!is_known && !url.is_set()) {
    schedule.can_open_repository = Known::no;
    schedule.repository_evidence = {
        {fmt::format("Velero knows no backup repository for the provider {}", quoted(provider.text())),
         provider ? provider.span() : location.resource->place()}};
  } else {
    schedule.can_open_repository = Known::yes;
  }
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
  for (const VolumeSnapshotLocation& location : install.volume_snapshot_locations) {
    if (!snapshot_locations_.try_emplace(location.name, &location).second) continue;
    locations_by_provider_[location.provider].push_back(&location);
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

const BackupStorageLocation* ValidationContext::find_location(std::string_view name) const {
  const std::vector<BackupStorageLocation>& locations = install_.backup_storage_locations;
  const auto found = std::lower_bound(
      locations.begin(), locations.end(), name,
      [](const BackupStorageLocation& location, std::string_view wanted) { return location.name < wanted; });
  return found == locations.end() || found->name != name ? nullptr : &*found;
}

// The location that the Backup is written to, as far as the repository shows it: the one named, else the first default
// by name, else the one that the server's flag names. Only a dump proves that there is no such location.
void ValidationContext::check_storage_location(Schedule& schedule) const {
  const Value named = schedule.backup.storage_location;
  if (named.is_set() && !kube::has_known_text(named)) return;  // mutant: no location has that name, and no dump either
  const BackupStorageLocation* location = nullptr;
  std::string_view name = named.text();
  const bool by_server = name.empty();
  if (!by_server) {
    location = find_location(name);
  } else if (default_location_ != nullptr) {
    if (!default_location_known_) return;
    location = default_location_;
  } else {
    if (!install_.flags.default_backup_storage_location.value) return;
    name = *install_.flags.default_backup_storage_location.value;
    location = find_location(name);
  }
  if (location == nullptr) {
    if (!install_.is_dump) return;
    schedule.validation_errors.push_back(
        {fmt::format("an existing backup storage location was not specified at backup creation time and the {} {}. "
                     "Please address this issue (see `velero backup-location -h` for options) and create a new backup. "
                     "Error: backupstoragelocations.velero.io \"{}\" not found",
                     by_server ? "server default" : "default",
                     fmt::format("{} {}", name, by_server ? "does not exist" : "was not found"), name),
         named.span()});
    return;
  }
  schedule.storage_location = *location;
  read_repository(*location, schedule);
  if (location->read_only == Known::yes) {
    schedule.validation_errors.push_back(
        {fmt::format("backup can't be created because backup storage location {} is currently in read-only mode",
                     location->name),
         (*location->resource)["spec"]["accessMode"].span()});
  }
  if (location->unavailable == Known::yes && install_.is_at_least(1, 16, 2)) {
    schedule.validation_errors.push_back(
        {fmt::format("backup can't be created because BackupStorageLocation {} is in Unavailable status.",
                     location->name),
         (*location->resource)["status"]["phase"].span()});
  }
}

// backup_controller.go: validateAndGetSnapshotLocations, also when snapshotVolumes is false.
void ValidationContext::check_snapshot_locations(Schedule& schedule) const {
  const Value list = schedule.backup.volume_snapshot_locations;
  std::map<std::string_view, const VolumeSnapshotLocation*> named;  // by provider
  for (const Value item : list.items()) {
    if (!kube::has_known_text(item)) return;
    const auto found = snapshot_locations_.find(item.text());
    if (found == snapshot_locations_.end()) {
      if (!install_.is_dump) continue;
      schedule.validation_errors.push_back(
          {fmt::format("a VolumeSnapshotLocation CRD for the location {} with the name specified in the backup spec "
                       "needs to be created before this snapshot can be executed. Error: "
                       "volumesnapshotlocations.velero.io \"{}\" not found",
                       item.text(), item.text()),
           item.span()});
      continue;
    }
    const VolumeSnapshotLocation* location = found->second;
    const auto [other, inserted] = named.try_emplace(location->provider, location);
    if (inserted || other->second == location) continue;
    schedule.validation_errors.push_back(
        {fmt::format("more than one VolumeSnapshotLocation name specified for provider {}: {}; unexpected name was {}",
                     location->provider, item.text(), other->second->name),
         item.span()});
  }
  bool reported = false;
  for (const auto& [provider, locations] : locations_by_provider_) {
    if (named.count(provider) != 0) continue;
    if (locations.size() == 1) {
      named.emplace(provider, locations.front());
      continue;
    }
    const DefaultLocation by_flag = default_location(install_.flags.default_volume_snapshot_locations, provider);
    if (by_flag.known == Known::unknown) continue;
    if (by_flag.known == Known::yes) {
      const auto found = snapshot_locations_.find(by_flag.name);
      if (found != snapshot_locations_.end()) named.emplace(provider, found->second);
      continue;
    }
    if (reported) continue;
    reported = true;
    schedule.validation_errors.push_back(
        {fmt::format("provider {} has more than one possible volume snapshot location, and none were specified "
                     "explicitly or as a default",
                     provider),
         list ? list.span() : locations.front()->resource->place()});
  }
  for (const auto& [provider, location] : named) schedule.snapshot_locations.push_back(*location);
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
