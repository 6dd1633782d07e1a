#include "lint/volsync/other_backups.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/kube/selector_value.h"
#include "lint/volsync/replication.h"

namespace vlint::volsync {
namespace {

using kube::Resource;
using yaml::Value;

// Groups of tools that copy or snapshot claims which their objects name, or select by label.
constexpr auto kOtherGroups =
    std::to_array<std::string_view>({"core.kubestash.com", "gemini.fairwinds.com", "snapscheduler.backube",
                                     "stash.appscode.com", "storage.kubestash.com"});

// Whether the objects of a group this tool does not know are about backups, by the group's name.
bool is_backup_group(std::string_view group) {
  return std::find(kOtherGroups.begin(), kOtherGroups.end(), group) != kOtherGroups.end() ||
         group.find("kopi") != std::string_view::npos || group.find("backup") != std::string_view::npos;
}

void collect_texts(Value value, std::set<std::string_view>& texts) {
  if (value.is_scalar()) texts.insert(value.text());
  for (const Value item : value.items()) collect_texts(item, texts);
  for (const yaml::Entry& entry : value.entries()) collect_texts(entry.value, texts);
}

// cloudnative-pg api/v1: a Cluster that writes its logs and backups to an object store, by itself or by a plugin.
Value backup_of(const Resource& cluster) {
  const Value spec = cluster["spec"];
  for (const std::string_view way : {"barmanObjectStore", "volumeSnapshot"}) {
    if (spec["backup"][way].is_set()) return spec["backup"][way];
  }
  for (const Value plugin : spec["plugins"].items()) {
    const bool is_on = read_flag(plugin["enabled"], Known::yes) != Known::no;
    if (is_on && plugin["name"].text() == "barman-cloud.cloudnative-pg.io") return plugin;
  }
  return {};
}

// The cluster in `<cluster>-<n>`, with `-wal` or `-tbs-<name>` behind it.
std::string_view cnpg_cluster_of(std::string_view claim) {
  const std::size_t tablespace = claim.find("-tbs-");
  if (tablespace != std::string_view::npos) claim = claim.substr(0, tablespace);
  if (claim.ends_with("-wal")) claim.remove_suffix(4);
  const std::size_t dash = claim.rfind('-');
  if (dash == std::string_view::npos || dash + 1 == claim.size()) return {};
  return claim.find_first_not_of("0123456789", dash + 1) == std::string_view::npos ? claim.substr(0, dash)
                                                                                   : std::string_view{};
}

constexpr std::string_view kLonghornDriver = "driver.longhorn.io";
constexpr std::string_view kLonghornJob = "recurring-job.longhorn.io/";
constexpr std::string_view kLonghornGroup = "recurring-job-group.longhorn.io/";

bool has_group(const Resource& job, std::string_view group) {
  const std::vector<Value> groups = job["spec"]["groups"].items();
  return std::any_of(groups.begin(), groups.end(), [&](const Value& one) { return one.text() == group; });
}

// A StorageClass chooses by a list in JSON: [{"name":"nightly","isGroup":true}].
Known names_job(Value selector, const Resource& job) {
  if (!kube::has_known_text(selector)) return Known::unknown;
  const auto is_named = [&](std::string_view name) {
    return selector.text().find(fmt::format("\"{}\"", name)) != std::string_view::npos;
  };
  const std::vector<Value> groups = job["spec"]["groups"].items();
  return known(is_named(job.name) ||
               std::any_of(groups.begin(), groups.end(), [&](const Value& group) { return is_named(group.text()); }));
}

}  // namespace

bool OtherBackups::has_any() const {
  return !cnpg_clusters_.empty() || !longhorn_jobs_.empty() || !k8up_schedules_.empty() || !kasten_policies_.empty() ||
         !mentions_.empty();
}

OtherBackups::OtherBackups(const model::Cluster& cluster) : cluster_(cluster) {
  for (const Resource& resource : cluster.resources()) {
    if (resource.is("postgresql.cnpg.io", "Cluster")) {
      cnpg_clusters_[{resource.name_space, resource.name}] = &resource;
    } else if (resource.is("postgresql.cnpg.io", "ScheduledBackup")) {
      cnpg_schedules_[{resource.name_space, resource["spec"]["cluster"]["name"].text()}] = &resource;
    } else if (resource.is("longhorn.io", "RecurringJob")) {
      if (resource["spec"]["task"].text().starts_with("backup")) longhorn_jobs_.push_back(&resource);
    } else if (resource.is("k8up.io", "Schedule")) {
      if (resource["spec"]["backup"].is_set()) k8up_schedules_[resource.name_space] = &resource;
    } else if (resource.is("config.kio.kasten.io", "Policy")) {
      kasten_policies_.push_back(&resource);
    } else if (is_backup_group(resource.group)) {
      Mentions mentions{&resource, {}};
      collect_texts(resource["spec"], mentions.texts);
      mentions_[resource.name_space].push_back(std::move(mentions));
    }
  }
}

// A backup that is scheduled protects; logs alone can't be restored, and whether somebody makes the backups that they
// need is not in Git.
void OtherBackups::add_cnpg(std::string_view name_space, std::string_view name, std::vector<OtherBackup>& out) const {
  const std::string_view cluster = cnpg_cluster_of(name);
  const auto found = cnpg_clusters_.find({name_space, cluster});
  if (cluster.empty() || found == cnpg_clusters_.end()) return;
  const Value backup = backup_of(*found->second);
  if (!backup) return;
  OtherBackup other{"cnpg", found->second, Known::unknown, {}};
  std::vector<velero::Evidence> facts{
      {fmt::format("{} says where its backups go", found->second->title()), backup.span()}};
  const auto schedule = cnpg_schedules_.find({name_space, cluster});
  if (schedule != cnpg_schedules_.end()) {
    other.protects = !read_flag((*schedule->second)["spec"]["suspend"]);
    facts.push_back({fmt::format("{} makes them", schedule->second->title()), schedule->second->place()});
  } else {
    facts.push_back({"no ScheduledBackup makes them", {}});
  }
  other.evidence = std::move(facts);
  if (other.protects != Known::no) out.push_back(std::move(other));
}

// longhorn datastore: labels of the claim choose the jobs, if it has the label `source`; a volume without any is in the
// group `default`.
void OtherBackups::add_longhorn(const velero::ClaimFacts& facts, std::vector<OtherBackup>& out) const {
  if (longhorn_jobs_.empty() || (facts.provisioner && *facts.provisioner != kLonghornDriver)) return;
  const bool is_source = facts.labels.has(std::string(kLonghornJob) + "source", "enabled") != Known::no;
  bool has_choice = false;
  for (const kube::Label& label : facts.labels.labels) {
    const bool chooses = label.first.starts_with(kLonghornJob) || label.first.starts_with(kLonghornGroup);
    has_choice = has_choice || (chooses && is_source && label.first != std::string(kLonghornJob) + "source");
  }
  const Resource* storage_class = cluster_.find("storage.k8s.io", "StorageClass", "", facts.class_name);
  const Value of_class = storage_class == nullptr ? Value{} : (*storage_class)["parameters"]["recurringJobSelector"];
  for (const Resource* job : longhorn_jobs_) {
    Known takes = Known::no;
    if (!has_choice && of_class.is_set()) {
      takes = names_job(of_class, *job);
    } else if (has_choice) {
      takes = facts.labels.has(std::string(kLonghornJob) + std::string(job->name), "enabled");
      for (const Value group : (*job)["spec"]["groups"].items()) {
        takes = takes || facts.labels.has(std::string(kLonghornGroup) + std::string(group.text()), "enabled");
      }
    } else {
      const bool is_longhorn = facts.provisioner && storage_class != nullptr;
      takes = !has_group(*job, "default") ? Known::no : is_longhorn ? Known::yes : Known::unknown;
    }
    if (takes == Known::no) continue;
    out.push_back({"longhorn", job, takes, {{fmt::format("{} takes it", job->title()), job->place()}}});
  }
}

// k8up operator/backupcontroller: all claims of the namespace, but for those that an annotation takes out.
void OtherBackups::add_k8up(std::string_view name_space, const velero::ClaimFacts* facts,
                            std::vector<OtherBackup>& out) const {
  const auto found = k8up_schedules_.find(name_space);
  if (found == k8up_schedules_.end()) return;
  const Value wish = facts == nullptr ? Value{} : facts->annotations["k8up.io/backup"];
  const bool selects = (*found->second)["spec"]["backup"]["labelSelectors"].size() > 0;
  // The operator can be told to take only claims with the annotation.
  Known takes = wish.is_set() ? known(wish.text() == "true") : Known::unknown;
  if (selects) takes = takes && Known::unknown;
  if (takes == Known::no) return;
  out.push_back(
      {"k8up",
       found->second,
       takes,
       {{fmt::format("{} backs up the claims of the namespace", found->second->title()), found->second->place()}}});
}

void OtherBackups::add_mentions(std::string_view name_space, std::string_view name,
                                std::vector<OtherBackup>& out) const {
  for (const Resource* policy : kasten_policies_) {
    out.push_back({"kasten",
                   policy,
                   Known::unknown,
                   {{fmt::format("whether {} takes it is not known", policy->title()), policy->place()}}});
  }
  const auto found = mentions_.find(name_space);
  if (found == mentions_.end()) return;
  for (const Mentions& one : found->second) {
    if (one.texts.find(name) == one.texts.end()) continue;
    out.push_back({"other",
                   one.resource,
                   Known::unknown,
                   {{fmt::format("{} names it", one.resource->title()), one.resource->place()}}});
  }
}

std::vector<OtherBackup> OtherBackups::of(std::string_view name_space, std::string_view name,
                                          const velero::ClaimFacts* facts) const {
  std::vector<OtherBackup> out;
  add_cnpg(name_space, name, out);
  if (facts != nullptr) add_longhorn(*facts, out);
  add_k8up(name_space, facts, out);
  add_mentions(name_space, name, out);
  return out;
}

}  // namespace vlint::volsync
