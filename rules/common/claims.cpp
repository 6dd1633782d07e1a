#include "rules/common/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/velero/claim_description.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Plan;
using velero::Reason;

// The driver's own documentation and the table of drivers of kubernetes-csi.github.io/docs/drivers.html.
constexpr std::string_view kWithoutSnapshots[] = {
    "blob.csi.azure.com", "ch.ctrox.csi.s3-driver", "efs.csi.aws.com", "fsx.csi.aws.com",
    "ru.yandex.s3.csi",   "s3.csi.aws.com",         "smb.csi.k8s.io",
};

constexpr std::string_view kUnjudgedTools[] = {
    "appscode.com", "config.kio.kasten.io", "core.kubestash.com",
    "kyverno.io",   "policies.kyverno.io",  "stash.appscode.com",
};

const velero::VolumeUse* first_use(const Plan& plan, const velero::Claim& claim) {
  return claim.mounted_by.empty() ? nullptr : &plan.volumes[claim.mounted_by.front()];
}

// A policy of Kyverno changes objects, or was to make some and it isn't known what came of that.
bool may_be_changed_by_policies(const ClusterModel& member) {
  const kyverno::Simulation& kyverno = member.kyverno;
  const auto changes = [](const kyverno::Policy& policy) {
    const std::vector<yaml::Value> rules = (*policy.object)["spec"]["rules"].items();
    return std::any_of(rules.begin(), rules.end(), [](const yaml::Value& rule) { return rule["mutate"].is_set(); });
  };
  const auto is_open = [](const kyverno::Attempt& attempt) {
    return attempt.outcome != kyverno::AttemptOutcome::not_met && attempt.outcome != kyverno::AttemptOutcome::skipped;
  };
  return !kyverno.cel_policies.empty() || std::any_of(kyverno.policies.begin(), kyverno.policies.end(), changes) ||
         std::any_of(kyverno.attempts.begin(), kyverno.attempts.end(), is_open);
}

}  // namespace

std::vector<JudgedClaim> claims_where(const Plan& plan, const VerdictTest& passes) {
  std::vector<JudgedClaim> found;
  for (const velero::Claim& claim : plan.claims) {
    JudgedClaim judged;
    for (const velero::Verdict& verdict : claim.verdicts) {
      if (verdict.selected != Known::yes || !passes(verdict)) continue;
      if (judged.verdict == nullptr) judged.verdict = &verdict;
      judged.schedules.push_back(&plan.schedules[verdict.schedule]);
    }
    if (judged.verdict == nullptr) continue;
    judged.claim = &claim;
    found.push_back(std::move(judged));
  }
  return found;
}

void add_all(Schedules& schedules, const Schedules& others) {
  for (const velero::Schedule* other : others) {
    if (std::find(schedules.begin(), schedules.end(), other) == schedules.end()) schedules.push_back(other);
  }
}

std::string title_of(const velero::Claim& claim) { return enumerate(Claims{&claim}); }

std::string enumerate(const Claims& claims) {
  std::vector<std::string> names;
  for (const velero::Claim* claim : claims) {
    names.push_back(claim->name_space.empty() ? std::string(claim->name)
                                              : fmt::format("{}/{}", claim->name_space, claim->name));
  }
  constexpr std::size_t kShown = 3;
  return fmt::format("{} {}", claims.size() == 1 ? "claim" : "claims", enumerate(names, kShown));
}

std::string backups_of(const Schedules& schedules) {
  const bool all_one_off =
      std::all_of(schedules.begin(), schedules.end(), [](const velero::Schedule* one) { return one->one_off; });
  return all_one_off ? enumerate(schedules) : fmt::format("each backup of {}", enumerate(schedules));
}

Span place_of(const Plan& plan, const velero::Claim& claim) {
  if (claim.resource != nullptr) return claim.resource->place();
  const velero::VolumeUse* use = first_use(plan, claim);
  return use == nullptr ? Span{} : name_of(*use).span();
}

const kube::Resource* owner_of(const Plan& plan, const velero::Claim& claim) {
  if (claim.resource != nullptr) return claim.resource;
  const velero::VolumeUse* use = first_use(plan, claim);
  return use == nullptr ? nullptr : plan.workloads[use->workload].resource;
}

std::vector<const kube::Resource*> users_of(const Plan& plan, const velero::Claim& claim) {
  std::vector<const kube::Resource*> users;
  for (const std::uint32_t use : claim.mounted_by) {
    const kube::Resource* user = plan.workloads[plan.volumes[use].workload].resource;
    if (std::find(users.begin(), users.end(), user) == users.end()) users.push_back(user);
  }
  return users;
}

std::optional<velero::ClaimFacts> facts_of(const velero::Storage& storage, const Plan& plan,
                                           const velero::Claim& claim) {
  return velero::describe_claim(storage, plan, claim);
}

std::vector<UnservedClass> classes_without_snapshots(const ClusterModel& member) {
  const auto& [cluster, plan] = member;
  const velero::Storage storage(cluster, plan.install.is_dump);
  std::vector<UnservedClass> unserved;
  const std::vector<JudgedClaim> refused = claims_where(plan, [](const velero::Verdict& verdict) {
    return verdict.reason == Reason::no_snapshot_class && verdict.outcome == velero::Outcome::fails;
  });
  for (const JudgedClaim& judged : refused) {
    const std::optional<velero::ClaimFacts> facts = facts_of(storage, plan, *judged.claim);
    if (!facts || !facts->provisioner || facts->class_name.empty()) continue;
    const kube::Resource* storage_class = cluster.find("storage.k8s.io", "StorageClass", "", facts->class_name);
    if (storage_class == nullptr) continue;
    auto at = std::find_if(unserved.begin(), unserved.end(),
                           [&](const UnservedClass& one) { return one.storage_class == storage_class; });
    if (at == unserved.end()) at = unserved.insert(at, {storage_class, *facts->provisioner, {}, {}});
    at->claims.push_back(judged.claim);
    add_all(at->schedules, judged.schedules);
  }
  return unserved;
}

std::vector<const kube::Resource*> snapshot_classes_of(const model::Cluster& cluster, std::string_view driver) {
  std::vector<const kube::Resource*> classes;
  for (const kube::Resource* one : cluster.of_kind("snapshot.storage.k8s.io", "VolumeSnapshotClass")) {
    if ((*one)["driver"].text() == driver) classes.push_back(one);
  }
  std::stable_sort(classes.begin(), classes.end(),
                   [](const kube::Resource* a, const kube::Resource* b) { return a->name < b->name; });
  return classes;
}

bool has_no_snapshots(std::string_view driver) {
  return std::find(std::begin(kWithoutSnapshots), std::end(kWithoutSnapshots), driver) != std::end(kWithoutSnapshots);
}

Known saved_by_others(const ClusterModel& member, const velero::Claim& claim) {
  const volsync::Claim& found = member.volsync.claims[static_cast<std::size_t>(&claim - member.plan.claims.data())];
  return found.sources.empty() ? found.is_protected : found.is_protected || Known::unknown;
}

bool has_unjudged_backup_tool(const ClusterModel& member) {
  const std::vector<kube::Resource>& resources = member.cluster.resources();
  const auto is_tool = [](const kube::Resource& resource) {
    return std::find(std::begin(kUnjudgedTools), std::end(kUnjudgedTools), resource.group) != std::end(kUnjudgedTools);
  };
  return may_be_changed_by_policies(member) || std::any_of(resources.begin(), resources.end(), is_tool);
}

}  // namespace vlint::rules
