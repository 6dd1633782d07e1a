#include "rules/common/replications.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/velero/claim_description.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using volsync::Mover;
using volsync::Replication;

bool has_text(yaml::Value value, std::string_view part) {
  if (value.is_scalar()) return value.text() == "*" || to_lower_ascii(value.text()).find(part) != std::string::npos;
  const std::vector<yaml::Value> items = value.items();
  const std::vector<yaml::Entry> entries = value.entries();
  return std::any_of(items.begin(), items.end(), [&](const yaml::Value& one) { return has_text(one, part); }) ||
         std::any_of(entries.begin(), entries.end(), [&](const yaml::Entry& one) { return has_text(one.value, part); });
}

// A mutate rule for the kind, or for all kinds.
bool are_changed_by_policies(const ClusterModel& member) {
  const kyverno::Simulation& kyverno = member.kyverno;
  const auto changes = [](const kyverno::Policy& policy) {
    const std::vector<yaml::Value> rules = (*policy.object)["spec"]["rules"].items();
    return std::any_of(rules.begin(), rules.end(), [](const yaml::Value& rule) {
      return rule["mutate"].is_set() &&
             (has_text(rule["match"], "replication") || has_text(rule["mutate"], "replication"));
    });
  };
  const auto changes_by_cel = [&](std::uint32_t index) {
    const kube::Resource& policy = member.cluster.resources()[index];
    return policy.kind.find("Mutating") != std::string_view::npos && has_text(policy["spec"], "replication");
  };
  return std::any_of(kyverno.policies.begin(), kyverno.policies.end(), changes) ||
         std::any_of(kyverno.cel_policies.begin(), kyverno.cel_policies.end(), changes_by_cel);
}

bool is_told(const ClusterModel& member) {
  const bool has_any = !member.volsync.sources.empty() || !member.volsync.destinations.empty();
  return has_any && !are_changed_by_policies(member);
}

}  // namespace

bool may_hold_more(const Model& model, const ClusterModel& member) {
  const auto is_open = [](const kyverno::Attempt& attempt) {
    return attempt.outcome == kyverno::AttemptOutcome::unknown || attempt.outcome == kyverno::AttemptOutcome::cut_off;
  };
  const kyverno::Simulation& kyverno = member.kyverno;
  return may_hold_unseen_objects(model, member.cluster) || !kyverno.cel_policies.empty() ||
         std::any_of(kyverno.attempts.begin(), kyverno.attempts.end(), is_open);
}

void for_each_source(const Model& model, const ReplicationVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    if (!is_told(member)) continue;
    for (const volsync::Source& source : member.volsync.sources) visit(member, source.replication);
  }
}

void for_each_destination(const Model& model, const ReplicationVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    if (!is_told(member)) continue;
    for (const volsync::Destination& destination : member.volsync.destinations) visit(member, destination.replication);
  }
}

void for_each_replication(const Model& model, const ReplicationVisitor& visit) {
  for_each_source(model, visit);
  for_each_destination(model, visit);
}

void for_each_source_of_claim(const Model& model, const SourceOfClaimVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    if (!is_told(member)) continue;
    const velero::Storage storage(member.cluster, member.plan.install.is_dump);
    for (const volsync::Source& one : member.volsync.sources) {
      const Replication& source = one.replication;
      if (one.claim == volsync::kNoIndex || !copies_volume(source)) continue;
      const std::uint32_t index = member.volsync.claims[one.claim].velero;
      if (index == volsync::kNoIndex) continue;
      const velero::Claim& claim = member.plan.claims[index];
      std::optional<velero::ClaimFacts> facts = velero::describe_claim(storage, member.plan, claim);
      if (facts) visit({member, source, claim, *std::move(facts)});
    }
  }
}

void for_each_volsync_plan(const Model& model, const VolsyncPlanVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    if (is_told(member)) visit(member, member.volsync);
  }
}

const velero::Claim* claim_of(const ClusterModel& member, const Replication& replication) {
  if (replication.claim.given() != Known::yes) return nullptr;
  const auto& claims = member.plan.claims;
  const auto found = std::find_if(claims.begin(), claims.end(), [&](const velero::Claim& claim) {
    return claim.name == replication.claim.text() && claim.name_space == replication.resource->name_space;
  });
  return found == claims.end() ? nullptr : &*found;
}

const kube::Resource* namespace_of(const ClusterModel& member, const kube::Resource& resource) {
  return resource.name_space.empty() ? nullptr : member.cluster.find("", "Namespace", "", resource.name_space);
}

bool has_known_method(const Replication& replication) {
  return replication.mover() != nullptr && replication.mover()->spec.is_mapping();
}

bool copies_volume(const Replication& replication) {
  return has_known_method(replication) && !replication.is(Mover::syncthing) && !replication.is(Mover::external);
}

bool has_cache(const Replication& replication) {
  return has_known_method(replication) && (replication.is(Mover::restic) || replication.is(Mover::kopia));
}

yaml::Entry written_entry(const kube::Resource& resource, yaml::Value mapping, std::string_view key) {
  const bool is_generated = resource.generation != kube::kNotGenerated;
  const yaml::Entry own = is_generated ? mapping.source().find(key) : yaml::Entry{};
  return own ? own : mapping.find(key);
}

yaml::Value key_of(const Replication& replication, const volsync::MoverUse& use) {
  return written_entry(*replication.resource, (*replication.resource)["spec"], volsync::field_of(use.mover)).key;
}

std::string daily_schedule_for(const Replication& replication) {
  // FNV-1a.
  std::uint32_t hash = 2166136261U;
  for (const char byte : fmt::format("{}/{}", replication.resource->name_space, replication.resource->name)) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  }
  return fmt::format("{} 3 * * *", hash % 60);
}

}  // namespace vlint::rules
