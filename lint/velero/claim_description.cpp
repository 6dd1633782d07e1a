#include "lint/velero/claim_description.h"

namespace vlint::velero {
namespace {

constexpr std::string_view kTemplateSource = "volumeClaimTemplate";

const VolumeUse* template_of(const Plan& plan, const Claim& claim) {
  for (const std::uint32_t i : claim.mounted_by) {
    if (plan.volumes[i].source == kTemplateSource) return &plan.volumes[i];
  }
  return nullptr;
}

}  // namespace

std::optional<ClaimFacts> describe_claim(const Storage& storage, const Plan& plan, const Claim& claim) {
  if (claim.resource != nullptr) return storage.describe(*claim.resource);
  const VolumeUse* use = template_of(plan, claim);
  if (use == nullptr) return std::nullopt;
  return storage.describe(*plan.workloads[use->workload].resource, claim.name, use->volume);
}

yaml::Value spec_of(const Plan& plan, const Claim& claim) {
  if (claim.resource != nullptr) return (*claim.resource)["spec"];
  const VolumeUse* use = template_of(plan, claim);
  return use == nullptr ? yaml::Value{} : use->volume["spec"];
}

}  // namespace vlint::velero
